"""Stripe's own page, for a buyer who has given nothing to pay with yet.

Until they have paid, its session is all there is at Stripe, so its name is the payment's intent.
Then the intent that it has made takes its place.
"""

from typing import Any, Final

from guilder.payments.gateways.gateway import (
    EXPIRED,
    ActionNeeded,
    Charge,
    Declined,
    GatewayUnavailable,
    Outcome,
    OutcomeUnknown,
)

from . import balance, orders, wire
from .amounts import AmountNotPayable
from .calls import Calls
from .outcomes import name_of, outcome_of_charge

PREFIX: Final = "cs_"
EXPANDED: Final = [f"payment_intent.{part}" for part in balance.EXPANDED]
OPEN: Final = "open"
CLOSED: Final = "expired"


def is_page(intent: str | None) -> bool:
    """Whether the buyer of this has not paid yet, as far as we know."""
    return intent is not None and intent.startswith(PREFIX)


def can_lead_to(order: Charge) -> bool:
    """Whether a buyer is there to go to a page, and to come back from it."""
    return order.token is None and orders.can_redirect(order)


async def begin(calls: Calls, order: Charge, *, in_parts: bool) -> wire.Page | Declined:
    """Have the page made. Given again within a day, it is the same one."""
    try:
        params = orders.page(order, has_several_captures=in_parts)
    except AmountNotPayable as error:
        raise GatewayUnavailable(str(error)) from None
    call = calls.v1.checkout.sessions.create_async(params, orders.key(order, "page"))
    return await calls.order(call, wire.Page, lost=GatewayUnavailable, parameters=())


async def look(calls: Calls, name: str) -> wire.Page:
    """How it stands, with what was paid there."""
    params: Any = {"expand": EXPANDED}
    return await calls.ask(calls.v1.checkout.sessions.retrieve_async(name, params), wire.Page)


async def close(calls: Calls, name: str) -> wire.Page:
    """See to it that nobody pays there any more; or see who was quicker.

    Without a key of ours: Stripe would repeat a refusal of an hour ago.
    """
    try:
        await calls.ask(calls.v1.checkout.sessions.expire_async(name), wire.Page)
    except GatewayUnavailable:
        page = await look(calls, name)
        if page.status == OPEN:
            raise
        return page
    return await look(calls, name)


async def find(calls: Calls, order: Charge, *, in_parts: bool) -> Outcome | None:
    """What became of a charge for which the buyer was sent to a page."""
    if is_page(order.intent):
        return outcome_of(await look(calls, order.intent or ""))
    made = await begin(calls, order, in_parts=in_parts)
    if isinstance(made, Declined):
        return made
    if made.is_replayed:
        return outcome_of(await look(calls, made.id))
    # Stripe has forgotten the key, if it ever heard it: what was paid since bears our mark.
    await close(calls, made.id)
    call = calls.v1.payment_intents.search_async(orders.search(order))
    async for marked in calls.all(call, wire.Intent):
        return outcome_of_charge(await balance.intent(calls, marked.id))
    return None


def is_closed(page: wire.Page) -> bool:
    """Whether nobody has paid there, and nobody will."""
    return page.status == CLOSED


def intent_of(page: wire.Page) -> str | None:
    """The intent that a buyer's payment there has made. One that was declined ends with its page.

    Stripe lets nobody else cancel it.
    """
    return None if is_closed(page) else name_of(page.payment_intent)


def outcome_of(page: wire.Page) -> Outcome:
    """What became of a page: who has not paid may go there again, until it closes."""
    if page.status == OPEN and page.url is not None:
        return ActionNeeded(intent=page.id, url=page.url)
    if is_closed(page):
        return Declined(
            code=EXPIRED, message="Nobody paid there while it was open.", intent=page.id
        )
    if isinstance(page.payment_intent, wire.Intent):
        return outcome_of_charge(page.payment_intent)
    raise OutcomeUnknown(f"Stripe left {page.id} as {page.status}")
