"""Guilder: takes a payment, keeps the order, meters usage, and proves what it earned."""

__version__ = "0.1.0"
