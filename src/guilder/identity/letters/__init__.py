"""Letters: what users are told by mail, and what they want to be told.

A letter is written and sent by a job, once what it tells of is committed. What concerns the
safety of an account is always sent; anything else only to whoever wants it, and with a link
that ends it. Only an address that was confirmed is written to.
"""

from .letters import SEND_LETTER, tell
from .preferences import (
    EmailPreferences,
    Preference,
    PreferenceChanges,
    change_preferences,
    preferences_of,
    wants,
)
from .unsubscriptions import LinkNotValid, Subscription, Unsubscriptions

__all__ = [
    "SEND_LETTER",
    "EmailPreferences",
    "LinkNotValid",
    "Preference",
    "PreferenceChanges",
    "Subscription",
    "Unsubscriptions",
    "change_preferences",
    "preferences_of",
    "tell",
    "wants",
]
