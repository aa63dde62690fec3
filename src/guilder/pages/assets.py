"""Assets: style and scripts, under a name that changes with what they hold."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from guilder.http import PAGE_HEADERS, NotFound, Response, get
from guilder.look import styled

HOUSE: Final = Path(__file__).parent / "house"
TYPES: Final = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8"}
FOR_GOOD: Final = [(b"cache-control", b"public, max-age=31536000, immutable")]
WITH_TOKENS: Final = "guilder.css"
"""Every page has it, before any other style."""

MARK_CHARACTERS: Final = 12


@cache
def address_of(name: str) -> str:
    """Where a browser finds it; what is cached there never changes."""
    return f"/assets/{_mark(name)}/{name}"


@get("/assets/{mark}/{name}", None, problems=(NotFound,))
async def asset(mark: str, name: str) -> Response:
    """A style or a script."""
    kind = TYPES.get(Path(name).suffix)
    if kind is None or name not in _known() or mark != _mark(name):
        raise NotFound
    return Response(200, _read(name), content_type=kind, headers=FOR_GOOD, common=PAGE_HEADERS)


@cache
def _known() -> frozenset[str]:
    return frozenset(path.name for path in HOUSE.iterdir() if path.suffix in TYPES)


@cache
def _read(name: str) -> bytes:
    place = HOUSE / name
    return styled(place) if name == WITH_TOKENS else place.read_bytes()


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(_read(name)).hexdigest()[:MARK_CHARACTERS]


ENDPOINTS: Final = (asset,)
