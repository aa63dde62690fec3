"""Credentials: how somebody is found who signs in, and what their password is held against."""

from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, system_statement, tenant_transaction
from guilder.kernel import TenantId

from .emails import EmailNotValid, normal_email
from .user import User, UserId


class Home(msgspec.Struct, frozen=True):
    """Who somebody is, and where they are at home."""

    tenant_id: TenantId
    user_id: UserId


NOBODY: Final = Home(TenantId(UUID(int=0)), UserId(UUID(int=0)))
"""Who is looked for where there is nobody to be found."""


class Credentials(msgspec.Struct, frozen=True):
    """What a user can prove themselves with. Not to be shown, logged, or kept."""

    home: Home
    user: User
    password_hash: str | None


async def home_of_login(pool: Pool, login: str) -> Home | None:
    """Who signs in under this e-mail or username."""
    kind = "email" if "@" in login else "username"
    if kind == "email":
        with suppress(EmailNotValid):
            login = normal_email(login)
    async with system_statement(pool) as tx:
        return await find_home(tx, kind=kind, name=login)


async def home_of_subject(pool: Pool, issuer: str, subject: str) -> Home | None:
    """Whom an issuer knows under this subject."""
    async with system_statement(pool) as tx:
        return await find_home_of_subject(tx, issuer=issuer, subject=subject)


async def credentials_of(pool: Pool, login: str) -> Credentials | None:
    """Whoever signs in under this e-mail or username, with what their password is held against.

    Where there is nobody it is looked for as long.
    """
    home = await home_of_login(pool, login) or NOBODY
    async with tenant_transaction(pool, home.tenant_id) as tx:
        return await own_credentials(tx, home.user_id)


async def own_credentials(tx: Tx, user_id: UserId) -> Credentials | None:
    """What a user who is at home here can prove themselves with."""
    user = await find_user_to_prove(tx, tenant_id=tx.tenant_id, user_id=user_id)
    kept = await find_password_hash(tx, tenant_id=tx.tenant_id, user_id=user_id)
    return Credentials(Home(tx.tenant_id, user_id), user, kept) if user else None


@sql
async def find_home(tx: Tx, *, kind: str, name: str) -> Home | None: ...


@sql
async def find_home_of_subject(tx: Tx, *, issuer: str, subject: str) -> Home | None: ...


@sql
async def find_user_to_prove(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> User | None: ...


@sql
async def find_password_hash(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> str | None: ...


@sql
async def save_password_hash(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, password_hash: str
) -> None: ...
