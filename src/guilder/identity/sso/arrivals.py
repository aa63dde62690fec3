"""Arrivals: whom an issuer's word lets in, and as whom.

Whoever it has brought before; else somebody who is at home in the provider's tenant under an
address that the issuer may speak for; else, where the provider admits new users, somebody new.
"""

from typing import Final

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.identity import audit
from guilder.identity.entrance import Entered, enter
from guilder.identity.members import add_member
from guilder.identity.sessions import Origin
from guilder.identity.tickets import mail_verification
from guilder.identity.users import (
    EmailInUse,
    EmailNotValid,
    Home,
    NewUser,
    User,
    UserId,
    UserUpdated,
    create_user,
    home_of_login,
    home_of_subject,
    normal_email,
    user_by_id,
)
from guilder.kernel import Problem, TenantId, legible

from .openid import Claims
from .provider import IdentityProvider

MOST_NAME: Final = 200


class NotAdmitted(Problem, status=403):
    """The issuer knows you, and nobody is let in for that here: ask whoever runs the tenant."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of whom an issuer says who they are, at a tenant's provider."""

    tenant_id: TenantId
    provider: IdentityProvider
    claims: Claims
    origin: Origin

    @property
    def email(self) -> str | None:
        """The address, if it is written in the one way in which it is compared."""
        told = self.claims.email
        try:
            return told if told and normal_email(told) == told else None
        except EmailNotValid:
            return None

    @property
    def proved_email(self) -> str | None:
        """The address, if the issuer has proved it, and may speak for it."""
        email = self.email
        is_proved = email and self.claims.is_email_verified and self.provider.vouches_for(email)
        return email if is_proved else None

    @property
    def name(self) -> str | None:
        """What somebody is called."""
        parts = (self.claims.given_name, self.claims.family_name)
        name = self.claims.name or " ".join(part for part in parts if part)
        return legible(name).strip()[:MOST_NAME].strip() or None


async def arrive(pool: Pool, arrival: Arrival) -> Entered:
    """Let somebody in, or refuse it. Of two who come as the same, the second finds the first."""
    try:
        return await _arrive(pool, arrival)
    except (EmailInUse, NotAdmitted):
        known = await home_of_subject(pool, arrival.claims.iss, arrival.claims.sub)
        if known is None:
            raise NotAdmitted from None
    return await _enter(pool, arrival, known)


async def _arrive(pool: Pool, arrival: Arrival) -> Entered:
    known = await home_of_subject(pool, arrival.claims.iss, arrival.claims.sub)
    if known is not None:
        return await _enter(pool, arrival, known)
    email = arrival.proved_email
    same = await home_of_login(pool, email) if email else None
    if same is None:
        return await _begin(pool, arrival)
    if same.tenant_id != arrival.tenant_id:
        raise NotAdmitted
    return await _link(pool, arrival, same)


async def _enter(pool: Pool, arrival: Arrival, home: Home) -> Entered:
    """Whom the issuer has brought before enters at home, while that is a client of the issuer."""
    async with tenant_transaction(pool, home.tenant_id, arrival.origin.person(home)) as tx:
        if not await is_trusted(
            tx,
            tenant_id=tx.tenant_id,
            issuer=arrival.claims.iss,
            client_id=arrival.provider.client_id,
        ):
            raise NotAdmitted
        return await enter(tx, await user_by_id(tx, home.user_id), origin=arrival.origin)


async def _link(pool: Pool, arrival: Arrival, home: Home) -> Entered:
    """From now on the issuer speaks for somebody who has proved the same address here."""
    async with tenant_transaction(pool, home.tenant_id, arrival.origin.person(home)) as tx:
        user = await link_user(
            tx,
            tenant_id=tx.tenant_id,
            user_id=home.user_id,
            issuer=arrival.claims.iss,
            subject=arrival.claims.sub,
        )
        if user is None:
            raise NotAdmitted
        tx.emit(UserUpdated(user.id, user))
        told = {"provider": arrival.provider.name}
        await audit.record(tx, "user.linked", type="user", id=user.id, after=told)
        return await enter(tx, user, origin=arrival.origin)


async def _begin(pool: Pool, arrival: Arrival) -> Entered:
    """Somebody new is at home in the tenant that admits them."""
    provider, email = arrival.provider, arrival.email
    is_welcome = arrival.proved_email is not None or not provider.email_domains
    if not (provider.admits_new_users and provider.role_id and email and is_welcome):
        raise NotAdmitted
    visitor = arrival.origin.visitor(arrival.tenant_id)
    async with tenant_transaction(pool, arrival.tenant_id, visitor) as tx:
        if not await may_write(tx, tenant_id=tx.tenant_id):
            raise NotAdmitted
        user = await create_user(tx, _new_user(arrival, email))
        await add_member(tx, Home(tx.tenant_id, user.id), [provider.role_id])
        if arrival.proved_email is None:
            await mail_verification(tx, user.id)
        told = {"provider": provider.name}
        await audit.record(tx, "user.signed_up", type="user", id=user.id, after=told)
        return await enter(tx, user, origin=arrival.origin)


def _new_user(arrival: Arrival, email: str) -> NewUser:
    return NewUser(
        email=email,
        name=arrival.name,
        is_verified=arrival.proved_email is not None,
        sso_provider=arrival.claims.iss,
        sso_subject=arrival.claims.sub,
    )


@sql
async def is_trusted(tx: Tx, *, tenant_id: TenantId, issuer: str, client_id: str) -> bool: ...


@sql
async def may_write(tx: Tx, *, tenant_id: TenantId) -> bool: ...


@sql
async def link_user(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, issuer: str, subject: str
) -> User | None: ...
