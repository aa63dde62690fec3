"""Money taken and returned, on any rail.

A payment is written down before its gateway is asked, and its outcome after:
whatever breaks in between is settled later, so nobody is charged twice and
nothing stays unknown. What moves is entered in the ledger in the same
transaction, and the database refuses to take more than was authorized or to
give back more than was taken.
"""

from .gateways import Gateways

__all__ = ["Gateways"]
