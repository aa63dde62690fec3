"""The metrics API: what members did, by the day."""

from datetime import date, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import get
from guilder.identity.members import person_of
from guilder.identity.users import UserId, UserNotFound
from guilder.kernel import Problem

from .days import Day, days_of

MOST_DAYS: Final = 366
USUAL_DAYS: Final = 30

OnDay = Annotated[date, Meta(examples=["2026-01-31"])]


class DaysNotValid(Problem, status=422):
    """The first day does not come after the last one, and a year is the most that is answered."""


class Metrics(msgspec.Struct, frozen=True):
    """The days on which something was seen of a user, the last one first."""

    user_id: UserId
    data: list[Day]


@get("/v1/users/{user_id}/metrics", "members:read", problems=(UserNotFound, DaysNotValid))
async def show_user_metrics(
    tx: Tx, user_id: UserId, first: OnDay | None = None, last: OnDay | None = None
) -> Metrics:
    """See what a member did here by the day: the last thirty days, where nothing else is said.

    Days are those of UTC. Sign-ins are counted where the user is at home.
    """
    today = (await tx.now()).date()
    end = last or today
    begin = first or end - timedelta(days=USUAL_DAYS - 1)
    if not timedelta(0) <= end - begin < timedelta(days=MOST_DAYS):
        raise DaysNotValid
    if await person_of(tx, user_id) is None:
        raise UserNotFound
    return Metrics(user_id, await days_of(tx, user_id, first=begin, last=end))


ENDPOINTS: Final = (show_user_metrics,)
