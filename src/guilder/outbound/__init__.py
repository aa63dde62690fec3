"""Requests to addresses that tenants name.

Such an address may be anything, and lead anywhere. So the connection itself is what is looked at:
the name is resolved once, every address that it stands for is judged, and only what was judged is
connected to. What is private, or a machine's own, is never reached, unless the operator allows it.
"""

from .addresses import Reach
from .asked import Answer
from .client import Outbound
from .failures import (
    AddressNotValid,
    AddressRefused,
    AnswerLost,
    AnswerRefused,
    NotReached,
    OutboundFailed,
)
from .target import Target, target_of
from .trust import trusted
from .underway import underway

__all__ = [
    "AddressNotValid",
    "AddressRefused",
    "Answer",
    "AnswerLost",
    "AnswerRefused",
    "NotReached",
    "Outbound",
    "OutboundFailed",
    "Reach",
    "Target",
    "target_of",
    "trusted",
    "underway",
]
