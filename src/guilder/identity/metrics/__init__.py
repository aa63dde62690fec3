"""Metrics: what a day of a user came to in a tenant.

Who is seen is noted in passing, by each process for itself; a job counts the notes together.
"""

from .counting import COUNT_ACTIVITY, EVERY_FIVE_MINUTES, CountActivity, count_activity
from .days import Day, days_of

__all__ = [
    "COUNT_ACTIVITY",
    "EVERY_FIVE_MINUTES",
    "CountActivity",
    "Day",
    "count_activity",
    "days_of",
]
