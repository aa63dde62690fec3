"""Of merged and erased customers: what they pay with goes with them, and what they paid stays."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.customers.people import erased, lives_at, merged, posted
from tests.http.documents import problem
from tests.payments.till import Till

SALE: dict[str, Any] = {
    "amount": 2000,
    "currency": "EUR",
    "confirm": True,
    "payment_method": "pm_card_visa",
}


async def saved(api: httpx.AsyncClient, customer: Any, token: str, **further: Any) -> Any:
    wanted = {"token": token, "customer_id": customer["id"], **further}
    answer = await api.post("/v1/payment-methods", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def methods(api: httpx.AsyncClient, customer: Any) -> list[Any]:
    answer = await api.get("/v1/payment-methods", params={"customer_id": customer["id"]})
    found: list[Any] = answer.json()["data"]
    return found


async def look(api: httpx.AsyncClient, method: Any) -> Any:
    return (await api.get(f"/v1/payment-methods/{method['id']}")).json()


async def carried(till: Till) -> None:
    """Until every fact has had its effect."""
    await till.world.all_relayed(till.owner)


async def test_what_was_paid_before_a_merge_is_found_by_either_id(
    till: Till, api: httpx.AsyncClient
) -> None:
    ada, other, bob = await posted(api), await posted(api), await posted(api)
    paid = [await till.paid("1.00", customer_id=UUID(one["id"])) for one in (ada, other, bob)]

    await merged(api, ada, other)
    await carried(till)

    for asked in (ada, other):
        listed = await api.get("/v1/payments", params={"customer_id": asked["id"]})
        assert [one["id"] for one in listed.json()["data"]] == [str(paid[1].id), str(paid[0].id)]


async def test_saved_methods_follow_a_merged_customer(till: Till, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api)
    mine = await saved(api, ada, "pm_card_visa", is_default=True)
    theirs = await saved(api, other, "pm_card_mastercard", is_default=True)
    pending = await till.pending(customer_id=UUID(other["id"]))

    await merged(api, ada, other)
    await carried(till)

    found = {one["id"]: one["is_default"] for one in await methods(api, ada)}
    assert found == {mine["id"]: True, theirs["id"]: False}
    assert await methods(api, other) == []
    paid = await till.confirm(pending, theirs["id"])
    assert (paid.status, str(paid.customer_id)) == ("succeeded", ada["id"])
    sale = SALE | {"payment_method": theirs["id"], "customer_id": ada["id"], "off_session": True}
    assert (await api.post("/v1/payments", json=sale)).json()["status"] == "succeeded"


async def test_a_default_follows_to_who_has_none(till: Till, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api)
    theirs = await saved(api, other, "pm_card_visa", is_default=True)

    await merged(api, ada, other)
    await carried(till)

    assert [(one["id"], one["is_default"]) for one in await methods(api, ada)] == [
        (theirs["id"], True)
    ]


async def test_what_was_paid_stays_in_the_books(till: Till, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api)
    paid = await till.paid(customer_id=UUID(other["id"]))
    balances = await till.balances()

    await merged(api, ada, other)
    await carried(till)
    await erased(api, ada)
    await carried(till)

    assert await till.look(paid) == paid
    assert await till.balances() == balances
    assert (await till.check()).agrees
    assert (await till.refund(paid))[0].status == "succeeded"


@pytest.mark.parametrize("goes", ["merged", "erased"])
async def test_nobody_pays_as_who_is_no_more(api: httpx.AsyncClient, till: Till, goes: str) -> None:
    ada, other = await posted(api), await posted(api)
    free = (await api.post("/v1/payment-methods", json={"token": "pm_card_visa"})).json()
    await (merged(api, ada, other) if goes == "merged" else erased(api, other))

    sale = SALE | {"customer_id": other["id"]}
    problem(await api.post("/v1/payments", json=sale), 404, "customer_not_found")
    wanted = {"token": "pm_card_mastercard", "customer_id": other["id"]}
    problem(await api.post("/v1/payment-methods", json=wanted), 404, "customer_not_found")
    path = f"/v1/payment-methods/{free['id']}/attachments"
    refused = await api.post(path, json={"customer_id": other["id"]})
    problem(refused, 404, "customer_not_found")
    assert (await api.post("/v1/payments", json=SALE | {"customer_id": ada["id"]})).is_success
    assert till


async def test_the_methods_of_who_was_erased_are_used_no_more(
    till: Till, api: httpx.AsyncClient
) -> None:
    """The gateway is asked to forget them, as with every detached one."""
    ada, other = await posted(api), await posted(api)
    await lives_at(api, ada)
    method = await saved(api, other, "pm_card_visa", is_default=True, metadata={"of": "Ada"})
    already = await saved(api, ada, "pm_card_mastercard")
    await api.post(f"/v1/payment-methods/{already['id']}/detachments")
    await merged(api, ada, other)

    await erased(api, ada)
    await carried(till)

    gone = await look(api, method)
    assert (gone["is_attached"], gone["is_default"], gone["metadata"]) == (False, False, {})
    assert await methods(api, ada) == []
    assert await till.waiting_jobs() == ["forget_method"] * 2
    assert await till.work() == ["forget_method"] * 2


async def test_what_happens_to_methods_is_told(till: Till, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api), await posted(api)
    method = await saved(api, other, "pm_card_visa")
    await merged(api, ada, other)
    await carried(till)
    await erased(api, ada)
    await carried(till)

    events = (await api.get("/v1/events", params={"object": method["id"]})).json()["data"]

    assert [event["type"].removeprefix("payment_method.") for event in events[::-1]] == [
        "attached",
        "updated",
        "detached",
    ]
