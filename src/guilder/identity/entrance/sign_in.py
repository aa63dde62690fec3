"""Sign-in: somebody shows who they are, and is given a session.

Whatever is wrong, the answer is the same and takes the same time: an unknown name, a wrong
password and an account that is braked cannot be told apart from outside.
"""

import msgspec

from guilder.db import Pool, Tx, sql, transact
from guilder.identity import audit
from guilder.identity.activity import Seen, note_activity
from guilder.identity.brakes import Brake, attempt, release, require_pace, take_back
from guilder.identity.proof import account_of
from guilder.identity.second_factor import Factors, Shown, require_factor
from guilder.identity.sessions import Opened, Origin, open_session
from guilder.identity.users import (
    Credentials,
    Hasher,
    Passwords,
    User,
    UserId,
    credentials_of,
    save_password_hash,
)
from guilder.kernel import Problem, TenantId

from .origins import tell_if_new


class SignInRefused(Problem, status=401):
    """The name or the password is not right, or there were too many attempts: try again later."""


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody says they are, what they show for it, and from where."""

    login: str
    password: str
    code: str | None = None
    recovery_code: str | None = None
    origin: Origin

    @property
    def name(self) -> str:
        """What attempts are counted by where nobody is known under it."""
        return self.login.strip().casefold()

    @property
    def shown(self) -> Shown:
        """What is shown beside the password."""
        return Shown(self.code, self.recovery_code)


class Entered(msgspec.Struct, frozen=True):
    """Somebody who has signed in, with their new session."""

    user: User
    opened: Opened


async def sign_in(pool: Pool, passwords: Passwords, asked: SignIn, *, factors: Factors) -> Entered:
    """Begin a session of whoever shows the right password, and a second factor where one is on."""
    with passwords.place() as hasher:
        return await _sign_in(pool, hasher, asked, factors=factors)


async def _sign_in(pool: Pool, hasher: Hasher, asked: SignIn, *, factors: Factors) -> Entered:
    await require_pace(pool, Brake.ADDRESS, asked.origin.address)
    known = await credentials_of(pool, asked.login)
    account = account_of(known.home) if known else asked.name
    counted = await attempt(pool, Brake.ACCOUNT, account)
    is_right = await hasher.is_right(asked.password, known.password_hash if known else None)
    if known is None or counted.is_too_soon or not is_right:
        raise SignInRefused
    fresh = await _rehashed(hasher, known, asked.password)

    async def begin(tx: Tx) -> Entered:
        await _require_still(tx, hasher, known, password=asked.password)
        is_shown = await require_factor(tx, factors, known.user.id, shown=asked.shown)
        if fresh is not None:
            await save_password_hash(
                tx, tenant_id=tx.tenant_id, user_id=known.user.id, password_hash=fresh
            )
        return await enter(
            tx,
            known.user,
            origin=asked.origin,
            is_second_factor_shown=is_shown,
            refused_before=counted.attempts - 1,
        )

    person = asked.origin.person(known.home)
    entered = await transact(pool, known.home.tenant_id, begin, actor=person)
    await release(pool, Brake.ACCOUNT, account)
    await take_back(pool, Brake.ADDRESS, asked.origin.address)
    return entered


async def _require_still(tx: Tx, hasher: Hasher, known: Credentials, *, password: str) -> None:
    """Refuse who has shown a password that was changed meanwhile: its sessions have just ended."""
    kept = await lock_password_hash(tx, tenant_id=tx.tenant_id, user_id=known.user.id)
    if kept != known.password_hash and not await hasher.is_right(password, kept):
        raise SignInRefused


async def enter(
    tx: Tx,
    user: User,
    *,
    origin: Origin,
    is_second_factor_shown: bool = False,
    refused_before: int = 0,
) -> Entered:
    """Open a session of a user who has shown who they are, and remember that.

    How often somebody was refused before is told with it, so that guesses are seen, and
    nobody who guesses fills the books.
    """
    await tell_if_new(tx, user.id, origin)
    opened = await open_session(
        tx,
        user.id,
        address=origin.address,
        user_agent=origin.user_agent,
        is_second_factor_shown=is_second_factor_shown,
    )
    await note_activity(tx, Seen(user.id, opened.session.created_at, sign_ins=1))
    seen = {"session": opened.session, "refused_before": refused_before}
    await audit.record(tx, "session.opened", type="session", id=opened.session.id, after=seen)
    return Entered(user, opened)


async def _rehashed(hasher: Hasher, known: Credentials, password: str) -> str | None:
    kept = known.password_hash
    if kept is None or not hasher.is_outdated(kept):
        return None
    return await hasher.hash(password)


@sql
async def lock_password_hash(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> str | None: ...
