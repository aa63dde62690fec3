"""How many calls a tenant may make in a minute.

All keys of a tenant draw on one quota, and each process counts for itself: so
many processes allow so many times as much. A call counts once its token is known
to be good, whatever is answered then; one repeated under its Idempotency-Key too.
"""

import time
from typing import Final, NamedTuple

from guilder.http.problems import TooManyRequests
from guilder.kernel import TenantId

WINDOW_SECONDS: Final = 60


class Standing(NamedTuple):
    """What is left of a minute."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        policy = f'"calls";q={self.limit};w={WINDOW_SECONDS}'
        left = f'"calls";r={self.remaining};t={self.reset_seconds}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]


class Rates:
    """Calls per tenant, with all its keys, within the minute that this process is in."""

    def __init__(self) -> None:
        self._minute = 0
        self._calls: dict[TenantId, int] = {}

    def count(self, tenant_id: TenantId, limit: int) -> Standing:
        """Count one call, or refuse it."""
        now = int(time.monotonic())
        if now // WINDOW_SECONDS != self._minute:
            self._minute = now // WINDOW_SECONDS
            self._calls.clear()
        calls = self._calls.get(tenant_id, 0) + 1
        left_seconds = WINDOW_SECONDS - now % WINDOW_SECONDS
        if calls > limit:
            raise TooManyRequests(limit=limit, retry_after=left_seconds)
        self._calls[tenant_id] = calls
        return Standing(limit, limit - calls, left_seconds)
