"""Paying at the page: by the same verb as over the API, with what buyers tell of themselves."""

from typing import Any

import msgspec

from guilder.checkout.carts.views import Email
from guilder.checkout.orders import Numbers
from guilder.checkout.purchases.purchases import (
    NewPurchase,
    Outcome,
    lock_checkouts,
    purchase,
)
from guilder.checkout.sessions import (
    COME_TO_NOTHING,
    Buyer,
    CheckoutId,
    CheckoutNotFound,
    Name,
    OrderId,
    Session,
    SessionStatus,
)
from guilder.customers import Address
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments import AttemptId, cancel_payment, payment_by_id

CALLED_OFF = "the buyer wants to pay in another way"


class NothingToCallOff(Problem, status=409):
    """There is nothing here that could be called off."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer tells at the page, each only where it was not known."""

    email: Email | None = None
    name: Name | None = None
    shipping_address: Address | None = None
    language: str | None = None
    """In which they read the page, perhaps with a place: `de-AT`."""

    @property
    def buyer(self) -> Buyer:
        """The same as a checkout has it."""
        return Buyer(email=self.email, name=self.name, shipping_address=self.shipping_address)


async def pay_as_told(tx: Tx, numbers: Numbers, *, new: NewPurchase, told: Told) -> Outcome:
    """Pay a checkout by who says this of themselves. What was paid before stays as it is."""
    found = await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=[new.checkout_id])
    if not found:
        raise CheckoutNotFound
    if await _is_to_be_paid(tx, found[0]):
        document: dict[str, Any] = msgspec.to_builtins(told.buyer) | {"language": told.language}
        await note_told(tx, tenant_id=tx.tenant_id, checkout_id=new.checkout_id, told=document)
    (outcome,) = await purchase(tx, numbers, [new])
    return outcome


async def call_off_payment(tx: Tx, checkout_id: CheckoutId) -> AttemptId | None:
    """Let a buyer who did not go on at their bank pay in another way."""
    found = await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=[checkout_id])
    if not found or found[0].payment_id is None:
        raise NothingToCallOff
    _, attempt_id = await cancel_payment(tx, found[0].payment_id, reason=CALLED_OFF)
    return attempt_id


async def language_of(tx: Tx, order_id: OrderId) -> str | None:
    """In which language an order was paid at the page; None where it was paid elsewhere."""
    return await language_told(tx, tenant_id=tx.tenant_id, order_id=order_id)


async def _is_to_be_paid(tx: Tx, session: Session) -> bool:
    if session.status is not SessionStatus.OPEN:
        return False
    if session.payment_id is None:
        return True
    return (await payment_by_id(tx, session.payment_id)).status in COME_TO_NOTHING


@sql
async def note_told(
    tx: Tx, *, tenant_id: TenantId, checkout_id: CheckoutId, told: dict[str, Any]
) -> None: ...


@sql
async def language_told(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> str | None: ...
