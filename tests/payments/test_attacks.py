"""What an attacker tried on payments over HTTP, and what they were told."""

import asyncio

import httpx
import pytest

from guilder import identity
from guilder.identity import KeyMode
from tests.http.documents import problem
from tests.world import World

CHARGE = {"amount": 2000, "currency": "EUR", "confirm": True, "payment_method": "pm_card_visa"}
AUTHENTICATE = CHARGE | {"payment_method": "pm_card_authenticationRequired"}


async def test_a_key_for_tests_moves_money_at_the_sandbox_only(world: World) -> None:
    async with world.program("*") as api:
        secrets = {"secret_key": "sk_live_12345678", "webhook_secret": "whsec_12345678"}
        await api.put("/v1/gateways/stripe", json={"secrets": secrets})
        issued = await world.do(
            lambda tx: identity.create_api_key(
                tx, world.operator, name="Test", scopes=["*"], mode=KeyMode.TEST
            )
        )
        api.headers["authorization"] = f"Bearer {issued.secret}"

        paid = await api.post("/v1/payments", json=CHARGE)
        refused = await api.post("/v1/payments", json=CHARGE | {"gateway": "stripe"})

    assert (paid.json()["gateway"], paid.json()["status"]) == ("sandbox", "succeeded")
    assert (refused.status_code, refused.json()["code"]) == (403, "live_key_needed")


async def test_a_gateway_that_was_switched_off_is_not_replaced_by_the_sandbox(world: World) -> None:
    async with world.program("*") as api:
        await api.put("/v1/gateways/stripe", json={"enabled": False})

        refused = await api.post("/v1/payments", json=CHARGE)

    assert (refused.status_code, refused.json()["code"]) == (422, "no_gateway")


async def test_a_return_url_begins_no_header_of_its_own(world: World) -> None:
    async with world.program("*") as api:
        body = AUTHENTICATE | {"return_url": "https://shop.example/\r\nset-cookie: a=b"}
        asked = await api.post("/v1/payments", json=body)

    document = problem(asked, 422, "invalid_request")
    assert [error["pointer"] for error in document["errors"]] == ["/return_url"]


@pytest.mark.parametrize("again", ["agreements", "refusals"])
async def test_who_clicks_twice_is_told_the_same(world: World, again: str) -> None:
    async with world.program("*") as api:
        asked = (await api.post("/v1/payments", json=AUTHENTICATE)).json()
        address = asked["next_action"]["url"]
        await api.post(f"{address}/agreements")

        answer = await api.post(f"{address}/{again}")
        after = await api.get(f"/v1/payments/{asked['id']}")

    assert answer.status_code == 200
    assert "confirmed" in answer.text
    assert after.json()["status"] == "succeeded"


@pytest.mark.parametrize("token", ["sandbox_saved_pm_card_visa.nonsense", "nobody_knows_this"])
async def test_a_token_that_was_never_given_pays_nothing(world: World, token: str) -> None:
    async with world.program("*") as api:
        paid = (await api.post("/v1/payments", json=CHARGE | {"payment_method": token})).json()

    assert (paid["status"], paid["last_error_code"]) == ("failed", "payment_method_unknown")


async def test_one_key_saves_one_payment_method_however_often_it_comes(world: World) -> None:
    async with world.program("*") as api:
        customer = (await api.post("/v1/customers", json={"email": "a@example.com"})).json()
        body = {"token": "pm_card_visa", "customer_id": customer["id"], "is_default": True}

        async def save(number: int) -> httpx.Response:
            return await api.post("/v1/payment-methods", json=body | {"metadata": {"n": number}})

        saved = await asyncio.gather(*(save(number) for number in range(12)))
        kept = (await api.get("/v1/payment-methods")).json()["data"]

    assert {answer.status_code for answer in saved} == {201}
    assert {answer.json()["id"] for answer in saved} == {kept[0]["id"]}
    assert len(kept) == 1


async def test_facts_tell_no_token(world: World) -> None:
    async with world.program("*") as api:
        await api.post("/v1/payment-methods", json={"token": "pm_card_visa"})
        await api.post("/v1/payments", json=CHARGE)
        await world.relayed(2)
        told = (await api.get("/v1/events")).text

    assert "payment.succeeded" in told
    assert "pm_card_visa" not in told
    assert "sandbox_saved" not in told


async def test_one_key_of_a_user_names_one_payment_only(world: World) -> None:
    async with world.program("*") as api:
        named = CHARGE | {"idempotency_key": "the same"}
        await api.post("/v1/payments", json=named | {"confirm": False})
        other = await api.post("/v1/payments", json=named)

    assert (other.status_code, other.json()["code"]) == (422, "payment_key_reused")
