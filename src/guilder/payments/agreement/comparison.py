"""The comparison: what one list has, and the other has not or has otherwise.

Each side knows of a movement at its own time: we may learn of it when an answer
that was lost is found out, and a gateway may enter it after it has answered. So
what is not in the other list of the span is looked up there before it is called missing.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.kernel import TenantId
from guilder.payments.gateways import Done, Gateway, Movement, MovementKind

MARGIN: Final = timedelta(minutes=15)
"""Two clocks: what one side saw just outside of the span may lie inside for the other."""

LOOK_BACK: Final = timedelta(days=31)
"""How far before a span a gateway's list is searched for what we learned within it."""

LOOK_AHEAD: Final = timedelta(days=1)
"""How long a gateway may take to enter what it has told us already."""

MOST_MOVEMENTS: Final = 200_000
MOST_DIFFERENCES: Final = 200
"""How many are kept and shown; what is beyond is counted."""

MOST_ASKED: Final = 100
"""Payments whose refunds are asked for one by one."""

KINDS: Final = frozenset({MovementKind.CAPTURE.value, MovementKind.REFUND.value})
"""What every gateway lists. Chargebacks are compared where it lists them."""

Key: TypeAlias = tuple[str, str, bool]
"""Its kind, the gateway's name of it, and whether it is what came back of it."""


class TooManyMovements(Exception):
    """More than are compared at once."""


class Span(msgspec.Struct, frozen=True):
    """A span of time, without its end."""

    since: datetime
    until: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether it lies within."""
        return self.since <= instant < self.until


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A movement on which the lists do not agree."""

    problem: str
    kind: str
    reference: str
    gateway_payment_intent_id: str | None
    ours_minor: int | None
    theirs_minor: int | None
    currency: str
    payment_id: UUID | None


class Comparison(msgspec.Struct, frozen=True):
    """How much was compared, and what came of it."""

    movements: int = 0
    differences: list[Difference] = []
    difference_count: int = 0


class OurMovement(msgspec.Struct, frozen=True):
    """A movement as we have it, of which we learned when it was finished."""

    type: str
    status: str
    gateway_reference: str
    amount_minor: int
    currency: str
    payment_id: UUID
    created_at: datetime
    finished_at: datetime
    gateway_payment_intent_id: str | None


class NamedPayment(msgspec.Struct, frozen=True):
    """A payment under the gateway's name for it."""

    gateway_payment_intent_id: str
    id: UUID


async def compare(pool: Pool, tenant_id: TenantId, gateway: Gateway, *, span: Span) -> Comparison:
    """Read both lists, and find where they differ."""
    theirs: dict[Key, Movement] = {}
    async for movement in gateway.movements(span.since - MARGIN, span.until + MARGIN):
        _enter(theirs, movement)
    count = len(theirs)
    async with tenant_transaction(pool, tenant_id) as tx:
        ours = await _our_side(tx, gateway.name, theirs, span=span)
        now = await tx.now()
    missing = {key: mine for key, mine in ours.items() if _is_missing(key, mine, theirs, span=span)}
    async for movement in _looked_up_there(gateway, missing, span=span, now=now):
        _enter(theirs, movement)
    found = list(differences(ours, theirs, span=span))
    async with tenant_transaction(pool, tenant_id) as tx:
        kept = await _with_payments(tx, found[:MOST_DIFFERENCES])
    return Comparison(count, kept, len(found))


def differences(
    ours: dict[Key, OurMovement], theirs: dict[Key, Movement], *, span: Span
) -> Iterable[Difference]:
    """Where two lists differ, of what lies within the span on a side that has it."""
    for key, movement in theirs.items():
        mine = ours.get(key)
        is_within = span.holds(movement.occurred_at)
        if mine is None:
            if is_within:
                yield _difference("missing_here", key, mine=None, theirs=movement)
        elif (is_within or span.holds(mine.finished_at)) and (
            mine.amount_minor != abs(movement.amount.minor)
            or mine.currency != movement.amount.currency
        ):
            yield _difference("amount_differs", key, mine=mine, theirs=movement)
    for key, mine in ours.items():
        if _is_missing(key, mine, theirs, span=span):
            yield _difference("missing_there", key, mine=mine, theirs=None)


def _is_missing(key: Key, mine: OurMovement, theirs: dict[Key, Movement], *, span: Span) -> bool:
    """Whether the gateway should list it. What failed afterwards it need not show any more."""
    is_listed = key in theirs or key[0] not in KINDS
    return not is_listed and mine.status == "succeeded" and span.holds(mine.finished_at)


