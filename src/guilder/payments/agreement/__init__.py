"""Agreement: our books among themselves, and beside the gateway's."""

from .check import Findings, check
from .reconciliation import Reconcile, Reconciliation, ReconciliationFinished, reconcile, start

__all__ = [
    "Findings",
    "Reconcile",
    "Reconciliation",
    "ReconciliationFinished",
    "check",
    "reconcile",
    "start",
]
