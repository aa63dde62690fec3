"""Which gateway a payment goes to, and why; the next is tried where one surely did nothing."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from guilder.kernel import Currency, Money
from guilder.payments import Gateways
from guilder.payments.intake import Taken
from guilder.payments.payment import PaymentStatus
from guilder.payments.routing import Account, Asked, GatewayDisabled, Map, NoGateway, Route, Rule
from tests.http.documents import problem
from tests.payments.till import Till, new
from tests.world import World

S = PaymentStatus
NOWHERE = "http://127.0.0.1:1"
"""A port at which nobody listens: a gateway that surely was not reached."""

STRIPE = {"secrets": {"secret_key": "sk_test_1234", "webhook_secret": "whsec_1234"}}
PAYPAL = {
    "settings": {"client_id": "client", "webhook_id": "webhook"},
    "secrets": {"client_secret": "secret of paypal"},
}
SALE = {"amount": 2000, "currency": "EUR", "payment_method": "pm_card_visa", "confirm": True}


def asked(amount: str = "20.00", **further: Any) -> Asked:
    wanted: dict[str, Any] = {"country": None, "method": None, "gateway": None, "saved_at": None}
    money = Money.parse(amount, Currency(further.pop("currency", "EUR")))
    return Asked(amount=money, **(wanted | further))


def routes(known: Map, wanted: Asked) -> list[str]:
    return [f"{route.gateway}: {route.reason}" for route in known.routes(wanted)]


ALL = [Account("stripe", True), Account("paypal", True), Account("sandbox", True)]
RULES = [
    Rule(gateway="paypal", currencies=["USD", "GBP"]),
    Rule(gateway="sandbox", max_amount=500),
    Rule(gateway="paypal", min_amount=100_000),
    Rule(gateway="sandbox", countries=["NL", "BE"]),
    Rule(gateway="paypal", methods=["sepa_debit"]),
]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        (asked(currency="USD"), "paypal: rule 1 fits"),
        (asked("5.00"), "sandbox: rule 2 fits"),
        (asked("5.01"), "stripe: no rule fits, and it is the first"),
        (asked("1000.00"), "paypal: rule 3 fits"),
        (asked("999.99"), "stripe: no rule fits, and it is the first"),
        (asked(country="BE"), "sandbox: rule 4 fits"),
        (asked(country="DE"), "stripe: no rule fits, and it is the first"),
        (asked(method="sepa_debit"), "paypal: rule 5 fits"),
        (asked(method="card"), "stripe: no rule fits, and it is the first"),
        (asked(gateway="sandbox", currency="USD"), "sandbox: it was asked for"),
        (asked(saved_at="stripe", gateway="paypal"), "stripe: the payment method is saved there"),
    ],
)
def test_the_first_rule_that_fits_names_the_gateway(wanted: Asked, first: str) -> None:
    assert routes(Map(ALL, RULES), wanted)[0] == first


def test_the_next_that_fits_is_next() -> None:
    assert routes(Map(ALL, RULES), asked("4.00", country="NL", currency="GBP")) == [
        "paypal: rule 1 fits",
        "sandbox: rule 2 fits",
    ]


def test_a_gateway_stands_where_its_first_rule_stands() -> None:
    rules = [Rule(gateway="stripe"), Rule(gateway="sandbox"), Rule(gateway="stripe")]

    assert routes(Map(ALL, rules), asked()) == ["stripe: rule 1 fits", "sandbox: rule 2 fits"]


def test_without_rules_the_order_of_the_gateways_counts() -> None:
    assert routes(Map(ALL, []), asked()) == [
        "stripe: it is the first",
        "paypal: it is next",
        "sandbox: it is next",
    ]
    assert routes(Map([], []), asked()) == [
        "sandbox: no gateway is set up, so the sandbox takes it"
    ]


def test_a_gateway_that_is_not_enabled_takes_nothing() -> None:
    closed = [Account("stripe", False), Account("sandbox", False), Account("paypal", True)]

    assert routes(Map(closed, [Rule(gateway="stripe")]), asked()) == [
        "paypal: no rule fits, and it is the first"
    ]
    for name in ("stripe", "sandbox"):
        with pytest.raises(GatewayDisabled):
            Map(closed, []).routes(asked(gateway=name))
    with pytest.raises(NoGateway):
        Map(closed[:2], []).routes(asked())
    with pytest.raises(NoGateway):  # one that was switched off is not replaced by the sandbox
        Map(closed[:1], []).routes(asked())


def test_what_was_asked_for_has_no_other_way() -> None:
    for fixed in ({"gateway": "paypal"}, {"saved_at": "paypal"}):
        assert len(Map(ALL, RULES).routes(asked(currency="USD", **fixed))) == 1


@pytest.fixture
async def reached(till: Till) -> Till:
    """A tenant with three gateways, of which only the sandbox can be reached."""
    system = till.world.system
    gateways = Gateways(
        system.pool,
        system.vault,
        public_url="http://guilder.test",
        stripe_url=NOWHERE,
        paypal_url=NOWHERE,
    )
    world = World(replace(system, gateways=gateways), till.world.tenant)
    async with world.program("gateways:write") as program:
        for position, (name, body) in enumerate(
            [("paypal", PAYPAL), ("stripe", STRIPE), ("sandbox", {})]
        ):
            answer = await program.put(f"/v1/gateways/{name}", json={"position": position, **body})
            assert answer.status_code == 200, answer.text
    return Till(world, till.owner)


async def put_rules(till: Till, *rules: dict[str, Any]) -> None:
    async with till.world.program("gateways:write") as program:
        answer = await program.put("/v1/payment-routing", json={"rules": rules})
        assert answer.status_code == 200, answer.text


async def asked_of(till: Till, **further: Any) -> dict[str, Any]:
    async with till.world.program("payments:write") as program:
        answer = await program.post("/v1/payments", json=SALE | further)
        assert answer.status_code == 201, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


async def test_a_gateway_that_cannot_be_reached_hands_on_to_the_next(reached: Till) -> None:
    await put_rules(reached, {"gateway": "stripe"}, {"gateway": "sandbox"})

    shown = await asked_of(reached)

    assert (shown["status"], shown["gateway"]) == ("succeeded", "sandbox")
    assert shown["route_reason"] == "stripe could not be reached; rule 2 fits"
    async with reached.world.program("payments:read") as program:
        path = f"/v1/payments/{shown['id']}/transactions"
        moved = (await program.get(path)).json()["data"]
    assert [(one["gateway"], one["status"], one["error_code"]) for one in moved] == [
        ("stripe", "failed", "gateway_unavailable"),
        ("sandbox", "succeeded", None),
    ]
    assert (await reached.check()).agrees


async def test_without_another_way_it_fails(reached: Till) -> None:
    await put_rules(reached, {"gateway": "stripe"})

    shown = await asked_of(reached)

    assert (shown["status"], shown["last_error_code"]) == ("failed", "gateway_unavailable")


async def test_who_asked_for_a_gateway_gets_no_other(reached: Till) -> None:
    shown = await asked_of(reached, gateway="stripe")

    assert (shown["status"], shown["gateway"]) == ("failed", "stripe")
    assert shown["route_reason"] == "it was asked for"


@pytest.mark.parametrize("token", ["pm_card_timeoutBeforeCharge", "pm_card_timeoutAfterCharge"])
async def test_after_an_unknown_outcome_nobody_else_is_asked(reached: Till, token: str) -> None:
    await put_rules(reached, {"gateway": "sandbox"}, {"gateway": "stripe"})

    shown = await asked_of(reached, payment_method=token)
    await reached.work(later=True)

    assert (shown["status"], shown["gateway"]) == ("processing", "sandbox")
    gateways = await reached.owner.fetch(
        "select distinct gateway from payments.transaction where tenant_id = $1",
        reached.world.tenant_id,
    )
    assert [row["gateway"] for row in gateways] == ["sandbox"]


async def test_a_decline_is_not_taken_elsewhere(reached: Till) -> None:
    await put_rules(reached, {"gateway": "sandbox"}, {"gateway": "stripe"})

    shown = await asked_of(reached, payment_method="pm_card_chargeDeclined")

    assert (shown["status"], shown["gateway"]) == ("failed", "sandbox")


async def test_a_gateway_that_could_not_take_it_is_left_out(reached: Till) -> None:
    """PayPal's buyers pay at PayPal, without a method of ours: no other gateway can charge them."""
    await put_rules(reached, {"gateway": "paypal"}, {"gateway": "stripe"}, {"gateway": "sandbox"})

    shown = await asked_of(reached, payment_method=None)

    assert (shown["status"], shown["gateway"]) == ("failed", "paypal")
    assert shown["last_error_code"] == "gateway_unavailable"
    assert shown["route_reason"].endswith("no other gateway knows what it is paid with")
    assert (await reached.check()).extent.open_attempts == 0


