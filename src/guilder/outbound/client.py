"""The client: asks what tenants' addresses name, within limits, and says what is sure of it."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Final, final

from guilder.kernel import Tool

from .addresses import Reach
from .asked import Answer, Asked
from .failures import AnswerRefused
from .names import Names, Resolve
from .trust import trusted

MOST_SECONDS: Final = 10.0
MOST_BYTES: Final = 1_000_000
MOST_REDIRECTS: Final = 3
REDIRECTS: Final = {301, 302, 303, 307, 308}


@final
class Outbound(Tool):
    """Asks addresses that tenants name, each on a connection of its own.

    Without encryption it asks only what the operator allows, unless what is said may be read by
    anybody. No proxy of the environment is used: nobody here would see where it connects to.
    """

    def __init__(
        self,
        allowed: Sequence[str] = (),
        *,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._reach = Reach(allowed)
        self._resolve = resolve or Names().resolve
        self._trust = trust

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        redirects: int = 0,
        may_be_plain: bool = False,
        most_bytes: int = MOST_BYTES,
        seconds: float = MOST_SECONDS,
    ) -> Answer:
        """Read what is there; or, if that is wanted, where it says that it is instead."""
        asked = Asked(
            method="GET",
            url=url,
            headers=dict(headers or {}),
            may_be_plain=may_be_plain,
            most_bytes=most_bytes,
            ends_at=asyncio.get_running_loop().time() + seconds,
        )
        answer = await self._send(asked)
        for _ in range(min(redirects, MOST_REDIRECTS)):
            if answer.status not in REDIRECTS:
                break
            asked = asked.led_on(answer)
            answer = await self._send(asked)
        if redirects and answer.status in REDIRECTS:
            raise AnswerRefused("It leads on too often.")
        return answer

    async def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str],
        may_be_plain: bool = False,
        most_bytes: int = MOST_BYTES,
        seconds: float = MOST_SECONDS,
    ) -> Answer:
        """Bring something there. Nobody is led on with it."""
        return await self._send(
            Asked(
                method="POST",
                url=url,
                headers=dict(headers),
                content=content,
                may_be_plain=may_be_plain,
                most_bytes=most_bytes,
                ends_at=asyncio.get_running_loop().time() + seconds,
            )
        )

    async def _send(self, asked: Asked) -> Answer:
        # A command that asks nobody would wait for them in vain.
        from .connections import Guarded  # noqa: PLC0415
        from .exchange import exchange  # noqa: PLC0415

        is_open = asked.may_be_plain or asked.target.is_encrypted
        network = Guarded(self._resolve, self._reach.admits if is_open else self._reach.allows)
        return await exchange(asked, network, self._trust or trusted())
