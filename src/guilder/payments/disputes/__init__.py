"""Disputes: what buyers object to, what the merchant says to it, and who wins.

Disputed money can be neither refunded nor counted as kept until it is decided.
"""

from .dispute import Dispute, DisputeDecided, DisputeId, DisputeOpened, DisputeUpdated
from .disputes import DisputeNotFound, dispute_by_id, note_dispute, note_evidence

__all__ = [
    "Dispute",
    "DisputeDecided",
    "DisputeId",
    "DisputeNotFound",
    "DisputeOpened",
    "DisputeUpdated",
    "dispute_by_id",
    "note_dispute",
    "note_evidence",
]
