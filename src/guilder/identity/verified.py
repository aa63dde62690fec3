"""What only whoever has confirmed their e-mail may do."""

from enum import StrEnum
from typing import Final

from guilder.kernel import Actor, Problem


class Serious(StrEnum):
    """What would do harm in the name of somebody whose address a stranger has given."""

    LIVE_API_KEY = "api_keys.create_live"
    INVITATION = "members.invite"
    IDENTITY_PROVIDER = "identity_providers.set_up"
    PAYOUT = "payouts.create"


NEEDS_VERIFIED_EMAIL: Final = frozenset(Serious)
"""The one list."""


class EmailNotVerified(Problem, status=403):
    """Confirm your e-mail first. `POST /v1/email-verifications` has the mail sent again."""

    needed_for: Serious


def require_verified(actor: Actor, what: Serious) -> None:
    """Refuse whoever has signed in and has not confirmed their e-mail. Programs have none."""
    if what in NEEDS_VERIFIED_EMAIL and not actor.is_verified:
        raise EmailNotVerified(needed_for=what)
