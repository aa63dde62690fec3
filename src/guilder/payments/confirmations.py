"""Confirmations: a payment that waits is to be paid now, with what the buyer has chosen."""

from msgspec.structs import replace

from guilder.db import Tx
from guilder.kernel import IllegalMove

from .attempts import begin
from .draft import ExpiryNotInFuture, charge_for, charge_type, with_method
from .events import tell
from .gateways import AttemptId
from .methods import PaymentMethod, find_method, saved_id, usable
from .payment import Payment, PaymentId, PaymentLife, PaymentStatus
from .payments import locked, save
from .routing import Asked, routing_map
from .transactions import charge_of, open_transaction


class PaymentExpired(ExpiryNotInFuture, status=409):
    """The time to pay this is over."""


async def confirm(
    tx: Tx, payment_id: PaymentId, payment_method: str | None, *, return_url: str | None
) -> tuple[Payment, AttemptId | None]:
    """Have it paid; answers the attempt that has to be carried out, if there is one.

    A payment whose buyer has acted goes on with the attempt that waits for it.
    """
    payment = await locked(tx, payment_id)
    if payment.status is PaymentStatus.REQUIRES_ACTION and payment_method is None:
        waiting = await charge_of(tx, payment_id)
        return payment, waiting.id if waiting else None
    if payment.status is not PaymentStatus.PENDING:
        raise IllegalMove(move="confirm", state=payment.status)
    if payment.expires_at is not None and payment.expires_at <= await tx.now():
        raise PaymentExpired
    chosen = await _with_method(tx, payment, payment_method)
    chosen = replace(chosen, return_url=return_url or payment.return_url)
    charge_for(chosen, AttemptId(payment_id), customer=None)
    asked = await save(tx, replace(chosen, status=PaymentLife.process(payment.status)))
    attempt = await open_transaction(
        tx, asked, charge_type(asked.capture), amount_minor=asked.amount_minor
    )
    if await begin(tx, asked, attempt):
        return await locked(tx, payment_id), None
    tell(tx, asked)
    return asked, attempt.id


async def _with_method(tx: Tx, payment: Payment, given: str | None) -> Payment:
    """The payment with what it shall be paid with, at the gateway that can take it."""
    if given is None and payment.payment_method_id is not None:
        given = str(payment.payment_method_id)  # it may have been detached since, or expired
    if given is None:
        return payment
    method = await _saved(tx, payment, given)
    asked = Asked(
        amount=payment.amount,
        country=payment.country or (method.country if method else None),
        method=method.type if method else None,
        gateway=payment.gateway,
        saved_at=method.gateway if method else None,
    )
    route = (await routing_map(tx, tenant_id=tx.tenant_id)).routes(asked)[0]
    return replace(
        with_method(payment, method, token=given),
        gateway=route.gateway,
        route_reason=payment.route_reason if method is None else route.reason,
    )


async def _saved(tx: Tx, payment: Payment, given: str) -> PaymentMethod | None:
    method_id = saved_id(given)
    if method_id is None:
        return None
    method = await find_method(tx, tenant_id=tx.tenant_id, method_id=method_id)
    return usable(method, customer_id=payment.customer_id, on=(await tx.now()).date())
