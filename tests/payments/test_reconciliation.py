"""Two lists are compared movement by movement, whenever each side came to know of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.kernel import Money
from guilder.payments.agreement.comparison import (
    MOST_DIFFERENCES,
    OurMovement,
    Span,
    by_key,
    differences,
    key_of,
)
from guilder.payments.gateways import Movement, MovementKind
from guilder.payments.payment import Payment
from tests.payments.till import Till

HOUR = timedelta(hours=1)


async def compared(
    till: Till, api: httpx.AsyncClient, since: datetime, until: datetime
) -> dict[str, Any]:
    """Have a span of time compared."""
    span = {"since": since.isoformat(), "until": until.isoformat()}
    begun = await api.post("/v1/gateways/sandbox/reconciliations", json=span)
    assert begun.status_code == 202, begun.text
    await till.work()
    shown: dict[str, Any] = (await api.get(f"/v1/reconciliations/{begun.json()['id']}")).json()
    return shown


async def apart(
    till: Till, payment: Payment, *, asked: timedelta, theirs: timedelta, ours: timedelta
) -> None:
    """Have a payment asked for, done there, and known here, each so long ago."""
    for change, ago in (
        ("payment set created_at = now() - $2::interval where id = $1", asked),
        ("transaction set created_at = now() - $2::interval where payment_id = $1", asked),
        ("transaction set finished_at = now() - $2::interval where payment_id = $1", ours),
        ("sandbox_movement set created_at = now() - $2::interval where intent = $1", theirs),
    ):
        key = payment.gateway_payment_intent_id if "intent" in change else payment.id
        await till.owner.execute(f"update payments.{change}", key, ago)


LATE = {"asked": 3.2 * HOUR, "theirs": 3 * HOUR, "ours": HOUR}
"""Done three hours ago, while the answer was lost, and found out two hours later."""

EARLY = {"asked": 3 * HOUR, "theirs": HOUR, "ours": 2.9 * HOUR}
"""Known here at once, and entered into the gateway's own books two hours later."""


@pytest.mark.parametrize("times", [LATE, EARLY], ids=["late here", "late there"])
@pytest.mark.parametrize(("first", "last"), [(4, 2), (2, 0)], ids=["the day", "the day after"])
async def test_what_one_side_knew_late_is_no_difference(
    till: Till, api: httpx.AsyncClient, *, times: dict[str, timedelta], first: int, last: int
) -> None:
    await apart(till, await till.paid("20.00"), **times)
    now = await till.now()

    shown = await compared(till, api, now - first * HOUR, now - last * HOUR)

    assert (shown["status"], shown["differences"]) == ("agreed", [])


async def test_a_refund_made_elsewhere_and_noticed_late_is_no_difference(
    till: Till, api: httpx.AsyncClient
) -> None:
    """It was written down here long after it was made, so when it was asked for tells nothing."""
    payment = await till.refunded("20.00")
    await apart(till, payment, asked=HOUR, theirs=5 * HOUR, ours=HOUR)
    now = await till.now()
    await till.owner.execute(
        "update payments.transaction set finished_at = now() - interval '5 hours'"
        " where payment_id = $1 and type = 'capture'",
        payment.id,
    )

    assert (await compared(till, api, now - 2 * HOUR, now))["status"] == "agreed"


@pytest.mark.parametrize(("first", "last"), [(4, 2), (2, 0)], ids=["the day", "the day after"])
async def test_what_was_known_late_has_its_amount_compared(
    till: Till, api: httpx.AsyncClient, *, first: int, last: int
) -> None:
    await apart(till, await till.paid("20.00"), **LATE)
    await till.owner.execute(
        "update payments.sandbox_movement set amount_minor = 1999 where tenant_id = $1",
        till.world.tenant_id,
    )
    now = await till.now()

    (difference,) = (await compared(till, api, now - first * HOUR, now - last * HOUR))[
        "differences"
    ]

    assert difference["problem"] == "amount_differs"


