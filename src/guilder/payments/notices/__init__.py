"""Notices: what gateways tell on their own, in any order and more than once."""

from .notices import ApplyNotice, apply, receive, send_sandbox_notice

__all__ = ["ApplyNotice", "apply", "receive", "send_sandbox_notice"]
