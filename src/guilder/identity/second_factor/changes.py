"""Changes of the second factor by whoever has signed in."""

from guilder.db import Tx
from guilder.http import Caller
from guilder.identity.brakes import Brake, release
from guilder.identity.proof import account_of, check_password, require_password
from guilder.identity.sessions import Opened, SessionId, SessionNotFound, renew_session
from guilder.identity.users import Home, Passwords, UserId
from guilder.kernel import Actor

from .factor import Factors
from .factors import Shown, confirm, remove, renew_codes


async def put_on(tx: Tx, factors: Factors, actor: Actor, *, code: str) -> tuple[list[str], Opened]:
    """Put the second factor on, and have the session go on under another token."""
    if actor.id is None or actor.session_id is None:
        raise SessionNotFound
    codes = await confirm(tx, factors, UserId(actor.id), code=code)
    opened = await renew_session(tx, SessionId(actor.session_id), is_second_factor_shown=True)
    return codes, opened


async def take_off(
    caller: Caller,
    passwords: Passwords,
    factors: Factors,
    *,
    home: Home,
    password: str,
    shown: Shown,
) -> None:
    """Take the second factor off. Guesses of either are counted with those at sign-in."""
    await check_password(caller.pool, passwords, home, password=password)

    async def take(tx: Tx, _: Actor) -> None:
        await remove(tx, factors, home.user_id, shown=shown)

    await caller.transact(take)
    await release(caller.pool, Brake.ACCOUNT, account_of(home))


async def with_new_codes(
    caller: Caller, passwords: Passwords, home: Home, *, password: str
) -> list[str]:
    """Make new recovery codes, for whoever shows the password."""
    await require_password(caller.pool, passwords, home, password=password)

    async def renew(tx: Tx, _: Actor) -> list[str]:
        return await renew_codes(tx, home.user_id)

    return await caller.transact(renew)
