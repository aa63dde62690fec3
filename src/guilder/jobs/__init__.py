"""Everything that happens later.

A job enters the queue with the transaction that wants it, is held under a lease
while it runs, is tried again when it fails, and ends done or dead with a reason.
"""

from .cron import Cron, CronNotValid
from .desk import JobNotThere, drop, given_up, inspect, retry
from .job import Handler, Hopeless, InTransaction, InWorld, Job, JobId, JobRecord, JobStatus
from .queue import enqueue, enqueue_many
from .schedules import Schedule, keep, look
from .worker import Worker

__all__ = [
    "Cron",
    "CronNotValid",
    "Handler",
    "Hopeless",
    "InTransaction",
    "InWorld",
    "Job",
    "JobId",
    "JobNotThere",
    "JobRecord",
    "JobStatus",
    "Schedule",
    "Worker",
    "drop",
    "enqueue",
    "enqueue_many",
    "given_up",
    "inspect",
    "keep",
    "look",
    "retry",
]
