"""People: they own tenants, stay signed in, show their second factor, and read their letters."""

import base64
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from guilder.identity.second_factor.totp import STEP_SECONDS, code_at
from prove.stage import PASSWORD


class Person:
    """Somebody with a session, and one elsewhere that they may end."""

    def __init__(self, address: str) -> None:
        self.email = address
        self.token = ""
        self.elsewhere = ""
        self.secret: bytes | None = None
        self.draft: bytes | None = None

    @property
    def code(self) -> str | None:
        """What their authenticator shows now."""
        secret = self.draft or self.secret
        now = datetime.now(UTC).timestamp()  # noqa: TID251 - an authenticator has no other clock
        return code_at(secret, int(now) // STEP_SECONDS) if secret else None

    def learn(self, answer: dict[str, Any]) -> None:
        """Keep the session that came in place of the one before, and a secret to be confirmed."""
        renewed = answer.get("session") or answer
        if isinstance(renewed, dict) and str(renewed.get("token", "")).startswith("gs_"):
            self.token = renewed["token"]
        if str(answer.get("url", "")).startswith("otpauth:"):
            padded = answer["secret"] + "=" * (-len(answer["secret"]) % 8)
            self.draft = base64.b32decode(padded)
        if "recovery_codes" in answer:
            self.secret, self.draft = self.draft or self.secret, None


class People:
    """Everybody who has signed up."""

    def __init__(self, client: httpx.Client, emails: list[str], random: Random) -> None:
        self._client = client
        self._random = random
        self._all = [Person(one) for one in emails]

    def somebody(self, *, with_factor: bool = False) -> Person:
        """One of them, signed in; one who has a second factor, or has begun with it, if any has."""
        those = [one for one in self._all if one.code] if with_factor else []
        person = self._random.choice(those or self._all)
        if not person.token and not self._sign_in(person):
            self._all.remove(person)
            person = self._sign_up()
        return person

    def with_token(self, token: str) -> Person | None:
        """Whose session this is."""
        return next((one for one in self._all if token and one.token == token), None)

    def _sign_in(self, person: Person) -> bool:
        """Here, after somewhere else: a code opens once, so with one there is only here."""
        first = self._enter(person)
        if first is None:
            return False
        second = self._enter(person)
        person.token = (second or first)["token"]
        person.elsewhere = first["id"]
        return True

    def _enter(self, person: Person) -> dict[str, Any] | None:
        code = {"code": person.code} if person.secret else {}
        asked = {"login": person.email, "password": PASSWORD, **code}
        answer = self._client.post("/v1/sessions", json=asked)
        entered: dict[str, Any] = answer.json()
        return None if answer.is_error else entered

    def _sign_up(self) -> Person:
        person = Person(f"{uuid4().hex}@prove.example")
        asked = {"email": person.email, "password": PASSWORD, "name": "Wilma"}
        answer = self._client.post("/v1/users", json=asked)
        answer.raise_for_status()
        person.token = answer.json()["token"]
        self._all.append(person)
        return person
