"""The postman: brings the sandbox's notices, more than once, late, and in any order."""

import asyncio
import hashlib
import hmac
import random
from collections import Counter
from contextlib import suppress
from typing import Final

import httpx
import msgspec

from guilder.kernel import Vault
from guilder.payments.gateways import Notice
from prove.owner import LOST, rows
from prove.shoppers import Shop, connection

PAUSE_SECONDS: Final = 0.1
AT_ONCE: Final = 12
KEPT: Final = 300
NEWEST: Final = """
select distinct sandbox_movement.intent, sandbox_movement.kind
from (
    select * from payments.sandbox_movement
    where status = 'done' order by created_at desc limit 40
) as sandbox_movement
"""


class Postman:
    """Signs as the sandbox does, and mixes what is new with what was brought before."""

    def __init__(self, shop: Shop, tenant: str) -> None:
        self._shop = shop
        self._path = f"/v1/gateways/sandbox/webhooks/{tenant}"
        secret = (shop.house.folder / "secret.key").read_text().strip()
        self._key = Vault(secret.encode()).derive(f"sandbox {tenant}".encode())
        self._bag: list[Notice] = []
        self.brought = 0
        self.new: Counter[str] = Counter()

    async def walk(self) -> None:
        """Bring notices until the shop is closed."""
        while self._shop.is_open:
            with suppress(*LOST, TimeoutError):
                for line in await rows(self._shop.house, NEWEST):
                    name = f"{line['kind']} {line['intent']}"
                    self._bag.append(Notice(id=name, type=line["kind"], intent=line["intent"]))
            del self._bag[:-KEPT]
            some = random.choices(self._bag, k=AT_ONCE) if self._bag else []
            twice = [*some, *random.sample(some, k=len(some) // 2)]
            random.shuffle(twice)
            await asyncio.gather(*(self._bring(notice) for notice in twice))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _bring(self, notice: Notice) -> None:
        body = msgspec.json.encode(notice)
        signature = hmac.new(self._key, body, hashlib.sha256).hexdigest()
        headers = {"sandbox-signature": signature, "content-type": "application/json"}
        with suppress(httpx.HTTPError):
            async with connection(self._shop.house) as client:
                answer = await client.post(self._path, headers=headers, content=body)
            self.brought += 1
            if answer.status_code == 200:
                self.new[notice.id] += answer.json()["is_new"]
            elif "retry-after" not in answer.headers:
                self._shop.blame(f"a notice was answered {answer.status_code}")