async def test_what_differs_outside_of_the_span_is_told_in_the_span_where_it_lies(
    till: Till, api: httpx.AsyncClient
) -> None:
    await apart(till, await till.paid("20.00"), asked=2 * HOUR, theirs=2 * HOUR, ours=2 * HOUR)
    await till.owner.execute(
        "update payments.sandbox_movement set amount_minor = 1999 where tenant_id = $1",
        till.world.tenant_id,
    )
    now = await till.now()

    assert (await compared(till, api, now - 1.9 * HOUR, now))["differences"] == []
    assert len((await compared(till, api, now - 2.1 * HOUR, now))["differences"]) == 1


@pytest.mark.parametrize("kind", ["capture", "refund"])
async def test_what_is_nowhere_there_is_missing_there(
    till: Till, api: httpx.AsyncClient, kind: str
) -> None:
    payment = await till.refunded("20.00")
    await apart(till, payment, **LATE)
    await till.owner.execute(
        "delete from payments.sandbox_movement where tenant_id = $1 and (kind = 'refund') = $2",
        till.world.tenant_id,
        kind == "refund",
    )
    now = await till.now()

    (difference,) = (await compared(till, api, now - 2 * HOUR, now))["differences"]

    assert (difference["problem"], difference["kind"]) == ("missing_there", kind)
    assert difference["gateway_payment_intent_id"] == payment.gateway_payment_intent_id
    assert difference["payment_id"] == str(payment.id)


async def test_a_refund_that_failed_after_it_was_done_is_no_difference(
    till: Till, api: httpx.AsyncClient
) -> None:
    """The gateway goes on to list that it was made."""
    await till.refunded("20.00")
    await till.owner.execute(
        "update payments.transaction set status = 'failed'"
        " where tenant_id = $1 and type = 'refund'",
        till.world.tenant_id,
    )
    now = await till.now()

    assert (await compared(till, api, now - HOUR, now))["differences"] == []


@pytest.mark.parametrize(
    ("status", "told"), [("failed", []), ("succeeded", ["missing_here"]), (None, ["missing_here"])]
)
def test_what_came_back_is_known_here_as_failed(status: str | None, told: list[str]) -> None:
    """A gateway lists a return under the name of what it returns, with less than nothing."""
    now = datetime(2024, 5, 1, tzinfo=UTC)
    span = Span(now, now + HOUR)
    returned = Movement(
        kind=MovementKind.REFUND,
        reference="re_1",
        intent="pi_1",
        amount=-Money.parse("5.00", "EUR"),
        occurred_at=now,
    )
    mine = OurMovement(
        type="refund",
        status=status or "",
        gateway_reference="re_1",
        amount_minor=500,
        currency="EUR",
        payment_id=uuid4(),
        created_at=now - HOUR,
        finished_at=now - HOUR,
        gateway_payment_intent_id="pi_1",
    )

    found = differences(by_key([mine] if status else []), {key_of(returned): returned}, span=span)

    assert [one.problem for one in found] == told


A_CHARGE_OF = """
    insert into payments.sandbox_movement (
        tenant_id, id, intent, kind, status, amount_minor, currency, created_at
    )
    select
        $1, gen_random_uuid(), $2, 'charge', 'done', 700, 'EUR', now() - interval '1 minute'
    from generate_series(1, $3)
"""


async def test_what_is_missing_here_names_the_gateway_s_intent_and_its_payment(
    till: Till, api: httpx.AsyncClient
) -> None:
    payment = await till.paid("20.00")
    intent = payment.gateway_payment_intent_id
    for named in (intent, "elsewhere"):
        await till.owner.execute(A_CHARGE_OF, till.world.tenant_id, named, 1)
    now = await till.now()

    shown = await compared(till, api, now - HOUR, now)

    assert {
        one["gateway_payment_intent_id"]: (one["problem"], one["payment_id"])
        for one in shown["differences"]
    } == {intent: ("missing_here", str(payment.id)), "elsewhere": ("missing_here", None)}


async def test_so_many_differences_are_kept_and_the_rest_are_counted(
    till: Till, api: httpx.AsyncClient
) -> None:
    many = MOST_DIFFERENCES + 7
    await till.owner.execute(A_CHARGE_OF, till.world.tenant_id, "elsewhere", many)
    now = await till.now()

    shown = await compared(till, api, now - HOUR, now)

    assert (shown["status"], shown["movements"]) == ("differs", many)
    assert (len(shown["differences"]), shown["difference_count"]) == (MOST_DIFFERENCES, many)
