"""Buyers: a shop's server that is asked by many at once, through every serving process."""

import asyncio
import itertools
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import httpx

MOST_FAULTS: Final = 20
CONNECTIONS: Final = 64
VISA: Final = "pm_card_visa"


class Buyers:
    """What is asked for in the races, and what must not have been answered."""

    def __init__(self, addresses: list[str], secret: str) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS)
        headers = {"authorization": f"Bearer {secret}"}
        self._clients = [
            httpx.AsyncClient(base_url=address, headers=headers, timeout=60, limits=limits)
            for address in addresses
        ]
        self._turn = itertools.cycle(self._clients)
        self.faults: list[str] = []
        self.variant_id = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._clients:
            await client.aclose()

    def blame(self, fault: str) -> None:
        """Say at once what was found, and keep it."""
        if len(self.faults) < MOST_FAULTS:
            print(f"    ! {fault}", flush=True)
            self.faults.append(fault)

    async def open_shop(self) -> None:
        """Have something to sell, of which there is plenty."""
        self.variant_id = (await self.product(inventory=1_000_000))["variants"][0]["id"]

    async def product(self, *, inventory: int, amount: int = 2000) -> dict[str, Any]:
        """Something new to sell."""
        prices = [{"currency": "EUR", "unit_amount": amount}]
        variant = {"sku": f"SKU-{uuid4().hex[:12]}", "prices": prices, "inventory": inventory}
        body = {"name": "Thing", "billing_type": "one_time", "variants": [variant]}
        made: dict[str, Any] = await self.must("POST", "/v1/products", body)
        return made

    async def checkout(self, price_id: str, **further: Any) -> httpx.Response:
        """Ask for a checkout of one piece."""
        return await self.ask("POST", "/v1/checkouts", {"price_id": price_id, **further})

    async def pay(self, checkout_id: str, token: str = VISA) -> httpx.Response:
        """Pay a checkout at the sandbox."""
        body = {"gateway": "sandbox", "payment_method": token}
        return await self.ask("POST", f"/v1/checkouts/{checkout_id}/payments", body)

    async def get(self, path: str) -> Any:
        """Look at something."""
        return await self.must("GET", path, None)

    async def must(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """Ask for what has to be given."""
        answer = await self.ask(method, path, body)
        if answer.status_code >= 300:
            self.blame(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            raise RuntimeError(answer.text)
        return answer.json()

    async def ask(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        """Ask, and ask again where the answer is to come back later."""
        headers = {"idempotency-key": uuid4().hex} if method == "POST" else {}
        client = next(self._turn)
        while True:
            answer = await client.request(method, path, json=body, headers=headers)
            if answer.status_code >= 500:
                self.blame(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            if answer.status_code not in {409, 429, 503} or "retry-after" not in answer.headers:
                return answer
            await asyncio.sleep(0.02)
