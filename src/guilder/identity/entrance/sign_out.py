"""Sign-out: here, somewhere else, or everywhere. It holds from the next request on."""

from collections.abc import Sequence

from guilder.db import Tx
from guilder.identity import audit
from guilder.identity.sessions import (
    Session,
    SessionEnd,
    SessionId,
    SessionNotFound,
    end_session,
    end_sessions,
)
from guilder.identity.users import UserId


async def sign_out(tx: Tx) -> Session:
    """End the session by which somebody acts."""
    user_id, session_id = _who(tx)
    ended = await end_session(tx, user_id, session_id, because=SessionEnd.SIGNED_OUT)
    return await _noted(tx, ended)


async def sign_out_at(tx: Tx, session_id: SessionId) -> Session:
    """End another session of the same user."""
    user_id, _ = _who(tx)
    ended = await end_session(tx, user_id, session_id, because=SessionEnd.REVOKED)
    return await _noted(tx, ended)


async def sign_out_everywhere(tx: Tx) -> Sequence[Session]:
    """End all sessions of the user who acts, this one too."""
    user_id, _ = _who(tx)
    ended = await end_sessions(tx, user_id, because=SessionEnd.SIGNED_OUT)
    return [await _noted(tx, session) for session in ended]


def _who(tx: Tx) -> tuple[UserId, SessionId]:
    actor = tx.actor
    if actor is None or actor.id is None or actor.session_id is None:
        raise SessionNotFound
    return UserId(actor.id), SessionId(actor.session_id)


async def _noted(tx: Tx, ended: Session) -> Session:
    await audit.record(tx, "session.ended", type="session", id=ended.id, after=ended)
    return ended
