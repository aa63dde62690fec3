"""Samples: an occasion of every kind, to look at its letter before anybody gets one."""

from datetime import UTC, datetime
from typing import Final

from .occasions import (
    OCCASIONS,
    ApiKeyCreated,
    ChangeEmail,
    EmailChanged,
    Invitation,
    NewSignIn,
    Occasion,
    OrderReceipt,
    OwnershipTransferred,
    PasswordChanged,
    ResetPassword,
    SecondFactorChanged,
    Trial,
    VerifyEmail,
)

TOKEN: Final = "gt_" + "sample" * 15
AT: Final = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
ADDRESS: Final = "203.0.113.7"
TENANT: Final = "Tulip & Sons"

SAMPLES: Final = (
    VerifyEmail(token=TOKEN, expires_at=AT),
    ChangeEmail(token=TOKEN, expires_at=AT),
    EmailChanged(at=AT, address=ADDRESS, new_email="ada.lovelace@example.org"),
    ResetPassword(token=TOKEN, expires_at=AT, address=ADDRESS),
    PasswordChanged(at=AT, address=ADDRESS),
    Invitation(
        token=TOKEN,
        expires_at=AT,
        tenant=TENANT,
        inviter="Grace Hopper",
        roles=("developer", "viewer"),
        message="The till needs somebody who can count.\nWill you join us?",
    ),
    NewSignIn(at=AT, address=ADDRESS, device="Firefox 148 on Debian"),
    SecondFactorChanged(at=AT, address=ADDRESS, change="enabled"),
    ApiKeyCreated(
        at=AT,
        address=ADDRESS,
        tenant=TENANT,
        key_name="Till",
        scopes=("payments:write", "orders:read"),
        made_by="Grace Hopper",
    ),
    OwnershipTransferred(at=AT, address=ADDRESS, tenant=TENANT, new_owner="Ada", is_yours=True),
    OrderReceipt(
        token=TOKEN,
        shop=TENANT,
        number=1042,
        ordered_on="14 March 2026",
        goods=("2 × Tulip vase", "1 × Pot"),  # noqa: RUF001 - times
        amounts=("€48.00", "€5.00"),
        total="€53.00",
        enclosed="receipt",
    ),
    Trial(),
)


def sample_of(kind: str) -> Occasion:
    """The sample of a kind."""
    return next(one for one in SAMPLES if isinstance(one, OCCASIONS[kind]))
