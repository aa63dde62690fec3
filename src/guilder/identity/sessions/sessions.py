"""Sessions: opened, listed, and ended one by one or all at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from guilder.db import Tx, sql
from guilder.identity.users import UserId
from guilder.kernel import Problem, TenantId, hash_of, new_token

from .session import LIFETIME, PREFIX, Opened, Session, SessionEnd, SessionId

MOST_OPEN: Final = 50
"""Who signs in once more than that ends the session that was used least lately."""

MOST_AGENT_CHARACTERS: Final = 500


class SessionNotFound(Problem, status=404):
    """There is no such session, or it has ended."""


async def open_session(
    tx: Tx,
    user_id: UserId,
    *,
    address: str | None,
    user_agent: str | None,
    is_second_factor_shown: bool = False,
) -> Opened:
    """Begin a session of a user who is at home here and has shown who they are."""
    token = new_token(PREFIX, tx.tenant_id)
    await end_beyond(tx, tenant_id=tx.tenant_id, user_id=user_id, most=MOST_OPEN - 1)
    session = await insert_session(
        tx,
        user_id=user_id,
        token_hash=hash_of(token),
        is_second_factor_shown=is_second_factor_shown,
        address=address,
        user_agent=plain_agent(user_agent),
        expires_at=await tx.now() + LIFETIME,
    )
    return Opened(session, token)


def plain_agent(user_agent: str | None) -> str | None:
    """What is kept of a user agent."""
    return user_agent[:MOST_AGENT_CHARACTERS] if user_agent else None


async def renew_session(
    tx: Tx, session_id: SessionId, *, is_second_factor_shown: bool = False
) -> Opened:
    """Exchange a session's token, since it opens more from now on than before."""
    ended = await end_sessions_by_id(
        tx, tenant_id=tx.tenant_id, ids=[session_id], because=SessionEnd.RENEWED
    )
    if not ended:
        raise SessionNotFound
    (old,) = ended
    return await open_session(
        tx,
        old.user_id,
        address=old.address,
        user_agent=old.user_agent,
        is_second_factor_shown=is_second_factor_shown or old.is_second_factor_shown,
    )


async def end_session(
    tx: Tx, user_id: UserId, session_id: SessionId, *, because: SessionEnd
) -> Session:
    """End one session of a user; it opens nothing from now on."""
    open_ones = await open_sessions(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if not any(one.id == session_id for one in open_ones):
        raise SessionNotFound
    ended = await end_sessions_by_id(tx, tenant_id=tx.tenant_id, ids=[session_id], because=because)
    if not ended:
        raise SessionNotFound
    return ended[0]


async def end_sessions(
    tx: Tx, user_id: UserId, *, because: SessionEnd, but: SessionId | None = None
) -> Sequence[Session]:
    """End all sessions of a user, but perhaps the one that asks."""
    return await end_sessions_of(
        tx, tenant_id=tx.tenant_id, user_id=user_id, because=because, but=but
    )


@sql
async def insert_session(
    tx: Tx,
    *,
    user_id: UserId,
    token_hash: bytes,
    is_second_factor_shown: bool,
    address: str | None,
    user_agent: str | None,
    expires_at: datetime,
) -> Session: ...


@sql
async def open_sessions(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> list[Session]: ...


@sql
async def end_beyond(tx: Tx, *, tenant_id: TenantId, user_id: UserId, most: int) -> None: ...


@sql
async def end_sessions_by_id(
    tx: Tx, *, tenant_id: TenantId, ids: list[SessionId], because: str
) -> list[Session]: ...


@sql
async def end_sessions_of(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, because: str, but: SessionId | None
) -> list[Session]: ...


@sql
async def note_session(
    tx: Tx, *, tenant_id: TenantId, session_id: SessionId, seen_at: datetime
) -> None: ...
