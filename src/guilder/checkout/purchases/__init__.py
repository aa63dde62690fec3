"""Purchases: a checkout is paid, once, and what was paid for becomes an order."""
