"""Occasions: why a letter is written, with all that it has to say."""

from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec

SecondFactorChange = Literal["enabled", "disabled", "codes_replaced", "code_used"]


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What has happened. Its kind names the texts; its page is where the reader's link leads."""

    kind: ClassVar[str]
    page: ClassVar[str | None] = None

    @property
    def query(self) -> str:
        """What the link carries. Its page changes nothing until the button is pressed."""
        return ""


class Ticketed(Occasion, frozen=True, kw_only=True):
    """The reader has to do something, with a token that is used once, for a while."""

    token: str
    expires_at: datetime

    @property
    def query(self) -> str:
        return f"?token={self.token}"


class Noticed(Occasion, frozen=True, kw_only=True):
    """Something was done, and whoever's account it is should know of it."""

    at: datetime
    address: str | None = None


class VerifyEmail(Ticketed, frozen=True, kw_only=True):
    """An address was given that has to be confirmed."""

    kind: ClassVar[str] = "verify_email"
    page: ClassVar[str | None] = "/verify-email"


class ChangeEmail(Ticketed, frozen=True, kw_only=True):
    """Another address shall be used: to the new one."""

    kind: ClassVar[str] = "change_email"
    page: ClassVar[str | None] = "/change-email"


class EmailChanged(Noticed, frozen=True, kw_only=True):
    """Another address is used from now on: to the old one."""

    kind: ClassVar[str] = "email_changed"

    new_email: str


class ResetPassword(Ticketed, frozen=True, kw_only=True):
    """Somebody does not know the password any more."""

    kind: ClassVar[str] = "reset_password"
    page: ClassVar[str | None] = "/reset-password"

    address: str | None = None


class PasswordChanged(Noticed, frozen=True, kw_only=True):
    """There is a new password, and the sessions of before have ended."""

    kind: ClassVar[str] = "password_changed"


class Invitation(Ticketed, frozen=True, kw_only=True):
    """A tenant would like to have the reader as a member."""

    kind: ClassVar[str] = "invitation"
    page: ClassVar[str | None] = "/invitation"

    tenant: str
    inviter: str
    roles: tuple[str, ...] = ()
    message: str | None = None


class NewSignIn(Noticed, frozen=True, kw_only=True):
    """Somebody has signed in from where nobody did before."""

    kind: ClassVar[str] = "new_sign_in"

    device: str | None = None


class SecondFactorChanged(Noticed, frozen=True, kw_only=True):
    """The second factor was put on, taken off, or went another way."""

    kind: ClassVar[str] = "second_factor_changed"

    change: SecondFactorChange


class ApiKeyCreated(Noticed, frozen=True, kw_only=True):
    """A tenant has a new key."""

    kind: ClassVar[str] = "api_key_created"

    tenant: str
    key_name: str
    scopes: tuple[str, ...]
    made_by: str


class OwnershipTransferred(Noticed, frozen=True, kw_only=True):
    """A tenant has another owner: to both."""

    kind: ClassVar[str] = "ownership_transferred"

    tenant: str
    new_owner: str
    is_yours: bool


class OrderReceipt(Occasion, frozen=True, kw_only=True):
    """Somebody bought something. The link leads to the page of the order, and never ends.

    Days and amounts are written as the reader has them; each of the goods has an amount. Enclosed
    may be the receipt or the invoice.
    """

    kind: ClassVar[str] = "order_receipt"
    page: ClassVar[str | None] = "/orders/"

    token: str
    shop: str
    number: int
    ordered_on: str
    goods: tuple[str, ...]
    amounts: tuple[str, ...]
    total: str
    enclosed: Literal["receipt", "invoice"] | None

    @property
    def query(self) -> str:
        return self.token


class Trial(Occasion, frozen=True, kw_only=True):
    """An operator wants to see whether mail arrives."""

    kind: ClassVar[str] = "trial"


OCCASIONS: Final[dict[str, type[Occasion]]] = {
    one.kind: one
    for one in (
        VerifyEmail,
        ChangeEmail,
        EmailChanged,
        ResetPassword,
        PasswordChanged,
        Invitation,
        NewSignIn,
        SecondFactorChanged,
        ApiKeyCreated,
        OwnershipTransferred,
        OrderReceipt,
        Trial,
    )
}
"""Every occasion by its kind."""
