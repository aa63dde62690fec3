"""What Stripe is asked about its books: an intent, and the lines of its balance."""

from collections.abc import AsyncIterator
from datetime import datetime
from math import ceil
from typing import Any, Final

from guilder.payments.gateways.gateway import GatewayUnavailable, Movement

from . import books, wire
from .calls import Calls
from .outcomes import name_of

PAGE: Final = 100
EXPANDED: Final = ["latest_charge.balance_transaction"]


async def movements(calls: Calls, since: datetime, until: datetime) -> AsyncIterator[Movement]:
    """What moved in a span of time. Spans that touch share no line, and lose none."""
    span = {"gte": ceil(since.timestamp()), "lt": ceil(until.timestamp())}
    params: Any = {"created": span, "limit": PAGE, "expand": ["data.source"]}
    call = calls.v1.balance_transactions.list_async(params)
    async for line in calls.all(call, wire.Transaction):
        clear = await _told_apart(calls, line) if books.is_ambiguous(line) else line
        if moved := books.line_moved(clear):
            yield moved


async def _told_apart(calls: Calls, line: wire.Transaction) -> wire.Transaction:
    """A capture in another currency than that of the account: its amount is in our mark."""
    whole = await intent(calls, name_of(line.source["payment_intent"]) or "")
    captures = books.captures_of(whole, await lines_of(calls, line.source["id"]))
    count = next((count for _, count, own in captures if own.id == line.id), None)
    if count is not None:
        line.source["amount_captured"] = count
    return line


async def intent(
    calls: Calls, name: str, *, lost: type[Exception] = GatewayUnavailable
) -> wire.Intent:
    """A payment as it stands, with its charge and the last line that it brought."""
    params: Any = {"expand": EXPANDED}
    call = calls.v1.payment_intents.retrieve_async(name, params)
    return await calls.ask(call, wire.Intent, lost=lost)


async def lines_of(calls: Calls, charge: str) -> list[wire.Transaction]:
    """What a charge brought, in one line for each of its captures."""
    params: Any = {"source": charge, "limit": PAGE}
    lines = calls.all(calls.v1.balance_transactions.list_async(params), wire.Transaction)
    return [line async for line in lines if line.type in books.TAKEN]
