"""Stretches of time: what ends within one is looked at by one job.

So thousands of carts or handoffs that end in the same moment cost one job, and each is
still closed soon after its end.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from guilder.db import Tx
from guilder.jobs import Job, enqueue_many

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def end_of_stretch(moment: datetime, stretch: timedelta) -> datetime:
    """The end of the stretch in which a moment lies."""
    return moment + (EPOCH - moment) % stretch


async def look_once(
    tx: Tx, job: Job, moments: Iterable[datetime], *, stretch: timedelta
) -> Sequence[datetime]:
    """Have a job done at the end of each stretch in which something ends, once in each."""
    ends = sorted({end_of_stretch(moment, stretch) for moment in moments})
    if ends:
        keys = [f"{job.name} {tx.tenant_id} {end.isoformat()}" for end in ends]
        await enqueue_many(tx, [job] * len(ends), run_ats=ends, unique_keys=keys)
    return ends
