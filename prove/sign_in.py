"""Sign-in and resets tell nobody by the clock who has an account.

Refusals of different kinds are timed in turn, in random order. If it takes as long, the one is
slower than the other as often as not; by how much that may differ by chance depends on how many
are timed.
"""

import asyncio
import hashlib
import itertools
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import asyncpg
import httpx

from prove.house import House
from prove.owner import connected

OF_A_ROUND: Final = 100
DEVIATIONS: Final = 4.0
"""One proof of some ten thousand fails by chance."""

PASSWORD: Final = "nine purple bicycles"  # noqa: S105 - of nobody but these
SETTINGS: Final = "password_cost = 8\n"
"""A quick hash hides less of what may take longer beside it."""


class Case(NamedTuple):
    """A request that is refused, or answered alike."""

    name: str
    path: str
    body: dict[str, Any]


def prove(rounds: int) -> list[str]:
    """Time a hundred of each kind in a round, and answer what can be told apart."""
    folder = Path(tempfile.mkdtemp(prefix="guilder-prove-"))
    (folder / "guilder.toml").write_text(SETTINGS)
    house = House(folder)
    try:
        house.start()
        return asyncio.run(_prove(house, rounds * OF_A_ROUND))
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _prove(house: House, most: int) -> list[str]:
    async with (
        connected(house) as owner,
        httpx.AsyncClient(base_url=house.address, timeout=30) as client,
    ):
        known, braked = [await _sign_up(client, name) for name in ("known", "braked")]
        key = hashlib.sha256(braked["id"].encode()).digest()
        sign_ins = [
            _guess("a wrong password", known["email"], "not the right one"),
            _guess("nobody's e-mail", "nobody@prove.example", PASSWORD),
            _guess("nobody's username", "nobody", PASSWORD),
            _guess("a braked account", braked["email"], PASSWORD),
        ]
        resets = [
            Case("a reset for somebody", "/v1/password-resets", {"email": known["email"]}),
            Case("a reset for nobody", "/v1/password-resets", {"email": "nobody@prove.example"}),
        ]
        faults = []
        for cases in (sign_ins, resets):
            faults += _told_apart(await _timed(client, owner, cases, most=most, braked=key))
        return faults


def _guess(name: str, login: str, password: str) -> Case:
    return Case(name, "/v1/sessions", {"login": login, "password": password})


async def _sign_up(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    wanted = {"email": f"{name}@prove.example", "password": PASSWORD, "name": name}
    answer = await client.post("/v1/users", json=wanted)
    answer.raise_for_status()
    user: dict[str, Any] = answer.json()["user"]
    return user


async def _timed(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    cases: list[Case],
    *,
    most: int,
    braked: bytes,
) -> dict[str, list[float]]:
    """How long each took, each time. No brake holds but the one that is looked at."""
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    turns = [case for case in cases for _ in range(most)]
    random.shuffle(turns)
    answers = set()
    for case in turns:
        await owner.execute("delete from identity.brake where key_hash <> $1", braked)
        await owner.execute(
            "insert into identity.brake (kind, key_hash, attempts, open_at, last_at)"
            " values ('account', $1, 9, now() + interval '1 hour', now())"
            " on conflict (kind, key_hash) do nothing",
            braked,
        )
        began = time.perf_counter()
        answer = await client.post(case.path, json=case.body)
        seconds[case.name].append(time.perf_counter() - began)
        answers.add((case.path, answer.status_code))
    if len(answers) != 1:
        raise RuntimeError(f"they are not answered alike: {sorted(answers)}")
    return seconds


def _told_apart(seconds: dict[str, list[float]]) -> list[str]:
    """Which two differ by more than chance (the test of Mann and Whitney)."""
    faults = []
    for name, taken in seconds.items():
        print(f"  {statistics.median(taken) * 1000:7.2f} ms  {name}", flush=True)
    for (one, first), (other, second) in itertools.combinations(seconds.items(), 2):
        share = _share_of_slower(first, second)
        many, more = len(first), len(second)
        chance = ((many + more + 1) / (12 * many * more)) ** 0.5
        if abs(share - 0.5) > DEVIATIONS * chance:
            faults.append(f"{one} is slower than {other} in {share:.1%} of all pairs")
    return faults


def _share_of_slower(first: list[float], second: list[float]) -> float:
    ranked = sorted([(taken, True) for taken in first] + [(taken, False) for taken in second])
    ranks = sum(place for place, (_, is_first) in enumerate(ranked, 1) if is_first)
    many = len(first)
    return (ranks - many * (many + 1) / 2) / (many * len(second))
