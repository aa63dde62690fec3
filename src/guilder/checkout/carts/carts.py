"""Carts: opened in any number, changed, and found again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.checkout.promotions import promotion_by_code
from guilder.checkout.settings import DEFAULTS
from guilder.checkout.shipping import ShippingOptionId, ShippingOptionNotFound
from guilder.checkout.taxes import vat_number
from guilder.customers import Address, CustomerId, CustomerNotFound, known_customers
from guilder.db import Tx, as_json, sql
from guilder.kernel import Currency, Problem, TenantId, currency

from .cart import Cart, CartId, CartStatus, FilledCart, filled
from .lines import Wanted, lines_of_carts, put_lines, summed, too_much
from .shelf import Shelf

C = TypeVar("C", "NewCart", Cart)


class CartNotFound(Problem, status=404):
    """There is no such cart."""


class CartClosed(Problem, status=409):
    """This cart was ordered, merged into another, or has expired: it changes no more."""

    cart_status: CartStatus


LONGEST: Final = timedelta(days=366)
"""How long a cart may be kept."""


class CartExpiryNotInFuture(Problem, status=422):
    """A cart expires in the future, and within a year."""


class NewCart(msgspec.Struct, frozen=True, kw_only=True):
    """What a cart shall be opened with."""

    currency: Currency
    customer_id: CustomerId | None = None
    email: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_option_id: ShippingOptionId | None = None
    vat_number: str | None = None
    promotion_codes: list[str] = []
    metadata: dict[str, Any] = {}
    expires_at: datetime | None = None
    lines: list[Wanted] = []


class CartChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about a cart; what is not named stays, and null takes it away."""

    customer_id: CustomerId | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    shipping_address: Address | UnsetType | None = UNSET
    billing_address: Address | UnsetType | None = UNSET
    shipping_option_id: ShippingOptionId | UnsetType | None = UNSET
    vat_number: str | UnsetType | None = UNSET
    promotion_codes: list[str] | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET
    expires_at: datetime | UnsetType = UNSET


class CartDesk(msgspec.Struct, frozen=True):
    """What opening carts needs: the time, how long a cart lives, and fresh ids."""

    now: datetime
    lifetime: timedelta
    ids: list[UUID]


async def open_carts(tx: Tx, shelf: Shelf, asked: Sequence[NewCart]) -> list[FilledCart | Problem]:
    """Open carts. What is wrong with one is nothing to the others."""
    desk = await cart_desk(
        tx, tenant_id=tx.tenant_id, cart_days=DEFAULTS.cart_days, count=len(asked)
    )
    asked = list(asked)
    problems = await _problems(tx, shelf, asked, now=desk.now)
    for place, new in enumerate(asked):
        if problems[place] is None and (new.promotion_codes or new.vat_number):
            try:
                asked[place] = await _spelled(tx, new)
            except Problem as problem:
                problems[place] = problem
    sound = [
        (new, CartId(cart_id), new.expires_at or desk.now + desk.lifetime)
        for new, cart_id, problem in zip(asked, desk.ids, problems, strict=True)
        if problem is None
    ]
    carts = await _insert(tx, sound) if sound else []
    wanted = [(cart_id, line) for new, cart_id, _ in sound for line in summed(new.lines)]
    opened = iter(filled(carts, await put_lines(tx, wanted)))
    return [problem or next(opened) for problem in problems]


async def change_cart(tx: Tx, cart_id: CartId, changes: CartChanges) -> FilledCart:
    """Change what is named, and leave the rest as it was."""
    cart = await locked_cart(tx, cart_id)
    wanted = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET
    }
    changed = await _spelled(tx, msgspec.structs.replace(cart, **wanted))
    (stranger,) = await _strangers(tx, [changes])
    if stranger is not None:
        raise stranger
    now = await tx.now()
    if not now < changed.expires_at <= now + LONGEST:
        raise CartExpiryNotInFuture
    await save_cart(tx, changed)
    return await cart_by_id(tx, cart_id)


async def cart_by_id(tx: Tx, cart_id: CartId) -> FilledCart:
    """One cart of the tenant, with its lines."""
    (found,) = await filled_carts(tx, [cart_id])
    if found is None:
        raise CartNotFound
    return found


async def filled_carts(tx: Tx, cart_ids: Sequence[CartId]) -> list[FilledCart | None]:
    """Carts with their lines, in the order asked."""
    ids = list(cart_ids)
    carts = await carts_by_ids(tx, tenant_id=tx.tenant_id, ids=ids)
    lines = await lines_of_carts(tx, tenant_id=tx.tenant_id, cart_ids=ids)
    found = {each.cart.id: each for each in filled(carts, lines)}
    return [found.get(cart_id) for cart_id in ids]


async def locked_with_lines(tx: Tx, cart_ids: Sequence[CartId]) -> list[FilledCart | Problem]:
    """Carts that may be changed, with their lines, in the order asked; a problem for the others."""
    found = await locked_carts(tx, cart_ids)
    held = [cart for cart in found if isinstance(cart, Cart)]
    ids = [cart.id for cart in held]
    lines = await lines_of_carts(tx, tenant_id=tx.tenant_id, cart_ids=ids) if ids else []
    carts = iter(filled(held, lines))
    return [each if isinstance(each, Problem) else next(carts) for each in found]


async def locked_cart(tx: Tx, cart_id: CartId) -> Cart:
    """One open cart, ours to change until the transaction ends."""
    (found,) = await locked_carts(tx, [cart_id])
    if isinstance(found, Problem):
        raise found
    return found


