"""A server for tests that speak HTTP themselves, and a look at all that was answered."""

from collections.abc import AsyncIterator, Iterator

import pytest

from guilder.app import PACKAGES, System
from guilder.http.metrics import SECONDS
from guilder.reference import openapi
from tests.http.serving import Served, serving


@pytest.fixture(scope="session")
async def served(system: System) -> AsyncIterator[Served]:
    """The whole API on a port, for all tests that leave it as it was."""
    async with serving(system.door()) as one:
        yield one


@pytest.fixture(scope="session", autouse=True)
def _every_answer_is_documented() -> Iterator[None]:
    """Whatever a test brought about: the status that came stands in the documentation."""
    yield
    endpoints = [endpoint for package in PACKAGES for endpoint in package.endpoints]
    paths = openapi(endpoints, version="0")["paths"]
    for sample in SECONDS.collect()[0].samples:
        method = sample.labels["method"].replace("HEAD", "GET").lower()
        operation = paths.get(sample.labels["route"], {}).get(method)
        if operation is not None:
            assert sample.labels["status"] in operation["responses"], sample.labels
