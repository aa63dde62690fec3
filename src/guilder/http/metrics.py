"""What is measured of requests, by route, and the line that each leaves in the log."""

from typing import Final, final

import msgspec
from prometheus_client import Histogram

from guilder.logs import tell

from .request import Request

SECONDS: Final = Histogram(
    "guilder_http_request_seconds",
    "How long requests took, by route.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Line(msgspec.Struct):
    """What the log says of a request: nothing of what was sent."""

    method: str
    route: str
    status: int
    milliseconds: float
    request_id: str


@final
class Meter:
    """Counts requests. Labels are looked up once, and never come from the caller's own words."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int], Histogram] = {}

    def count(self, request: Request, status: int, seconds: float) -> None:
        method = request.method if request.method in METHODS else "other"
        key = (method, request.route, status)
        histogram = self._known.get(key)
        if histogram is None:
            histogram = self._known[key] = SECONDS.labels(method, request.route, str(status))
        histogram.observe(seconds)
        milliseconds = round(seconds * 1000, 2)
        tell("request", Line(method, request.route, status, milliseconds, request.id))
