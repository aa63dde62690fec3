"""Buyers: what somebody with a browser that runs no scripts does at a payment page."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from guilder.checkout import Session

FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
ADA = {"email": "ada@example.com", "name": "Ada Lovelace"}
HOME = {"line1": "Herengracht 1", "city": "Amsterdam", "postal_code": "1015 BA", "country": "NL"}


@dataclass
class Buyer:
    """A browser without scripts."""

    browser: httpx.AsyncClient

    async def look(self, session: Session | str, **headers: str) -> httpx.Response:
        """Open the page of a checkout, wherever that leads."""
        return await self.browser.get(path_of(session), headers=headers, follow_redirects=True)

    async def press(
        self, session: Session | str, do: str = "pay", /, **fields: Any
    ) -> httpx.Response:
        """Open the page, fill its form in and press a button; not yet on to where that leads."""
        shown = await self.look(session)
        return await self.send(session, shown, do=do, **fields)

    async def send(
        self, session: Session | str, shown: httpx.Response, **fields: Any
    ) -> httpx.Response:
        """Send the form of a page that was opened before."""
        token = FORM_TOKEN.findall(shown.text)
        sent = {"form_token": token[0] if token else ""} | fields
        return await self.browser.post(path_of(session), data=sent)

    async def pay(self, session: Session | str, way: str = "visa", **fields: Any) -> httpx.Response:
        """Pay as Ada."""
        return await self.press(session, "pay", **ADA | {"way": way} | fields)

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go on to where an answer leads."""
        assert answer.status_code == 303, text_of(answer)
        return await self.browser.get(answer.headers["location"], follow_redirects=True)


def path_of(session: Session | str) -> str:
    """Where a checkout is paid."""
    return f"/pay/{session}" if isinstance(session, str) else f"/pay/{session.token}"


def token_in(answer: httpx.Response) -> str:
    """The token of the page to which an answer leads."""
    return re.sub(r"\?.*", "", answer.headers["location"]).rpartition("/")[2]


def text_of(answer: httpx.Response) -> str:
    """What can be read on a page."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare)).replace("\xa0", " ")


def told_beside(answer: httpx.Response, field: str) -> str | None:
    """What is told beside a field."""
    found = re.search(rf'id="{field}-told">([^<]*)<', answer.text)
    return unescape(found[1]) if found else None
