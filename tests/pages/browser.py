"""Chromium in front of our pages, as people have it: narrow and wide, light and dark.

Pictures of what was seen are put into GUILDER_SCREENSHOTS, if somebody wants to look at them.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, Response, Route, async_playwright

FOUND = shutil.which("chromium")
FOLDER = os.environ.get("GUILDER_SCREENSHOTS")
SITE = "http://guilder.test"
PICTURES = "https://pictures.tulips.example"
"""Where the shop has its own pictures: no page loads anything else from elsewhere."""

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80">
<rect width="80" height="80" fill="#f6d9c9"/><path d="M40 70V38" stroke="#2f6b3c" stroke-width="5"/>
<path d="M24 14l8 8 8-10 8 10 8-8v18a16 16 0 0 1-32 0z" fill="#d9381e"/></svg>"""
MOST_BYTES = 60_000
MOST_MILLISECONDS = 10_000
SIZES = {"narrow": (360, 740), "wide": (1280, 900)}
LOOK = "words => axe.run(document, words)"
WHOLLY = {"resultTypes": ["violations"], "reporter": "no-passes"}
AT_COLOURS = {**WHOLLY, "runOnly": ["color-contrast"]}
SIZE = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
HIGHEST_PICTURE = 9000
"""The reference goes on for much longer, and no picture could hold it."""

WIDER_THAN_THE_WINDOW = """
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth
"""


@asynccontextmanager
async def chromium_at(port: int) -> AsyncIterator[Browser]:
    """A browser to which our name leads to this port. In the pipeline there has to be one."""
    if FOUND is None and "CI" not in os.environ:
        pytest.skip("there is no chromium here")
    words = ["--no-sandbox", f"--host-resolver-rules=MAP guilder.test 127.0.0.1:{port}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=FOUND or "chromium", args=words)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Window:
    """A page in a window of some size and colour, and all that was loaded for it."""

    page: Page
    name: str
    loaded: list[Response] = field(default_factory=list)

    async def go(self, path: str) -> None:
        self.loaded.clear()
        await self.page.goto(SITE + path)

    async def stand_still(self) -> None:
        """Hold a page that looks again by itself, to look at it at leisure."""
        await self.page.route(f"{SITE}/**", _stay)

    async def know(self, cookie: str, value: str) -> None:
        """Have the browser keep something, as if it had been here before."""
        await self.page.context.add_cookies([{"name": cookie, "value": value, "url": SITE}])

    def hear(self, answer: Response) -> None:
        self.loaded.append(answer)

    async def weight(self) -> int:
        """The bytes that a page with all that it needs took on the wire, without pictures."""
        sent = [
            (await one.request.sizes())["responseBodySize"]
            for one in self.loaded
            if one.url.startswith(SITE) and one.status == 200
        ]
        return sum(sent)

    @property
    def strangers(self) -> set[str]:
        """What was loaded from elsewhere, but for the shop's own pictures."""
        known = (SITE, PICTURES, "data:")
        return {one.url for one in self.loaded if not one.url.startswith(known)}

    async def in_every_light(self) -> AsyncIterator[None]:
        """The same page, turned to every size and every light."""
        for size, (width, height) in SIZES.items():
            await self.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                self.name = f"{size}-{scheme}"
                yield

    async def keep(self, what: str) -> None:
        """Keep a picture, for who asks for them."""
        if FOLDER:
            path = Path(FOLDER) / f"{what}-{self.name}.png"
            width, height = await self.page.evaluate(SIZE)
            seen: Any = {"x": 0, "y": 0, "width": width, "height": min(height, HIGHEST_PICTURE)}
            await self.page.screenshot(path=path, full_page=True, clip=seen)

    async def complaints(self) -> list[str]:
        """What axe says against the page, and whether it has to be moved sideways."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        # A page differs in the dark by its colours alone.
        words = AT_COLOURS if self.name.endswith("-dark") else WHOLLY
        found: Any = await self.page.evaluate(LOOK, words)
        said = [
            f"{one['id']}: {node['html'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        is_too_wide = await self.page.evaluate(WIDER_THAN_THE_WINDOW)
        return [*said, "it is wider than the window"] if is_too_wide else said

    async def complaints_in_every_light(self, what: str) -> list[str]:
        """The same of each size and light, with a picture of each."""
        said = []
        async for _ in self.in_every_light():
            await self.keep(what)
            said += [f"{self.name}: {one}" for one in await self.complaints()]
        return said


@asynccontextmanager
async def window(
    browser: Browser, size: str = "wide", scheme: Any = "light", **further: Any
) -> AsyncIterator[Window]:
    """A window of this size, for somebody who likes it light or dark."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        **further,
    )
    try:
        await context.route(f"{PICTURES}/**", _picture)
        page = await context.new_page()
        page.set_default_timeout(MOST_MILLISECONDS)
        opened = Window(page, f"{size}-{scheme}")
        page.on("response", opened.hear)
        yield opened
    finally:
        await context.close()


async def _picture(route: Route) -> None:
    await route.fulfill(body=PICTURE, content_type="image/svg+xml")


async def _stay(route: Route) -> None:
    """A navigation that is aborted leaves the page that is there."""
    await route.abort("aborted")
