"""Logs: one line an event, for people on a terminal and as JSON for everything else."""

import logging
import sys
from typing import Any, Literal

import msgspec
import structlog


def start_logging(level: str, form: Literal["auto", "pretty", "json"]) -> None:
    """Set up logging for this process, once. The log goes to standard error."""
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    numeric = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if pretty:
        structlog.configure(
            processors=[*shared, structlog.dev.ConsoleRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(numeric),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=True,
        )
    else:
        structlog.configure(
            processors=[
                *shared,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(serializer=_encode),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(numeric),
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
    logging.basicConfig(level=logging.WARNING, handlers=[_Bridge()], force=True)


def _encode(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


class _Bridge(logging.Handler):
    """Lets what libraries log come out in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