async def locked_carts(tx: Tx, cart_ids: Sequence[CartId]) -> list[Cart | Problem]:
    """Carts that may be changed, in the order asked; a problem for each other one."""
    found = await lock_carts(tx, tenant_id=tx.tenant_id, ids=list(cart_ids))
    by_id = {cart.id: cart for cart in found}
    return [_changeable(by_id.get(cart_id)) for cart_id in cart_ids]


def _changeable(cart: Cart | None) -> Cart | Problem:
    if cart is None:
        return CartNotFound()
    return cart if cart.status is CartStatus.OPEN else CartClosed(cart_status=cart.status)


async def _problems(
    tx: Tx, shelf: Shelf, asked: Sequence[NewCart], *, now: datetime
) -> list[Problem | None]:
    """What is wrong with each, if anything is."""
    strange = await _strangers(tx, asked)
    await shelf.fetch((line.variant_id, new.currency) for new in asked for line in new.lines)

    def wrong(new: NewCart) -> Problem | None:
        try:
            currency(new.currency)
            for line in new.lines:
                shelf.sold(line.variant_id, new.currency)
        except Problem as problem:
            return problem
        if new.expires_at is not None and not now < new.expires_at <= now + LONGEST:
            return CartExpiryNotInFuture()
        return too_much(summed(new.lines))

    return [stranger or wrong(new) for stranger, new in zip(strange, asked, strict=True)]


async def _strangers(tx: Tx, asked: Sequence[NewCart | CartChanges]) -> list[Problem | None]:
    """Who names a customer or a way of shipping that the tenant does not have."""
    customers = {each.customer_id for each in asked if each.customer_id}
    options = {each.shipping_option_id for each in asked if each.shipping_option_id}
    if customers:
        customers -= set(await known_customers(tx, tenant_id=tx.tenant_id, ids=list(customers)))
    if options:
        options -= set(await known_options(tx, tenant_id=tx.tenant_id, ids=list(options)))
    return [
        CustomerNotFound()
        if each.customer_id in customers
        else ShippingOptionNotFound()
        if each.shipping_option_id in options
        else None
        for each in asked
    ]


async def _spelled(tx: Tx, cart: C) -> C:
    """The same, with codes and VAT number as they are written properly; they have to be known."""
    codes = [(await promotion_by_code(tx, code)).code or code for code in cart.promotion_codes]
    number = vat_number(cart.vat_number) if cart.vat_number else None
    codes = list(dict.fromkeys(codes))
    return msgspec.structs.replace(cart, promotion_codes=codes, vat_number=number)


async def _insert(tx: Tx, sound: Sequence[tuple[NewCart, CartId, datetime]]) -> list[Cart]:
    def of(name: str) -> list[Any]:
        return [getattr(new, name) for new, _, _ in sound]

    found = await insert_carts(
        tx,
        ids=[cart_id for _, cart_id, _ in sound],
        currencies=of("currency"),
        customer_ids=of("customer_id"),
        emails=of("email"),
        shipping_addresses=of("shipping_address"),
        billing_addresses=of("billing_address"),
        shipping_option_ids=of("shipping_option_id"),
        vat_numbers=of("vat_number"),
        codes=[as_json(new.promotion_codes) for new, _, _ in sound],
        metadatas=of("metadata"),
        expires_ats=[end for _, _, end in sound],
        created_by=str(tx.actor or ""),
    )
    by_id = {cart.id: cart for cart in found}
    return [by_id[cart_id] for _, cart_id, _ in sound]


async def save_cart(tx: Tx, cart: Cart) -> None:
    """Write back a cart that this transaction holds."""
    await update_cart(
        tx,
        tenant_id=tx.tenant_id,
        cart_id=cart.id,
        customer_id=cart.customer_id,
        email=cart.email,
        status=cart.status,
        shipping_address=cart.shipping_address,
        billing_address=cart.billing_address,
        shipping_option_id=cart.shipping_option_id,
        vat_number=cart.vat_number,
        codes=cart.promotion_codes,
        metadata=cart.metadata,
        merged_into=cart.merged_into,
        expires_at=cart.expires_at,
    )


@sql
async def cart_desk(tx: Tx, *, tenant_id: TenantId, cart_days: int, count: int) -> CartDesk: ...


@sql
async def insert_carts(
    tx: Tx,
    *,
    ids: list[CartId],
    currencies: list[str],
    customer_ids: list[CustomerId | None],
    emails: list[str | None],
    shipping_addresses: list[Any],
    billing_addresses: list[Any],
    shipping_option_ids: list[ShippingOptionId | None],
    vat_numbers: list[str | None],
    codes: list[Any],
    metadatas: list[Any],
    expires_ats: list[datetime],
    created_by: str,
) -> list[Cart]: ...


@sql
async def carts_by_ids(tx: Tx, *, tenant_id: TenantId, ids: list[CartId]) -> list[Cart]: ...


@sql
async def lock_carts(tx: Tx, *, tenant_id: TenantId, ids: list[CartId]) -> list[Cart]: ...


@sql
async def update_cart(
    tx: Tx,
    *,
    tenant_id: TenantId,
    cart_id: CartId,
    customer_id: CustomerId | None,
    email: str | None,
    status: str,
    shipping_address: Any,
    billing_address: Any,
    shipping_option_id: ShippingOptionId | None,
    vat_number: str | None,
    codes: Any,
    metadata: Any,
    merged_into: CartId | None,
    expires_at: datetime,
) -> None: ...


@sql
async def known_options(
    tx: Tx, *, tenant_id: TenantId, ids: list[ShippingOptionId]
) -> list[ShippingOptionId]: ...


@sql
async def newest_carts(
    tx: Tx,
    *,
    tenant_id: TenantId,
    status: str | None,
    customer_id: CustomerId | None,
    before: CartId | None,
    most: int,
) -> list[Cart]: ...
