"""The sandbox's book: what it took, held and gave back, as a gateway would remember it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Lifecycle, Move, TenantId
from guilder.payments.gateways.gateway import AttemptId


class LineStatus(StrEnum):
    """Whether it was done. While it waits, the buyer has to authenticate."""

    WAITING = auto()
    DONE = auto()
    DECLINED = auto()


class LineLife(Lifecycle, column="payments.sandbox_movement.status"):
    """Done or declined, at once or once the buyer has acted."""

    do = Move(LineStatus.WAITING, to=LineStatus.DONE)
    decline = Move(LineStatus.WAITING, to=LineStatus.DECLINED)


class Stage(StrEnum):
    """How far the sandbox's bank has come with a dispute."""

    OPEN = auto()
    UNDER_REVIEW = auto()
    WON = auto()
    LOST = auto()


class StageLife(Lifecycle, column="payments.sandbox_dispute.status"):
    """Opened, looked at, and decided by the words of the evidence."""

    review = Move(Stage.OPEN, to=Stage.UNDER_REVIEW)
    win = Move(Stage.OPEN, Stage.UNDER_REVIEW, to=Stage.WON)
    lose = Move(Stage.OPEN, Stage.UNDER_REVIEW, to=Stage.LOST)


class Line(msgspec.Struct, frozen=True):
    """One movement, under the id of the order that caused it."""

    id: AttemptId
    intent: str
    kind: str
    status: str
    amount_minor: int
    currency: str
    token: str | None
    code: str | None
    return_url: str | None
    is_final: bool
    created_at: datetime


class Standing(msgspec.Struct, frozen=True):
    """What of an intent is held, taken and given back."""

    held_minor: int
    taken_minor: int
    given_back_minor: int
    is_closed: bool


class DisputeLine(msgspec.Struct, frozen=True):
    """A dispute, as the sandbox keeps it."""

    id: str
    intent: str
    amount_minor: int
    currency: str
    status: str
    created_at: datetime


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A movement to be entered."""

    id: AttemptId
    intent: str
    kind: str
    status: str
    amount_minor: int
    currency: str
    token: str | None = None
    code: str | None = None
    return_url: str | None = None
    is_final: bool = False


async def enter(tx: Tx, lines: Sequence[New]) -> set[UUID]:
    """Enter movements, each once; answers which were new."""
    if not lines:
        return set()
    return set(
        await insert_lines(
            tx,
            ids=[line.id for line in lines],
            intents=[line.intent for line in lines],
            kinds=[line.kind for line in lines],
            statuses=[line.status for line in lines],
            amounts=[line.amount_minor for line in lines],
            currencies=[line.currency for line in lines],
            tokens=[line.token for line in lines],
            codes=[line.code for line in lines],
            return_urls=[line.return_url for line in lines],
            finals=[line.is_final for line in lines],
        )
    )


@sql
async def insert_lines(
    tx: Tx,
    *,
    ids: list[AttemptId],
    intents: list[str],
    kinds: list[str],
    statuses: list[str],
    amounts: list[int],
    currencies: list[str],
    tokens: list[str | None],
    codes: list[str | None],
    return_urls: list[str | None],
    finals: list[bool],
) -> list[UUID]: ...


@sql
async def line_of(tx: Tx, *, tenant_id: TenantId, movement_id: AttemptId) -> Line | None: ...


@sql
async def lock_intent(tx: Tx, *, tenant_id: TenantId, intent: str) -> Line | None: ...


@sql
async def standing_of(tx: Tx, *, tenant_id: TenantId, intent: str) -> Standing: ...


@sql
async def decide(
    tx: Tx,
    *,
    tenant_id: TenantId,
    movement_id: AttemptId,
    status: str,
    code: str | None,
) -> bool | None: ...


@sql
async def lines_between(
    tx: Tx, *, tenant_id: TenantId, since: datetime, until: datetime, after: UUID | None, most: int
) -> list[Line]: ...


@sql
async def refund_lines(tx: Tx, *, tenant_id: TenantId, intent: str) -> list[Line]: ...


@sql
async def insert_dispute(
    tx: Tx,
    *,
    dispute_id: str,
    intent: str,
    amount_minor: int,
    currency: str,
) -> None: ...


@sql
async def dispute_line(tx: Tx, *, tenant_id: TenantId, dispute_id: str) -> DisputeLine | None: ...


@sql
async def answer_dispute(
    tx: Tx,
    *,
    tenant_id: TenantId,
    dispute_id: str,
    evidence: str,
    status: str,
) -> None: ...
