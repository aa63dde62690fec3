"""What a load balancer and a person on call ask: alive, ready, and how is it going."""

from collections.abc import Callable

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from guilder.db import DatabaseBusy, DatabaseUnavailable, Pool, TooSlow, system_transaction

from .endpoint import Endpoint, get
from .problems import ShuttingDown
from .response import Response


class Health(msgspec.Struct, frozen=True):
    """All is well; what is not is a problem."""

    status: str


def health_endpoints(pool: Pool, is_draining: Callable[[], bool]) -> list[Endpoint]:
    """The endpoints that need no key."""

    @get("/healthz", None)
    async def alive() -> Health:
        """The process answers."""
        return Health("alive")

    @get("/readyz", None, problems=(DatabaseUnavailable, DatabaseBusy, TooSlow))
    async def ready() -> Health:
        """The process takes requests: it is not about to stop, and the database answers."""
        if is_draining():
            raise ShuttingDown
        async with system_transaction(pool) as tx:
            await tx.now()
        return Health("ready")

    @get("/metrics", None)
    async def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(200, generate_latest(), content_type=CONTENT_TYPE_LATEST.encode())

    return [alive, ready, metrics]
