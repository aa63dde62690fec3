"""All pages look alike: they take their colours, sizes and spaces from one file."""

import re
from pathlib import Path

import httpx
import pytest

from guilder.app import System
from tests.house import ROOT
from tests.identity.people import visiting

SOURCE = ROOT / "src" / "guilder"
TOKENS = (SOURCE / "look" / "tokens.css").read_text("utf-8")
PAPER = SOURCE / "storefront" / "receipts"
"""A receipt is sent by mail and printed: it has its style within."""

STYLES = [
    path
    for path in SOURCE.rglob("*.css")
    if path.name != "tokens.css" and not path.is_relative_to(PAPER)
]


def defined(style: str) -> set[str]:
    return set(re.findall(r"(--[\w-]+):", style))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_defines_a_token_again(path: Path) -> None:
    """But for paper, where everything is black on white."""
    on_screen = path.read_text("utf-8").partition("@media print")[0]

    assert defined(on_screen) & defined(TOKENS) == set()


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_every_token_that_a_style_uses_is_defined(path: Path) -> None:
    style = path.read_text("utf-8")
    used = set(re.findall(r"var\((--[\w-]+)\)", style))

    assert used - defined(style) - defined(TOKENS) == set()


async def style_of(browser: httpx.AsyncClient, page: str) -> str:
    shown = await browser.get(page)
    (place,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', shown.text)
    return (await browser.get(place)).text


async def test_pages_are_sent_the_same_tokens(system: System) -> None:
    async with visiting(system) as browser:
        styles = [await style_of(browser, page) for page in ("/sign-in", "/docs")]

    assert all(style.startswith(TOKENS) for style in styles)