@pytest.mark.parametrize(
    ("first", "then", "token"),
    [
        ("stripe", "sandbox", "pm_1NqXoL2eZvKYlo2C"),
        ("stripe", "paypal", "pm_card_visa"),
        ("paypal", "stripe", "8kk8451t"),
        ("paypal", "sandbox", "pm_card_visa"),
        ("sandbox", "stripe", "pm_card_unavailable"),
    ],
)
async def test_a_token_is_handed_to_no_other_gateway(
    reached: Till, first: str, then: str, token: str
) -> None:
    await put_rules(reached, {"gateway": first}, {"gateway": then})

    shown = await asked_of(reached, payment_method=token)

    assert (shown["status"], shown["gateway"]) == ("failed", first)
    assert shown["last_error_code"] == "gateway_unavailable"
    assert shown["route_reason"] == (
        f"{first} could not be reached; no other gateway knows what it is paid with"
    )
    gateways = await reached.owner.fetch(
        "select gateway from payments.transaction where tenant_id = $1", reached.world.tenant_id
    )
    assert [row["gateway"] for row in gateways] == [first]


async def test_the_sandbox_stands_in_for_nobody_who_moves_money(reached: Till) -> None:
    live = {"secrets": {"secret_key": "sk_live_1234", "webhook_secret": "whsec_1234"}}
    async with reached.world.program("gateways:write") as program:
        assert (await program.put("/v1/gateways/stripe", json=live)).status_code == 200
    await put_rules(reached, {"gateway": "stripe"}, {"gateway": "sandbox"})

    shown = await asked_of(reached)

    assert (shown["status"], shown["gateway"]) == ("failed", "stripe")
    assert shown["route_reason"].endswith("no other gateway knows what it is paid with")


