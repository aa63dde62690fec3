"""The first look: whoever is signed in sees what their tenant sold, and nobody else does."""

from datetime import date, timedelta

from guilder.app import System
from guilder.dashboard.charts import bars
from guilder.dashboard.sales import Day, series_of
from guilder.dashboard.words import money_told
from guilder.kernel import Currency, Money
from tests.dashboard.merchants import browser_of
from tests.identity.people import Person, signed_up

EUR = Currency("EUR")


async def sell(person: Person, *, method: str, quantity: int = 1) -> None:
    made = await person.client.post(
        "/v1/products",
        json={
            "name": "Tulip",
            "billing_type": "one_time",
            "variants": [{"prices": [{"currency": "EUR", "unit_amount": 1250}]}],
        },
    )
    line = {"variant_id": made.json()["variants"][0]["id"], "quantity": quantity}
    cart = await person.client.post("/v1/carts", json={"currency": "EUR", "lines": [line]})
    handed = await person.client.post("/v1/checkouts", json={"cart_id": cart.json()["id"]})
    await person.client.post(
        f"/v1/checkouts/{handed.json()['id']}/payments",
        json={"gateway": "sandbox", "payment_method": method},
    )


async def test_nobody_looks_in_from_outside(system: System) -> None:
    async with signed_up(system) as person, browser_of(system, person) as browser:
        browser.cookies.clear()
        answer = await browser.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_an_empty_shop_says_what_to_do(system: System) -> None:
    async with (
        signed_up(system, tenant_name='Tulips <&> "Sons"') as person,
        browser_of(system, person) as browser,
    ):
        page = (await browser.get("/")).text

    assert "Tulips &lt;&amp;&gt; &#34;Sons&#34;" in page
    assert "No orders yet." in page
    assert "No payments yet." in page
    assert "Needs somebody" not in page


async def test_sales_of_today_and_what_went_wrong_are_seen(system: System) -> None:
    async with signed_up(system) as person:
        await sell(person, method="pm_card_visa", quantity=2)
        await sell(person, method="pm_card_visa")
        await sell(person, method="pm_card_chargeDeclined")
        async with browser_of(system, person) as browser:
            page = (await browser.get("/")).text

    assert '<dt>Orders</dt><dd class="numbers">2</dd>' in page
    assert '<dt>Revenue</dt><dd class="numbers">€37.50</dd>' in page
    assert "1 payment failed in the last day" in page
    assert "The card was declined." in page


async def test_another_tenants_sales_are_not_among_them(system: System) -> None:
    async with signed_up(system) as person, signed_up(system) as other:
        await sell(other, method="pm_card_visa")
        async with browser_of(system, person) as browser:
            page = (await browser.get("/")).text

    assert "No orders yet." in page


def test_every_day_has_its_place_also_those_without_a_sale() -> None:
    first = date(2026, 1, 30)
    found = [Day(EUR, first, 2, 5000, 1000), Day(EUR, date(2026, 2, 2), 1, 1000, 0)]

    (line,) = series_of(found, first=first, last=first + timedelta(days=4))

    assert [money.minor for _, money in line.days] == [4000, 0, 0, 1000, 0]
    assert (line.orders, line.net) == (3, Money(5000, EUR))


def test_the_highest_day_fills_the_frame_and_a_bad_one_leaves_no_bar() -> None:
    days = [(date(2026, 1, 31 - place), Money(minor, EUR)) for place, minor in enumerate((0, 50))]
    days = [*days, (date(2026, 2, 1), Money(100, EUR)), (date(2026, 2, 2), Money(-7, EUR))]

    chart = bars(days, told=["a", "b", "c", "d"], highest="most")

    assert [bar.height for bar in chart.bars] == [0, 43, 86, 0]
    assert [(bar.y, bar.told) for bar in chart.bars][2] == (0, "c")
    assert [mark.told for mark in chart.marks] == ["Feb"]


def test_amounts_have_as_many_digits_as_their_currency() -> None:
    told = [
        money_told(Money(minor, Currency(code)))
        for minor, code in ((123456, "EUR"), (1234, "JPY"), (1234, "KWD"), (-250, "USD"))
    ]

    assert told == ["€1,234.56", "¥1,234", "KWD1.234", "-$2.50"]
