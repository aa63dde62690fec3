"""Crashes under load: what was acknowledged is there exactly once, and every fact was heard.

Clients make API keys, each with an Idempotency-Key of its own, and send the
same request again until it is answered. Meanwhile the process, the database or
one of its backends is killed with -9. Afterwards the books are compared.
"""

import asyncio
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from prove.house import House

CLIENTS: Final = 16
LOAD_SECONDS: Final = 1.5
RETRY_SECONDS: Final = 0.05
QUIET_SECONDS: Final = 30.0
GIVE_UP_SECONDS: Final = 60.0


class Load:
    """Clients that do not give up, and remember what they were told."""

    def __init__(self, house: House, secret: str) -> None:
        self._house = house
        self._headers = {"authorization": f"Bearer {secret}"}
        self.acknowledged: dict[str, str] = {}
        self.faults: list[str] = []
        self._stopping = False

    async def run(self) -> None:
        """Let all clients work until told to stop."""
        await asyncio.gather(*(self._client() for _ in range(CLIENTS)))

    def stop(self) -> None:
        """Let each client finish the request that it has begun."""
        self._stopping = True

    async def _client(self) -> None:
        async with httpx.AsyncClient(base_url=self._house.address, timeout=20) as client:
            while not self._stopping:
                await self._make_key(client, uuid4().hex)

    async def _make_key(self, client: httpx.AsyncClient, name: str) -> None:
        """Send one request, again and again, until it is answered."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await client.post(
                    "/v1/api-keys",
                    headers=self._headers | {"idempotency-key": name},
                    json={"name": name, "scopes": ["events:read"]},
                )
            except httpx.HTTPError:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if answer.status_code == 201:
                self.acknowledged[name] = answer.json()["id"]
                return
            if answer.status_code not in {409, 429, 503}:
                self.faults.append(f"answered {answer.status_code}: {answer.text[:200]}")
                return
            await asyncio.sleep(RETRY_SECONDS)
        self.faults.append(f"the request {name} was never answered")


def prove(rounds: int) -> list[str]:
    """Crash as often as asked, and answer what is wrong afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guilder-prove-"))
    house = House(folder)
    try:
        faults = _prove(house, rounds)
    finally:
        house.kill()
    if faults:
        print(f"  the data folder is kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return faults


def _prove(house: House, rounds: int) -> list[str]:
    tenant = house.command("tenants", "create", "--name", "Prove")["id"]
    secret = house.command("keys", "create", "--tenant", tenant, "--scope", "*")["secret"]
    house.start()
    faults: list[str] = []
    acknowledged: dict[str, str] = {}
    for number in range(rounds):
        load = Load(house, secret)
        asyncio.run(_round(house, load, number))
        faults += load.faults
        acknowledged |= load.acknowledged
        print(f"    {len(load.acknowledged)} acknowledged", flush=True)
    faults += asyncio.run(_compare(house, secret, acknowledged))
    if house.stop() != 0:
        faults.append("it did not stop cleanly")
    return faults


async def _round(house: House, load: Load, number: int) -> None:
    """Let the clients work, kill something at a random moment, and have them finish."""
    working = asyncio.create_task(load.run())
    await asyncio.sleep(LOAD_SECONDS * (0.5 + random.random()))
    victim = ("the process", "the database", "a backend")[number % 3]
    print(f"  round {number + 1}: killing {victim}", flush=True)
    if victim == "the process":
        house.kill()
        await asyncio.to_thread(house.start)
    else:
        house.kill_database(whole=victim == "the database")
    await asyncio.sleep(LOAD_SECONDS)
    load.stop()
    await working


async def _compare(house: House, secret: str, acknowledged: dict[str, str]) -> list[str]:
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=house.address, headers=headers, timeout=30) as client:
        keys = await _all(client, "/v1/api-keys")
        events = await _quiet(client)
    faults = []
    stored = {key["name"]: key["id"] for key in keys}
    times = Counter(key["name"] for key in keys if key["name"] != "From the shell")
    if twice := [name for name, count in times.items() if count > 1]:
        faults.append(f"{len(twice)} writes happened twice")
    if lost := [name for name, key_id in acknowledged.items() if stored.get(name) != key_id]:
        faults.append(f"{len(lost)} acknowledged writes are lost or other than acknowledged")
    told = Counter(event["object"]["id"] for event in events if event["type"] == "api_key.created")
    if set(told) != set(stored.values()) or set(told.values()) != {1}:
        faults.append("writes and facts do not agree")
    if sorted(event["position"] for event in events) != list(range(1, len(events) + 1)):
        faults.append("the log has gaps")
    heard = await _heard(house, headers)
    if heard != len(events):
        faults.append(f"{len(events)} facts, of which {heard} were heard")
    print(
        f"  {len(acknowledged)} acknowledged, {len(keys)} stored, {len(events)} facts", flush=True
    )
    return faults


async def _quiet(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The log, once every write has its fact in it and the consumer has heard them all."""
    deadline = time.monotonic() + QUIET_SECONDS
    while True:
        events = await _all(client, "/v1/events")
        heard = await _used(client)
        if heard == len(events) or time.monotonic() > deadline:
            return events
        await asyncio.sleep(RETRY_SECONDS)


async def _heard(house: House, headers: dict[str, str]) -> int:
    async with httpx.AsyncClient(base_url=house.address, headers=headers) as client:
        return await _used(client)


async def _used(client: httpx.AsyncClient) -> int:
    quotas = (await client.get("/v1/quotas")).json()["data"]
    used: int = next(quota["used"] for quota in quotas if quota["name"] == "facts_per_day")
    return used


async def _all(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=query)).json()
        found += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
