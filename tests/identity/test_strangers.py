"""What is another tenant's does not exist: by its id in any path, and by its name in a header."""

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from guilder.app import PACKAGES, System
from guilder.http import Endpoint
from tests.bodies import least
from tests.http.documents import problem
from tests.identity.people import Person, signed_up
from tests.identity.post import Post
from tests.identity.team import CONFIRM, Team, founded
from tests.specimens import Specimens, plant

TABLES: Final = {
    "address_id": "customers.address",
    "cart_id": "checkout.cart",
    "check_id": "payments.ledger_check",
    "checkout_id": "checkout.session",
    "customer_id": "customers.customer",
    "dispute_id": "payments.dispute",
    "event_id": "events.event",
    "fulfilment_id": "checkout.fulfilment",
    "invoice_id": "checkout.invoice",
    "invitation_id": "identity.invitation",
    "key_id": "identity.api_key",
    "line_id": "checkout.cart_line",
    "member_id": "identity.member",
    "method_id": "payments.method",
    "option_id": "checkout.shipping_option",
    "order_id": "checkout.placed_order",
    "payment_id": "payments.payment",
    "price_id": "catalog.price",
    "product_id": "catalog.product",
    "promotion_id": "checkout.promotion",
    "rate_id": "checkout.tax_rate",
    "reconciliation_id": "payments.reconciliation",
    "refund_id": "checkout.refund",
    "return_id": "checkout.order_return",
    "role_id": "identity.role",
    "session_id": "identity.session",
    "user_id": "identity.user_account",
    "variant_id": "catalog.variant",
}
"""Where a parameter's rows stand."""

OF_NO_ROW: Final = {
    "attempt_id": "the sandbox's pages, for a buyer with a link",
    "kind": "an account of the ledger",
    "mark": "a file of the pages",
    "name": "what a tenant calls its gateways and providers",
    "provider": "likewise",
    "tenant": "whose sign-in it is",
    "tenant_id": "whose keys or notices these are, for everybody; or where one is a member",
    "token": "a buyer's link, which names what it opens",
    "unit": "a currency",
}
"""Parameters that are no id of a row, or are meant for strangers."""

EMPTY: Final = {"data": [], "has_more": False, "next_cursor": None}

ENDPOINTS: Final = [
    endpoint
    for package in PACKAGES
    for endpoint in package.endpoints
    if endpoint.permission and TABLES.keys() & endpoint.path_types.keys()
]


@pytest.fixture
async def victim(database: asyncpg.Connection) -> Specimens:
    """A tenant that has a row in every table."""
    async with database.transaction():
        return await plant(database, uuid4())


@pytest.fixture
async def stranger(system: System, database: asyncpg.Connection) -> AsyncIterator[Person]:
    """The owner of another tenant, who may do everything there."""
    async with signed_up(system) as one:
        await database.execute(CONFIRM, one.user_id)
        await database.execute(
            "update identity.tenant set subscription_tier = 'enterprise' where id = $1",
            one.tenant_id,
        )
        yield one


def test_every_parameter_is_known() -> None:
    names = {
        name
        for package in PACKAGES
        for endpoint in package.endpoints
        for name in endpoint.path_types
    }

    assert names - OF_NO_ROW.keys() == TABLES.keys()


async def test_an_id_of_another_tenant_is_none_wherever_it_stands(
    stranger: Person, victim: Specimens
) -> None:
    """The answer is the one for an id that nobody has, and shows nothing."""
    told_apart, looked_at = {}, 0
    for endpoint in ENDPOINTS:
        theirs = await ask(stranger.client, endpoint, victim)
        nobodys = await ask(stranger.client, endpoint, None)
        place = f"{endpoint.method} {endpoint.path}"
        found = theirs.is_success and theirs.json() != EMPTY
        if found or said(theirs) != said(nobodys):
            told_apart[place] = (theirs.text, nobodys.text)
        assert victim.shown_in(without_paths(theirs.text, victim)) == [], place
        looked_at += said(theirs)[1] not in {"invalid_request", "malformed_body"}

    assert told_apart == {}
    assert looked_at > len(ENDPOINTS) * 0.9


async def ask(
    client: httpx.AsyncClient, endpoint: Endpoint, whose: Specimens | None
) -> httpx.Response:
    path = endpoint.path
    for name in endpoint.path_types:
        row_id = whose.rows[TABLES[name]]["id"] if whose and name in TABLES else uuid4()
        path = path.replace(f"{{{name}}}", str(row_id))
    body = least(endpoint.body_type) if endpoint.body_type else None
    return await client.request(endpoint.method, path, json=body)


def said(answer: httpx.Response) -> Any:
    return answer.status_code, answer.json().get("code") if answer.content else None


def without_paths(text: str, whose: Specimens) -> str:
    """What an answer says beside the ids that it was asked for."""
    for table in TABLES.values():
        text = text.replace(str(whose.rows[table]["id"]), "")
    return text


@pytest.fixture
async def team(system: System, post: Post) -> AsyncIterator[Team]:
    """A tenant with its owner."""
    async with founded(system, post) as one:
        yield one


@pytest.mark.parametrize("wanted", ["{team}", "{nobody}", "x", "", "{team},{mine}", "' or true --"])
async def test_the_header_of_a_foreign_tenant_opens_nothing(
    team: Team, stranger: Person, wanted: str
) -> None:
    shown = wanted.format(team=team.tenant_id, nobody=uuid4(), mine=stranger.tenant_id)
    headers = {"guilder-tenant": shown}
    body, role = {"name": "Wilma's Tulips"}, {"name": "Thief", "permissions": ["*"]}

    for answer in (
        await stranger.client.get("/v1/tenant", headers=headers),
        await stranger.client.get("/v1/members", headers=headers),
        await stranger.client.patch("/v1/tenant", json=body, headers=headers),
        await stranger.client.post("/v1/roles", json=role, headers=headers),
    ):
        problem(answer, 403, "not_a_member")


async def test_a_key_acts_in_its_own_tenant_only(team: Team, stranger: Person) -> None:
    key = (await team.world.key("*")).secret
    headers = {"authorization": f"Bearer {key}"}

    mine = await stranger.client.get(
        "/v1/tenant", headers=headers | {"guilder-tenant": str(team.tenant_id)}
    )
    theirs = await stranger.client.get(
        "/v1/tenant", headers=headers | {"guilder-tenant": str(stranger.tenant_id)}
    )

    assert mine.json()["id"] == str(team.tenant_id)
    problem(theirs, 403, "not_a_member")


async def test_what_is_one_s_own_is_so_whatever_the_header_says(
    team: Team, stranger: Person
) -> None:
    headers = {"guilder-tenant": str(team.tenant_id)}

    me = await stranger.client.get("/v1/me", headers=headers)

    assert me.json()["id"] == str(stranger.user_id)
    assert UUID(me.json()["tenant_id"]) == stranger.tenant_id
