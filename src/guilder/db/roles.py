"""Two roles: the owner migrates, and `guilder_app` does everything else."""

import hashlib
import hmac
from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from .pool import Pool
from .transactions import system_transaction

APP_ROLE: Final = "guilder_app"

FAULTS: Final = """
    select fault.sentence
    from pg_roles as role
    cross join lateral (
        values
        (role.rolsuper, 'it is a superuser'),
        (role.rolbypassrls, 'it has BYPASSRLS'),
        (role.rolreplication, 'it may read the log of all writes'),
        (role.rolcreaterole, 'it may create roles'),
        (role.rolcreatedb, 'it may create databases'),
        (
            has_database_privilege(role.rolname, current_database(), 'create'),
            'it may create schemas'
        ),
        (
            exists (
                select from pg_class as class
                where class.relowner = role.oid and class.relkind in ('r', 'p', 'v', 'm')
            ),
            'it owns tables'
        ),
        (
            exists (
                select from pg_namespace as namespace
                where namespace.nspname not like 'pg_temp%'
                and has_schema_privilege(role.rolname, namespace.oid, 'create')
            ),
            'it may create objects in a schema'
        ),
        (
            exists (
                select from pg_auth_members as membership where membership.member = role.oid
            ),
            'it is a member of another role'
        )
    ) as fault (found, sentence)
    where role.rolname = current_user and fault.found
"""


class RoleCouldBypass(RuntimeError):
    """The application's role could get around row security."""


async def refuse_a_role_that_could_bypass(pool: Pool) -> None:
    """Ask the database what our role may do, and refuse to serve with too much."""
    async with system_transaction(pool) as tx:
        faults = [row["sentence"] for row in await tx.fetch(FAULTS)]
        ((role,),) = await tx.fetch("select current_user")
    if faults:
        reasons = "; ".join(faults)
        raise RoleCouldBypass(
            f"Refusing to serve as the database role {role}, which could get around the "
            f"separation of tenants: {reasons}. Serve as {APP_ROLE}, which "
            "`guilder migrate` makes."
        )


class AnotherPassword(RuntimeError):
    """The application's role is in use with a password that does not follow from our secret."""


async def refuse_another_password(owner_url: str, password: str) -> None:
    """Refuse to change the password of a role with which others may be logged in."""
    try:
        trial = await asyncpg.connect(as_app_role(owner_url, password))
    except asyncpg.InvalidPasswordError as other:
        raise AnotherPassword(
            f"The server's role {APP_ROLE} has a password that does not follow from this "
            "GUILDER_SECRET_KEY. Use the key with which it was made; or, if nobody else "
            "uses the role, `guilder migrate --new-password`."
        ) from other
    await trial.close()


async def ensure_app_role(owner: asyncpg.Connection, password: str | None) -> None:
    """Make the application's role where it is missing, and give it this password."""
    exists = await owner.fetchval("select true from pg_roles where rolname = $1", APP_ROLE)
    if not exists:
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            # Roles belong to the server: for another of its databases one may be made just now.
            await owner.execute(f"create role {APP_ROLE} login noinherit")
    if password is not None:
        literal = await owner.fetchval("select quote_literal($1)", password)
        await owner.execute(f"alter role {APP_ROLE} login password {literal}")
    # PUBLIC may make temporary tables, and on older databases write to the schema public.
    database = await owner.fetchval("select quote_ident(current_database())")
    await owner.execute(f"revoke create, temporary on database {database} from public")
    await owner.execute("revoke create on schema public from public")
    if await owner.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        # So that the role owns nothing at all, not even a large object.
        for function in ("lo_create(oid)", "lo_creat(integer)", "lo_from_bytea(oid, bytea)"):
            await owner.execute(f"revoke execute on function {function} from public")


def app_password(secret: bytes) -> str:
    """How the application logs in to a server that asks: derived, so that nobody stores it."""
    return hmac.new(secret, b"role guilder_app", hashlib.sha256).hexdigest()


def is_app_role(url: str) -> bool:
    """Whether an address names the application's role, which cannot migrate."""
    return urlsplit(url).username == APP_ROLE


def as_app_role(owner_url: str, password: str | None) -> str:
    """The owner's address of the database, as the application logs in there."""
    parts = urlsplit(owner_url)
    login = APP_ROLE if password is None else f"{APP_ROLE}:{quote(password, safe='')}"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))
