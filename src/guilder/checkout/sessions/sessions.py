"""Sessions: carts are handed over, in any number, each with what it needs kept for it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec

from guilder import catalog
from guilder.checkout import promotions
from guilder.checkout.carts import (
    CartId,
    FilledCart,
    NewCart,
    Shelf,
    locked_with_lines,
    open_carts,
    price_carts,
)
from guilder.customers import Customer, CustomerId, usable_customers
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .closing import close
from .drafts import CartEmpty, Draft, NewSession, draft
from .expiry import expire_later
from .handoff import Handoff, hash_of, seconds, signed
from .keys import Signer, Signers
from .prices import CartsLeftBehind, cart_of_price, leave_no_cart_behind
from .session import CheckoutId, OrderId, Session, SessionStatus

Outcomes = dict[int, Session | Problem]


class CheckoutNotFound(Problem, status=404):
    """There is no such checkout."""


class CheckoutUnderway(Problem, status=409, retry_after_seconds=5):
    """Another checkout of this cart is being paid: what becomes of that has to be known first."""


class Standing(msgspec.Struct, frozen=True):
    """An open session of a cart, and whether somebody is paying for it."""

    id: CheckoutId
    cart_id: CartId
    is_being_paid: bool


class SessionDesk(msgspec.Struct, frozen=True):
    """What handing over needs: fresh ids, and what is open for the same carts."""

    ids: list[UUID]
    standing: list[Standing]


class Opening(msgspec.Struct, frozen=True):
    """What a transaction hands over carts with."""

    signers: Signers
    shelf: Shelf
    asked: Sequence[NewSession]


async def open_sessions(
    tx: Tx, signers: Signers, asked: Sequence[NewSession]
) -> list[Session | Problem]:
    """Hand carts over. What is wrong with one is nothing to the others.

    For a price a cart is opened. Where that is refused no cart is left behind, so all is begun
    anew without it.
    """
    opening = Opening(signers, Shelf(tx), asked)
    of_prices = {place for place, new in enumerate(asked) if new.cart_id is None}
    refused: Outcomes = {}
    while asked_now := of_prices - refused.keys():
        try:
            async with tx.savepoint():
                outcomes = await _open(tx, opening, refused)
                leave_no_cart_behind(outcomes, asked_now)
        except CartsLeftBehind as left:
            refused |= left.problems
        else:
            return [outcomes[place] for place in range(len(asked))]
    outcomes = await _open(tx, opening, refused)
    return [outcomes[place] for place in range(len(asked))]


async def _open(tx: Tx, opening: Opening, refused: Outcomes) -> Outcomes:
    """The same, once, without those that were refused before."""
    asked, outcomes = opening.asked, dict(refused)
    places = await _carts_of(tx, opening.shelf, asked, outcomes)
    carts = await _held(tx, asked, places, outcomes)
    if carts:
        desk = await session_desk(
            tx, tenant_id=tx.tenant_id, cart_ids=list(carts), count=2 * len(carts)
        )
        ids = iter(desk.ids)
        standing = {one.cart_id for one in desk.standing}
        fresh = {places[each]: carts[each] for each in carts if each not in standing}
        outcomes |= await _hand_over(tx, opening, fresh, ids)
        for each in sorted(standing):
            before = [one for one in desk.standing if one.cart_id == each]
            again = {places[each]: carts[each]}
            outcomes |= await _hand_over_anew(tx, opening, again, ids=ids, before=before)
    return outcomes


async def session_by_id(tx: Tx, checkout_id: CheckoutId) -> Session:
    """One checkout of the tenant."""
    found = await find_session(tx, tenant_id=tx.tenant_id, checkout_id=checkout_id)
    if found is None:
        raise CheckoutNotFound
    return found


async def _carts_of(
    tx: Tx, shelf: Shelf, asked: Sequence[NewSession], outcomes: Outcomes
) -> dict[CartId, int]:
    """The carts, each with the place at which it was asked for; for a price one is opened."""
    places: dict[CartId, int] = {}
    to_open: dict[int, NewCart] = {}
    for place, new in enumerate(asked):
        if place in outcomes:
            continue
        if new.cart_id is None:
            try:
                to_open[place] = await cart_of_price(tx, new)
            except Problem as problem:
                outcomes[place] = problem
        elif new.cart_id in places:
            outcomes[place] = CheckoutUnderway()  # the same cart, asked for at the same time
        else:
            places[new.cart_id] = place
    if to_open:
        opened = await open_carts(tx, shelf, list(to_open.values()))
        for place, found in zip(to_open, opened, strict=True):
            if isinstance(found, Problem):
                outcomes[place] = found
            else:
                places[found.cart.id] = place
    return places


async def _held(
    tx: Tx, asked: Sequence[NewSession], places: dict[CartId, int], outcomes: Outcomes
) -> dict[CartId, FilledCart]:
    """The carts that may be handed over, ours until the transaction ends."""
    carts: dict[CartId, FilledCart] = {}
    for cart_id, held in zip(places, await locked_with_lines(tx, list(places)), strict=True):
        if isinstance(held, Problem):
            outcomes[places[cart_id]] = held
        elif not held.lines:
            outcomes[places[cart_id]] = CartEmpty()
        else:
            carts[cart_id] = _sent_to(held, asked[places[cart_id]])
    return carts


def _sent_to(held: FilledCart, asked: NewSession) -> FilledCart:
    """The cart with the addresses that are named now: they decide taxes and shipping too."""
    cart = msgspec.structs.replace(
        held.cart,
        shipping_address=asked.shipping_address or held.cart.shipping_address,
        billing_address=asked.billing_address or held.cart.billing_address,
    )
    return FilledCart(cart, held.lines)


async def _hand_over_anew(
    tx: Tx,
    opening: Opening,
    carts: dict[int, FilledCart],
    *,
    ids: Iterator[UUID],
    before: Sequence[Standing],
) -> Outcomes:
    """A cart has one open handoff. The one before is closed if another takes its place."""
    (place,) = carts
    if any(one.is_being_paid for one in before):
        return {place: CheckoutUnderway()}
    try:
        async with tx.savepoint():
            await close(tx, [one.id for one in before], SessionStatus.EXPIRED)
            outcomes = await _hand_over(tx, opening, carts, ids)
            if isinstance(problem := outcomes[place], Problem):
                raise problem
            return outcomes
    except Problem as problem:
        return {place: problem}


async def _hand_over(
    tx: Tx, opening: Opening, carts: dict[int, FilledCart], ids: Iterator[UUID]
) -> Outcomes:
    """Hand over carts of which nothing is handed over now."""
    outcomes: Outcomes = {}
    drafts = await _drafts(tx, opening, carts, ids=ids, outcomes=outcomes) if carts else []
    if kept := await _keep_for(tx, drafts, outcomes):
        signer = await opening.signers.of(tx)
        for session in await _insert(tx, kept, signer, issuer=opening.signers.public_url):
            outcomes[next(one.place for one in kept if one.session_id == session.id)] = session
        await expire_later(tx, [one.expires_at for one in kept])
    return outcomes


async def _drafts(
    tx: Tx,
    opening: Opening,
    carts: dict[int, FilledCart],
    *,
    ids: Iterator[UUID],
    outcomes: Outcomes,
) -> list[Draft]:
    """What each cart costs now, where it may be handed over at all."""
    priced, settings = await price_carts(tx, opening.shelf, list(carts.values()))
    customers = await _customers(tx, opening, carts)
    drafts = []
    for place, one in zip(carts, priced, strict=True):
        new = opening.asked[place]
        pair = CheckoutId(next(ids)), OrderId(next(ids))
        try:
            drafts.append(draft(place, new, one, desk=settings, customers=customers, ids=pair))
        except Problem as problem:
            outcomes[place] = problem
    return drafts


async def _customers(
    tx: Tx, opening: Opening, carts: dict[int, FilledCart]
) -> dict[CustomerId, Customer]:
    """Who is named, for what they need not tell again."""
    named = [
        opening.asked[place].customer_id or filled.cart.customer_id
        for place, filled in carts.items()
    ]
    ids = list({customer_id for customer_id in named if customer_id})
    found = await usable_customers(tx, tenant_id=tx.tenant_id, ids=ids) if ids else []
    return {customer.id: customer for customer in found}


async def _keep_for(tx: Tx, drafts: Sequence[Draft], outcomes: Outcomes) -> list[Draft]:
    """Keep units and promotions for each, all that it needs or nothing."""
    if not drafts:
        return []
    missing = await catalog.reserve(tx, [one.holding for one in drafts])
    outcomes |= {
        one.place: problem for one, problem in zip(drafts, missing, strict=True) if problem
    }
    sound = [one for one in drafts if one.place not in outcomes]
    promoted = [one for one in sound if one.snapshot.discounts]
    if not promoted:
        return sound
    used_up = await promotions.hold(tx, [one.use for one in promoted])
    refused = {one.place: wrong for one, wrong in zip(promoted, used_up, strict=True) if wrong}
    outcomes |= refused
    await catalog.release(tx, [one.session_id for one in promoted if one.place in refused])
    return [one for one in sound if one.place not in refused]


async def _insert(tx: Tx, drafts: Sequence[Draft], signer: Signer, *, issuer: str) -> list[Session]:
    sessions = []
    for one in drafts:
        snapshot_hash = hash_of(one.snapshot)
        handoff = Handoff(
            iss=issuer,
            tenant=tx.tenant_id,
            sub=one.session_id,
            amount=one.snapshot.total_minor,
            currency=one.snapshot.currency,
            snapshot=snapshot_hash,
            iat=seconds(one.now),
            exp=seconds(one.expires_at),
        )
        session = one.session(
            snapshot_hash=snapshot_hash,
            key_id=signer.key_id,
            token=signed(handoff, signer),
            by=str(tx.actor or ""),
        )
        sessions.append(session)
    await insert_sessions(tx, sessions=sessions)
    return sessions


@sql
async def session_desk(
    tx: Tx, *, tenant_id: TenantId, cart_ids: list[CartId], count: int
) -> SessionDesk: ...


@sql
async def insert_sessions(tx: Tx, *, sessions: list[Session]) -> None: ...


@sql
async def find_session(
    tx: Tx, *, tenant_id: TenantId, checkout_id: CheckoutId
) -> Session | None: ...


@sql
async def newest_sessions(
    tx: Tx,
    *,
    tenant_id: TenantId,
    status: str | None,
    cart_id: CartId | None,
    customer_ids: list[CustomerId] | None,
    before: CheckoutId | None,
    most: int,
) -> list[Session]: ...
