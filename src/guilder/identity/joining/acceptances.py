"""Acceptances: an invitation is answered by whoever shows what its mail carried."""

from functools import partial

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction, transact
from guilder.identity import audit
from guilder.identity.brakes import Brake, require_pace
from guilder.identity.entrance import Entered, enter
from guilder.identity.members import (
    Invitation,
    Person,
    accept,
    decline,
    open_invitation,
    person_by_id,
    tenant_of_invitation,
)
from guilder.identity.sessions import PREFIX as SESSION
from guilder.identity.sessions import Origin
from guilder.identity.tenant import Tenant
from guilder.identity.tenants import current_tenant
from guilder.identity.users import (
    Home,
    Language,
    NewUser,
    Passwords,
    User,
    create_user,
    is_email_in_use,
    require_good,
    require_person_name,
)
from guilder.kernel import Problem, TenantId, hash_of, read_token


class SessionNotOpen(Problem, status=401):
    """This session has ended, or is none. Sign in again, or sign up without one."""


class SignInFirst(Problem, status=409):
    """Somebody signs in with this e-mail already: sign in, and send the session's token too."""


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has not signed up so far."""

    name: str
    password: str
    username: str | None = None
    language: Language = Language.EN


class Welcome(msgspec.Struct, frozen=True):
    """Somebody belongs to a tenant from now on; whoever is new is signed in."""

    tenant: Tenant
    person: Person
    entered: Entered | None


async def join_as_user(pool: Pool, token: str, *, session: str, origin: Origin) -> Welcome:
    """Accept an invitation as the user whose session this is."""
    tenant_id = tenant_of_invitation(token)
    user = await _user_of(pool, session)
    home = Home(user.tenant_id, user.id)
    actor = msgspec.structs.replace(
        origin.person(home), tenant_id=tenant_id, home_tenant_id=home.tenant_id
    )

    async def join(tx: Tx) -> Welcome:
        invitation = await open_invitation(tx, token)
        return await _welcome(tx, invitation, home, email=user.email or "")

    return await transact(pool, tenant_id, join, actor=actor)


async def join_as_newcomer(
    pool: Pool, passwords: Passwords, token: str, *, newcomer: Newcomer, origin: Origin
) -> Welcome:
    """Accept an invitation as somebody new, who is at home in the tenant from now on."""
    tenant_id = tenant_of_invitation(token)
    async with tenant_transaction(pool, tenant_id) as tx:
        invitation = await open_invitation(tx, token)
        if await is_email_in_use(tx, invitation.address):
            raise SignInFirst
    require_person_name(newcomer.name)
    require_good(newcomer.password, email=invitation.address)
    with passwords.place() as hasher:
        await require_pace(pool, Brake.SIGN_UP, origin.address)
        kept = await hasher.hash(newcomer.password)
    begin = partial(_begin, token=token, newcomer=newcomer, password_hash=kept, origin=origin)
    return await transact(pool, tenant_id, begin, actor=origin.visitor(tenant_id))


async def refuse_invitation(pool: Pool, token: str, *, origin: Origin) -> None:
    """Decline an invitation."""
    tenant_id = tenant_of_invitation(token)
    async with tenant_transaction(pool, tenant_id, origin.visitor(tenant_id)) as tx:
        await decline(tx, token)


async def _begin(
    tx: Tx, *, token: str, newcomer: Newcomer, password_hash: str, origin: Origin
) -> Welcome:
    invitation = await open_invitation(tx, token)
    user = await create_user(
        tx,
        NewUser(
            email=invitation.address,
            password_hash=password_hash,
            name=newcomer.name,
            username=newcomer.username,
            language=newcomer.language,
            is_verified=True,
        ),
    )
    await audit.record(tx, "user.signed_up", type="user", id=user.id)
    home = Home(tx.tenant_id, user.id)
    welcome = await _welcome(tx, invitation, home, email=invitation.address)
    entered = await enter(tx, user, origin=origin)
    return msgspec.structs.replace(welcome, entered=entered)


async def _welcome(tx: Tx, invitation: Invitation, home: Home, *, email: str) -> Welcome:
    joined = await accept(tx, invitation, home, email=email)
    return Welcome(await current_tenant(tx), await person_by_id(tx, joined.member.id), None)


async def _user_of(pool: Pool, session: str) -> User:
    """Whose session this is. A session names the tenant in which its user is at home."""
    name = read_token(session)
    if name is None or name.prefix != SESSION:
        raise SessionNotOpen
    async with tenant_transaction(pool, name.tenant_id) as tx:
        user = await user_of_session(tx, tenant_id=name.tenant_id, token_hash=hash_of(session))
    if user is None:
        raise SessionNotOpen
    return user


@sql
async def user_of_session(tx: Tx, *, tenant_id: TenantId, token_hash: bytes) -> User | None: ...
