"""Two roles: the owner migrates, and `guilder_app` does everything else."""

import base64
import hashlib
import hmac
import secrets
from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from .pool import Pool
from .transactions import system_transaction

APP_ROLE: Final = "guilder_app"
ITERATIONS: Final = 4096
"""Few are enough: the password is a key of 256 bits, which nobody tries out."""

SALT_BYTES: Final = 16

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
        ),
        (pg_has_role(role.oid, 'pg_database_owner', 'usage'), 'it owns the database')
    ) as fault (found, sentence)
    where role.rolname = current_user and fault.found
"""

STRANGER: Final = """
    select format(
        '%s does not own the database %s, so give its owner''s address',
        current_user, current_database()
    )
    where not pg_has_role('pg_database_owner', 'usage')
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


async def refuse_a_stranger(owner: asyncpg.Connection) -> None:
    """Refuse a role that row security does not let pass: only the database's owner sees it all."""
    complaint = await owner.fetchval(STRANGER)
    if complaint is not None:
        raise asyncpg.InsufficientPrivilegeError(complaint)


class AnotherPassword(RuntimeError):
    """The application's role is in use with a password that does not follow from our secret."""


async def ensure_app_role(
    owner: asyncpg.Connection, owner_url: str, *, password: str | None, anew: bool = False
) -> None:
    """Make the application's role where it is missing, and give it this password."""
    exists = await owner.fetchval("select true from pg_roles where rolname = $1", APP_ROLE)
    if exists and password is not None and not anew:
        await _refuse_another_password(owner_url, password)
        password = None
    if not exists:
        with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            # Roles belong to the server: for another of its databases one may be made just now.
            await owner.execute(f"create role {APP_ROLE} login noinherit")
    if password is not None:
        await owner.execute(f"alter role {APP_ROLE} login password '{verifier_of(password)}'")
    # PUBLIC may make temporary tables, and on older databases write to the schema public.
    database = await owner.fetchval("select quote_ident(current_database())")
    await owner.execute(f"revoke create, temporary on database {database} from public")
    await owner.execute("revoke create on schema public from public")
    if await owner.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        # So that the role owns nothing at all, not even a large object.
        for function in ("lo_create(oid)", "lo_creat(integer)", "lo_from_bytea(oid, bytea)"):
            await owner.execute(f"revoke execute on function {function} from public")


async def _refuse_another_password(owner_url: str, password: str) -> None:
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


def verifier_of(password: str) -> str:
    """What PostgreSQL keeps of a password, made here, so that no log of statements shows it.

    As RFC 5803 has it. ASCII only, which needs no preparation.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (
        base64.b64encode(part).decode() for part in (salt, stored_key, server_key)
    )
    return f"SCRAM-SHA-256${ITERATIONS}:{salt64}${stored64}:{server64}"


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
