"""What facts bring about here: they are counted, for the quota of a day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from guilder.db import Tx, sql
from guilder.events import Consumer, Event

from .quotas import FACTS_PER_DAY


async def _count_facts(tx: Tx, events: Sequence[Event]) -> None:
    per_day = Counter(event.occurred_at.date() for event in events)
    await add_daily_use(tx, name=FACTS_PER_DAY, days=list(per_day), amounts=list(per_day.values()))


count_facts: Final = Consumer("identity.count_facts", _count_facts)


@sql
async def add_daily_use(tx: Tx, *, name: str, days: list[date], amounts: list[int]) -> None: ...
