"""Who is billed is said by the tenant in which a user is at home."""

from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.app import System
from guilder.identity.users import UserId, UserNotFound
from guilder.identity.users.billing import BillingChanges, billed_user, change_billing
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up
from tests.identity.tickets.test_tickets import at_home
from tests.race import race

STRIPE = {"stripe_customer_id": "cus_NffrFeUfNV2Hib", "stripe_subscription_id": "sub_1MowQVLkd"}


def place(person: Person) -> str:
    return f"/v1/users/{person.user_id}/billing"


async def change(client: httpx.AsyncClient, person: Person, sent: Any) -> httpx.Response:
    return await client.patch(place(person), json=sent)


async def test_what_is_said_is_shown_and_what_is_not_stays(person: Person) -> None:
    before = (await person.client.get(place(person))).json()
    both = (await change(person.client, person, STRIPE)).json()
    less = (await change(person.client, person, {"stripe_subscription_id": None})).json()

    nothing = {"user_id": str(person.user_id), **dict.fromkeys(STRIPE)}
    assert before == nothing
    assert both == nothing | STRIPE
    assert less == nothing | {"stripe_customer_id": STRIPE["stripe_customer_id"]}
    me = (await person.client.get("/v1/me")).json()
    assert {name: me[name] for name in STRIPE} == {name: less[name] for name in STRIPE}


async def test_the_log_keeps_that_it_was_changed_and_not_to_what(person: Person) -> None:
    """What stands there cannot be erased with the user."""
    for _ in range(2):
        await change(person.client, person, STRIPE)

    listed = await person.client.get("/v1/audit", params={"action": "user.billing_changed"})

    (entry,) = listed.json()["data"]
    assert entry["object"] == {"type": "user", "id": str(person.user_id)}
    assert (entry["before"], entry["after"]) == (None, None)
    assert "cus_Nffr" not in (await person.client.get("/v1/audit/export")).text


async def test_another_tenant_neither_sees_nor_changes_it(system: System, person: Person) -> None:
    async with signed_up(system) as stranger:
        for answer in (
            await stranger.client.get(place(person)),
            await change(stranger.client, person, STRIPE),
            await stranger.client.patch(f"/v1/users/{uuid4()}/billing", json=STRIPE),
        ):
            problem(answer, 404, "user_not_found")
        theirs = {"guilder-tenant": str(person.tenant_id)}
        foreign = await stranger.client.patch(place(person), json=STRIPE, headers=theirs)

    problem(foreign, 403, "not_a_member")
    assert (await person.client.get("/v1/me")).json()["stripe_customer_id"] is None


@pytest.mark.parametrize(
    "sent",
    [
        {"stripe_customer_id": ""},
        {"stripe_customer_id": "sub_1MowQVLkd"},
        {"stripe_subscription_id": "cus_NffrFeUfNV2Hib"},
        {"stripe_customer_id": f"cus_{'x' * 252}"},
        {"email": "somebody@else.example"},
    ],
)
async def test_what_stripe_does_not_name_so_is_refused(
    person: Person, sent: dict[str, Any]
) -> None:
    problem(await change(person.client, person, sent), 422, "invalid_request")


async def test_nobody_says_it_by_changing_their_profile(person: Person) -> None:
    refused = await person.client.patch("/v1/me", json=STRIPE)

    problem(refused, 422, "invalid_request")


async def test_two_changes_at_once_both_stand(system: System, person: Person) -> None:
    first, second = [
        partial(
            change_billing,
            user_id=UserId(person.user_id),
            changes=BillingChanges(**{name: value}),
        )
        for name, value in STRIPE.items()
    ]
    await race(at_home(system, person), first, second)

    me = (await person.client.get("/v1/me")).json()
    assert {name: me[name] for name in STRIPE} == STRIPE


async def test_who_was_forgotten_is_nobody_s_customer(system: System, person: Person) -> None:
    await change(person.client, person, STRIPE)
    await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
    user_id, home = UserId(person.user_id), at_home(system, person)

    with pytest.raises(UserNotFound):
        await home.do(lambda tx: change_billing(tx, user_id, BillingChanges(**STRIPE)))
    with pytest.raises(UserNotFound):
        await home.do(lambda tx: billed_user(tx, user_id))
