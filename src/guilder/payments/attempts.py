"""Attempts: an order goes to its gateway between two transactions, never inside one.

The attempt is written down first. Then the gateway is asked, under the
attempt's id as its idempotency key. Then the outcome is written down. Whatever
breaks in between leaves an open attempt, which settlement takes up.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from guilder.db import Pool, Tx, tenant_transaction, transact
from guilder.kernel import Actor, ActorKind, Problem, TenantId

from .draft import LiveKeyNeeded, charge_for, charge_type, is_paid_at, refuse_test_key
from .followups import settle_later
from .gateways import (
    AttemptId,
    Capture,
    Charge,
    Declined,
    Gateway,
    GatewayNotConfigured,
    Gateways,
    GatewayUnavailable,
    Order,
    Outcome,
    OutcomeUnknown,
    Refund,
    Void,
    answer_within,
    charges_at_once,
    enter_charges,
)
from .methods import find_method
from .outcomes import record_outcome
from .payment import Payment, PaymentStatus
from .payments import lock_payment_of, payment_by_id, save
from .routing import (
    FIXED,
    SANDBOX,
    Asked,
    GatewayDisabled,
    NoGateway,
    Route,
    routing_map,
)
from .transaction import Transaction, TransactionType
from .transactions import (
    HeldTransaction,
    claim_transaction,
    finish,
    gateways_tried,
    open_transaction,
    release_transaction,
    transaction_by_id,
)


class GatewayDeclined(Problem, status=402):
    """The gateway declined it, and nothing was moved."""

    reason: str
    message: str


MOVEMENT_PROBLEMS: Final = (GatewayDeclined, GatewayNotConfigured, LiveKeyNeeded)
"""What may be wrong with moving what was paid."""

UNAVAILABLE: Final = Declined(
    code="gateway_unavailable", message="The gateway could not be reached."
)

NOT_ELSEWHERE: Final = "no other gateway knows what it is paid with"

log = structlog.get_logger()


class Claimed(msgspec.Struct, frozen=True):
    """An attempt that is ours to carry out, the order it stands for, and who takes it."""

    attempt: HeldTransaction
    order: Order
    gateway: Gateway


async def begin(tx: Tx, payment: Payment, attempt: Transaction) -> bool:
    """Carry out an attempt at once where nobody has to be waited for; answers whether it was."""
    refuse_test_key(attempt.gateway, is_live=tx.actor is None or tx.actor.is_live)
    if attempt.gateway == SANDBOX:
        order = await order_for(tx, payment, attempt)
        outcome = await _at_once(tx, order)
        if outcome is not None:
            await record_outcome(tx, attempt.id, outcome)
            return True
    await settle_later(tx, [attempt.id])
    return False


async def carry_out(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, attempt_id: AttemptId
) -> bool:
    """Give an open attempt to its gateway, or to the next where the first is closed.

    A gateway that is closed now may have done what was given to it before, so
    then settlement has to find out. False: somebody else is at it.
    """
    next_id: AttemptId | None = attempt_id
    while next_id is not None:
        claimed = await claim(pool, gateways, tenant_id, attempt_id=next_id)
        if claimed is None:
            return await _is_finished(pool, tenant_id, next_id)
        try:
            outcome = await give(claimed)
        except OutcomeUnknown as unknown:
            log.warning("outcome unknown", attempt_id=str(next_id), reason=str(unknown))
            await let_go(pool, tenant_id, next_id)
            return True
        except GatewayUnavailable as closed:
            log.warning("gateway unavailable", attempt_id=str(next_id), reason=str(closed))
            if claimed.attempt.may_have_arrived:
                await let_go(pool, tenant_id, next_id)
                return True
            next_id = await pass_on(pool, gateways, tenant_id, attempt_id=next_id)
        else:
            await record(pool, tenant_id, next_id, outcome=outcome)
            return True
    return True


async def claim(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, attempt_id: AttemptId
) -> Claimed | None:
    """Take an attempt that is not known yet, unless somebody else is asking."""

    async def take(tx: Tx) -> Claimed | None:
        attempt = await claim_transaction(tx, tenant_id=tenant_id, attempt_id=attempt_id)
        if attempt is None:
            return None
        payment = await payment_by_id(tx, attempt.payment_id)
        order = await order_for(tx, payment, attempt)
        return Claimed(attempt, order, await gateways.of(tx, attempt.gateway))

    return await transact(pool, tenant_id, take, actor=_nobody(tenant_id))


async def give(claimed: Claimed) -> Outcome:
    """Hand the order to its gateway. What an adapter did not foresee is an unknown outcome."""
    gateway, order = claimed.gateway, claimed.order
    try:
        match order:
            case Charge():
                return await gateway.charge(order)
            case Capture():
                return await gateway.capture(order)
            case Refund():
                return await gateway.refund(order)
            case Void():
                return await gateway.void(order)
    except (OutcomeUnknown, GatewayUnavailable):
        raise
    except Exception as surprise:
        log.exception("gateway adapter failed", gateway=gateway.name)
        raise OutcomeUnknown(type(surprise).__name__) from surprise


async def let_go(pool: Pool, tenant_id: TenantId, attempt_id: AttemptId) -> None:
    """Let somebody else ask about an attempt."""
    async with tenant_transaction(pool, tenant_id) as tx:
        await release_transaction(tx, tenant_id=tenant_id, attempt_id=attempt_id)


async def record(
    pool: Pool, tenant_id: TenantId, attempt_id: AttemptId, *, outcome: Outcome
) -> Payment:
    """Write down what the gateway answered, and let go of the attempt."""

    async def write(tx: Tx) -> Payment:
        payment = await record_outcome(tx, attempt_id, outcome)
        await release_transaction(tx, tenant_id=tenant_id, attempt_id=attempt_id)
        return payment

    return await transact(pool, tenant_id, write, actor=_nobody(tenant_id))


async def pass_on(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, attempt_id: AttemptId
) -> AttemptId | None:
    """Surely nothing was done: try a charge at the next gateway, and let the rest fail."""

    async def move(tx: Tx) -> AttemptId | None:
        payment = await lock_payment_of(tx, tenant_id=tenant_id, attempt_id=attempt_id)
        attempt = await transaction_by_id(tx, attempt_id)
        if attempt.is_finished:
            return None
        others = await _other_routes(tx, payment) if attempt.is_charge else []
        route = await _open_route(tx, gateways, payment, others=others)
        if others:
            payment = await _sent_on(tx, payment, route)
        if route is None:
            await record_outcome(tx, attempt_id, UNAVAILABLE)
            return None
        await finish(tx, attempt, UNAVAILABLE)
        kind = charge_type(payment.capture)
        another = await open_transaction(tx, payment, kind, amount_minor=payment.amount_minor)
        await settle_later(tx, [another.id])
        return another.id

    return await transact(pool, tenant_id, move, actor=_nobody(tenant_id))


async def _is_finished(pool: Pool, tenant_id: TenantId, attempt_id: AttemptId) -> bool:
    async with tenant_transaction(pool, tenant_id) as tx:
        return (await transaction_by_id(tx, attempt_id)).is_finished


async def order_for(tx: Tx, payment: Payment, attempt: Transaction) -> Order:
    """What the gateway is asked for, as often as it is asked."""
    if attempt.is_charge:
        customer = None
        if payment.payment_method_id is not None:
            method = await find_method(
                tx, tenant_id=tx.tenant_id, method_id=payment.payment_method_id
            )
            customer = method.gateway_customer if method else None
        return msgspec.structs.replace(
            charge_for(payment, attempt.id, customer=customer),
            intent=payment.gateway_payment_intent_id,
        )
    parent = await transaction_by_id(tx, attempt.parent_id) if attempt.parent_id else None
    reference = parent.gateway_reference if parent else None
    intent = payment.gateway_payment_intent_id or ""
    match attempt.type:
        case TransactionType.CAPTURE:
            return Capture(
                id=attempt.id,
                payment_id=payment.id,
                amount=attempt.amount,
                intent=intent,
                held=reference,
                is_final=attempt.is_final,
            )
        case TransactionType.REFUND:
            return Refund(
                id=attempt.id,
                payment_id=payment.id,
                amount=attempt.amount,
                intent=intent,
                taken=reference,
                reason=attempt.reason,
            )
        case _:
            return Void(id=attempt.id, payment_id=payment.id, intent=intent, held=reference)


async def _at_once(tx: Tx, order: Order) -> Outcome | None:
    if not isinstance(order, Charge):
        return await answer_within(tx, order)
    outcome = charges_at_once(order)
    if outcome is not None:
        await enter_charges(tx, [(order, outcome)])
    return outcome


async def _other_routes(tx: Tx, payment: Payment) -> list[Route]:
    """Where else the rules let a payment go. Who asked for a gateway gets no other."""
    if payment.route_reason in FIXED or payment.status is not PaymentStatus.PROCESSING:
        return []
    tried = await gateways_tried(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    asked = Asked(
        amount=payment.amount,
        country=payment.country,
        method=payment.instrument.type if payment.instrument else None,
        gateway=None,
        saved_at=None,
    )
    known = await routing_map(tx, tenant_id=tx.tenant_id)
    try:
        return [route for route in known.routes(asked) if route.gateway not in tried]
    except (NoGateway, GatewayDisabled):
        return []  # it was the last, and was switched off meanwhile


async def _open_route(
    tx: Tx, gateways: Gateways, payment: Payment, *, others: Sequence[Route]
) -> Route | None:
    """The first of other ways on which the buyer can pay with what was given."""
    token, at = payment.payment_method_token, payment.gateway or ""
    for route in others:
        if token is None and is_paid_at(route.gateway, payment):
            return route
        if token is not None and await gateways.knows(tx, token, of=at, at=route.gateway):
            return route
    return None


async def _sent_on(tx: Tx, payment: Payment, route: Route | None) -> Payment:
    """The payment at its next gateway; or at the same, and why no other has it."""
    gateway, why = (route.gateway, route.reason) if route else (payment.gateway, NOT_ELSEWHERE)
    reason = f"{payment.gateway} could not be reached; {why}"
    return await save(tx, msgspec.structs.replace(payment, gateway=gateway, route_reason=reason))


def _nobody(tenant_id: TenantId) -> Actor:
    return Actor(kind=ActorKind.JOB, tenant_id=tenant_id, scopes=frozenset())
