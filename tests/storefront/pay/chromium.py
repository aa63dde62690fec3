"""Chromium in front of the payment page, as people have it: narrow and wide, light and dark.

Pictures of what was seen are put into GUILDER_SCREENSHOTS, for somebody to look at.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Response, async_playwright

from tests.house import ROOT

FOUND = shutil.which("chromium")
FOLDER = Path(os.environ.get("GUILDER_SCREENSHOTS") or ROOT / ".guilder" / "screenshots")
SITE = "http://guilder.test"
MOST_BYTES = 60_000
SIZES = {"narrow": (360, 740), "wide": (1280, 900)}
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

    def hear(self, answer: Response) -> None:
        self.loaded.append(answer)

    async def weight(self) -> int:
        """The bytes of a page with all that it needs, before anything is packed."""
        return sum([len(await one.body()) for one in self.loaded if one.status == 200])

    @property
    def strangers(self) -> set[str]:
        """What was loaded from elsewhere."""
        return {one.url for one in self.loaded if not one.url.startswith((SITE, "data:"))}

    async def keep(self, what: str) -> None:
        """Keep a picture."""
        await self.page.screenshot(path=FOLDER / f"pay-{what}-{self.name}.png", full_page=True)

    async def complaints(self) -> list[str]:
        """What axe says against the page, and whether it has to be moved sideways."""
        found: Any = (await Axe().run(self.page)).response
        said = [
            f"{one['id']}: {node['html'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        is_too_wide = await self.page.evaluate(WIDER_THAN_THE_WINDOW)
        return [*said, "it is wider than the window"] if is_too_wide else said


@asynccontextmanager
async def window(
    browser: Browser, size: str = "wide", scheme: Any = "light", **further: Any
) -> AsyncIterator[Window]:
    """A window of this size, for somebody who likes it light or dark."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **further
    )
    try:
        page = await context.new_page()
        opened = Window(page, f"{size}-{scheme}")
        page.on("response", opened.hear)
        yield opened
    finally:
        await context.close()
