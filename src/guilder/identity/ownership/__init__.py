"""Ownership: a user founds tenants, hands one over to another member, and cancels it.

A tenant has one owner, who is a member and holds everything.
"""

from .cancellations import cancel_own
from .founding import found
from .memberships import Membership, memberships_of
from .transfers import OwnerNeeded, OwnsItAlready, transfer

__all__ = [
    "Membership",
    "OwnerNeeded",
    "OwnsItAlready",
    "cancel_own",
    "found",
    "memberships_of",
    "transfer",
]
