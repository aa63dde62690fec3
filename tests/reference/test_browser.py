"""The reference in chromium: it can be read, reached and used by everybody."""

from guilder.app import System
from guilder.reference import docs_endpoints
from tests.http.doors import door_of
from tests.http.serving import Served, serving
from tests.pages.browser import WIDER_THAN_THE_WINDOW, Window, chromium_at, window

TOLD = {
    "create_product",
    "create_session",
    "delete_gateway",
    "list_accounts",
    "receive_notice",
    "stream_events",
}
"""Of each kind of operation one: axe would be at the whole page for minutes."""


async def open_all(seen: Window) -> None:
    """Open whatever opens."""
    await seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


async def test_the_reference_can_be_read(system: System) -> None:
    told = [one for one in system.endpoints if one.name in TOLD]
    assert {one.name for one in told} == TOLD
    door = door_of(system, *docs_endpoints(told, version="1.2.3"))

    async with (
        serving(door) as served,
        chromium_at(served.port) as chromium,
        window(chromium) as seen,
    ):
        await seen.go("/docs")
        await open_all(seen)
        assert await seen.complaints_in_every_light("docs") == []


async def test_nothing_in_the_reference_is_wider_than_the_window(served: Served) -> None:
    async with chromium_at(served.port) as chromium, window(chromium) as seen:
        await seen.go("/docs")
        await open_all(seen)
        wide = [
            seen.name
            async for _ in seen.in_every_light()
            if await seen.page.evaluate(WIDER_THAN_THE_WINDOW)
        ]

        assert wide == []
        assert seen.strangers == set()
