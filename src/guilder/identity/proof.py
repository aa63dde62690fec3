"""Proof: whoever has signed in shows their password once more, before something that matters."""

from typing import Final

from guilder.db import Pool, tenant_transaction
from guilder.kernel import Problem

from .brakes import Brake, attempt, release
from .users import Credentials, Home, Passwords, PasswordsBusy, own_credentials


class PasswordNotRight(Problem, status=403):
    """This is not the password, or there were too many attempts: try again later."""


PROOF_PROBLEMS: Final = (PasswordNotRight, PasswordsBusy)


async def require_password(
    pool: Pool, passwords: Passwords, home: Home, *, password: str
) -> Credentials:
    """Whose password this is. Guesses are counted with those at sign-in."""
    known = await check_password(pool, passwords, home, password=password)
    await release(pool, Brake.ACCOUNT, account_of(home))
    return known


async def require_password_if_any(
    pool: Pool, passwords: Passwords, home: Home, *, password: str
) -> None:
    """The same of whoever has one. Who signs in elsewhere only has no password to show."""
    async with tenant_transaction(pool, home.tenant_id) as tx:
        known = await own_credentials(tx, home.user_id)
    if known is None or known.password_hash is not None:
        await require_password(pool, passwords, home, password=password)


async def check_password(
    pool: Pool, passwords: Passwords, home: Home, *, password: str
) -> Credentials:
    """The same, where more has to be shown before the guesses are forgotten."""
    with passwords.place() as hasher:
        counted = await attempt(pool, Brake.ACCOUNT, account_of(home))
        async with tenant_transaction(pool, home.tenant_id) as tx:
            known = await own_credentials(tx, home.user_id)
        is_right = await hasher.is_right(password, known.password_hash if known else None)
    if known is None or counted.is_too_soon or not is_right:
        raise PasswordNotRight
    return known


def account_of(home: Home) -> str:
    """What an account's attempts are counted by: one, under whatever name it is tried."""
    return str(home.user_id)
