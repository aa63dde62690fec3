"""Opening: at every start the demo has a checkout that lies ready to be paid."""

from datetime import timedelta
from typing import Final

from guilder.app import System
from guilder.db import system_statement

from .counter import Counter, open_counter
from .handout import Handout
from .past import clock

LIFETIME: Final = timedelta(hours=23, minutes=55)
"""A checkout is good for a day at most."""


async def has_its_shop(system: System, known: Handout) -> bool:
    """Whether what opens the shop still does."""
    async with open_counter(system, known.secret_key) as counter:
        answer = await counter.ask("GET", "/v1/tenant")
    return answer.is_success and answer.json()["id"] == str(known.tenant_id)


async def open_checkout(system: System, known: Handout) -> None:
    """Keep the checkout that is open, or open another; none where that is refused."""
    async with open_counter(system, known.secret_key) as counter:
        checkout = await _open_one(counter, known) or await _another(system, counter, known)
    known.checkout_id = checkout["id"] if checkout else None
    known.checkout_url = checkout["payment_url"] if checkout else None


async def _open_one(counter: Counter, known: Handout) -> dict[str, str] | None:
    """The checkout of before, if it can still be paid."""
    if known.checkout_id is None:
        return None
    answer = await counter.ask("GET", f"/v1/checkouts/{known.checkout_id}")
    return answer.json() if answer.is_success and answer.json()["status"] == "open" else None


async def _another(system: System, counter: Counter, known: Handout) -> dict[str, str] | None:
    """A checkout of the product that demo.json names, at what it costs now."""
    known.price_id = await _list_price(counter, known) or known.price_id
    async with system_statement(system.pool) as tx:
        ends_at = await clock(tx) + LIFETIME
    answer = await counter.ask(
        "POST", "/v1/checkouts", price_id=known.price_id, expires_at=ends_at.isoformat()
    )
    return answer.json() if answer.is_success else None


async def _list_price(counter: Counter, known: Handout) -> str | None:
    """The price may have been replaced since."""
    answer = await counter.ask("GET", f"/v1/variants/{known.variant_id}")
    prices = answer.json()["prices"] if answer.is_success else []
    return next((one["id"] for one in prices if one["currency"] == "EUR"), None)
