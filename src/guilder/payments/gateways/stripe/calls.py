"""The wire to Stripe: the official SDK, set up so that it does nothing on its own."""

import logging
from collections.abc import AsyncIterator, Awaitable, Collection
from typing import TYPE_CHECKING, Any, Final, TypeVar

from guilder.payments.gateways.gateway import Declined, GatewayUnavailable

from . import wire
from .failures import refusal, telling

if TYPE_CHECKING:
    import stripe

API_VERSION: Final = "2026-10-28.endive"
"""The shapes that `wire.py` reads. Stripe keeps to them for whoever names them."""

Shape = TypeVar("Shape")


class Calls:
    """One account at Stripe."""

    def __init__(self, secret_key: str, api_base: str | None, timeout_seconds: float) -> None:
        import stripe  # noqa: PLC0415 - slow to load

        from .transport import Transport  # noqa: PLC0415 - likewise

        stripe.enable_telemetry = False
        # Bodies are written there on request, and they hold what nobody should read.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        self._transport = Transport(timeout_seconds)
        self.client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            http_client=self._transport,
            # An attempt is settled by `find`; a call repeated behind its back only hides the delay.
            max_network_retries=0,
        )
        self.v1 = self.client.v1

    async def close(self) -> None:
        """Hang up."""
        await self._transport.close_async()

    async def ask(
        self,
        call: Awaitable[Any],
        shape: type[Shape],
        *,
        lost: type[Exception] = GatewayUnavailable,
    ) -> Shape:
        """Make a call that is answered, or is no good."""
        with telling(lost):
            return wire.read(await call, shape)

    async def order(
        self,
        call: Awaitable[Any],
        shape: type[Shape],
        *,
        lost: type[Exception],
        parameters: Collection[str],
    ) -> Shape | Declined:
        """Make a call that may be refused for what was ordered."""
        import stripe  # noqa: PLC0415 - slow to load

        with telling(lost):
            try:
                return wire.read(await call, shape)
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                if (declined := refusal(error, parameters=parameters)) is None:
                    raise
                return declined

    async def all(
        self,
        call: "Awaitable[stripe.ListObject[Any] | stripe.SearchResultObject[Any]]",
        shape: type[Shape],
    ) -> AsyncIterator[Shape]:
        """Everything that a list shows, page by page."""
        with telling(GatewayUnavailable):
            async for each in (await call).auto_paging_iter():
                yield wire.read(each, shape)
