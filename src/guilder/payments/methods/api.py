"""The payment methods API: instruments saved for later."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder import customers
from guilder.customers import CustomerId, CustomerNotFound
from guilder.db import Tx
from guilder.http import Caller, Listing, Page, Unfinished, get, patch, post
from guilder.kernel import Problem
from guilder.payments.gateways import (
    KNOWN,
    GatewayNotConfigured,
    GatewayNotKnown,
    Gateways,
    GatewayUnavailable,
    Instrument,
    OutcomeUnknown,
)

from .method import PaymentMethod, PaymentMethodId
from .methods import (
    ExpiryIncomplete,
    PaymentMethodInUse,
    PaymentMethodNotFound,
    attach,
    change,
    detach,
    gateway_customer_of,
    give_to,
    method_by_id,
    newest_methods,
)

Token = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="The gateway's own token. A card number is refused.",
        examples=["pm_card_visa"],
    ),
]
Month = Annotated[int, Meta(ge=1, le=12, examples=[12])]
Year = Annotated[int, Meta(ge=2000, le=9999, examples=[2030])]
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=100)], Any],
    Meta(max_length=50, examples=[{"label": "home"}]),
]


class PaymentMethodNotSaved(Problem, status=422, retry_after_seconds=5):
    """The gateway does not keep this payment method."""

    message: str


class NewMethod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be kept, and for whom."""

    token: Token
    gateway: Annotated[str, Meta(max_length=40)] = "sandbox"
    customer_id: CustomerId | None = None
    is_default: bool = False
    metadata: Metadata = {}


class MethodChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays."""

    is_default: bool | None = None
    expiry_month: Month | None = None
    expiry_year: Year | None = None
    metadata: Metadata | None = None


class AttachmentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it shall be."""

    customer_id: CustomerId


class MethodView(msgspec.Struct, frozen=True, kw_only=True):
    """A saved instrument, without its token."""

    id: PaymentMethodId
    gateway: str
    customer_id: CustomerId | None
    type: Annotated[str, Meta(examples=["card"])]
    brand: Annotated[str, Meta(examples=["visa"])] | None
    last_four: Annotated[str, Meta(examples=["4242"])] | None
    fingerprint: str | None
    expiry_month: Month | None
    expiry_year: Year | None
    country: str | None
    is_default: bool
    is_attached: Annotated[bool, Meta(examples=[True])]
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


async def finish_saving(caller: Caller, work: NewMethod, gateways: Gateways) -> MethodView:
    """Ask the gateway to keep it, and remember what it calls it."""
    async with caller.transaction() as tx:
        gateway = await gateways.of(tx, work.gateway)
        known = await gateway_customer_of(tx, work.gateway, work.customer_id)
    try:
        token, owner, looks = await gateway.save(work.token, known)
    except (GatewayUnavailable, OutcomeUnknown) as refused:
        raise PaymentMethodNotSaved(message=str(refused)) from refused

    async def keep(tx: Tx, _: object) -> MethodView:
        saved = await _keep(tx, work, token, owner=owner, looks=looks)
        return show(saved)

    return await caller.transact(keep)


@post(
    "/v1/payment-methods",
    "payment_methods:write",
    finish=finish_saving,
    problems=(
        CustomerNotFound,
        GatewayNotKnown,
        GatewayNotConfigured,
        PaymentMethodInUse,
        PaymentMethodNotSaved,
    ),
)
async def save_payment_method(tx: Tx, body: NewMethod) -> MethodView | Unfinished[NewMethod]:
    """Save an instrument for later, for a customer perhaps.

    Saving one that the customer has already answers that one.
    """
    if body.gateway not in KNOWN:
        raise GatewayNotKnown(known=sorted(KNOWN))
    if body.customer_id is not None:
        await customers.customer_by_id(tx, body.customer_id)
    return Unfinished(body)


@get("/v1/payment-methods", "payment_methods:read")
async def list_payment_methods(
    tx: Tx, page: Page, *, customer_id: CustomerId | None = None, gateway: str | None = None
) -> Listing[MethodView]:
    """List saved instruments, newest first."""
    found = await newest_methods(
        tx,
        tenant_id=tx.tenant_id,
        customer_id=customer_id,
        gateway=gateway,
        before=page.after(PaymentMethodId),
        most=page.most,
    )
    return page.listing(found, at=lambda method: method.id, show=show)


@get("/v1/payment-methods/{method_id}", "payment_methods:read", problems=(PaymentMethodNotFound,))
async def show_payment_method(tx: Tx, method_id: PaymentMethodId) -> MethodView:
    """Look at one saved instrument."""
    return show(await method_by_id(tx, method_id))


@patch(
    "/v1/payment-methods/{method_id}",
    "payment_methods:write",
    problems=(PaymentMethodNotFound, ExpiryIncomplete),
)
async def update_payment_method(
    tx: Tx, method_id: PaymentMethodId, body: MethodChange
) -> MethodView:
    """Make it the customer's default, or note a new expiry date."""
    return show(await change(tx, method_id, **msgspec.structs.asdict(body)))


@post(
    "/v1/payment-methods/{method_id}/attachments",
    "payment_methods:write",
    problems=(PaymentMethodNotFound, PaymentMethodInUse, CustomerNotFound),
)
async def attach_payment_method(
    tx: Tx, method_id: PaymentMethodId, body: AttachmentBody
) -> MethodView:
    """Give a payment method that was saved for nobody to a customer."""
    await customers.customer_by_id(tx, body.customer_id)
    return show(await give_to(tx, method_id, body.customer_id))


class Detached(msgspec.Struct, frozen=True):
    """A method that its gateway still keeps."""

    method_id: UUID


async def finish_detaching(caller: Caller, work: Detached, gateways: Gateways) -> MethodView:
    """Have the gateway keep it no longer."""
    async with caller.transaction() as tx:
        method = await method_by_id(tx, PaymentMethodId(work.method_id))
        gateway = await gateways.of(tx, method.gateway)
    try:
        await gateway.forget(method.token)
    except (GatewayUnavailable, OutcomeUnknown) as refused:
        raise PaymentMethodNotSaved(message=str(refused)) from refused
    return show(method)


@post(
    "/v1/payment-methods/{method_id}/detachments",
    "payment_methods:write",
    finish=finish_detaching,
    problems=(PaymentMethodNotFound, PaymentMethodNotSaved),
)
async def detach_payment_method(
    tx: Tx, method_id: PaymentMethodId
) -> MethodView | Unfinished[Detached]:
    """Use it no more. Payments made with it stay as they are."""
    await detach(tx, method_id)
    return Unfinished(Detached(method_id))


async def _keep(
    tx: Tx, work: NewMethod, token: str, *, owner: str, looks: Instrument
) -> PaymentMethod:
    saved = await attach(
        tx,
        gateway=work.gateway,
        token=token,
        gateway_customer=owner,
        customer_id=work.customer_id,
        instrument=looks,
        metadata=work.metadata,
    )
    if not work.is_default or work.customer_id is None:
        return saved
    return await change(
        tx, saved.id, is_default=True, expiry_month=None, expiry_year=None, metadata=None
    )


def show(method: PaymentMethod) -> MethodView:
    """A saved instrument as callers see it."""
    fields = msgspec.structs.asdict(method)
    for hidden in ("token", "gateway_customer"):
        del fields[hidden]
    return MethodView(is_attached=fields.pop("detached_at") is None, **fields)


ENDPOINTS = (
    save_payment_method,
    list_payment_methods,
    show_payment_method,
    update_payment_method,
    attach_payment_method,
    detach_payment_method,
)
