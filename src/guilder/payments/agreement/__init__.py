"""Agreement: our books among themselves, and beside the gateway's."""

from .check import Findings, check
from .checks import CheckLedger, check_ledger_later
from .daily import DAILY, ReconcileDaily, reconcile_daily
from .reconciliation import Reconcile, Reconciliation, ReconciliationFinished, reconcile, start

__all__ = [
    "DAILY",
    "CheckLedger",
    "Findings",
    "Reconcile",
    "ReconcileDaily",
    "Reconciliation",
    "ReconciliationFinished",
    "check",
    "check_ledger_later",
    "reconcile",
    "reconcile_daily",
    "start",
]
