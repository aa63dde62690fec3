"""Facts, and how they reach whoever listens.

A fact is committed with what it tells of. It reaches every listener at least
once, facts of one object in the order in which they were committed, and its
effect on each listener happens once. One that a listener cannot digest is put
aside for a person, after many attempts.
"""

from .companions import Companion, accompany, companion
from .consumers import Consumer, Run, deliver, events_after, reaction
from .desk import (
    ConsumerNotThere,
    FactNotThere,
    FactRefusedAgain,
    Skipped,
    consumer_called,
    drop,
    inspect,
    put_aside,
    retry,
)
from .event import Event, EventId
from .log import (
    EventNotFound,
    event_by_id,
    events_about,
    last_position,
    newest_events,
    redact,
)
from .outbox import write_facts
from .relay import Relay, feed_topic

__all__ = [
    "Companion",
    "Consumer",
    "ConsumerNotThere",
    "Event",
    "EventId",
    "EventNotFound",
    "FactNotThere",
    "FactRefusedAgain",
    "Relay",
    "Run",
    "Skipped",
    "accompany",
    "companion",
    "consumer_called",
    "deliver",
    "drop",
    "event_by_id",
    "events_about",
    "events_after",
    "feed_topic",
    "inspect",
    "last_position",
    "newest_events",
    "put_aside",
    "reaction",
    "redact",
    "retry",
    "write_facts",
]
