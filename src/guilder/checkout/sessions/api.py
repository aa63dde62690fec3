"""The checkouts API: carts are handed over to the payment page, looked at, and called off."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from guilder import customers
from guilder.catalog import OutOfStock, PriceNotFound, PriceReplaced
from guilder.checkout.carts import (
    CartClosed,
    CartId,
    CartNotFound,
    TooManyLines,
    TooManyPieces,
    VariantNotSold,
)
from guilder.checkout.promotions import (
    PromotionNeedsCustomer,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionUsedUp,
)
from guilder.customers import CustomerId, CustomerNotFound
from guilder.db import Tx, tenant_transaction
from guilder.http import Asked, Listing, Page, Visitor, get, post
from guilder.kernel import AmountTooLarge, CurrencyNotKnown, Problem, TenantId

from .cancellations import call_off
from .drafts import CartEmpty, CheckoutExpiryNotValid, MetadataNotPortable
from .handoff import as_jwk
from .keys import PUBLISHED_FOR, Signers, published_keys
from .ordered import ordered
from .prices import SalePriceNamed
from .session import CheckoutId, Session, SessionStatus, Snapshot
from .sessions import (
    CheckoutNotFound,
    CheckoutUnderway,
    newest_sessions,
    open_sessions,
    session_by_id,
)
from .views import CheckoutBody, CheckoutView, NothingToBuy, OnlyForPrices, show


class Keys(msgspec.Struct, frozen=True):
    """Public keys, as RFC 7517 has them."""

    keys: list[dict[str, Any]]


@post(
    "/v1/checkouts",
    "checkout:write",
    problems=(
        NothingToBuy,
        CartNotFound,
        CartClosed,
        CartEmpty,
        CheckoutUnderway,
        CheckoutExpiryNotValid,
        PriceNotFound,
        PriceReplaced,
        SalePriceNamed,
        OnlyForPrices,
        VariantNotSold,
        MetadataNotPortable,
        OutOfStock,
        PromotionNotFound,
        PromotionUsedUp,
        PromotionNotRunning,
        PromotionNeedsCustomer,
        CustomerNotFound,
        CurrencyNotKnown,
        TooManyLines,
        TooManyPieces,
        AmountTooLarge,
    ),
)
async def create_checkout(
    tx: Tx, asked: Sequence[Asked[CheckoutBody, None]], signers: Signers
) -> list[CheckoutView | Problem]:
    """Hand a cart over to be paid, or so many of what a price is for.

    What is sold and what it costs never changes after that. The units are kept
    until the checkout is paid, expires, or is called off.
    """
    faults = [one.body.fault for one in asked]
    sound = [one.body.asked() for one, fault in zip(asked, faults, strict=True) if fault is None]
    opened = iter(await open_sessions(tx, signers, sound) if sound else ())
    outcomes = [fault or next(opened) for fault in faults]
    return [
        each if isinstance(each, Problem) else _show_new(tx, signers, each) for each in outcomes
    ]


@get("/v1/checkouts", "checkout:read")
async def list_checkouts(
    tx: Tx,
    page: Page,
    *,
    status: SessionStatus | None = None,
    cart_id: CartId | None = None,
    customer_id: CustomerId | None = None,
    signers: Signers,
) -> Listing[CheckoutView]:
    """List checkouts, newest first."""
    same = await customers.ids_of(tx, customer_id) if customer_id else None
    found = await newest_sessions(
        tx,
        tenant_id=tx.tenant_id,
        status=status,
        cart_id=cart_id,
        customer_ids=same,
        before=page.after(CheckoutId),
        most=page.most,
    )
    shown = await _show(tx, signers, found)
    return page.listing(shown, at=lambda each: each.id, show=lambda each: each)


@get("/v1/checkouts/{checkout_id}", "checkout:read", problems=(CheckoutNotFound,))
async def show_checkout(tx: Tx, checkout_id: CheckoutId, signers: Signers) -> CheckoutView:
    """Look at one checkout."""
    (shown,) = await _show(tx, signers, [await session_by_id(tx, checkout_id)])
    return shown


@get("/v1/checkouts/{checkout_id}/snapshot", "checkout:read", problems=(CheckoutNotFound,))
async def show_checkout_snapshot(tx: Tx, checkout_id: CheckoutId) -> Snapshot:
    """Read what was handed over, to the letter.

    The checkout's `snapshot_hash` is the SHA-256 of this as canonical JSON (RFC 8785).
    """
    return (await session_by_id(tx, checkout_id)).snapshot


@post(
    "/v1/checkouts/{checkout_id}/cancellations",
    "checkout:write",
    problems=(CheckoutNotFound, CheckoutUnderway),
)
async def cancel_checkout(tx: Tx, checkout_id: CheckoutId, signers: Signers) -> CheckoutView:
    """Call a checkout off before its time: what was kept for it is there for others."""
    (shown,) = await _show(tx, signers, [await call_off(tx, checkout_id)])
    return shown


@get("/.well-known/{tenant_id}/jwks.json", None)
async def show_keys(visitor: Visitor, tenant_id: UUID) -> Keys:
    """The public keys by which anybody can verify a tenant's handoffs offline."""
    async with tenant_transaction(visitor.pool, TenantId(tenant_id)) as tx:
        published = await published_keys(
            tx, tenant_id=tx.tenant_id, retired_after=await tx.now() - PUBLISHED_FOR
        )
    return Keys([as_jwk(key) for key in published])


@post("/v1/signing-keys", "signing_keys:write")
async def replace_signing_key(tx: Tx, signers: Signers) -> Keys:
    """Have a new key sign from now on. What the one before has signed stays good."""
    await signers.replace(tx)
    published = await published_keys(
        tx, tenant_id=tx.tenant_id, retired_after=await tx.now() - PUBLISHED_FOR
    )
    return Keys([as_jwk(key) for key in published])


def _show_new(tx: Tx, signers: Signers, session: Session) -> CheckoutView:
    return show(
        session,
        public_url=signers.public_url,
        tenant_id=tx.tenant_id,
        now=session.created_at,
        is_ordered=False,
    )


async def _show(tx: Tx, signers: Signers, sessions: Sequence[Session]) -> list[CheckoutView]:
    now, with_order = await tx.now(), await ordered(tx, sessions)
    return [
        show(
            each,
            public_url=signers.public_url,
            tenant_id=tx.tenant_id,
            now=now,
            is_ordered=each.id in with_order,
        )
        for each in sessions
    ]


ENDPOINTS = (
    create_checkout,
    list_checkouts,
    show_checkout,
    show_checkout_snapshot,
    cancel_checkout,
    show_keys,
    replace_signing_key,
)
