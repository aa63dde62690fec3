"""Each sensitive action is kept, once, by whoever did it, and none tells a secret."""

from typing import Any

import httpx
import pytest

from guilder import identity, payments
from tests.identity.audit.conftest import Chronicle
from tests.payments.till import Till
from tests.world import World

STRIPE = {
    "settings": {},
    "secrets": {"secret_key": "sk_test_4242424242", "webhook_secret": "whsec_4242424242"},
}


async def latest(api: httpx.AsyncClient, action: str) -> dict[str, Any]:
    """The only entry of an action."""
    listed = (await api.get("/v1/audit", params={"action": action})).json()["data"]
    (entry,) = listed
    return dict(entry)


async def done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


@pytest.fixture
async def caller(api: httpx.AsyncClient) -> str:
    """The key with which the API is called."""
    key = (await api.get("/v1/api-keys")).json()["data"][0]["id"]
    return str(key)


async def test_an_api_key_is_made_and_revoked(api: httpx.AsyncClient, caller: str) -> None:
    body = {"name": "Till", "scopes": ["events:read"]}
    made = await done(await api.post("/v1/api-keys", json=body))
    await done(await api.delete(f"/v1/api-keys/{made['id']}"))
    await done(await api.delete(f"/v1/api-keys/{made['id']}"))

    created = (await api.get("/v1/audit", params={"object_id": made["id"]})).json()["data"][1]
    revoked = await latest(api, "api_key.revoked")

    assert created["action"] == "api_key.created"
    assert created["actor"] == revoked["actor"] == {"kind": "api_key", "id": caller}
    assert (created["after"]["name"], created["after"]["scopes"]) == ("Till", ["events:read"])
    assert revoked["object"] == {"type": "api_key", "id": made["id"]}
    assert made["secret"] not in (await api.get("/v1/audit/export")).text


async def test_a_tenant_is_changed(world: World, api: httpx.AsyncClient, caller: str) -> None:
    patch = {"description": "Bulbs.", "metadata": {"api_token": "hunter2", "team": "x"}}
    await done(await api.patch("/v1/tenant", json=patch))
    await done(await api.patch("/v1/tenant", json=patch))

    entry = await latest(api, "tenant.updated")

    assert entry["object"] == {"type": "tenant", "id": str(world.tenant_id)}
    assert entry["actor"]["id"] == caller
    assert entry["before"] == {"description": None, "metadata": {}}
    assert entry["after"] == {
        "description": "Bulbs.",
        "metadata": {"api_token": "[hidden]", "team": "x"},
    }


async def test_a_tenant_is_suspended_resumed_and_cancelled(chronicle: Chronicle) -> None:
    for verb in (identity.suspend, identity.resume, identity.cancel):
        await chronicle.world.do(verb)

    told = [(one.action, one.before, one.after) for one in await chronicle.entries()]

    assert told == [
        ("tenant.suspended", {"status": "active"}, {"status": "suspended"}),
        ("tenant.resumed", {"status": "suspended"}, {"status": "active"}),
        ("tenant.cancelled", {"status": "active"}, {"status": "cancelled"}),
    ]


async def test_a_gateway_is_set_up_changed_and_removed(api: httpx.AsyncClient) -> None:
    await done(await api.put("/v1/gateways/stripe", json=STRIPE))
    await done(await api.put("/v1/gateways/stripe", json={"enabled": False}))
    await done(await api.delete("/v1/gateways/stripe"))

    changed, made = (await api.get("/v1/audit", params={"action": "gateway.configured"})).json()[
        "data"
    ]
    removed = await latest(api, "gateway.removed")

    assert (made["before"], made["after"]["is_enabled"]) == (None, True)
    assert made["after"]["given_anew"] == ["secret_key", "webhook_secret"]
    assert (changed["before"]["is_enabled"], changed["after"]["is_enabled"]) == (True, False)
    assert changed["after"]["given_anew"] == []
    assert removed["before"]["gateway"] == "stripe"
    exported = (await api.get("/v1/audit/export")).text
    assert [one for one in ("sk_test_", "whsec_", "4242") if one in exported] == []


async def test_the_way_of_payments_is_changed(api: httpx.AsyncClient) -> None:
    rules = {"rules": [{"gateway": "stripe", "currencies": ["EUR"]}]}
    await done(await api.put("/v1/payment-routing", json=rules))

    entry = await latest(api, "routing.changed")

    assert entry["before"] == {"rules": []}
    assert entry["after"]["rules"][0]["gateway"] == "stripe"


async def test_the_signing_key_is_replaced(api: httpx.AsyncClient) -> None:
    first = (await done(await api.post("/v1/signing-keys")))["keys"][0]["kid"]
    second = (await done(await api.post("/v1/signing-keys")))["keys"][0]["kid"]

    found = (await api.get("/v1/audit", params={"action": "signing_key.replaced"})).json()["data"]

    assert [(one["before"], one["after"]) for one in found] == [
        ({"id": first}, {"id": second}),
        (None, {"id": first}),
    ]


async def test_a_refund_is_made(till: Till, api: httpx.AsyncClient, caller: str) -> None:
    payment = await till.paid("20.00")
    body = {"amount": 500, "reason": "too small"}
    await done(await api.post(f"/v1/payments/{payment.id}/refunds", json=body))
    refused = await api.post(f"/v1/payments/{payment.id}/refunds", json={"amount": 5000})

    entry = await latest(api, "payment.refunded")

    assert refused.status_code == 409
    assert entry["object"] == {"type": "payment", "id": str(payment.id)}
    assert entry["actor"] == {"kind": "api_key", "id": caller}
    assert entry["after"] == {"amount_minor": 500, "currency": "EUR", "reason": "too small"}


async def test_a_refund_that_follows_by_itself_was_asked_for_by_nobody(
    till: Till, chronicle: Chronicle
) -> None:
    payment = await till.paid("20.00")

    await till.world.do(
        lambda tx: payments.refund(tx, payment.id, None, reason="sold out", is_automatic=True)
    )

    assert await chronicle.entries() == []


async def test_a_customer_is_exported_merged_and_erased_without_being_named(
    api: httpx.AsyncClient,
) -> None:
    ada, other = [
        (await done(await api.post("/v1/customers", json={"email": email, "name": "Ada"})))["id"]
        for email in ("ada@example.com", "lovelace@example.com")
    ]
    await done(await api.post(f"/v1/customers/{ada}/merges", json={"customer_id": other}))
    await done(await api.get(f"/v1/customers/{ada}/export"))
    await done(await api.post(f"/v1/customers/{ada}/erasures"))
    await done(await api.post(f"/v1/customers/{ada}/erasures"))

    merged = await latest(api, "customer.merged")
    exported = await latest(api, "customer.exported")
    erased = await latest(api, "customer.erased")

    assert (merged["object"]["id"], merged["after"]) == (ada, {"merged_id": other})
    assert set(exported["after"]["ids"]) == set(erased["after"]["ids"]) == {ada, other}
    assert "payments" in exported["after"]["kinds"]
    everything = (await api.get("/v1/audit/export")).text
    assert [one for one in ("ada@", "lovelace@", '"Ada"') if one in everything] == []
