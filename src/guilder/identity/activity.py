"""Activity: what was seen of users, written down in passing, to be counted by the day later."""

from datetime import datetime
from typing import NamedTuple

from guilder.db import Tx, sql

from .users import UserId


class Seen(NamedTuple):
    """What was seen of a user since it was last written down."""

    user_id: UserId
    at: datetime
    sign_ins: int = 0
    api_calls: int = 0


async def note_activity(tx: Tx, seen: Seen) -> None:
    """Write it down. Nobody waits for a lock: each note is a row of its own."""
    await insert_activity(
        tx, user_id=seen.user_id, at=seen.at, sign_ins=seen.sign_ins, api_calls=seen.api_calls
    )


@sql
async def insert_activity(
    tx: Tx, *, user_id: UserId, at: datetime, sign_ins: int, api_calls: int
) -> None: ...