async def _our_side(
    tx: Tx, gateway: str, theirs: dict[Key, Movement], *, span: Span
) -> dict[Key, OurMovement]:
    """Our list of the span, and of what else they list, whenever we learned of it."""
    listed = await our_movements(
        tx,
        tenant_id=tx.tenant_id,
        gateway=gateway,
        since=span.since - MARGIN,
        until=span.until + MARGIN,
        most=MOST_MOVEMENTS + 1,
    )
    if len(listed) > MOST_MOVEMENTS:
        raise TooManyMovements
    ours = by_key(listed)
    names = sorted({key[1] for key in theirs if key not in ours})
    if names:
        named = await movements_named(tx, tenant_id=tx.tenant_id, gateway=gateway, names=names)
        ours |= by_key(named)
    return ours


async def _looked_up_there(
    gateway: Gateway, missing: dict[Key, OurMovement], *, span: Span, now: datetime
) -> AsyncIterator[Movement]:
    """What the gateway has of these outside of the span.

    An order of ours is carried out after it was written down. A refund made in
    the gateway's own dashboard is written down when we hear of it, so that one
    is asked for by its payment.
    """
    left = set(missing)
    if not left:
        return
    asked_first = min(mine.created_at for mine in missing.values()) - MARGIN
    known_last = max(mine.finished_at for mine in missing.values()) + LOOK_AHEAD
    for since, until in (
        (max(asked_first, span.since - LOOK_BACK), span.since - MARGIN),
        (span.until + MARGIN, min(known_last, now)),
    ):
        if left and since < until:
            async for movement in _sought(gateway.movements(since, until), left):
                yield movement
    async for movement in _refunds_of(gateway, [missing[key] for key in sorted(left)]):
        yield movement


async def _refunds_of(gateway: Gateway, missing: Sequence[OurMovement]) -> AsyncIterator[Movement]:
    """What the gateway shows of refunds when it is asked for their payments."""
    wanted = {one.gateway_reference: one for one in missing if one.type == MovementKind.REFUND}
    intents = dict.fromkeys(one.gateway_payment_intent_id for one in wanted.values())
    for intent in [intent for intent in intents if intent][:MOST_ASKED]:
        for refund in await gateway.refunds_of(intent):
            mine = wanted.get(refund.reference)
            if mine and isinstance(refund.outcome, Done):
                yield Movement(
                    kind=MovementKind.REFUND,
                    reference=refund.reference,
                    intent=intent,
                    amount=refund.amount,
                    occurred_at=mine.finished_at,
                )


async def _sought(listed: AsyncIterator[Movement], left: set[Key]) -> AsyncIterator[Movement]:
    """Those that are looked for, until none of them is left."""
    seen = 0
    async for movement in listed:
        seen += 1
        if seen > MOST_MOVEMENTS:
            raise TooManyMovements
        key = key_of(movement)
        if key in left:
            left.discard(key)
            yield movement
        if not left:
            return


async def _with_payments(tx: Tx, found: Sequence[Difference]) -> list[Difference]:
    """What is missing here may belong to a payment that we have."""
    intents = {
        one.gateway_payment_intent_id
        for one in found
        if one.payment_id is None and one.gateway_payment_intent_id
    }
    if not intents:
        return list(found)
    named = await payments_of_intents(tx, tenant_id=tx.tenant_id, intents=sorted(intents))
    known = {one.gateway_payment_intent_id: one.id for one in named}
    return [
        msgspec.structs.replace(
            one, payment_id=one.payment_id or known.get(one.gateway_payment_intent_id or "")
        )
        for one in found
    ]


def _enter(theirs: dict[Key, Movement], movement: Movement) -> None:
    theirs[key_of(movement)] = movement
    if len(theirs) > MOST_MOVEMENTS:
        raise TooManyMovements


def key_of(movement: Movement) -> Key:
    """By what both sides know it. Less than nothing is what came back."""
    return movement.kind.value, movement.reference, movement.amount.minor < 0


def by_key(movements: Iterable[OurMovement]) -> dict[Key, OurMovement]:
    """Ours by their keys. What failed after it was done has moved, and has come back."""
    return {
        (one.type, one.gateway_reference, is_return): one
        for one in movements
        for is_return in (False, True)[: 2 if one.status == "failed" else 1]
    }


def _difference(
    problem: str, key: Key, *, mine: OurMovement | None, theirs: Movement | None
) -> Difference:
    return Difference(
        problem=problem,
        kind=key[0],
        reference=key[1],
        gateway_payment_intent_id=(
            theirs.intent if theirs else mine.gateway_payment_intent_id if mine else None
        ),
        ours_minor=mine.amount_minor if mine else None,
        theirs_minor=theirs.amount.minor if theirs else None,
        currency=mine.currency if mine else theirs.amount.currency if theirs else "",
        payment_id=mine.payment_id if mine else None,
    )


@sql
async def our_movements(
    tx: Tx, *, tenant_id: TenantId, gateway: str, since: datetime, until: datetime, most: int
) -> list[OurMovement]: ...


@sql
async def movements_named(
    tx: Tx, *, tenant_id: TenantId, gateway: str, names: list[str]
) -> list[OurMovement]: ...


@sql
async def payments_of_intents(
    tx: Tx, *, tenant_id: TenantId, intents: list[str]
) -> list[NamedPayment]: ...
