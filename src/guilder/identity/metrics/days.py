"""Days of a user: how often they signed in, how much they asked for, and when last."""

from datetime import date, datetime

import msgspec

from guilder.db import Tx, sql
from guilder.identity.users import UserId
from guilder.kernel import TenantId


class Day(msgspec.Struct, frozen=True):
    """What a user did in a tenant on one day, of UTC."""

    day: date
    sign_ins: int
    api_calls: int
    last_seen_at: datetime


async def days_of(tx: Tx, user_id: UserId, *, first: date, last: date) -> list[Day]:
    """Each day on which something was seen of a user, the last one first."""
    return await days_between(tx, tenant_id=tx.tenant_id, user_id=user_id, first=first, last=last)


@sql
async def days_between(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, first: date, last: date
) -> list[Day]: ...
