"""The walk: every endpoint that a buyer can call, called well and badly, and all that it says.

The endpoints come from the door itself, so that a new one is walked too. What it needs to
answer well is told here.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from guilder.http import Door, Endpoint
from guilder.identity.api_key import PUBLIC_SCOPES
from guilder.kernel import Actor, ActorKind
from guilder.pages.assets import address_of
from guilder.reference import openapi
from tests.checkout.buying import HOME
from tests.identity.people import Person, somebody
from tests.storefront.secrets import Belongings, email

BY_PROOF = {
    "/sso/{tenant}/{provider}": "an identity provider, which would have to be asked",
    "/v1/unsubscriptions": "the seal of a letter",
    "/v1/sso/callback": "the state of a sign-in that was begun elsewhere",
}
"""What shows something only to who brings this, and is walked with what is none."""

PAGE_FORM = "application/x-www-form-urlencoded"


def endpoints_for_buyers(door: Door, staff: Person) -> list[Endpoint]:
    """All that somebody can call with a publishable key, or with nothing."""
    buyer = Actor(
        kind=ActorKind.API_KEY,
        tenant_id=staff.tenant_id,  # type: ignore[arg-type]
        scopes=frozenset(PUBLIC_SCOPES),
    )
    return [
        one
        for one in _below(door._router._root)
        if one.permission is None or buyer.allows(one.permission)
    ]


def _below(node: Any) -> Iterator[Endpoint]:
    yield from node.endpoints.values()
    for each in (*node.named.values(), *([node.any] if node.any else [])):
        yield from _below(each)


def must_answer_well(endpoint: Endpoint) -> bool:
    """Whether a walk that it refuses has not seen it."""
    if endpoint.permission is not None:
        return True
    return endpoint.method == "GET" and endpoint.path not in BY_PROOF


@dataclass
class Walk:
    """Somebody who tries everything, and what they were told."""

    browser: httpx.AsyncClient
    staff: Person
    has: Belongings
    endpoints: list[Endpoint]
    heard: list[tuple[Endpoint, httpx.Response]] = field(default_factory=list)

    async def call_all(self) -> None:
        """Call each endpoint as it wants to be called, and then in ways that it does not."""
        operations = openapi(self.endpoints, version="0")["paths"]
        for endpoint in sorted(self.endpoints, key=self._place):
            operation = operations.get(endpoint.path, {}).get(endpoint.method.lower(), {})
            await self._call(endpoint, self._body(endpoint, operation))
            await self._call(endpoint, {"nothing": "of the kind"})
            await self._call(endpoint, self._body(endpoint, operation), is_strange=True)

    @staticmethod
    def _place(endpoint: Endpoint) -> tuple[bool, str]:
        """A cart is handed over, and its lines taken out, after it was looked at."""
        return endpoint.method == "DELETE", endpoint.path

    async def _call(self, endpoint: Endpoint, body: Any, *, is_strange: bool = False) -> None:
        path = self._path(endpoint, is_strange=is_strange)
        is_form = endpoint.body_type is None
        content = urlencode(body) if is_form else None
        answer = await self.browser.request(
            endpoint.method,
            path,
            params=self._query(endpoint),
            json=None if is_form or endpoint.method in {"GET", "DELETE"} else body,
            content=content if endpoint.method == "POST" else None,
            headers={"content-type": PAGE_FORM} if is_form and endpoint.method == "POST" else None,
        )
        self.heard.append((endpoint, answer))

    def _path(self, endpoint: Endpoint, *, is_strange: bool) -> str:
        if endpoint.path == "/assets/{mark}/{name}" and not is_strange:
            return address_of("guilder.css")
        known = asdict(self.has) | {
            "tenant_id": str(self.staff.tenant_id),
            "tenant": self.has.slug,
            "provider": "company",
            "name": "stripe",
            "mark": "mark",
        }
        if endpoint.path.startswith("/orders/"):
            known["token"] = self.has.order_token
        parts = []
        for part in endpoint.path.split("/"):
            name = part[1:-1] if part.startswith("{") else None
            if name is not None and name not in known:
                raise AssertionError(f"{endpoint.path}: {__name__} does not say what {name} may be")
            parts.append(part if name is None else str(uuid4()) if is_strange else known[name])
        return "/".join(parts)

    @staticmethod
    def _query(endpoint: Endpoint) -> dict[str, str]:
        named = endpoint.query_type.__struct_fields__ if endpoint.query_type else ()
        known = {"currency": "EUR", "token": "gt_nobody", "to": "/"}
        return {name: known[name] for name in named if name in known}

    def _body(self, endpoint: Endpoint, operation: dict[str, Any]) -> Any:
        """As the documentation shows it, with what this tenant has."""
        line = {"variant_id": self.has.variant_id, "quantity": 2}
        bodies: dict[str, Any] = {
            "/v1/users": somebody(),
            "/v1/password-resets": {"email": self.staff.email},
            "/v1/sessions": {"email": self.staff.email, "password": "not the right one"},
            "/v1/storefront/carts": {"currency": "EUR", "lines": [line]},
            "/v1/storefront/carts/{cart_id}": {
                "email": email(),
                "shipping_address": HOME,
                "promotion_codes": ["SPRING"],
            },
            "/v1/storefront/carts/{cart_id}/lines": line,
            "/v1/storefront/carts/{cart_id}/lines/{line_id}": {"quantity": 5},
            "/v1/storefront/checkouts": {"cart_id": self.has.cart_id, "email": email()},
        }
        if endpoint.path in bodies:
            return bodies[endpoint.path]
        content = operation.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example", {})
