"""An authenticator of tests: a device that shows codes, as far as its clock is set."""

import base64
import hmac
import struct
from dataclasses import dataclass, field

import asyncpg
import httpx

from tests.identity.people import PASSWORD, Person

FACTOR = "/v1/me/second-factor"


@dataclass
class Authenticator:
    """Somebody's device. It has its own way to the codes of RFC 6238."""

    secret: str
    recovery_codes: list[str] = field(default_factory=list)
    token: str = ""

    def code(self, now: float, *, steps: int = 0) -> str:
        """The code of a moment, or of so many steps later."""
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        counter = int(now) // 30 + steps
        mac = hmac.digest(key, struct.pack(">Q", counter), "sha1")
        start = mac[19] & 15
        number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"


async def with_authenticator(
    person: Person, now: float, database: asyncpg.Connection
) -> Authenticator:
    """Put a second factor on. No code counts as used then: tests do not wait for the next one."""
    begun = (await person.client.post(FACTOR, json={"password": PASSWORD})).json()
    device = Authenticator(begun["secret"])
    answer = await person.client.post(f"{FACTOR}/confirmations", json={"code": device.code(now)})
    assert answer.status_code == 201, answer.text
    await database.execute(
        "update identity.second_factor set last_step = 0 where user_id = $1", person.user_id
    )
    device.recovery_codes = answer.json()["recovery_codes"]
    device.token = answer.json()["session"]["token"]
    person.client.headers["authorization"] = f"Bearer {device.token}"
    return device


async def enter(visitor: httpx.AsyncClient, person: Person, **shown: str) -> httpx.Response:
    """Sign in with the right password, and what is shown beside it."""
    return await visitor.post(
        "/v1/sessions", json={"login": person.email, "password": PASSWORD} | shown
    )
