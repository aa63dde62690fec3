"""Signals: a tap on the shoulder between processes, never needed for correctness.

A NOTIFY inside a transaction makes commits wait for each other, so signals are
sent after the commit, on a connection of their own, at most every few milliseconds.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final, final

import asyncpg

from .problems import DRIVER_ERRORS

CHANNEL: Final = "guilder"
PAUSE_SECONDS: Final = 0.005
RECONNECT_SECONDS: Final = 1.0
SEND_SECONDS: Final = 5.0
MAX_TOPICS_PER_NOTICE: Final = 100
NOTIFY: Final = "select pg_notify($1, $2)"


@final
class Bell:
    """What a loop rests on: it wakes when it is rung, and looks up by itself after a while."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def rest(self, seconds: float) -> None:
        """Return when it is rung, was rung since the last rest, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


@final
class Signals:
    """Topics that somebody raises and others wait for, in this process and in all others."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process = secrets.token_hex(8)
        self._listeners: defaultdict[str, set[Callable[[], None]]] = defaultdict(set)
        self._raised: set[str] = set()
        self._dirty = Bell()

    def listen(self, topic: str, heard: Callable[[], None]) -> Callable[[], None]:
        """Have `heard` called on each signal; call what comes back to stop."""
        self._listeners[topic].add(heard)
        return lambda: self._forget(topic, heard)

    def _forget(self, topic: str, heard: Callable[[], None]) -> None:
        self._listeners[topic].discard(heard)
        if not self._listeners[topic]:
            del self._listeners[topic]

    def send(self, topic: str) -> None:
        """Tell this process at once, and the others in a moment."""
        self._tell(topic)
        self._raised.add(topic)
        self._dirty.ring()

    async def run(self) -> None:
        """Carry signals to and from the other processes until cancelled."""
        while True:
            with suppress(*DRIVER_ERRORS):
                await self._carry()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _carry(self) -> None:
        connection = await asyncpg.connect(
            self._url, server_settings={"application_name": "guilder signals"}
        )
        try:
            await connection.add_listener(CHANNEL, self._heard)
            while True:
                await self._dirty.rest(RECONNECT_SECONDS)
                if connection.is_closed():
                    return
                topics = [self._raised.pop() for _ in range(len(self._raised))]
                for first in range(0, len(topics), MAX_TOPICS_PER_NOTICE):
                    some = topics[first : first + MAX_TOPICS_PER_NOTICE]
                    notice = " ".join([self._process, *some])
                    await connection.execute(NOTIFY, CHANNEL, notice, timeout=SEND_SECONDS)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            connection.terminate()

    def _heard(self, *notice: object) -> None:
        """Take what the driver delivers: connection, process, channel, and what was sent."""
        sender, *topics = str(notice[-1]).split(" ")
        if sender != self._process:
            for topic in topics:
                self._tell(topic)

    def _tell(self, topic: str) -> None:
        for heard in tuple(self._listeners.get(topic, ())):
            heard()
