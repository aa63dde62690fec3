"""What a tenant keeps to itself reaches no buyer, whatever a buyer calls."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from guilder.app import System
from guilder.identity.api_key import PUBLIC_SCOPES
from tests.checkout.buying import good
from tests.identity.people import Person, signed_up, visiting
from tests.storefront.secrets import FORBIDDEN, Belongings, Secrets, furnished, made, marked
from tests.storefront.walk import Walk, endpoints_for_buyers, must_answer_well

OWN_API = (
    "/v1/api-keys",
    "/v1/carts",
    "/v1/checkouts",
    "/v1/customers",
    "/v1/inventory",
    "/v1/members",
    "/v1/orders",
    "/v1/payments",
    "/v1/products",
    "/v1/promotions",
    "/v1/shipping-options",
    "/v1/tenant",
)


@dataclass(frozen=True)
class House:
    """A tenant whose secrets are marked, who works for it, and a buyer with its page."""

    staff: Person
    secrets: Secrets
    has: Belongings
    walk: Walk


@pytest.fixture
async def house(system: System, owner: asyncpg.Connection) -> AsyncIterator[House]:
    async with signed_up(system, tenant_name="Tulip & Sons") as staff, visiting(system) as browser:
        async with owner.transaction():
            await owner.execute(
                "update identity.user_account set email_verified_at = now() where id = $1",
                staff.user_id,
            )
        has = await furnished(staff.client)
        key = await made(
            staff.client, "/v1/api-keys", name="Page", kind="publishable", scopes=[*PUBLIC_SCOPES]
        )
        secrets = await marked(owner, staff)
        browser.headers["authorization"] = f"Bearer {key['secret']}"
        door: Any = browser._transport
        endpoints = endpoints_for_buyers(door.app, staff)
        yield House(staff, secrets, has, Walk(browser, staff, has, endpoints))


async def test_what_a_tenant_keeps_to_itself_reaches_no_buyer(house: House) -> None:
    walk = house.walk

    await walk.call_all()

    for endpoint, answer in walk.heard:
        told = "\n".join((answer.text, *map(str, answer.headers.multi_items())))
        assert house.secrets.shown_in(told) == set(), f"{endpoint.method} {endpoint.path}"
        assert answer.status_code < 500, f"{endpoint.method} {endpoint.path}: {answer.text}"
        if endpoint.permission is not None:
            assert named_in(answer.json()) & FORBIDDEN == set(), endpoint.path
    answered = {endpoint.path for endpoint, answer in walk.heard if answer.status_code < 400}
    unseen = {one.path for one in walk.endpoints if must_answer_well(one)} - answered
    assert unseen == set(), "walked, and never seen to answer well"


async def test_the_walk_is_of_all_that_is_open_to_buyers(house: House) -> None:
    walked = {(one.method, one.path) for one in house.walk.endpoints}

    assert {("GET", "/docs"), ("GET", "/metrics"), ("GET", "/openapi.json")} <= walked
    assert ("GET", "/.well-known/{tenant_id}/jwks.json") in walked
    assert ("POST", "/v1/storefront/checkouts") in walked
    assert not any(path.startswith("/v1/customers") for _, path in walked)


@pytest.mark.parametrize("path", OWN_API)
async def test_the_walk_would_notice(house: House, path: str) -> None:
    """The same secrets are told to who may know them."""
    answer = await house.staff.client.get(path)

    good(answer, 200)
    assert house.secrets.shown_in(answer.text)


async def test_internal_metadata_is_marked_and_told_to_the_tenant_only(house: House) -> None:
    listed = await house.staff.client.get("/v1/customers")

    assert "customers.customer.internal_metadata" in house.secrets.shown_in(listed.text)
    assert {
        "catalog.product.metadata",
        "catalog.variant.metadata",
        "catalog.price.metadata",
        "checkout.cart.metadata",
        "checkout.cart_line.metadata",
        "checkout.placed_order.metadata",
        "checkout.promotion.metadata",
        "checkout.session.metadata",
        "checkout.signing_key.private_key",
        "customers.customer.app_metadata",
        "customers.customer.internal_metadata",
        "identity.api_key.id",
        "identity.api_key.key_hash",
        "identity.member.id",
        "identity.session.id",
        "identity.tenant.metadata",
        "identity.user_account.id",
        "payments.gateway.secrets",
        "payments.payment.metadata",
    } <= set(house.secrets.marks.values())


def named_in(document: Any) -> set[str]:
    """Every name in a document, at any depth."""
    if isinstance(document, dict):
        return set(document).union(*map(named_in, document.values()))
    return set().union(*map(named_in, document)) if isinstance(document, list) else set()
