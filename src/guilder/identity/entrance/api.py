"""The entrance's API: people sign up, sign in and out, and see where they are signed in."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import OWN, Visitor, delete, get, post
from guilder.identity.brakes import TooManyAttempts
from guilder.identity.second_factor import Factors, SecondFactorNeeded, SecondFactorRefused
from guilder.identity.second_factor.views import Code, RecoveryCode
from guilder.identity.sessions import (
    Opened,
    Origin,
    Session,
    SessionId,
    SessionNotFound,
    open_sessions,
)
from guilder.identity.tenant import TenantName
from guilder.identity.tenants import NameNotValid
from guilder.identity.users import (
    PASSWORD_PROBLEMS,
    EmailInUse,
    EmailNotValid,
    Language,
    Passwords,
    PasswordsBusy,
    PersonNameNotValid,
    UsernameTaken,
)
from guilder.identity.users.api import own_id
from guilder.identity.users.views import Email, Name, Password, Username, UserView, show_user
from guilder.kernel import Actor, TenantId

from .sign_in import Entered, SignIn, SignInRefused, sign_in
from .sign_out import sign_out, sign_out_at, sign_out_everywhere
from .sign_up import SignUp, sign_up


class NewUserBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants to begin. The tenant is called like its founder where nothing else is said."""

    email: Email
    password: Password
    name: Name
    username: Username | None = None
    language: Language = Language.EN
    tenant_name: TenantName | None = None


class SignInBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in, by e-mail or username, and with what."""

    login: Annotated[str, Meta(min_length=1, max_length=254, examples=["wilma@tulips.example"])]
    password: Password
    code: Code | None = None
    recovery_code: RecoveryCode | None = None


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is signed in."""

    id: SessionId
    is_current: bool
    is_second_factor_shown: bool
    address: str | None
    user_agent: str | None
    last_seen_at: datetime
    expires_at: datetime
    created_at: datetime


class SessionList(msgspec.Struct, frozen=True):
    """Every session that is open."""

    data: list[SessionView]


class EnteredView(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="session"):
    """Somebody is signed in. The token is shown this once."""

    id: SessionId
    token: Annotated[str, Meta(examples=["gs_…"])]
    expires_at: datetime
    tenant_id: TenantId
    user: UserView


@post(
    "/v1/users",
    None,
    problems=(
        EmailNotValid,
        EmailInUse,
        UsernameTaken,
        NameNotValid,
        PersonNameNotValid,
        TooManyAttempts,
        *PASSWORD_PROBLEMS,
    ),
)
async def create_user(visitor: Visitor, body: NewUserBody, passwords: Passwords) -> EnteredView:
    """Sign up.

    It makes a user, a tenant which is theirs, and a session. A mail asks to confirm the address.
    """
    named = msgspec.structs.asdict(body)
    begun = await sign_up(visitor.pool, passwords, SignUp(**named, origin=origin_of(visitor)))
    return show_entered(begun.entered)


@post(
    "/v1/sessions",
    None,
    problems=(
        SignInRefused,
        SecondFactorNeeded,
        SecondFactorRefused,
        TooManyAttempts,
        PasswordsBusy,
    ),
)
async def create_session(
    visitor: Visitor, body: SignInBody, passwords: Passwords, *, factors: Factors
) -> EnteredView:
    """Sign in.

    An unknown name, a wrong password and an account that is braked after too many attempts
    are answered alike. Where a second factor is on, the right password is not enough: send the
    authenticator's code as well, or a recovery code.
    """
    named = msgspec.structs.asdict(body)
    asked = SignIn(**named, origin=origin_of(visitor))
    entered = await sign_in(visitor.pool, passwords, asked, factors=factors)
    return show_entered(entered)


@get("/v1/sessions", OWN)
async def list_sessions(tx: Tx, actor: Actor) -> SessionList:
    """See where one is signed in, the session last used first."""
    found = await open_sessions(tx, tenant_id=tx.tenant_id, user_id=own_id(actor))
    return SessionList([_show(session, actor) for session in found])


@delete("/v1/sessions", OWN)
async def end_all_sessions(tx: Tx, actor: Actor) -> SessionList:
    """Sign out everywhere, here too. The answer is what was open."""
    return SessionList([_show(session, actor) for session in await sign_out_everywhere(tx)])


@delete("/v1/sessions/current", OWN, problems=(SessionNotFound,))
async def end_current_session(tx: Tx, actor: Actor) -> SessionView:
    """Sign out."""
    return _show(await sign_out(tx), actor)


@delete("/v1/sessions/{session_id}", OWN, problems=(SessionNotFound,))
async def revoke_session(tx: Tx, actor: Actor, session_id: SessionId) -> SessionView:
    """Sign out somewhere else."""
    return _show(await sign_out_at(tx, session_id), actor)


def show_entered(entered: Entered) -> EnteredView:
    """Somebody who has just signed in, with the token that is shown this once."""
    opened: Opened = entered.opened
    return EnteredView(
        id=opened.session.id,
        token=opened.token,
        expires_at=opened.session.expires_at,
        tenant_id=entered.user.tenant_id,
        user=show_user(entered.user),
    )


def origin_of(visitor: Visitor) -> Origin:
    """From where a visitor comes."""
    return Origin(
        address=visitor.address,
        user_agent=visitor.headers.get("user-agent"),
        request_id=visitor.request_id,
    )


def _show(session: Session, actor: Actor) -> SessionView:
    return SessionView(
        id=session.id,
        is_current=session.id == actor.session_id,
        is_second_factor_shown=session.is_second_factor_shown,
        address=session.address,
        user_agent=session.user_agent,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        created_at=session.created_at,
    )


ENDPOINTS = (
    create_user,
    create_session,
    list_sessions,
    end_all_sessions,
    end_current_session,
    revoke_session,
)