async def test_where_all_were_switched_off_meanwhile_it_fails(reached: Till) -> None:
    (taken,) = await reached.create(new(gateway=None, payment_method="pm_1NqXoL2eZvKYlo2C"))
    assert isinstance(taken, Taken)
    await reached.owner.execute(
        "update payments.gateway set is_enabled = false where tenant_id = $1",
        reached.world.tenant_id,
    )

    after = await reached.carried_out(taken.payment, taken.attempt_id)

    assert (after.status, after.last_error_code) == (S.FAILED, "gateway_unavailable")


async def test_a_capture_is_handed_to_nobody_else(reached: Till) -> None:
    payment = await reached.authorized(gateway="sandbox")
    await reached.sends_to("stripe", payment)

    attempt = await reached.capture(payment, "5.00")

    assert (attempt.gateway, attempt.status, attempt.error_code) == (
        "stripe",
        "failed",
        "gateway_unavailable",
    )
    left = await reached.look(payment)
    assert (left.status, left.capturing_minor) == (S.AUTHORIZED, 0)


async def test_rules_are_replaced_and_shown(api: httpx.AsyncClient) -> None:
    rules = [{"gateway": "sandbox", "currencies": ["EUR"], "min_amount": 1}]

    put = await api.put("/v1/payment-routing", json={"rules": rules})

    shown = (await api.get("/v1/payment-routing")).json()
    assert put.json() == shown
    (rule,) = shown["rules"]
    assert {name: rule[name] for name in rules[0]} == rules[0]
    refused = await api.put("/v1/payment-routing", json={"rules": [{"gateway": "bank"}]})
    assert problem(refused, 404, "gateway_not_known")["known"] == ["paypal", "sandbox", "stripe"]


def test_a_route_says_why() -> None:
    assert Map([], []).routes(asked())[0] == Route(
        "sandbox", "no gateway is set up, so the sandbox takes it"
    )
