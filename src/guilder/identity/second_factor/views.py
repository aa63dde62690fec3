"""What is said and shown of a second factor."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.identity.sessions.views import RenewedSession
from guilder.identity.users.views import Password

Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)", examples=["492039"])]
RecoveryCode = Annotated[str, Meta(min_length=1, max_length=50, examples=["k3vf-9xqa-m2wd-7hte"])]
Codes = Annotated[
    list[str],
    Meta(
        description="Each is good for one use, and shown this once.",
        examples=[["k3vf-9xqa-m2wd-7hte"]],
    ),
]


class FactorBeginning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password."""

    password: Password


class FactorDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A secret for an authenticator: typed in, opened, or photographed. It is shown this once."""

    secret: Annotated[str, Meta(examples=["JBSWY3DPEHPK3PXP"])]
    url: Annotated[str, Meta(examples=["otpauth://totp/…"])]
    qr_code: Annotated[str, Meta(description="The URL as a picture, in SVG.")]


class FactorConfirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the authenticator shows."""

    code: Code


class FactorConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The second factor is on. The session goes on under another token."""

    recovery_codes: Codes
    session: RenewedSession


class FactorRemoval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password, and what the authenticator shows, or a recovery code."""

    password: Password
    code: Code | None = None
    recovery_code: RecoveryCode | None = None


class NewCodes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password."""

    password: Password


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """New recovery codes. Those of before open nothing any more."""

    recovery_codes: Codes
