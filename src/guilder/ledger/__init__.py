"""Who owes what to whom.

Nothing is created: each entry takes from one account what it gives to another
of the same unit, so a tenant's balances always sum to zero. What was entered
stays for ever, and is corrected by its reversal.
"""

from .balances import Balance, Drift, balances, drifts, trial_balance
from .entry import Account, Entry, Journal, Move
from .holds import Hold, HoldNotFound, HoldTooSmall, hold, release, take
from .journals import (
    AlreadyReversed,
    JournalNotFound,
    new_journal_id,
    newest_entries,
    newest_entries_of_account,
    record,
    reverse,
)

__all__ = [
    "Account",
    "AlreadyReversed",
    "Balance",
    "Drift",
    "Entry",
    "Hold",
    "HoldNotFound",
    "HoldTooSmall",
    "Journal",
    "JournalNotFound",
    "Move",
    "balances",
    "drifts",
    "hold",
    "new_journal_id",
    "newest_entries",
    "newest_entries_of_account",
    "record",
    "release",
    "reverse",
    "take",
    "trial_balance",
]
