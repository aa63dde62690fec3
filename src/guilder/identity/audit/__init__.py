"""Audit: who did what, kept for good in the transaction in which it was done.

The application may add entries and nothing else. Each holds on to the one before by its hash, so
none is changed, taken out or put in unseen. None tells a secret.
"""

from .chain import SENTENCES, AuditCheck, Chain, Flaw, read_head, tenant_ids_after
from .entries import AuditFilter, newest_entries, oldest_entries
from .entry import AuditDocument, AuditEntry, AuditHead, document_of, hash_of
from .records import record
from .telling import SecretTold

__all__ = [
    "SENTENCES",
    "AuditCheck",
    "AuditDocument",
    "AuditEntry",
    "AuditFilter",
    "AuditHead",
    "Chain",
    "Flaw",
    "SecretTold",
    "document_of",
    "hash_of",
    "newest_entries",
    "oldest_entries",
    "read_head",
    "record",
    "tenant_ids_after",
]
