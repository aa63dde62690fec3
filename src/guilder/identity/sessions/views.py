"""What callers see of a session that goes on under another token."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from .session import Opened, SessionId


class RenewedSession(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="session"):
    """The session goes on under another token, which is shown this once. The old one has ended."""

    id: SessionId
    token: Annotated[str, Meta(examples=["gs_…"])]
    expires_at: datetime


def show_renewed(opened: Opened) -> RenewedSession:
    """A session that goes on under another token."""
    session = opened.session
    return RenewedSession(id=session.id, token=opened.token, expires_at=session.expires_at)
