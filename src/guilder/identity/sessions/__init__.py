"""Sessions: somebody has signed in. Of the token only a hash is kept.

A session opens nothing after its end, which the database's clock decides: a month
after its beginning, a week after its last use, or when it is ended.
"""

from .session import LIFETIME, PREFIX, Opened, Origin, Session, SessionEnd, SessionId
from .sessions import (
    SessionNotFound,
    end_session,
    end_sessions,
    note_session,
    open_session,
    open_sessions,
    plain_agent,
    renew_session,
)

__all__ = [
    "LIFETIME",
    "PREFIX",
    "Opened",
    "Origin",
    "Session",
    "SessionEnd",
    "SessionId",
    "SessionNotFound",
    "end_session",
    "end_sessions",
    "note_session",
    "open_session",
    "open_sessions",
    "plain_agent",
    "renew_session",
]
