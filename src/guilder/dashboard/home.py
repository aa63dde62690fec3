"""The first look: what today and the last days brought, and what needs somebody."""

from typing import Any, Final

from guilder.http import NotAMember, NotAuthenticated, PermissionMissing, Response, Visitor, get
from guilder.identity import Gate, Tenant, current_tenant
from guilder.kernel import Money
from guilder.pages import Forms, redirect

from .charts import bars
from .entrance import TEMPLATES
from .sales import Overview, Series, overview
from .signed import looking
from .words import day_told, money_told

NEEDED: Final = "orders:read"


@get("/", None)
async def show_home(visitor: Visitor, forms: Forms, gate: Gate) -> Response:
    """What is looked at first, by whoever is signed in."""
    try:
        tenant, found = await _look(visitor, gate)
    except (NotAuthenticated, NotAMember):
        return redirect("/sign-in")
    except PermissionMissing:
        return forms.show(visitor, TEMPLATES, "not_allowed.html", status=403)
    return forms.show(visitor, TEMPLATES, "home.html", tenant=tenant, **_shown(found))


async def _look(visitor: Visitor, gate: Gate) -> tuple[Tenant, Overview]:
    async with looking(visitor, gate) as tx:
        if tx.actor is None or not tx.actor.allows(NEEDED):
            raise PermissionMissing(needs=NEEDED)
        return await current_tenant(tx), await overview(tx)


def _shown(found: Overview) -> dict[str, Any]:
    return {
        "today_orders": found.today_orders,
        "today": [money_told(money) for money in found.today],
        "series": [_series(line) for line in found.series],
        "payments": [
            {
                "id": one.id,
                "amount": money_told(one.amount),
                "status": one.status.replace("_", " "),
                "kind": KINDS.get(one.status, "wait"),
                "told": one.last_error_message or one.description or one.gateway or "",
                "at": one.created_at,
            }
            for one in found.payments
        ],
        "troubles": found.troubles,
    }


KINDS: Final = {
    "succeeded": "good",
    "refunded": "plain",
    "canceled": "plain",
    "failed": "wrong",
}
"""How a payment's status looks; any other waits for something."""


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
