"""Disputes: what buyers object to, what the merchant says to it, and who wins.

Disputed money can be neither refunded nor counted as kept until it is decided. An inquiry of the
bank's takes no money; what becomes of it may.
"""

from .chargebacks import charge_back
from .dispute import Dispute, DisputeId
from .disputes import DisputeNotFound, dispute_by_id, note_dispute, note_evidence
from .events import DisputeDecided, DisputeOpened, DisputeUpdated

__all__ = [
    "Dispute",
    "DisputeDecided",
    "DisputeId",
    "DisputeNotFound",
    "DisputeOpened",
    "DisputeUpdated",
    "charge_back",
    "dispute_by_id",
    "note_dispute",
    "note_evidence",
]
