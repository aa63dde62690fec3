"""Logs: one line an event, for people on a terminal and as JSON for everything else."""

import asyncio
import atexit
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal

import msgspec
import structlog

FLUSH_SECONDS: Final = 0.05
CLOSE_SECONDS: Final = 1.0
MOST_CHUNKS: Final = 100
MOST_LINES: Final = 5000
"""So many lines are gathered at most before they are written."""

STAMP_SECONDS: Final = 0.001


class Sink:
    """Where lines go as JSON. Those of a moment are written together, by a thread.

    So whoever reads the log slowly, or not at all, holds up nothing: what does
    not fit is dropped, and so is what is left when the process has ended.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: list[bytes] = []
        self._now = b""
        self._stamped_until = 0.0
        self._chunks: queue.Queue[bytes | None] = queue.Queue(MOST_CHUNKS)
        self._writer = threading.Thread(target=self._write_on, daemon=True)
        self._writer.start()
        atexit.register(self.close)

    def write(self, line: bytes) -> None:
        """Take one line; without an event loop it is written at once."""
        self._lines.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if len(self._lines) == 1:
            loop.call_later(FLUSH_SECONDS, self.flush)
        elif len(self._lines) >= MOST_LINES:
            self.flush()

    def now(self) -> bytes:
        """The time, written down at most once a millisecond."""
        at = time.monotonic()
        if at > self._stamped_until:
            self._now = str(_stamp(None, "", {})["timestamp"]).encode()
            self._stamped_until = at + STAMP_SECONDS
        return self._now

    def flush(self) -> None:
        """Hand over what has gathered."""
        lines, self._lines = self._lines, []
        if lines:
            with suppress(queue.Full):
                self._chunks.put_nowait(b"\n".join(lines) + b"\n")

    def close(self) -> None:
        """Write what is left, if that can be done in a moment."""
        self.flush()
        with suppress(queue.Full):
            self._chunks.put_nowait(None)
        self._writer.join(CLOSE_SECONDS)

    def _write_on(self) -> None:
        while chunk := self._chunks.get():
            with suppress(OSError):
                while chunk:
                    chunk = chunk[os.write(self._descriptor, chunk) :]


_sink: Sink | None = None
_is_told = True
_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)


def start_logging(level: str, form: Literal["auto", "pretty", "json"]) -> None:
    """Set up logging for this process, once. The log goes to standard error."""
    global _sink, _is_told  # noqa: PLW0603 - one log for the process, as one standard error
    sink = Sink(sys.stderr.fileno())
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    _sink = None if pretty else sink
    _is_told = level in {"debug", "info"}
    shared: list[Any] = [
        structlog.processors.add_log_level,
        _stamp,
    ]
    wrapper = structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()])
    if pretty:
        structlog.configure(
            processors=[
                *shared,
                structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
            ],
            wrapper_class=wrapper,
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[*shared, _traceback, _encode],
            wrapper_class=wrapper,
            logger_factory=lambda *_: _SinkLogger(sink),
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(level=logging.WARNING, handlers=[_Bridge()], force=True)


def tell(event: str, line: msgspec.Struct) -> None:
    """Log what happens so often that it should cost little: a struct, at level info."""
    if not _is_told:
        return
    if _sink is None:
        structlog.get_logger().info(event, **msgspec.structs.asdict(line))
        return
    _sink.write(
        b'{"event":"%b","level":"info","timestamp":"%b",%b'
        % (event.encode(), _sink.now(), msgspec.json.encode(line)[1:])
    )


@contextmanager
def without_requests() -> Iterator[None]:
    """Leave out what is told so often, where thousands of it would be news to nobody."""
    global _is_told  # noqa: PLW0603 - one log for the process, as one standard error
    before, _is_told = _is_told, False
    try:
        yield
    finally:
        _is_told = before


# Without the values of local variables: among them are tokens, and what people sent.
_traceback = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def _encode(_: object, __: str, event: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


class _SinkLogger:
    """What structlog writes to, whatever the level is called."""

    def __init__(self, sink: Sink) -> None:
        for name in ("debug", "info", "warning", "error", "critical", "msg", "log"):
            setattr(self, name, sink.write)


class _Bridge(logging.Handler):
    """Lets what libraries log come out in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
