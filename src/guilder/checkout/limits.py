"""Limits: how much a cart holds, and how long what is written beside it may be.

The database has the same where a column is the whole of it; a test compares them.
"""

from typing import Final

MOST_LINES: Final = 200
MOST_PIECES: Final = 1_000_000
"""Of one line."""

MOST_CODES: Final = 10
LONGEST_CODE: Final = 60
LONGEST_URL: Final = 2000
