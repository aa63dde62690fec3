"""The counterpart: a gateway as the conformance suite drives it, from both ends of the wire."""

from collections.abc import Mapping
from typing import Protocol

from guilder.payments.gateways.gateway import Gateway

Sent = tuple[Mapping[str, str], bytes]
"""A notice as it arrives: headers and body."""


class Counterpart(Protocol):
    """One gateway with its adapter, and the levers that only a test may touch."""

    gateway: Gateway
    tokens: Mapping[str, str]
    """What a buyer pays with, by what shall happen: `good`, `declined`, `insufficient_funds`,
    `expired`, `lost`, `needs_action`, `disputed`."""
    decline_codes: Mapping[str, str]
    """The code that the adapter answers for each token that is declined."""
    has_several_captures: bool

    async def refuse_next(self) -> None:
        """The next call is turned away before anything is done."""

    async def lose_next_reply(self) -> None:
        """The next call that moves money is done, and its reply is lost."""

    async def lose_next_request(self) -> None:
        """The next call that moves money never arrives, and the caller cannot tell."""

    async def act(self, intent: str, *, agrees: bool) -> None:
        """The buyer does what was asked, or refuses."""

    async def taken(self, intent: str) -> tuple[int, int]:
        """What was taken and what was given back, in minor units, by the gateway's own books."""

    async def charges(self) -> int:
        """How many charges with money taken or held the gateway's books show in all."""

    async def notices(self, intent: str) -> list[Sent]:
        """The notices that the gateway has sent about a payment, in the order they were made."""
