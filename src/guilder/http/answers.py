"""Answers already given: the same request repeated is answered the same, and done once.

The answer is recorded in the transaction of the work itself, so there is no
moment at which the one exists without the other.
"""

import hashlib
from datetime import timedelta
from typing import Final

import msgspec

from guilder.db import Pool, Tx, sql, system_transaction
from guilder.kernel import Problem, TenantId, Vault

from .limits import MAX_IDEMPOTENCY_KEY
from .request import Request

KEPT: Final = timedelta(hours=24)
MOST_FORGOTTEN: Final = 1000


class IdempotencyKeyNotValid(Problem, status=400):
    """An Idempotency-Key is 1 to 255 printable ASCII characters."""


class IdempotencyKeyReused(Problem, status=422):
    """This Idempotency-Key was used for another request."""


class RequestInProgress(Problem, status=409, retry_after_seconds=1):
    """A request with this Idempotency-Key is still being worked on."""


class Turn(msgspec.Struct, frozen=True):
    """Whether a key is ours to use now, and what was answered under it before."""

    is_mine: bool
    request_hash: bytes | None
    status: int | None
    body: bytes | None


class Ticket(msgspec.Struct, frozen=True):
    """A request's key, and what makes it the same request when it comes again."""

    key: str
    request_hash: bytes


class Answer(msgspec.Struct, frozen=True):
    """What was answered to a request."""

    status: int
    body: bytes


def ticket_of(request: Request) -> Ticket | None:
    """The request's key, if it has one, with a hash of method, path, query and body."""
    key = request.header(b"idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY or not (key.isascii() and key.isprintable()):
        raise IdempotencyKeyNotValid
    head = f"{request.method}\0{request.path}\0".encode() + request.query_string + b"\0"
    return Ticket(key, hashlib.sha256(head + request.body).digest())


async def earlier_answer(tx: Tx, ticket: Ticket, vault: Vault) -> Answer | None:
    """The answer that was given to this request before; None where it is ours to give."""
    turn = await take_turn(tx, tenant_id=tx.tenant_id, actor=str(tx.actor or ""), key=ticket.key)
    if turn.status is not None and turn.body is not None:
        if turn.request_hash != ticket.request_hash:
            raise IdempotencyKeyReused
        return Answer(turn.status, vault.open(turn.body, place=_place(tx, ticket)))
    if not turn.is_mine:
        raise RequestInProgress
    return None


async def keep_answer(tx: Tx, ticket: Ticket, answer: Answer, vault: Vault) -> None:
    """Record what is answered under a key whose turn this transaction has.

    An answer may hold a secret that is shown only once, so it is sealed.
    """
    await record_answer(
        tx,
        tenant_id=tx.tenant_id,
        actor=str(tx.actor or ""),
        key=ticket.key,
        request_hash=ticket.request_hash,
        status=answer.status,
        body=vault.seal(answer.body, place=_place(tx, ticket)),
    )


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
async def take_turn(tx: Tx, *, tenant_id: TenantId, actor: str, key: str) -> Turn: ...


@sql
async def record_answer(
    tx: Tx,
    *,
    tenant_id: TenantId,
    actor: str,
    key: str,
    request_hash: bytes,
    status: int,
    body: bytes,
) -> None: ...


@sql
async def forget_some(tx: Tx, *, age: timedelta, most: int) -> int: ...
