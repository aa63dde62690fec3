"""The first look: what needs somebody, and what today and the last days brought."""

from datetime import datetime
from typing import Any, Final

import msgspec

from guilder.http import NotAMember, NotAuthenticated, PermissionMissing, Response, Visitor, get
from guilder.identity import Gate, Tenant, current_tenant
from guilder.kernel import Money
from guilder.pages import Forms, redirect

from .charts import bars
from .entrance import TEMPLATES
from .failing import failing
from .sales import Sales, Series, lately
from .signed import looking
from .stories import ADVICE, Stories, Story, stories
from .troubles import Trouble, troubles
from .words import day_told, moment_told, money_told

NEEDED: Final = "orders:read"
FOR_PAYMENTS: Final = ("payments:read", "disputes:read")
"""What somebody has to hold to see payments, and what is the matter with them."""


class Overview(msgspec.Struct, frozen=True):
    """All that is looked at first. Who may see orders may not see payments for that."""

    tenant: Tenant
    now: datetime
    sales: Sales
    troubles: list[Trouble]
    stories: Stories | None


@get("/", None)
async def show_home(visitor: Visitor, forms: Forms, gate: Gate) -> Response:
    """What is looked at first, by whoever is signed in."""
    try:
        found = await _look(visitor, gate)
    except (NotAuthenticated, NotAMember):
        return redirect("/sign-in")
    except PermissionMissing:
        return forms.show(visitor, TEMPLATES, "not_allowed.html", status=403)
    return forms.show(visitor, TEMPLATES, "home.html", **_shown(found))


async def _look(visitor: Visitor, gate: Gate) -> Overview:
    async with looking(visitor, gate) as tx:
        if tx.actor is None or not tx.actor.allows(NEEDED):
            raise PermissionMissing(needs=NEEDED)
        sees_payments = all(tx.actor.allows(one) for one in FOR_PAYMENTS)
        found = await failing(tx) if sees_payments else []
        return Overview(
            tenant=await current_tenant(tx),
            now=await tx.now(),
            sales=await lately(tx),
            troubles=await troubles(tx, found, with_payments=sees_payments),
            stories=await stories(tx, found) if sees_payments else None,
        )


def _shown(found: Overview) -> dict[str, Any]:
    told = found.stories or Stories([], 0, [])
    return {
        "tenant": found.tenant,
        "troubles": found.troubles,
        "today_orders": found.sales.today_orders,
        "today": [money_told(money) for money in found.sales.today],
        "series": [_series(line) for line in found.sales.series],
        "sees_payments": found.stories is not None,
        "failing": [_story(one, found.now) for one in told.failing],
        "of_failing": told.of_failing,
        "recent": [_story(one, found.now) for one in told.recent],
    }


KINDS: Final = {
    "succeeded": "good",
    "refunded": "plain",
    "canceled": "plain",
    "failed": "wrong",
}
"""How a payment's status looks; any other waits for something."""

MARKS: Final = {"dispute": "disputed", "refund": "refund failed", "payment": "failed"}
"""What stands in the place of the status of a payment that needs somebody."""


def _story(one: Story, now: datetime) -> dict[str, Any]:
    payment, failing = one.payment, one.failing
    advice, link = ADVICE[failing.what] if failing else ("", None)
    due = failing.due_at if failing else None
    return {
        "id": payment.id,
        "amount": money_told(payment.amount),
        "status": MARKS[failing.what] if failing else payment.status.replace("_", " "),
        "kind": "wrong" if failing else KINDS.get(payment.status, "wait"),
        "known": payment.last_error_message or payment.description or payment.gateway or "",
        "at": payment.created_at,
        "at_told": moment_told(payment.created_at, now),
        "advice": advice,
        "link": link,
        "due": f"Until {day_told(due.date())}." if due else "",
        "moments": [(each.at, moment_told(each.at, now), each.text) for each in one.moments],
    }


def _series(line: Series) -> dict[str, Any]:
    told = [f"{day_told(day)}: {money_told(money)}" for day, money in line.days]
    highest = max((money.minor for _, money in line.days), default=0)
    return {
        "currency": line.currency,
        "orders": line.orders,
        "net": money_told(line.net),
        "chart": bars(line.days, told=told, highest=money_told(Money(highest, line.currency))),
        "rows": [
            (day_told(day), money_told(money))
            for day, money in reversed(line.days)
            if money.minor != 0
        ],
    }


ENDPOINTS: Final = (show_home,)
