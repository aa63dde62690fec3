"""The cast: everybody who asks, and what they know."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx

from prove.known import Known
from prove.letters import links_in
from prove.pages import pages
from prove.people import People, Person
from prove.stage import PASSWORD, STRIPE, STRIPE_AT, TOKENS, Stage

OWN: Final = frozenset({"own", "tenant:own"})
STRANGER: Final = 0.1
"""How often somebody asks whom the operation is not for."""

EXISTING: Final = 0.8
"""How often what was made up is replaced by what exists."""

WORDS: Final[dict[str, tuple[Any, ...]]] = {
    "currency": ("EUR",),
    "gateway": ("sandbox",),
    "payment_method": TOKENS,
    "password": (PASSWORD,),
    "current_password": (PASSWORD,),
    "issuer": ("https://127.0.0.1:1024",),
    "enabled": (True,),
    "country": ("NL", "DE", "US"),
}
"""What a field has to say so that more is looked at than this field."""

EITHER: Final = {
    "/v1/checkouts": ("price_id", "cart_id"),
    "/v1/variants/{variant_id}/prices": ("unit_amount", "unit_amount_decimal"),
}
"""Of these fields an address wants one, which a schema cannot say."""

ALWAYS: Final = frozenset({"issuer"})
"""Nothing is asked beyond this machine."""

LETTERS: Final = {
    "email-verifications": "verify-email",
    "email-changes": "change-email",
    "password-resets": "reset-password",
    "invitations": "invitation",
}
"""Which letters carry what an address takes."""


class Cast:
    """Programs, pages, people and strangers, from everywhere."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.random = Random(stage.seed)
        headers = {"x-forwarded-for": "10.0.0.1"}
        self._client = httpx.Client(base_url=stage.address, headers=headers, timeout=60)
        document = self._client.get("/openapi.json").json()
        self.known = Known([*document["paths"], *pages()["paths"]])
        self.known.spare(stage.key_id)
        for path in stage.paths:
            self.known.lead(path)
        for told in stage.told:
            self.known.learn(told.path, told.body)
        for name, values in self._fitting():
            self.known.note(name, *values)
        self.known.pin()
        self._form: tuple[str, str] | None = None
        self._people = People(self._client, stage.emails, self.random)
        self.person: Person | None = None

    @property
    def is_lucky(self) -> bool:
        return self.random.random() < EXISTING

    def address(self) -> str:
        """From where somebody asks."""
        if self.is_lucky:
            return str(IPv4Address(self.random.randrange(2**24) + 10 * 2**24))
        return str(IPv6Address(self.random.randrange(2**125) + 2**125))

    def tenant(self) -> str | None:
        """Now and then somebody names the tenant that they want to act in."""
        named = (self.stage.tenant_id, str(UUID(int=self.random.getrandbits(128))), "prove")
        return self.random.choice(named) if self.random.random() < STRANGER else None

    def token_for(self, permission: str | None, path: str) -> str | None:
        """Whom an operation is for, or now and then somebody else."""
        self.person = None
        if self.random.random() < STRANGER:
            known = (self.stage.publishable, self.stage.secret, None, "gk_live_0", "gs_0")
            return self.random.choice((*known, self._somebody()))
        if permission is None:
            return None
        return self._somebody(path) if permission in OWN else self.stage.secret

    def form(self) -> tuple[str, str]:
        """What a browser keeps, and the token of the forms that were shown to it."""
        if not self._form:
            shown = self._client.get("/sign-in")
            token = re.search(r'name="form_token" value="([^"]+)"', shown.text)
            assert token, "the page shows no form"
            self._form = "; ".join(f"{k}={v}" for k, v in shown.cookies.items()), token[1]
        return self._form

    def fitted(self, value: Any, name: str = "", *, path: str = "") -> Any:
        """The same, where some of what it names exists."""
        if isinstance(value, dict):
            return {key: self.fitted(one, str(key), path=path) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fitted(one, name, path=path) for one in value]
        if isinstance(value, str | bool) and (name in ALWAYS or self.is_lucky):
            found = self._word(name, path=path)
            return value if found is None else found
        return value

    def settled(self, body: dict[str, Any], path: str) -> dict[str, Any]:
        """A body that names one of two things, where it would have named both or neither."""
        one, other = EITHER.get(path, ("", ""))
        if one and self.is_lucky:
            known = self.known.value_of(one, self.random)
            body = {one: known, **body} if known else body
            return {key: value for key, value in body.items() if key != other}
        return body

    def _word(self, name: str, *, path: str) -> Any:
        """What a field of this name may say, if that is known."""
        if name in WORDS:
            return self.random.choice(WORDS[name])
        if name == "email":
            return f"{self.random.getrandbits(64):x}@prove.example"
        if name == "token":
            return self._ticket_for(path)
        if name == "code" and self.person and self.person.code:
            return self.person.code
        if name.endswith(("_id", "_ids")) or name in {"login", "cursor", "recovery_code"}:
            return self.known.value_of(name, self.random)
        return None

    def hear(self, path: str, status: int, body: Any) -> None:
        """Learn from what was answered."""
        if status == 401 and self.person:
            self.person.token = ""
        if status < 300 and isinstance(body, dict):
            self.known.learn(path, body)
            self.known.note("recovery_code", *body.get("recovery_codes", ()))
            self.known.note("cursor", *filter(None, [body.get("next_cursor")]))
            if self.person:
                self.person.learn(body)

    def mend(self) -> None:
        """Let the sandbox take payments again."""
        headers = {"authorization": f"Bearer {self.stage.secret}"}
        self._client.put("/v1/gateways/sandbox", json={}, headers=headers)
        self._client.put(STRIPE_AT, json=STRIPE, headers=headers)
        self._client.delete("/v1/gateways/paypal", headers=headers)
        self._client.put("/v1/payment-routing", json={"rules": []}, headers=headers)

    def _somebody(self, path: str = "") -> str:
        self.person = self._people.somebody(with_factor="second-factor/" in path and self.is_lucky)
        self.known.note("login", self.person.email)
        return self.person.token

    def _ticket_for(self, path: str) -> str:
        """What a letter carried to this address; or a token of the sandbox."""
        page = next((page for part, page in LETTERS.items() if part in path), path.strip("/"))
        links = links_in(Path(self.stage.outbox))
        fitting = [token for word, token in links if word == page]
        return self.random.choice(fitting or [*TOKENS])

    def _fitting(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "tenant_id", (self.stage.tenant_id,)
        yield "name", ("sandbox", "stripe", "paypal")
        yield "provider", ("company",)
        yield "kind", ("merchant", "buyers", "fees")
        yield "unit", ("EUR",)
        yield "login", tuple(self.stage.emails)
