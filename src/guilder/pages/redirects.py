"""Redirects: a browser is sent on, to a place of ours and nowhere else."""

import re
from typing import Final

from guilder.http import PAGE_HEADERS, Response

LONGEST: Final = 2_000
OWN_PATH: Final = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?", re.ASCII)
"""One slash, then anything but a second one or a backslash, which some take for a slash.

Nothing that cannot be seen: browsers leave some of it out, and an end of line begins a header.
"""


def is_own_path(path: str) -> bool:
    """Whether every browser takes it for a path of the page that it stands in."""
    return len(path) <= LONGEST and OWN_PATH.fullmatch(path) is not None


def redirect(place: str, *headers: tuple[bytes, bytes]) -> Response:
    """Send the browser on to a place of ours. What is none leads to the first page."""
    own = place if is_own_path(place) else "/"
    said = [(b"location", own.encode("ascii")), *headers]
    return Response(303, headers=said, common=PAGE_HEADERS)
