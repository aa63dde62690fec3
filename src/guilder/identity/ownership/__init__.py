"""Ownership: a user founds tenants, and hands one over to another member.

A tenant has one owner, who is a member and holds everything.
"""

from .founding import found
from .memberships import Membership, memberships_of
from .transfers import OwnerNeeded, OwnsItAlready, transfer

__all__ = [
    "Membership",
    "OwnerNeeded",
    "OwnsItAlready",
    "found",
    "memberships_of",
    "transfer",
]
