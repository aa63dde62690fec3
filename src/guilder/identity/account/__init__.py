"""The account: how somebody changes by what they are known, and by what they prove it.

A password is shown again before it or the e-mail changes. After that every other session has
ended, and a mail has told of it.
"""

from .emails import (
    EmailIsVerified,
    ask_for_change,
    ask_for_verification,
    confirm_change,
    confirm_email,
)
from .emails import verify as verify_email
from .passwords import ask_for_reset, change_password, reset_password

__all__ = [
    "EmailIsVerified",
    "ask_for_change",
    "ask_for_reset",
    "ask_for_verification",
    "change_password",
    "confirm_change",
    "confirm_email",
    "reset_password",
    "verify_email",
]
