"""The documentation: the OpenAPI document, and a page that shows it without anybody's help."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from guilder.kernel import Problem

from .endpoint import Endpoint, get
from .openapi import openapi, problems_of
from .response import PAGE_HEADERS, Response

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
        return _page((PAGES / "docs.css").read_bytes(), b"text/css; charset=utf-8")

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
    pages.filters["pretty"] = lambda value: msgspec.json.format(
        msgspec.json.encode(value), indent=2
    ).decode()
    problems = {problem for endpoint in endpoints for problem in problems_of(endpoint)}
    return (
        pages.get_template("docs.html")
        .render(document=document, groups=_groups(document), problems=_sorted(problems))
        .encode()
    )


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry = {"method": method.upper(), "path": path, **operation}
            groups.setdefault(operation["tags"][0], []).append(entry)
    return groups


def _sorted(problems: set[type[Problem]]) -> list[type[Problem]]:
    return sorted(problems, key=lambda problem: (problem.status, problem.code))


def _page(body: bytes, content_type: bytes) -> Response:
    return Response(200, body, content_type=content_type, headers=CACHED, common=PAGE_HEADERS)
