"""The joining API: whoever was invited says yes or no, with what the mail carried."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.http import Visitor, post
from guilder.identity.brakes import TooManyAttempts
from guilder.identity.entrance.api import EnteredView, origin_of, show_entered
from guilder.identity.members import InvitationForAnother, InvitationNotOpen, MemberBefore
from guilder.identity.members.views import MemberView, show_member
from guilder.identity.quotas import QuotaExceeded
from guilder.identity.users import (
    PASSWORD_PROBLEMS,
    EmailInUse,
    Language,
    Passwords,
    PersonNameNotValid,
    UsernameTaken,
    UserNotFound,
)
from guilder.identity.users.views import Name, Password, Username
from guilder.kernel import Problem, TenantId

from .acceptances import (
    Newcomer,
    SessionNotOpen,
    SignInFirst,
    Welcome,
    join_as_newcomer,
    join_as_user,
    refuse_invitation,
)

InvitationToken = Annotated[str, Meta(min_length=1, max_length=100, examples=["gi_…"])]


class NobodyJoins(Problem, status=422):
    """Send a session's token, or a name and a password to sign up with."""


class AcceptanceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the mail carried. Whoever comes without a session signs up with the rest of it."""

    token: InvitationToken
    name: Name | None = None
    password: Password | None = None
    username: Username | None = None
    language: Language = Language.EN


class DeclineBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the mail carried."""

    token: InvitationToken


class WelcomeView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is a member from now on. Whoever is new has a session, shown this once."""

    tenant_id: TenantId
    tenant_name: str
    member: MemberView
    session: EnteredView | None


@post(
    "/v1/invitations/acceptances",
    None,
    problems=(
        InvitationNotOpen,
        InvitationForAnother,
        MemberBefore,
        QuotaExceeded,
        SessionNotOpen,
        SignInFirst,
        NobodyJoins,
        EmailInUse,
        UsernameTaken,
        UserNotFound,
        PersonNameNotValid,
        TooManyAttempts,
        *PASSWORD_PROBLEMS,
    ),
)
async def accept_invitation(
    visitor: Visitor, body: AcceptanceBody, passwords: Passwords
) -> WelcomeView:
    """Accept an invitation.

    Whoever signs in already sends their session's token in `Authorization`. Whoever does not
    signs up with a name and a password, and their address counts as confirmed.
    """
    origin, session = origin_of(visitor), _session_of(visitor)
    if session is not None:
        return _show(await join_as_user(visitor.pool, body.token, session=session, origin=origin))
    return _show(
        await join_as_newcomer(
            visitor.pool, passwords, body.token, newcomer=_newcomer(body), origin=origin
        )
    )


@post("/v1/invitations/declines", None, problems=(InvitationNotOpen,))
async def decline_invitation(visitor: Visitor, body: DeclineBody) -> None:
    """Decline an invitation: what the mail carried opens nothing any more."""
    await refuse_invitation(visitor.pool, body.token, origin=origin_of(visitor))


def _session_of(visitor: Visitor) -> str | None:
    authorization = visitor.headers.get("authorization")
    if authorization is None:
        return None
    return authorization.partition(" ")[2].strip()


def _newcomer(body: AcceptanceBody) -> Newcomer:
    if body.name is None or body.password is None:
        raise NobodyJoins
    return Newcomer(
        name=body.name, password=body.password, username=body.username, language=body.language
    )


def _show(welcome: Welcome) -> WelcomeView:
    return WelcomeView(
        tenant_id=welcome.tenant.id,
        tenant_name=welcome.tenant.name,
        member=show_member(welcome.person),
        session=show_entered(welcome.entered) if welcome.entered else None,
    )


ENDPOINTS = (accept_invitation, decline_invitation)
