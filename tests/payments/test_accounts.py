"""A tenant's gateways: set up with secrets that come in and never go out."""

from typing import Any

import httpx
import pytest

from guilder.payments.attempts import UNAVAILABLE, record
from guilder.payments.captures import capture
from guilder.payments.gateways import (
    AttemptId,
    GatewayInUse,
    GatewayNotConfigured,
    forget,
)
from guilder.payments.intake import Taken, create_payments
from guilder.payments.routing import GatewayDisabled
from tests.http.documents import pointers, problem
from tests.payments.till import Till, new
from tests.race import race
from tests.world import World

SECRETS = {"secret_key": "sk_test_4eC39HqLyjWD", "webhook_secret": "whsec_MfKQ9r8G"}
STRIPE: dict[str, Any] = {"position": 3, "secrets": SECRETS}


async def put(api: httpx.AsyncClient, body: dict[str, Any], name: str = "stripe") -> Any:
    answer = await api.put(f"/v1/gateways/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_of_a_secret_its_last_characters_are_shown(api: httpx.AsyncClient) -> None:
    shown = await put(api, STRIPE)

    assert shown == (await api.get("/v1/gateways/stripe")).json()
    assert shown["secret_hints"] == {"secret_key": "yjWD", "webhook_secret": "9r8G"}
    assert (shown["enabled"], shown["position"]) == (True, 3)
    everything = (await api.get("/v1/gateways")).text
    assert not any(secret in everything for secret in SECRETS.values())


async def test_secrets_are_sealed_at_rest(api: httpx.AsyncClient, till: Till) -> None:
    await put(api, STRIPE)

    row = await till.owner.fetchval(
        "select gateway::text || encode(secrets, 'escape') from payments.gateway"
        " where tenant_id = $1",
        till.world.tenant_id,
    )

    assert not any(secret in row for secret in SECRETS.values())


async def test_a_secret_that_is_not_given_again_stays(api: httpx.AsyncClient) -> None:
    await put(api, STRIPE)

    moved = await put(api, {"position": 1})
    renewed = await put(api, {"secrets": {"secret_key": "sk_test_another"}})

    assert moved["secret_hints"] == {"secret_key": "yjWD", "webhook_secret": "9r8G"}
    assert renewed["secret_hints"] == {"secret_key": "ther", "webhook_secret": "9r8G"}


async def test_one_that_is_switched_off_and_on_is_as_it_was(api: httpx.AsyncClient) -> None:
    """What is open there comes to its end, so it has to be asked as before."""
    paypal = {
        "position": 3,
        "settings": {"client_id": "client", "webhook_id": "webhook"},
        "secrets": {"client_secret": "secret of paypal"},
    }
    await put(api, paypal, "paypal")

    off = await put(api, {"enabled": False}, "paypal")
    on = await put(api, {}, "paypal")

    assert (off["settings"], off["position"]) == (paypal["settings"], 3)
    assert (on["settings"], on["position"], on["enabled"]) == (paypal["settings"], 3, True)


async def test_a_gateway_that_is_not_enabled_may_lack_its_secrets(api: httpx.AsyncClient) -> None:
    refused = await api.put("/v1/gateways/stripe", json={"secrets": {"secret_key": "sk_test_1"}})

    document = problem(refused, 422, "gateway_settings_not_valid")
    assert (document["missing"], document["not_known"]) == (["webhook_secret"], [])
    assert (await put(api, {"enabled": False}))["enabled"] is False


@pytest.mark.parametrize(
    ("name", "body", "not_known"),
    [
        ("sandbox", {"secrets": {"secret_key": "sk_test_1"}}, ["secret_key"]),
        ("stripe", STRIPE | {"settings": {"region": "eu"}}, ["region"]),
        ("stripe", {"secrets": SECRETS | {"card_token": "12345678"}}, ["card_token"]),
    ],
)
async def test_a_gateway_takes_its_own_settings_and_secrets(
    api: httpx.AsyncClient, name: str, body: dict[str, Any], not_known: list[str]
) -> None:
    refused = await api.put(f"/v1/gateways/{name}", json=body)

    assert problem(refused, 422, "gateway_settings_not_valid")["not_known"] == not_known


async def test_gateways_are_listed_in_their_order(api: httpx.AsyncClient) -> None:
    await put(api, STRIPE)
    await put(api, {"position": 7}, "sandbox")
    paypal = {
        "position": 1,
        "settings": {"client_id": "client", "webhook_id": "webhook"},
        "secrets": {"client_secret": "secret of paypal"},
    }
    await put(api, paypal, "paypal")

    listed = (await api.get("/v1/gateways")).json()["data"]

    assert [one["name"] for one in listed] == ["paypal", "stripe", "sandbox"]


async def test_one_that_was_taken_away_is_gone_with_its_secrets(
    api: httpx.AsyncClient, till: Till
) -> None:
    await put(api, STRIPE)

    gone = await api.delete("/v1/gateways/stripe")

    assert gone.status_code == 204
    problem(await api.get("/v1/gateways/stripe"), 404, "gateway_not_configured")
    problem(await api.delete("/v1/gateways/stripe"), 404, "gateway_not_configured")
    count = await till.owner.fetchval(
        "select count(*) from payments.gateway where tenant_id = $1", till.world.tenant_id
    )
    assert count == 0


async def underway(till: Till, gateway: str = "stripe") -> AttemptId:
    """An attempt of which its gateway has not told the outcome."""
    (taken,) = await till.create(new(gateway=gateway, payment_method="pm_card_slow"))
    assert isinstance(taken, Taken)
    assert taken.attempt_id is not None
    return taken.attempt_id


@pytest.mark.parametrize("name", ["stripe", "sandbox"])
async def test_one_that_is_still_needed_stays(
    api: httpx.AsyncClient, till: Till, name: str
) -> None:
    await put(api, STRIPE if name == "stripe" else {}, name)
    attempts = [await underway(till, name) for _ in range(2)]

    refused = await api.delete(f"/v1/gateways/{name}")

    assert problem(refused, 409, "gateway_in_use")["open_attempts"] == 2
    assert (await api.get(f"/v1/gateways/{name}")).status_code == 200
    world = till.world
    for attempt_id in attempts:
        await record(world.pool, world.tenant_id, attempt_id, outcome=UNAVAILABLE)
    assert (await api.delete(f"/v1/gateways/{name}")).status_code == 204


async def test_one_where_a_buyer_is_waited_for_stays(api: httpx.AsyncClient, till: Till) -> None:
    await put(api, {}, "sandbox")
    await till.waiting()

    problem(await api.delete("/v1/gateways/sandbox"), 409, "gateway_in_use")


async def test_an_attempt_that_is_being_begun_keeps_its_gateway(
    api: httpx.AsyncClient, till: Till
) -> None:
    await put(api, STRIPE)

    (taken,), late = await race(
        till.world,
        lambda tx: create_payments(tx, [new(gateway="stripe")]),
        lambda tx: forget(tx, "stripe"),
    )

    assert taken.attempt_id is not None
    assert isinstance(late, GatewayInUse)


@pytest.mark.parametrize(("named", "outcome"), [("stripe", GatewayDisabled), (None, Taken)])
async def test_nothing_is_begun_at_one_that_is_being_taken_away(
    api: httpx.AsyncClient, till: Till, named: str | None, outcome: type
) -> None:
    await put(api, STRIPE)

    gone, (late,) = await race(
        till.world,
        lambda tx: forget(tx, "stripe"),
        lambda tx: create_payments(tx, [new(gateway=named)]),
    )

    assert gone is None
    assert isinstance(late, outcome)
    if isinstance(late, Taken):
        assert late.payment.gateway == "sandbox"


async def test_neither_is_anything_else(api: httpx.AsyncClient, till: Till) -> None:
    await put(api, STRIPE)
    payment = await till.authorized(gateway="sandbox")
    await till.sends_to("stripe", payment)

    gone, late = await race(
        till.world,
        lambda tx: forget(tx, "stripe"),
        lambda tx: capture(tx, payment.id, None, is_final=True),
    )

    assert gone is None
    assert isinstance(late, GatewayNotConfigured)
    path = f"/v1/payments/{payment.id}/captures"
    problem(await api.post(path, json={}), 404, "gateway_not_configured")
    assert (await till.look(payment)).capturing_minor == 0


async def test_an_attempt_keeps_its_gateway_whatever_it_is_for(
    api: httpx.AsyncClient, till: Till
) -> None:
    await put(api, STRIPE)
    payment = await till.authorized(gateway="sandbox")
    await till.sends_to("stripe", payment)

    _, late = await race(
        till.world,
        lambda tx: capture(tx, payment.id, None, is_final=True),
        lambda tx: forget(tx, "stripe"),
    )

    assert isinstance(late, GatewayInUse)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_gateway_that_nobody_has_heard_of(api: httpx.AsyncClient, method: str) -> None:
    body = {"json": {}} if method == "PUT" else {}

    refused = await api.request(method, "/v1/gateways/bank", **body)

    problem(refused, 404, "gateway_not_known")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"position": -1}, "/position"),
        ({"position": 1001}, "/position"),
        ({"enabled": "yes"}, "/enabled"),
        ({"secrets": {"secret_key": "short"}}, "/secrets/secret_key"),
        ({"settings": {"client_id": ""}}, "/settings/client_id"),
    ],
)
async def test_each_field_has_its_form(
    api: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    refused = await api.put("/v1/gateways/stripe", json=body)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]


async def test_another_tenants_gateways_are_not_there(api: httpx.AsyncClient, other: World) -> None:
    await put(api, STRIPE)

    async with other.program("*") as stranger:
        assert (await stranger.get("/v1/gateways")).json() == {"data": []}
        problem(await stranger.get("/v1/gateways/stripe"), 404, "gateway_not_configured")


async def test_reading_and_writing_are_permissions_of_their_own(world: World) -> None:
    async with world.program("gateways:read") as reader:
        problem(await reader.put("/v1/gateways/sandbox", json={}), 403, "permission_missing")
        problem(await reader.delete("/v1/gateways/sandbox"), 403, "permission_missing")
        assert (await reader.get("/v1/gateways")).status_code == 200
