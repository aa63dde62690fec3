"""Sign-up: somebody new, a tenant that is theirs, and their first session."""

import msgspec

from guilder.db import Pool, Tx, system_statement, tenant_transaction
from guilder.identity import audit
from guilder.identity.brakes import Brake, require_pace
from guilder.identity.members import add_member
from guilder.identity.roles import BuiltIn, role_ids
from guilder.identity.sessions import Origin
from guilder.identity.tenant import Tenant
from guilder.identity.tenants import create_tenant, hand_over, new_tenant_id
from guilder.identity.tickets import mail_verification
from guilder.identity.users import (
    Home,
    Language,
    NewUser,
    Passwords,
    create_user,
    normal_email,
    require_good,
    require_person_name,
)

from .sign_in import Entered, enter


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to begin, and what their tenant shall be called."""

    email: str
    password: str
    name: str
    username: str | None = None
    language: Language = Language.EN
    tenant_name: str | None = None
    origin: Origin


class Begun(msgspec.Struct, frozen=True):
    """Somebody new, in a tenant of their own."""

    tenant: Tenant
    entered: Entered


async def sign_up(pool: Pool, passwords: Passwords, asked: SignUp) -> Begun:
    """Begin: a user, the tenant in which they are at home and which is theirs, and a session."""
    email = normal_email(asked.email)
    require_person_name(asked.name)
    require_good(asked.password, email=email)
    with passwords.place() as hasher:
        await require_pace(pool, Brake.SIGN_UP, asked.origin.address)
        kept = await hasher.hash(asked.password)
    async with system_statement(pool) as tx:
        tenant_id = await new_tenant_id(tx)
    async with tenant_transaction(pool, tenant_id, asked.origin.visitor(tenant_id)) as tx:
        return await _begin(tx, asked, email=email, password_hash=kept)


async def _begin(tx: Tx, asked: SignUp, *, email: str, password_hash: str) -> Begun:
    await create_tenant(tx, name=asked.tenant_name or asked.name)
    user = await create_user(
        tx,
        NewUser(
            email=email,
            password_hash=password_hash,
            name=asked.name,
            username=asked.username,
            language=asked.language,
        ),
    )
    roles = await role_ids(tx)
    await add_member(tx, Home(tx.tenant_id, user.id), [roles[BuiltIn.OWNER]])
    tenant = await hand_over(tx, user.id)
    await mail_verification(tx, user.id)
    await audit.record(tx, "user.signed_up", type="user", id=user.id)
    entered = await enter(tx, user, origin=asked.origin)
    return Begun(tenant, entered)
