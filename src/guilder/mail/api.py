"""Pages that show the outbox, to whoever sits at this machine and to nobody else."""

import asyncio
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from guilder.http import PAGE_HEADERS, Endpoint, NotFound, Response, Visitor, get
from guilder.look import styled

from .mailer import Mailer
from .outbox import Found, Outbox
from .smtp import is_loopback

if TYPE_CHECKING:
    from jinja2 import Environment

PAGES: Final = Path(__file__).parent / "pages"
MOST_SHOWN: Final = 100
HTML: Final = b"text/html; charset=utf-8"
LINK: Final = re.compile(r"^https?://\S+$", re.MULTILINE)

COMES_FROM_ELSEWHERE: Final = frozenset({"forwarded", "via", "x-forwarded-for", "x-real-ip"})
"""Headers of a proxy: behind one that listens for everybody, each caller seems to be local."""

REPLACED: Final = frozenset({b"content-security-policy", b"x-frame-options"})
COMMON: Final = tuple(line for line in PAGE_HEADERS if line[0] not in REPLACED)
PAGE: Final = (
    *COMMON,
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; "
            b"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
)
LETTER: Final = (
    *COMMON,
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
            b"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
        ),
    ),
)
"""A letter has its style within, and can do nothing but open a link beside the page."""


def outbox_endpoints(mailer: Mailer, host: str) -> list[Endpoint]:
    """The pages, where letters stay in the outbox and only this machine is listened to."""
    known_as = urlsplit(mailer.public_url).hostname or ""
    if mailer.outbox is None or not (is_loopback(host) and is_loopback(known_as)):
        return []
    outbox = mailer.outbox

    @get("/outbox", None)
    async def letters(visitor: Visitor) -> Response:
        """The letters, newest first."""
        _must_be_local(visitor)
        newest = await asyncio.to_thread(outbox.newest, MOST_SHOWN)
        return _page("outbox.html", letters=newest, folder=str(outbox.folder), most=MOST_SHOWN)

    @get("/outbox/{name}", None)
    async def letter(visitor: Visitor, name: str) -> Response:
        """One letter, as it reads."""
        _must_be_local(visitor)
        found = await _found(outbox, name)
        links = list(dict.fromkeys(LINK.findall(found.text)))
        source = found.source.decode("utf-8", "replace").replace("\r\n", "\n")
        return _page("letter.html", found=found, links=links, source=source)

    @get("/outbox/{name}/html", None)
    async def marked(visitor: Visitor, name: str) -> Response:
        """Its HTML, for a frame; links open beside it."""
        _must_be_local(visitor)
        found = await _found(outbox, name)
        html = found.html.replace("<head>", '<head><base target="_blank">', 1)
        return Response(200, html.encode(), content_type=HTML, common=LETTER)

    @get("/outbox/outbox.css", None)
    async def style() -> Response:
        """The pages' style."""
        body = styled(PAGES / "outbox.css")
        return Response(200, body, content_type=b"text/css; charset=utf-8", common=PAGE_HEADERS)

    return [letters, letter, marked, style]


def _must_be_local(visitor: Visitor) -> None:
    """Nobody comes through a proxy, or by a name that somebody else has made ours."""
    try:
        host = urlsplit(f"//{visitor.headers.get('host', '')}").hostname or ""
    except ValueError as unreadable:
        raise NotFound from unreadable
    if COMES_FROM_ELSEWHERE & visitor.headers.keys() or not is_loopback(host):
        raise NotFound


async def _found(outbox: Outbox, name: str) -> Found:
    found = await asyncio.to_thread(outbox.find, name)
    if found is None:
        raise NotFound
    return found


def _page(name: str, **values: Any) -> Response:
    body = _pages().get_template(name).render(values)
    return Response(200, body.encode(), content_type=HTML, common=PAGE)


@functools.cache
def _pages() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for pages

    return Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
