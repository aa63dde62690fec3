"""The documentation: the OpenAPI document, and a page that shows it without anybody's help."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from guilder.http import (
    API_VERSION,
    DEFAULT_PAGE,
    MAX_BODY_BYTES,
    MAX_IDEMPOTENCY_KEY,
    MAX_PAGE,
    PAGE_HEADERS,
    Endpoint,
    Response,
    details_of,
    get,
    problems_of,
)
from guilder.look import styled

from .openapi import openapi
from .overview import highlighted, overview, prose, titled
from .responses import HEADERS

PAGES: Final = Path(__file__).parent / "pages"
CACHED: Final = [(b"cache-control", b"public, max-age=300")]


def docs_endpoints(endpoints: Sequence[Endpoint], *, version: str) -> list[Endpoint]:
    """The document and its page. Both are written when they are first asked for."""
    written: dict[str, bytes] = {}

    @get("/openapi.json", None)
    async def document() -> Response:
        """The OpenAPI document."""
        if "document" not in written:
            written["document"] = msgspec.json.encode(openapi(endpoints, version=version))
        return Response(200, written["document"], headers=CACHED, common=PAGE_HEADERS)

    @get("/docs", None)
    async def page() -> Response:
        """The documentation for people."""
        if "page" not in written:
            written["page"] = render(openapi(endpoints, version=version), endpoints)
        return _page(written["page"], b"text/html; charset=utf-8")

    @get("/docs/docs.css", None)
    async def style() -> Response:
        """The page's style."""
        return _page(styled(PAGES / "docs.css"), b"text/css; charset=utf-8")

    return [document, page, style]


def render(document: dict[str, Any], endpoints: Sequence[Endpoint]) -> bytes:
    """The page of an OpenAPI document."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - for pages

    pages = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"prose": prose, "titled": titled, "highlighted": highlighted}
    return (
        pages.get_template("docs.html")
        .render(
            info=document["info"],
            groups=overview(document),
            problems=_problems(endpoints),
            headers=HEADERS,
            api_version=API_VERSION,
            default_page=DEFAULT_PAGE,
            max_page=MAX_PAGE,
            max_body_bytes=MAX_BODY_BYTES,
            max_key=MAX_IDEMPOTENCY_KEY,
        )
        .encode()
    )


class ProblemRow(msgspec.Struct, frozen=True):
    """A line of the table of problems."""

    status: int
    code: str
    title: str
    details: list[str]


def _problems(endpoints: Sequence[Endpoint]) -> list[ProblemRow]:
    found = {problem for endpoint in endpoints for problem in problems_of(endpoint)}
    rows = [ProblemRow(one.status, one.code, one.title, list(details_of(one))) for one in found]
    return sorted(rows, key=lambda row: (row.status, row.code))


def _page(body: bytes, content_type: bytes) -> Response:
    return Response(200, body, content_type=content_type, headers=CACHED, common=PAGE_HEADERS)
