"""What of the database's own troubles a caller can act on: wait, and try again."""

from typing import Final

import asyncpg

from guilder.kernel import Problem


class DatabaseUnavailable(Problem, status=503, retry_after_seconds=1):
    """The database does not answer at the moment."""


class DatabaseBusy(Problem, status=503, retry_after_seconds=1):
    """All connections to the database are in use."""


class DatabaseFull(Problem, status=503, retry_after_seconds=60):
    """The database has no room left to write."""


class TooSlow(Problem, status=503, retry_after_seconds=5):
    """The database took longer than this request may take."""


class TooMuchContention(Problem, status=503, retry_after_seconds=1):
    """Others kept changing the same rows."""


RETRYABLE: Final = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""After these the same transaction, run again, may well succeed."""

UNREACHABLE: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,
)

DRIVER_ERRORS: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""All that the driver raises; the last where a connection broke in the middle of a statement."""

CLOSED_CONNECTION: Final = "closed"


def problem_of(error: BaseException) -> Problem | None:
    """The problem behind an error of the driver; None for what is a bug, or not the driver's."""
    match error:
        case asyncpg.QueryCanceledError() | asyncpg.LockNotAvailableError():
            return TooSlow()
        case asyncpg.DiskFullError():
            return DatabaseFull()
        case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError():
            return TooMuchContention()
        case asyncpg.InterfaceError() if CLOSED_CONNECTION in str(error):
            return DatabaseUnavailable()
        case _ if isinstance(error, UNREACHABLE):
            return DatabaseUnavailable()
        case _:
            return None
