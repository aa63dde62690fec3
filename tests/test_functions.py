"""Functions of the database: none can be hijacked, and none looks across tenants within one."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid4

import asyncpg
import pytest

from guilder.db import APP_ROLE
from tests.schema import OUR_SCHEMAS

WITHIN_A_TENANT: Final = {
    "identity.brake_attempt": "whoever guesses is counted, whatever else the transaction is about",
    "identity.faces": "a tenant sees of its members what a list shows, wherever they are at home",
    "identity.found_roles": "a tenant gets its built-in roles at its foundation, and never again",
    "identity.hold_user": "whoever is let in may be at home elsewhere, and stays a user meanwhile",
    "identity.is_member_address": "whoever invites somebody is told that they are here already",
    "identity.is_email_taken": "whoever chooses an e-mail is told whether it is free",
    "identity.memberships": "a user's own list; it answers for those who are at home here only",
    "identity.session_standing": "whoever has a session's token may use it wherever they belong",
    "identity.take_back_attempt": "what was counted there is taken back there",
    "jobs.enqueue": "a job enters with the transaction that wants it, and belongs to its tenant",
    "jobs.given_up": "a merchant is told that work of theirs was given up, and nothing else of it",
    "jobs.finish": "the end of a job is committed together with its effect",
}
"""Definer functions that run within a tenant's transaction too."""

ONLY_WITHIN: Final = {
    "identity.faces",
    "identity.found_roles",
    "identity.is_member_address",
    "identity.memberships",
}
"""Those that run nowhere else."""

FUNCTIONS: Final = f"""
    select
        pg_proc.oid::regprocedure::text as signature,
        nspname || '.' || proname as name,
        prosecdef as is_definer,
        prosqlbody is not null as is_parsed,
        coalesce(proconfig @> array['search_path=""'], false) as is_pinned,
        proleakproof as is_leakproof,
        proisstrict as is_strict,
        pg_get_userbyid(proowner) as owner,
        has_function_privilege('{APP_ROLE}', pg_proc.oid, 'execute') as is_granted,
        has_function_privilege('public', pg_proc.oid, 'execute') as is_public,
        array(select format_type(kind, null) from unnest(proargtypes) as kind) as arguments
    from pg_proc
    join pg_namespace on pg_namespace.oid = pronamespace
    where pronamespace in ({OUR_SCHEMAS})
    and not exists (
        select from pg_depend
        where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
    )
    order by signature
"""


@pytest.fixture
async def functions(owner_url: str) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(owner_url)
    try:
        found = await owner.fetch(FUNCTIONS)
    finally:
        await owner.close()
    assert len(found) > 10
    return found


@pytest.fixture
async def application(app_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(app_url, server_settings={"search_path": "pg_catalog"})
    yield connection
    await connection.close()


async def test_every_body_is_parsed_or_its_search_path_pinned(
    functions: list[asyncpg.Record],
) -> None:
    assert [
        one["signature"] for one in functions if not (one["is_parsed"] or one["is_pinned"])
    ] == []


async def test_definer_functions_are_pinned_and_granted_one_by_one(
    functions: list[asyncpg.Record],
) -> None:
    definers = [one for one in functions if one["is_definer"]]

    assert definers
    assert [one["signature"] for one in definers if not one["is_pinned"]] == []
    assert [one["signature"] for one in functions if one["is_public"]] == []
    assert [one["signature"] for one in functions if one["owner"] == APP_ROLE] == []


async def test_none_is_leakproof(functions: list[asyncpg.Record]) -> None:
    """A leakproof function is run on rows before their policy."""
    assert [one["signature"] for one in functions if one["is_leakproof"]] == []


async def test_the_application_runs_no_function_that_changes_the_schema(
    functions: list[asyncpg.Record],
) -> None:
    granted = {one["name"] for one in functions if one["is_granted"]}

    assert granted & {"kernel.isolate", "kernel.guard"} == set()


async def test_what_looks_across_tenants_refuses_within_one(
    functions: list[asyncpg.Record], application: asyncpg.Connection
) -> None:
    callable_within = {}
    for one in functions:
        if one["is_definer"] and one["is_granted"]:
            assert not one["is_strict"], f"{one['signature']} answers null before it looks"
            callable_within[one["name"]] = await answers(application, one, within=True)

    assert {name for name, answered in callable_within.items() if answered} == set(WITHIN_A_TENANT)


async def test_what_looks_across_tenants_answers_outside_of_them(
    functions: list[asyncpg.Record], application: asyncpg.Connection
) -> None:
    refused = [
        one["name"]
        for one in functions
        if one["is_definer"]
        and one["is_granted"]
        and one["name"] not in ONLY_WITHIN
        and not await answers(application, one, within=False)
    ]

    assert refused == []


async def answers(
    application: asyncpg.Connection, function: asyncpg.Record, *, within: bool
) -> bool:
    """Call it with nothing in particular; answers whether it was allowed to look."""
    nothing = ", ".join(f"null::{kind}" for kind in function["arguments"])
    await application.execute("begin")
    if within:
        await application.execute(f"set local guilder.tenant = '{uuid4()}'")
    try:
        await application.fetch(f"select * from {function['name']}({nothing})")
    except asyncpg.InsufficientPrivilegeError as refused:
        if "outside of every tenant" not in str(refused):
            raise
        return False
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
        return True  # it looked, and did not like what it was given
    finally:
        await application.execute("rollback")
    return True
