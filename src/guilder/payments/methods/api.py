"""The payment methods API: instruments saved for later."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder import customers
from guilder.customers import CustomerId, CustomerNotFound
from guilder.db import Tx
from guilder.http import Caller, Listing, Page, Unfinished, get, patch, post
from guilder.kernel import Metadata, Problem
from guilder.payments.gateways import (
    KNOWN,
    GatewayNotConfigured,
    GatewayNotKnown,
    Gateways,
    GatewayUnavailable,
    Instrument,
    OutcomeUnknown,
)

from .detachments import detach
from .method import PaymentMethod, PaymentMethodId
from .methods import (
    ExpiryIncomplete,
    PaymentMethodInUse,
    PaymentMethodNotFound,
    attach,
    change,
    gateway_customer_of,
    give_to,
    method_by_id,
    new_method_id,
    newest_methods,
)
from .views import MethodView, Month, Year, show

Token = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        description="The gateway's own token. A card number is refused.",
        examples=["pm_card_visa"],
    ),
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


class Saving(msgspec.Struct, frozen=True):
    """What a gateway shall keep, and the one id that it gets here, however often it is asked."""

    method_id: PaymentMethodId
    wanted: NewMethod


async def finish_saving(caller: Caller, work: Saving, gateways: Gateways) -> MethodView:
    """Ask the gateway to keep it, and remember what it calls it."""
    wanted = work.wanted
    async with caller.transaction() as tx:
        gateway = await gateways.of(tx, wanted.gateway)
        known = await gateway_customer_of(tx, wanted.gateway, wanted.customer_id)
    try:
        token, owner, looks = await gateway.save(wanted.token, known)
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
async def save_payment_method(tx: Tx, body: NewMethod) -> MethodView | Unfinished[Saving]:
    """Save an instrument for later, for a customer perhaps.

    Saving one that the customer has already answers that one.
    """
    if body.gateway not in KNOWN:
        raise GatewayNotKnown(known=sorted(KNOWN))
    if body.customer_id is not None:
        await customers.keep_usable(tx, body.customer_id)
    return Unfinished(Saving(await new_method_id(tx), body))


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
    await customers.keep_usable(tx, body.customer_id)
    return show(await give_to(tx, method_id, body.customer_id))


@post(
    "/v1/payment-methods/{method_id}/detachments",
    "payment_methods:write",
    problems=(PaymentMethodNotFound,),
)
async def detach_payment_method(tx: Tx, method_id: PaymentMethodId) -> MethodView:
    """Use it no more. Payments made with it stay as they are.

    Its gateway is told to forget it as soon as it can be reached.
    """
    return show(await detach(tx, method_id))


async def _keep(
    tx: Tx, work: Saving, token: str, *, owner: str, looks: Instrument
) -> PaymentMethod:
    wanted = work.wanted
    if wanted.customer_id is not None:
        await customers.keep_usable(tx, wanted.customer_id)
    saved = await attach(
        tx,
        method_id=work.method_id,
        gateway=wanted.gateway,
        token=token,
        gateway_customer=owner,
        customer_id=wanted.customer_id,
        instrument=looks,
        metadata=wanted.metadata,
    )
    if not wanted.is_default or saved.is_default or saved.customer_id is None:
        return saved
    return await change(
        tx, saved.id, is_default=True, expiry_month=None, expiry_year=None, metadata=None
    )


ENDPOINTS = (
    save_payment_method,
    list_payment_methods,
    show_payment_method,
    update_payment_method,
    attach_payment_method,
    detach_payment_method,
)
