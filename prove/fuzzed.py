"""What schemathesis is told of us: who asks, from where, and about what that exists.

It loads this module as its hooks. What it made up is sent as it is, except that some of it is
replaced by what leads further in: ids that exist, the right password, tokens of the sandbox.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

import httpx
import msgspec
import schemathesis
from schemathesis import Case, HookContext, Response

from prove.known import Known
from prove.stage import PASSWORD, TOKENS, Stage

STAGE: Final = "GUILDER_PROVE_STAGE"
OWN: Final = frozenset({"own", "tenant:own"})
STRANGER: Final = 0.1
"""How often somebody asks whom the operation is not for."""

EXISTING: Final = 0.8
"""How often what was made up is replaced by what exists."""

MENDED: Final = frozenset({"put_gateway", "delete_gateway", "put_routing"})
"""After these nobody could pay any more."""


class Cast:
    """Everybody who asks, and what they know."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.random = Random(stage.seed)  # noqa: S311 - it is to be repeatable
        self._client = httpx.Client(base_url=stage.address, timeout=60)
        document = self._client.get("/openapi.json").json()
        self.known = Known(document["paths"])
        for told in stage.told:
            self.known.learn(told.path, told.body)
        for name, values in self._fitting():
            self.known.note(name, *values)
        self._sessions = {email: "" for email in stage.emails}

    def address(self) -> str:
        """From where somebody asks."""
        if self.random.random() < EXISTING:
            return str(IPv4Address(self.random.randrange(2**24) + 10 * 2**24))
        return str(IPv6Address(self.random.randrange(2**125) + 2**125))

    def token_for(self, permission: str | None) -> str | None:
        """Whom an operation is for, or now and then somebody else."""
        if self.random.random() < STRANGER:
            strangers = (self.stage.publishable, self.stage.secret, self._session(), None, "gk_live_0")
            return self.random.choice(strangers)
        if permission is None:
            return None
        return self._session() if permission in OWN else self.stage.secret

    def lose(self, token: str) -> None:
        """This session is over; its owner signs in again, or there is somebody new."""
        for email, known in self._sessions.items():
            if known == token:
                self._sessions[email] = ""

    def mend(self) -> None:
        """Let the sandbox take payments again."""
        headers = {"authorization": f"Bearer {self.stage.secret}"}
        self._client.put("/v1/gateways/sandbox", json={}, headers=headers)
        self._client.put("/v1/payment-routing", json={"rules": []}, headers=headers)

    def _session(self) -> str:
        email = self.random.choice(list(self._sessions))
        if not self._sessions[email]:
            self._sessions[email] = self._signed_in(email)
        return self._sessions[email]

    def _signed_in(self, email: str) -> str:
        headers = {"x-forwarded-for": self.address()}
        asked = {"login": email, "password": PASSWORD}
        answer = self._client.post("/v1/sessions", json=asked, headers=headers)
        if answer.is_error:
            somebody = {"email": f"{uuid4().hex}@prove.example", "password": PASSWORD, "name": "Wilma"}
            answer = self._client.post("/v1/users", json=somebody, headers=headers)
        token: str = answer.json().get("token", "")
        return token

    def _fitting(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        stage = self.stage
        yield "tenant_id", (stage.tenant_id,)
        yield "name", ("sandbox", "stripe", "paypal")
        yield "provider", ("company",)
        yield "kind", ("merchant", "buyers", "fees")
        yield "unit", ("EUR",)
        yield "login", tuple(stage.emails)
        yield "token", (*stage.tickets, *TOKENS)


WORDS: Final[dict[str, tuple[Any, ...]]] = {
    "currency": ("EUR",),
    "gateway": ("sandbox",),
    "payment_method": TOKENS,
    "password": (PASSWORD,),
    "current_password": (PASSWORD,),
    "issuer": ("https://127.0.0.1:9",),
    "enabled": (True,),
    "country": ("NL", "DE", "US"),
}
"""What a field has to say so that more is looked at than this field."""

ALWAYS: Final = frozenset({"issuer"})
"""Nothing is asked beyond this machine."""

cast = Cast(msgspec.json.decode(Path(os.environ[STAGE]).read_bytes(), type=Stage))


@schemathesis.hook
def before_call(_: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Say who asks, and name what exists."""
    del kwargs
    headers: dict[str, Any] = dict(case.headers or {})
    headers["X-Forwarded-For"] = cast.address()
    token = cast.token_for(_permission_of(case))
    headers.pop("Authorization", None)
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if headers.get("Idempotency-Key") and _is_lucky():
        headers["Idempotency-Key"] = uuid4().hex
    case.headers = headers
    if case.path_parameters and _is_lucky():
        found = cast.known.values_for(case.operation.path, cast.random)
        case.path_parameters = {**case.path_parameters, **found}
    if isinstance(case.query, dict):
        case.query = _fitted(case.query)
    if isinstance(case.body, dict | list):
        case.body = _fitted(case.body)


@schemathesis.hook
def after_call(_: HookContext, case: Case, response: Response) -> None:
    """Learn from what was answered."""
    if response.status_code == 401 and case.headers:
        cast.lose(str(case.headers.get("Authorization", "")).removeprefix("Bearer "))
    if response.status_code >= 300:
        return
    if _name_of(case) in MENDED:
        cast.mend()
    with suppress(ValueError):
        path = case.formatted_path
        cast.known.learn(path, response.json())


def _permission_of(case: Case) -> str | None:
    raw: dict[str, Any] = case.operation.definition.raw
    security = raw.get("security")
    return security[0]["key"][0] if security else None


def _name_of(case: Case) -> str:
    raw: dict[str, Any] = case.operation.definition.raw
    return str(raw.get("operationId"))


def _is_lucky() -> bool:
    return cast.random.random() < EXISTING


def _fitted(value: Any, name: str = "") -> Any:
    """The same, where some of what it names exists."""
    if isinstance(value, dict):
        return {key: _fitted(one, str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_fitted(one, name) for one in value]
    if not isinstance(value, str | bool) or (name not in ALWAYS and not _is_lucky()):
        return value
    if name in WORDS:
        return cast.random.choice(WORDS[name])
    if name.endswith(("_id", "_ids")) or name in {"login", "token", "cursor"}:
        return cast.known.value_of(name, cast.random) or value
    return value
