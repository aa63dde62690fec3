"""Printing: a receipt as PDF, by typst, where that is installed.

What stands in a receipt goes to typst as values and never as markup, so that the name of a
product is a name and nothing else.
"""

import asyncio
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from guilder.http import PAGE_HEADERS, Response
from guilder.kernel import Problem

from .document import Document
from .sheet import NOT_KEPT

TEMPLATE: Final = Path(__file__).parent / "templates" / "receipt.typ"
PDF_SECONDS: Final = 10.0
AT_ONCE: Final = 2
"""So many are set at once; who comes then waits, within their time."""


class PdfNotInstalled(Problem, status=501):
    """Receipts as PDF need typst, which is not installed here. As HTML there is one."""

    extra: str = "pdf"


class PdfNotReady(Problem, status=503, retry_after_seconds=10):
    """The PDF was not ready in time. Ask again."""


@cache
def can_print() -> bool:
    """Whether receipts can be had as PDF here."""
    return importlib.util.find_spec("typst") is not None


async def printed(document: Document) -> Response:
    """A receipt as PDF."""
    content = await pdf_of(document)
    disposition = f'inline; filename="{name_of(document)}"'.encode()
    headers = [*NOT_KEPT, (b"content-disposition", disposition)]
    return Response(200, content, b"application/pdf", headers=headers, common=PAGE_HEADERS)


async def pdf_of(document: Document) -> bytes:
    """The bytes of it, made beside the event loop and within a time."""
    if not can_print():
        raise PdfNotInstalled
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PDF_SECONDS):
            return await loop.run_in_executor(_press(), _set, document)
    except TimeoutError as slow:
        raise PdfNotReady from slow


def name_of(document: Document) -> str:
    """What the file is called."""
    return f"{document.file_name}.pdf"


@cache
def _press() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="receipts")


def _set(document: Document) -> bytes:
    import typst  # noqa: PLC0415 - an extra, and 84 MB

    told = msgspec.json.encode(document).decode()
    return bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs={"receipt": told}))
