"""The account's API: e-mail and password, changed by whoever proves that they are theirs."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.http import OWN, Caller, Visitor, post
from guilder.identity.brakes import TooManyAttempts
from guilder.identity.entrance.api import origin_of
from guilder.identity.proof import PROOF_PROBLEMS, PasswordNotRight
from guilder.identity.sessions import SessionNotFound
from guilder.identity.sessions.views import RenewedSession, show_renewed
from guilder.identity.tickets import TicketNotValid
from guilder.identity.users import (
    PASSWORD_PROBLEMS,
    EmailInUse,
    EmailNotValid,
    Passwords,
    UserNotFound,
)
from guilder.identity.users.api import own_home
from guilder.identity.users.views import Email, Password
from guilder.kernel import Actor

from .emails import (
    EmailIsVerified,
    ask_for_change,
    ask_for_verification,
    confirm_change,
    confirm_email,
)
from .passwords import ask_for_reset, change_password, reset_password

TicketToken = Annotated[str, Meta(min_length=1, max_length=100, examples=["gt_…"])]


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a mail carried."""

    token: TicketToken


class ResetRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who does not know their password any more."""

    email: Email


class ResetConfirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a mail carried, and the password that shall hold from now on."""

    token: TicketToken
    new_password: Password


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password of today, and the one that shall hold from now on."""

    current_password: Password
    new_password: Password


class EmailChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another address, and the password."""

    new_email: Email
    password: Password


@post(
    "/v1/email-verifications",
    OWN,
    problems=(EmailIsVerified, TooManyAttempts, UserNotFound),
)
async def create_email_verification(caller: Caller, actor: Actor) -> None:
    """Have the mail sent again that asks to confirm one's address."""
    await ask_for_verification(caller, own_home(actor))


@post("/v1/email-verifications/confirmations", None, problems=(TicketNotValid,))
async def confirm_email_verification(visitor: Visitor, body: Confirmation) -> None:
    """Confirm an address, with what the mail carried."""
    await confirm_email(visitor.pool, body.token, origin=origin_of(visitor))


@post("/v1/password-resets", None, problems=(EmailNotValid, TooManyAttempts))
async def create_password_reset(visitor: Visitor, body: ResetRequest) -> None:
    """Have a mail sent by which a new password can be chosen.

    The answer is the same whether somebody signs in with this e-mail or not.
    """
    await ask_for_reset(visitor.pool, email=body.email, address=visitor.address)


@post("/v1/password-resets/confirmations", None, problems=(TicketNotValid, *PASSWORD_PROBLEMS))
async def confirm_password_reset(
    visitor: Visitor, body: ResetConfirmation, passwords: Passwords
) -> None:
    """Choose a new password, with what the mail carried.

    All sessions end, and the address counts as confirmed.
    """
    await reset_password(
        visitor.pool,
        passwords,
        token=body.token,
        new=body.new_password,
        origin=origin_of(visitor),
    )


@post(
    "/v1/me/password",
    OWN,
    problems=(PasswordNotRight, SessionNotFound, UserNotFound, *PASSWORD_PROBLEMS),
)
async def change_own_password(
    caller: Caller, actor: Actor, body: PasswordChange, *, passwords: Passwords
) -> RenewedSession:
    """Change one's password.

    All other sessions end, and this one goes on under the token in the answer.
    """
    opened = await change_password(
        caller,
        passwords,
        own_home(actor),
        current=body.current_password,
        new=body.new_password,
    )
    return show_renewed(opened)


@post(
    "/v1/me/email",
    OWN,
    problems=(EmailNotValid, EmailInUse, TooManyAttempts, *PROOF_PROBLEMS),
)
async def change_own_email(
    caller: Caller, actor: Actor, body: EmailChange, *, passwords: Passwords
) -> None:
    """Ask for another address to sign in with.

    It becomes one's own once it is confirmed, with what a mail to it carries.
    """
    await ask_for_change(
        caller, passwords, own_home(actor), email=body.new_email, password=body.password
    )


@post("/v1/email-changes/confirmations", None, problems=(TicketNotValid, EmailInUse))
async def confirm_email_change(visitor: Visitor, body: Confirmation) -> None:
    """Confirm another address, with what the mail to it carried.

    It is signed in with from now on. All sessions end, and the address of before is told.
    """
    await confirm_change(visitor.pool, body.token, origin=origin_of(visitor))


ENDPOINTS = (
    create_email_verification,
    confirm_email_verification,
    create_password_reset,
    confirm_password_reset,
    change_own_password,
    change_own_email,
    confirm_email_change,
)
