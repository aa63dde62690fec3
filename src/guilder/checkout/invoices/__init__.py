"""Invoices: an order with a number that leaves none out, issued once and never changed."""

from .invoice import Invoice, InvoiceId, InvoiceIssued, Seller
from .invoices import InvoiceNotFound, find_invoice_of, invoice_of, issue_invoice

__all__ = [
    "Invoice",
    "InvoiceId",
    "InvoiceIssued",
    "InvoiceNotFound",
    "Seller",
    "find_invoice_of",
    "invoice_of",
    "issue_invoice",
]
