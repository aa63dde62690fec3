"""The exchange: one request on a connection of its own, and its answer, whole and in time."""

import asyncio
import ssl
from typing import Final

import httpcore

from .asked import Answer, Asked
from .connections import Guarded
from .failures import AnswerLost, AnswerRefused, NotReached
from .underway import underway

BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
)
"""What goes wrong between us and somebody; being too late is an OSError."""


async def exchange(asked: Asked, network: Guarded, trust: ssl.SSLContext) -> Answer:
    """Send it and read the answer, or tell what is sure of it."""
    target = asked.target
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    connection = httpcore.AsyncHTTPConnection(
        url.origin, ssl_context=trust, network_backend=network
    )
    async with underway() as request:
        try:
            async with (
                asyncio.timeout_at(asked.ends_at),
                connection.stream(
                    asked.method,
                    url,
                    headers=list(asked.all_headers.items()),
                    content=asked.content,
                    extensions={"trace": request.trace},
                ) as response,
            ):
                return await _read(asked, response)
        except BROKEN as error:
            reason = type(error).__name__
            raise (AnswerLost(reason) if request.is_sent else NotReached(reason)) from None
        finally:
            await connection.aclose()


async def _read(asked: Asked, response: httpcore.Response) -> Answer:
    headers: dict[str, str] = {}
    for raw, value in response.headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise AnswerRefused("It is compressed, which was not asked for.")
    body = bytearray()
    async for part in response.aiter_stream():
        body += part
        if len(body) > asked.most_bytes:
            raise AnswerRefused("It is too large.")
    return Answer(asked.url, response.status, headers, bytes(body))
