"""Sending: a whole answer in one write, where the server lets us.

The server checks and copies header by header, and writes head and body apart.
Nearly all of our head is the same each time, and none of it comes from a
caller, so it is put together once and goes out together with the body.
"""

import functools
from http import HTTPStatus
from typing import Final

from guilder.http.request import Request, Send
from guilder.http.response import Headers, Response

STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


async def send_response(
    response: Response, request: Request, send: Send, *, may_stay: bool = True
) -> None:
    """Write a response down, with the headers that all of them carry."""
    headers = [(b"request-id", request.id.encode()), *response.headers]
    if response.status != HTTPStatus.NO_CONTENT:  # which has no length of it either
        headers.append((b"content-length", str(len(response.body)).encode()))
    if response.body:
        headers.append((b"content-type", response.content_type))
    if not may_stay:
        headers.append((b"connection", b"close"))
    body = b"" if request.method == "HEAD" else response.body
    if request.write_whole:
        head = STATUS_LINES[response.status] + _joined(tuple(response.common)) + _lines(headers)
        await request.write_whole(head, body)
        return
    start = {
        "type": "http.response.start",
        "status": response.status,
        "headers": [*response.common, *headers],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _lines(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


@functools.cache
def _joined(common: Headers) -> bytes:
    return _lines(common)
