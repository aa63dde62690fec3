"""What facts bring about here: of whom was erased, the log says nothing personal either."""

from collections.abc import Iterator
from typing import Any, Final

from guilder import events
from guilder.db import Tx
from guilder.events import Event, EventId

from .customer import CustomerErased

PAGE: Final = 500
ERASED: Final[dict[str, Any]] = {
    "email": None,
    "name": None,
    "phone": None,
    "app_metadata": {},
    "internal_metadata": {},
    "company": None,
    "line1": "",
    "line2": None,
    "city": "",
    "region": None,
    "postal_code": None,
    "country": "",
}
"""What stands in a fact instead of what is personal. It keeps its form, for who reads it later."""


async def _redact(tx: Tx, fact: CustomerErased) -> None:
    """The relay keeps an order, so whatever was told of them before stands in the log by now."""
    for customer_id in fact.data.ids:
        before: int | None = None
        while found := await events.newest_events(
            tx,
            tenant_id=tx.tenant_id,
            type=None,
            object_id=customer_id,
            before=before,
            most=PAGE,
        ):
            redacted = dict(_redacted(found))
            await events.redact(
                tx, tenant_id=tx.tenant_id, ids=list(redacted), data=list(redacted.values())
            )
            before = found[-1].position


def _redacted(found: list[Event]) -> Iterator[tuple[EventId, Any]]:
    for event in found:
        if (data := without_persons(event.data)) != event.data:
            yield event.id, data | {"is_redacted": True}


def without_persons(data: Any) -> Any:
    """The same, with nothing in it that tells who it was."""
    match data:
        case dict():
            return {
                name: ERASED[name] if name in ERASED else without_persons(value)
                for name, value in data.items()
            }
        case list():
            return [without_persons(one) for one in data]
        case _:
            return data


redact_erased: Final = events.reaction("customers.redact_erased", CustomerErased, _redact)
