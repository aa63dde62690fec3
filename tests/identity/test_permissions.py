"""Every endpoint asks for a permission, or is known to ask for none; all permissions are listed."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from guilder.app import PACKAGES, System
from guilder.http import Endpoint
from guilder.identity.roles import HELD
from guilder.identity.verified import (
    NEEDS_VERIFIED_EMAIL,
    EmailNotVerified,
    Serious,
    require_verified,
)
from guilder.kernel import Actor, ActorKind, TenantId
from tests.http.documents import problem
from tests.identity.people import Person

WILDCARDS: Final = {"*", "*:read", "*:write"}

FOR_VISITORS: Final = {
    "what the system says of itself": {
        "GET /docs",
        "GET /docs/docs.css",
        "GET /healthz",
        "GET /metrics",
        "GET /openapi.json",
        "GET /readyz",
    },
    "keys that anybody verifies a handoff with": {"GET /.well-known/{tenant_id}/jwks.json"},
    "a gateway signs what it says": {"POST /v1/gateways/{name}/webhooks/{tenant_id}"},
    "the sandbox's bank, for a buyer with a link": {
        "GET /sandbox/authentication/{tenant_id}/{attempt_id}",
        "GET /sandbox/bank.css",
        "POST /sandbox/authentication/{tenant_id}/{attempt_id}/agreements",
        "POST /sandbox/authentication/{tenant_id}/{attempt_id}/refusals",
    },
    "whoever is not signed in so far": {
        "GET /sso/{tenant}/{provider}",
        "GET /v1/sso/callback",
        "POST /v1/password-resets",
        "POST /v1/sessions",
        "POST /v1/sso/authorizations",
        "POST /v1/sso/sessions",
        "POST /v1/users",
    },
    "whoever shows what a mail carried": {
        "GET /v1/unsubscriptions",
        "POST /v1/email-changes/confirmations",
        "POST /v1/email-verifications/confirmations",
        "POST /v1/invitations/acceptances",
        "POST /v1/invitations/declines",
        "POST /v1/password-resets/confirmations",
        "POST /v1/unsubscriptions",
    },
    "a buyer with a link": {
        "GET /orders/{token}",
        "GET /orders/{token}/invoice",
        "GET /orders/{token}/invoice.pdf",
        "GET /orders/{token}/receipt",
        "GET /orders/{token}/receipt.pdf",
        "GET /pay/{token}",
        "POST /orders/{token}/invoices",
        "POST /orders/{token}/returns",
        "POST /pay/{token}",
    },
    "pages, which know people by their cookie": {
        "GET /",
        "GET /assets/{mark}/{name}",
        "GET /change-email",
        "GET /invitation",
        "GET /reset-password",
        "GET /sign-in",
        "GET /sign-up",
        "GET /verify-email",
        "POST /change-email",
        "POST /invitation",
        "POST /reset-password",
        "POST /sign-in",
        "POST /sign-out",
        "POST /sign-up",
        "POST /verify-email",
    },
}
"""Endpoints that ask for no permission, by who comes there instead."""


async def test_every_endpoint_asks_for_a_permission_or_is_known_to_ask_for_none(
    system: System,
) -> None:
    everything = list(below(system.door()._router._root))
    open_ones = {
        f"{endpoint.method} {endpoint.path}" for endpoint in everything if not endpoint.permission
    }

    assert len(everything) > len(system.endpoints)
    assert open_ones == set().union(*FOR_VISITORS.values())


def below(node: Any) -> Iterator[Endpoint]:
    """All that a door opens."""
    yield from node.endpoints.values()
    for one in (*node.named.values(), *([node.any] if node.any else [])):
        yield from below(one)


async def test_the_table_lists_what_packages_declare_and_the_wildcards(
    database: asyncpg.Connection,
) -> None:
    declared = {one for package in PACKAGES for one in package.permissions}
    listed = await database.fetch("select name, description from identity.permission")

    assert {row["name"] for row in listed} == declared | WILDCARDS
    assert all(row["description"] for row in listed)


def test_built_in_roles_allow_what_there_is() -> None:
    declared = {one for package in PACKAGES for one in package.permissions}

    assert {one for held in HELD.values() for one in held} <= declared | WILDCARDS


@pytest.mark.parametrize(
    ("scopes", "permission", "is_allowed"),
    [
        ({"payments:read"}, "payments:read", True),
        ({"payments:read"}, "payments:write", False),
        ({"payments:*"}, "payments:write", True),
        ({"*:read"}, "payments:read", True),
        ({"*:read"}, "payments:write", False),
        ({"*:read"}, "*:read", True),
        ({"*:read"}, "*", False),
        ({"*:read", "*:write"}, "tenant:own", False),
        ({"*:read", "*:write"}, "payments:*", False),
        ({"payments:*"}, "*:read", False),
        ({"*"}, "*", True),
        ({"*"}, "tenant:own", True),
        (set(), "payments:read", False),
        ({"payments:"}, "payments:read", False),
        ({""}, "*", False),
    ],
)
def test_a_wildcard_opens_what_it_names(
    scopes: set[str], permission: str, *, is_allowed: bool
) -> None:
    assert somebody(scopes=frozenset(scopes)).allows(permission) is is_allowed


def somebody(**more: Any) -> Actor:
    return Actor(kind=ActorKind.USER, tenant_id=TenantId(uuid4()), **more)


@pytest.mark.parametrize("what", list(Serious))
def test_what_is_serious_needs_a_confirmed_e_mail(what: Serious) -> None:
    assert what in NEEDS_VERIFIED_EMAIL
    require_verified(somebody(is_verified=True), what)

    with pytest.raises(EmailNotVerified) as refused:
        require_verified(somebody(is_verified=False), what)

    assert refused.value.needed_for == what


async def test_whoever_has_not_confirmed_their_e_mail_makes_keys_for_tests_only(
    person: Person,
) -> None:
    body = {"name": "Till", "scopes": ["orders:read"]}

    live = await person.client.post("/v1/api-keys", json=body)
    test = await person.client.post("/v1/api-keys", json=body | {"mode": "test"})

    assert problem(live, 403, "email_not_verified")["needed_for"] == "api_keys.create_live"
    assert test.status_code == 201
