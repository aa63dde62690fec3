"""The sheet: a receipt as a page of its own, which is kept, sent on or printed as it is."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from guilder.http import PAGE_HEADERS, Response
from guilder.pages import Templates

from .document import Document

FOLDER: Final = Path(__file__).parent / "templates"
TEMPLATES: Final = Templates(FOLDER)
HTML: Final = b"text/html; charset=utf-8"
NOT_KEPT: Final = [(b"cache-control", b"private, no-store")]
POLICY: Final = b"content-security-policy"


def sheet(document: Document) -> Response:
    """A receipt as HTML that needs nothing else, not even a style from us."""
    text = TEMPLATES.render("receipt.html", receipt=document, style=_style())
    own = [*(line for line in PAGE_HEADERS if line[0] != POLICY), (POLICY, _policy())]
    return Response(200, text.encode(), content_type=HTML, headers=NOT_KEPT, common=own)


@cache
def _style() -> str:
    return (FOLDER / "receipt.css").read_text("utf-8")


@cache
def _policy() -> bytes:
    """It shows its own style, and nothing can be loaded, sent or run."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ).encode()
