"""Paying a checkout from a shop's own server: the answer is the order."""

from collections.abc import Sequence

import msgspec

from guilder.catalog import OutOfStock
from guilder.checkout.carts.views import Minor
from guilder.checkout.fields import Url
from guilder.checkout.orders import Numbers, OrderView, WholeOrder, show_order
from guilder.checkout.sessions import CheckoutId, CheckoutNotFound, OfCheckout
from guilder.db import Tx
from guilder.http import Asked, Caller, RequestInProgress, Unfinished, post
from guilder.kernel import Problem
from guilder.payments import (
    METHOD_PROBLEMS,
    AttemptId,
    GatewayDeclined,
    GatewayName,
    Gateways,
    Method,
    PaymentId,
    PaymentStatus,
    carry_out,
)

from .purchases import (
    CheckoutBusy,
    CheckoutClosed,
    NewPurchase,
    Outcome,
    Pending,
    how_it_stands,
    purchase,
)


class PurchaseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it is paid, and with what. What is free needs neither."""

    gateway: GatewayName | None = None
    payment_method: Method | None = None
    return_url: Url | None = None

    def asked(self, checkout_id: CheckoutId, key: str | None) -> NewPurchase:
        """What is asked for."""
        return NewPurchase(
            checkout_id=checkout_id,
            gateway=self.gateway,
            payment_method=self.payment_method,
            return_url=self.return_url,
            key=key,
        )


class PurchaseUnderway(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="purchase"
):
    """The payment has not come to its end: the buyer has to act, or the gateway is at it."""

    checkout_id: CheckoutId
    payment_id: PaymentId
    payment_status: PaymentStatus
    next_action_url: str | None
    amount: Minor
    currency: str


class PurchaseWork(msgspec.Struct, frozen=True):
    """What is left to do: an attempt that its gateway has to be asked for."""

    checkout_id: CheckoutId
    payment_id: PaymentId
    attempt_id: AttemptId


async def finish_purchase(
    caller: Caller, work: PurchaseWork, gateways: Gateways
) -> OrderView | PurchaseUnderway:
    """Ask the gateway, and answer what became of the purchase."""
    tenant_id = caller.tenant_id
    if not await carry_out(caller.pool, gateways, tenant_id, attempt_id=work.attempt_id):
        raise RequestInProgress
    async with caller.transaction() as tx:
        outcome = await how_it_stands(tx, work.checkout_id, work.payment_id)
    if isinstance(outcome, Problem):
        raise outcome
    return _show(outcome)


@post(
    "/v1/checkouts/{checkout_id}/payments",
    "checkout:write",
    finish=finish_purchase,
    problems=(
        CheckoutNotFound,
        CheckoutClosed,
        CheckoutBusy,
        OutOfStock,
        GatewayDeclined,
        *METHOD_PROBLEMS,
    ),
)
async def pay_checkout(
    tx: Tx, asked: Sequence[Asked[PurchaseBody, OfCheckout]], numbers: Numbers
) -> list[OrderView | PurchaseUnderway | Unfinished[PurchaseWork] | Problem]:
    """Pay a checkout. The answer is the order, also where it was paid before.

    Where the buyer has to act first, or the gateway has not told the outcome, the
    answer is the payment as it stands; the order comes with its success.
    """
    new = [one.body.asked(one.path.checkout_id, one.key) for one in asked]
    return [_answer(outcome) for outcome in await purchase(tx, numbers, new)]


def _answer(
    outcome: Outcome,
) -> OrderView | PurchaseUnderway | Unfinished[PurchaseWork] | Problem:
    if isinstance(outcome, Problem):
        return outcome
    if isinstance(outcome, Pending) and outcome.attempt_id is not None:
        return Unfinished(PurchaseWork(outcome.session.id, outcome.payment.id, outcome.attempt_id))
    return _show(outcome)


def _show(outcome: WholeOrder | Pending) -> OrderView | PurchaseUnderway:
    if isinstance(outcome, WholeOrder):
        return show_order(outcome)
    payment = outcome.payment
    return PurchaseUnderway(
        checkout_id=outcome.session.id,
        payment_id=payment.id,
        payment_status=payment.status,
        next_action_url=payment.action_url,
        amount=payment.amount_minor,
        currency=payment.currency,
    )


ENDPOINTS = (pay_checkout,)
