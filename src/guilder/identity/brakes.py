"""Brakes: whoever guesses has to wait, longer with each guess.

An attempt is counted before it is looked at, so of many at once no more are looked at
than of one after the other. What is counted is the hash of who was tried, and of where
the guess came from: somebody unknown is braked like somebody known.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum, auto
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

import msgspec

from guilder.db import Pool, Tx, sql, system_statement
from guilder.jobs import Job
from guilder.kernel import Problem


class Brake(StrEnum):
    """What is braked."""

    ACCOUNT = auto()
    ADDRESS = auto()
    SIGN_UP = auto()
    MAIL = auto()
    CODE = auto()
    CODE_PLACE = auto()


class Pace(NamedTuple):
    """So many attempts are free, then the pause doubles, up to the longest."""

    free: int
    longest: timedelta


PACES: Final = {
    Brake.ACCOUNT: Pace(5, timedelta(minutes=15)),
    Brake.ADDRESS: Pace(50, timedelta(minutes=15)),
    Brake.SIGN_UP: Pace(20, timedelta(hours=1)),
    Brake.MAIL: Pace(5, timedelta(hours=1)),
    Brake.CODE: Pace(10, timedelta(minutes=15)),
    Brake.CODE_PLACE: Pace(50, timedelta(minutes=5)),
}


OF_PLACES: Final = {Brake.ADDRESS, Brake.SIGN_UP, Brake.CODE_PLACE}
"""Where it is counted from where an attempt came: an address, perhaps after whose place it is."""

OWN_NETWORK_BITS: Final = 64
"""Whoever has one address of the sixth version has all that begin like it."""


class TooManyAttempts(Problem, status=429):
    """There were too many attempts from here. Wait, and try again."""

    retry_after: int


class Attempt(msgspec.Struct, frozen=True):
    """One more attempt: how long to wait before it may be looked at, and how many there were."""

    pause: timedelta
    attempts: int

    @property
    def is_too_soon(self) -> bool:
        return self.pause > timedelta(0)


class ForgetBrakes(Job, frozen=True):
    """Attempts of long ago are forgotten."""

    name = "identity.forget_brakes"


async def attempt(pool: Pool, brake: Brake, name: str) -> Attempt:
    """Count an attempt, before it is looked at."""
    async with system_statement(pool) as tx:
        return await _count(tx, brake, name)


async def require_pace(pool: Pool, brake: Brake, name: str) -> None:
    """Count an attempt, and refuse it where it comes too soon."""
    _refuse_haste(await attempt(pool, brake, name))


async def require_pace_within(tx: Tx, brake: Brake, name: str) -> None:
    """The same in a transaction that is committed all the same, or nothing would be counted.

    Others who are counted under this name wait for its end.
    """
    _refuse_haste(await _count(tx, brake, name))


def _refuse_haste(counted: Attempt) -> None:
    if counted.is_too_soon:
        raise TooManyAttempts(retry_after=int(counted.pause.total_seconds()) + 1)


async def _count(tx: Tx, brake: Brake, name: str) -> Attempt:
    pace = PACES[brake]
    return await count_attempt(
        tx, brake=brake, key_hash=_hash(brake, name), free=pace.free, longest=pace.longest
    )


async def release(pool: Pool, brake: Brake, name: str) -> None:
    """Whoever has shown who they are has not guessed."""
    async with system_statement(pool) as tx:
        await release_brake(tx, brake=brake, key_hash=_hash(brake, name))


async def take_back(pool: Pool, brake: Brake, name: str) -> None:
    """This attempt was none. The others stay counted: who guesses may have an account too."""
    async with system_statement(pool) as tx:
        await take_back_within(tx, brake, name)


async def take_back_within(tx: Tx, brake: Brake, name: str) -> None:
    """The same in the transaction in which it was counted."""
    await take_back_attempt(tx, brake=brake, key_hash=_hash(brake, name))


async def forget(tx: Tx, _: ForgetBrakes) -> None:
    """Forget who has not tried for a day."""
    await forget_brakes(tx)


def _hash(brake: Brake, name: str) -> bytes:
    whose, space, place = name.rpartition(" ")
    counted = f"{whose}{space}{_whole(place)}" if brake in OF_PLACES else name
    return hashlib.sha256(counted.encode("utf-8", "surrogatepass")).digest()


def _whole(address: str) -> str:
    """All that somebody has who comes from an address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), OWN_NETWORK_BITS), strict=False))


@sql
async def count_attempt(
    tx: Tx, *, brake: str, key_hash: bytes, free: int, longest: timedelta
) -> Attempt: ...


@sql
async def release_brake(tx: Tx, *, brake: str, key_hash: bytes) -> None: ...


@sql
async def take_back_attempt(tx: Tx, *, brake: str, key_hash: bytes) -> None: ...


@sql
async def forget_brakes(tx: Tx) -> int: ...
