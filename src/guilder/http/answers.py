"""Answers already given: the same request repeated is answered the same, and done once.

The answer is recorded in the transaction of the work itself, so there is no
moment at which the one exists without the other.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from guilder.db import Pool, Tx, sql, system_transaction
from guilder.kernel import Problem, TenantId, Vault

from .limits import MAX_IDEMPOTENCY_KEY, MIN_SHARED_KEY
from .request import Request

KEPT: Final = timedelta(hours=24)
MOST_FORGOTTEN: Final = 1000


class IdempotencyKeyNotValid(Problem, status=400):
    """An Idempotency-Key is 1 to 255 printable ASCII characters; of a page, 32 at least."""


class IdempotencyKeyReused(Problem, status=422):
    """This Idempotency-Key was used for another request."""


class RequestInProgress(Problem, status=409, retry_after_seconds=1):
    """A request with this Idempotency-Key is still being worked on."""


class Turn(msgspec.Struct, frozen=True):
    """Whether a key is ours to use now, and what became of it before."""

    is_mine: bool
    request_hash: bytes | None
    status: int | None
    body: bytes | None
    work: bytes | None


class Ticket(msgspec.Struct, frozen=True):
    """A request's key, and what makes it the same request when it comes again."""

    key: str
    request_hash: bytes


class Answer(msgspec.Struct, frozen=True):
    """What was answered to a request."""

    status: int
    body: bytes


class Work(msgspec.Struct, frozen=True):
    """What is left to do before a request can be answered, as the endpoint wrote it down."""

    left: bytes


def ticket_of(request: Request) -> Ticket | None:
    """The request's key, if it has one, with a hash of method, path, query and body.

    All who read a page act by the same key of the tenant, so what each of them calls a request
    has to be too long to be somebody else's, or to be guessed.
    """
    key = request.header(b"idempotency-key")
    if key is None:
        return None
    least = MIN_SHARED_KEY if request.is_for_browsers else 1
    if not least <= len(key) <= MAX_IDEMPOTENCY_KEY or not (key.isascii() and key.isprintable()):
        raise IdempotencyKeyNotValid
    head = f"{request.method}\0{request.path}\0".encode() + request.query_string + b"\0"
    return Ticket(key, hashlib.sha256(head + request.body).digest())


async def earlier_answers(
    tx: Tx, tickets: Sequence[Ticket], vault: Vault
) -> list[Answer | Work | Problem | None]:
    """What became of these requests before; None where an answer is ours to give."""
    turns = await take_turns(
        tx,
        tenant_id=tx.tenant_id,
        actor=str(tx.actor or ""),
        keys=[ticket.key for ticket in tickets],
    )
    return [
        _earlier(turn, ticket, vault, place=_place(tx, ticket))
        for turn, ticket in zip(turns, tickets, strict=True)
    ]


async def keep_answers(
    tx: Tx, answers: Sequence[tuple[Ticket, Answer | Work]], vault: Vault
) -> None:
    """Record what is answered under keys whose turn this transaction has, or what is left to do.

    An answer may hold a secret that is shown only once, so it is sealed.
    """
    if not answers:
        return
    given = [answer if isinstance(answer, Answer) else None for _, answer in answers]
    left = [answer.left if isinstance(answer, Work) else None for _, answer in answers]
    places = [_place(tx, ticket) for ticket, _ in answers]
    await record_answers(
        tx,
        tenant_id=tx.tenant_id,
        actor=str(tx.actor or ""),
        keys=[ticket.key for ticket, _ in answers],
        request_hashes=[ticket.request_hash for ticket, _ in answers],
        statuses=[answer.status if answer else None for answer in given],
        bodies=[
            vault.seal(answer.body, place=place) if answer else None
            for answer, place in zip(given, places, strict=True)
        ],
        works=[
            vault.seal(work, place=place) if work is not None else None
            for work, place in zip(left, places, strict=True)
        ],
    )


async def finish_answer(tx: Tx, ticket: Ticket, answer: Answer, vault: Vault) -> None:
    """Record the answer to a request whose work is done."""
    await complete_answer(
        tx,
        tenant_id=tx.tenant_id,
        actor=str(tx.actor or ""),
        key=ticket.key,
        status=answer.status,
        body=vault.seal(answer.body, place=_place(tx, ticket)),
    )


def _earlier(
    turn: Turn, ticket: Ticket, vault: Vault, *, place: bytes
) -> Answer | Work | Problem | None:
    is_known = turn.request_hash is not None
    if is_known and turn.request_hash != ticket.request_hash:
        return IdempotencyKeyReused()
    if turn.status is not None and turn.body is not None:
        return Answer(turn.status, vault.open(turn.body, place=place))
    if turn.work is not None:
        return Work(vault.open(turn.work, place=place))
    return None if turn.is_mine else RequestInProgress()


def _place(tx: Tx, ticket: Ticket) -> bytes:
    return f"answer {tx.tenant_id} {tx.actor} {ticket.key}".encode()


async def forget_answers(pool: Pool) -> int:
    """Forget answers that are older than a day."""
    forgotten = 0
    while True:
        async with system_transaction(pool) as tx:
            some = await forget_some(tx, age=KEPT, most=MOST_FORGOTTEN)
        forgotten += some
        if some < MOST_FORGOTTEN:
            return forgotten


@sql
async def take_turns(tx: Tx, *, tenant_id: TenantId, actor: str, keys: list[str]) -> list[Turn]: ...


@sql
async def record_answers(
    tx: Tx,
    *,
    tenant_id: TenantId,
    actor: str,
    keys: list[str],
    request_hashes: list[bytes],
    statuses: list[int | None],
    bodies: list[bytes | None],
    works: list[bytes | None],
) -> None: ...


@sql
async def complete_answer(
    tx: Tx, *, tenant_id: TenantId, actor: str, key: str, status: int, body: bytes
) -> None: ...


@sql
async def forget_some(tx: Tx, *, age: timedelta, most: int) -> int: ...
