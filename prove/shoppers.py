"""Shoppers: they pay, take, give back and call off, and do not give up until they are answered.

Each request has an Idempotency-Key of its own, and what was answered to it is
remembered. Some hang up before the answer, and ask again on a new connection.
"""

import asyncio
import json
import random
import ssl
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from uuid import uuid4

import httpx

from prove.house import House

RETRY_SECONDS: Final = 0.05
GIVE_UP_SECONDS: Final = 60.0
MOST_FAULTS: Final = 20
HANGS_UP: Final = 0.1
STORM: Final = 16
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CURRENCIES: Final = ("EUR", "USD", "JPY", "KWD")
PLAIN: Final = "pm_card_visa"
TOKENS: Final = (
    *(PLAIN,) * 8,
    *("pm_card_slow", "pm_card_timeoutAfterCharge", "pm_card_timeoutBeforeCharge") * 2,
    "pm_card_timeoutAfterRefund",
    "pm_card_timeoutAfterCapture",
    "pm_card_chargeDeclined",
    "pm_card_unavailable",
    "pm_card_refundFail",
    "pm_card_createDispute",
    "pm_card_authenticationRequired",
)


class Told(NamedTuple):
    """What was answered to one key."""

    kind: str
    payment_id: str | None
    asked: dict[str, Any]
    status: int
    body: dict[str, Any]


class Shop:
    """All that was asked for and answered, and what must not have been answered."""

    def __init__(self, house: House, secret: str) -> None:
        self.house = house
        self.headers = {"authorization": f"Bearer {secret}"}
        self.told: dict[str, Told] = {}
        self.faults: list[str] = []
        self.sent = 0
        self.hung_up = 0
        self.storms = 0
        self.is_open = True
        self.inside = 0

    def blame(self, fault: str) -> None:
        """Say at once what was found, and keep it."""
        if len(self.faults) < MOST_FAULTS:
            print(f"    ! {fault}", flush=True)
            self.faults.append(fault)

    async def load(self, shoppers: int) -> None:
        """Let shoppers come and go until the shop is closed; each finishes what it has begun."""
        self.inside = shoppers
        await asyncio.gather(*(self._shopper() for _ in range(shoppers)))

    async def _shopper(self) -> None:
        story: Callable[[], Any]
        while self.is_open:
            story = random.choice((self.sale, self.sale, self.holding, self.storm, self.lost_parts))
            await story()
        self.inside -= 1

    async def sale(self, token: str | None = None) -> None:
        """Pay, and bring a part of it back perhaps."""
        payment = await self.pay(token or random.choice(TOKENS))
        if payment.get("next_action") and random.random() < 0.8:
            await self._authenticate(payment)
        elif payment.get("status") == "succeeded" and random.random() < 0.5:
            await self._bring_back(payment)

    async def holding(self, token: str | None = None) -> None:
        """Hold, take it in parts or let it go."""
        payment = await self.pay(token or random.choice(TOKENS), capture="manual")
        if payment.get("status") != "authorized" or random.random() < 0.1:
            return
        for amount in _parts(payment["amount"])[: random.randint(0, 2)]:
            await self.ask("capture", payment["id"], {"amount": amount})
        if random.random() < 0.5:
            await self.ask("cancellation", payment["id"], {"reason": "enough"})
        else:
            taken = await self.ask("capture", payment["id"], {})
            if taken.get("status") == "succeeded":
                await self._bring_back(taken["payment"])

    async def lost_parts(self) -> None:
        """Take or give back in parts, of each of which the reply is lost."""
        if random.random() < 0.7:
            await self.holding("pm_card_timeoutAfterCapture")
        else:
            await self.sale("pm_card_timeoutAfterRefund")

    async def storm(self) -> None:
        """The same request many times at once, each on a connection of its own."""
        self.storms += 1
        key, body = uuid4().hex, _payment(random.choice(TOKENS))
        answers = await asyncio.gather(
            *(self.send("payment", "/v1/payments", body, key=key) for _ in range(STORM))
        )
        if len({answer.get("id") for answer in answers if answer}) > 1:
            self.blame(f"the same request {key} made several payments")

    async def pay(self, token: str, **further: Any) -> dict[str, Any]:
        return await self.send("payment", "/v1/payments", _payment(token) | further)

    async def ask(self, kind: str, payment_id: str, body: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/payments/{payment_id}/{kind}s"
        return await self.send(kind, path, body, payment_id=payment_id)

    async def send(
        self,
        kind: str,
        path: str,
        body: dict[str, Any],
        *,
        payment_id: str | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Send a request, again and again, until it is answered for good."""
        key = key or uuid4().hex
        content = json.dumps(body).encode()
        if random.random() < HANGS_UP:
            await self._hang_up(path, content, key)
        headers = self.headers | {"idempotency-key": key, "content-type": "application/json"}
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            self.sent += 1
            try:
                async with connection(self.house) as client:
                    answer = await client.post(path, headers=headers, content=content)
            except httpx.HTTPError:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if answer.status_code in {409, 429, 503} and "retry-after" in answer.headers:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            return self._remember(key, Told(kind, payment_id, body, answer.status_code, {}), answer)
        self.blame(f"{kind} {key} was never answered")
        return {}

    def _remember(self, key: str, told: Told, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 500 or answer.status_code in {400, 401, 403, 404, 422}:
            self.blame(f"{told.kind} answered {answer.status_code}: {answer.text[:300]}")
            return {}
        body: dict[str, Any] = answer.json()
        before = self.told.setdefault(key, told._replace(body=body))
        if (before.status, before.body.get("id")) != (answer.status_code, body.get("id")):
            self.blame(f"{told.kind} {key} was answered in two ways")
        return body if answer.status_code < 300 else {}

    async def _bring_back(self, payment: dict[str, Any]) -> None:
        for amount in _parts(payment["amount_refundable"])[: random.randint(1, 3)]:
            await self.ask("refund", payment["id"], {"amount": amount})

    async def _authenticate(self, payment: dict[str, Any]) -> None:
        """Say yes or no on the bank's page, twice as impatient buyers do, then look."""
        verb = random.choice(("agreements", "agreements", "refusals"))
        path = payment["next_action"]["url"].split("/", 3)[3]
        for _ in range(2):
            try:
                async with connection(self.house) as client:
                    await client.post(f"/{path}/{verb}")
            except httpx.HTTPError:
                await asyncio.sleep(RETRY_SECONDS)
        await self.ask("confirmation", payment["id"], {})

    async def _hang_up(self, path: str, content: bytes, key: str) -> None:
        """Send the whole request, and be gone before the answer comes."""
        self.hung_up += 1
        head = (
            f"POST {path} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n"
            f"authorization: {self.headers['authorization']}\r\nidempotency-key: {key}\r\n"
            f"content-length: {len(content)}\r\n\r\n"
        )
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.house.port)
            writer.write(head.encode() + content)
            await writer.drain()
            await asyncio.sleep(random.random() * 0.02)
            writer.transport.abort()
        except OSError:
            await asyncio.sleep(RETRY_SECONDS)


def connection(house: House) -> httpx.AsyncClient:
    """A new connection, without the certificates that each would load."""
    return httpx.AsyncClient(base_url=house.address, timeout=20, verify=NO_TLS)


def _payment(token: str) -> dict[str, Any]:
    return {
        "amount": random.randint(1_000, 99_999),
        "currency": random.choice(CURRENCIES),
        "confirm": True,
        "payment_method": token,
    }


def _parts(whole: int) -> list[int]:
    """Three different parts of an amount, with a rest."""
    return [part for part in {whole // 2, whole // 5, whole // 7} if part > 0]
