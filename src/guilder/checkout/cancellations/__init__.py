"""Cancellations of orders: called off before anything was sent, with what was paid given back."""
