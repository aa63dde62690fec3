"""Changes of the second factor by whoever has signed in."""

from guilder.db import Tx, tenant_transaction
from guilder.http import Caller
from guilder.identity.brakes import Brake, release
from guilder.identity.proof import account_of, check_password, require_password
from guilder.identity.sessions import (
    Opened,
    SessionEnd,
    SessionId,
    SessionNotFound,
    end_sessions,
    renew_session,
)
from guilder.identity.users import Home, Passwords, UserId, locked_user
from guilder.kernel import Actor

from .factor import Draft, Factors
from .factors import Shown, begin, confirm, remove, renew_codes, require_own_password


async def begin_with_password(
    caller: Caller, passwords: Passwords, factors: Factors, *, home: Home, password: str
) -> Draft:
    """Begin, for whoever shows the password: a session that was stolen shuts its owner out no more.

    Who has none is told so. At sign-in the issuer is trusted, which asks for what it wants.
    """
    async with tenant_transaction(caller.pool, home.tenant_id) as tx:
        await require_own_password(tx, home.user_id)
    await require_password(caller.pool, passwords, home, password=password)

    async def draw(tx: Tx, _: Actor) -> Draft:
        return await begin(tx, factors, home.user_id)

    return await caller.transact(draw)


async def put_on(tx: Tx, factors: Factors, actor: Actor, *, code: str) -> tuple[list[str], Opened]:
    """Put the second factor on. Other sessions end, and this one goes on under another token."""
    if actor.id is None or actor.session_id is None:
        raise SessionNotFound
    user_id, here = UserId(actor.id), SessionId(actor.session_id)
    await _hold_sign_ins(tx, user_id)
    codes = await confirm(tx, factors, user_id, code=code)
    await end_sessions(tx, user_id, because=SessionEnd.SECOND_FACTOR_CHANGED, but=here)
    return codes, await renew_session(tx, here, is_second_factor_shown=True)


async def _hold_sign_ins(tx: Tx, user_id: UserId) -> None:
    """Have a sign-in that is under way come before this, and end with the rest, or after it."""
    await locked_user(tx, user_id)


async def take_off(
    caller: Caller,
    passwords: Passwords,
    factors: Factors,
    *,
    home: Home,
    password: str,
    shown: Shown,
) -> None:
    """Take the second factor off. The other sessions end.

    Guesses of either are counted with those at sign-in.
    """
    await check_password(caller.pool, passwords, home, password=password)

    async def take(tx: Tx, actor: Actor) -> None:
        await _hold_sign_ins(tx, home.user_id)
        await remove(tx, factors, home.user_id, shown=shown)
        here = SessionId(actor.session_id) if actor.session_id else None
        await end_sessions(tx, home.user_id, because=SessionEnd.SECOND_FACTOR_CHANGED, but=here)

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
