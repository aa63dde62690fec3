"""Passwords: changed by whoever knows the one of before, or reads what comes to the address."""

from functools import partial
from typing import Final
from uuid import UUID

from guilder.db import Pool, Tx, system_transaction, tenant_transaction
from guilder.http import Caller
from guilder.identity import audit
from guilder.identity.brakes import Brake, attempt, release, require_pace
from guilder.identity.letters import tell
from guilder.identity.proof import account_of, require_password
from guilder.identity.sessions import (
    Opened,
    Origin,
    SessionEnd,
    SessionId,
    end_sessions,
    renew_session,
)
from guilder.identity.tickets import (
    MailReset,
    Purpose,
    TicketNotValid,
    home_of_ticket,
    open_ticket,
    use,
    use_up,
)
from guilder.identity.users import (
    Home,
    Passwords,
    User,
    UserUpdated,
    home_of_login,
    locked_user,
    normal_email,
    require_good,
    save_password_hash,
)
from guilder.jobs import enqueue
from guilder.kernel import Actor
from guilder.mail import PasswordChanged

from .emails import verify
from .strangers import shut_out_stranger

OF_BEFORE: Final = (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)
"""What a new password makes void, since somebody who should be out may have asked for it."""

NOWHERE: Final = UUID(int=0)
"""The session of whoever has none."""


async def change_password(
    caller: Caller, passwords: Passwords, home: Home, *, current: str, new: str
) -> Opened:
    """Exchange the password. The other sessions end, and this one goes on with a new token."""
    known = await require_password(caller.pool, passwords, home, password=current)
    require_good(new, email=known.user.email or "")
    with passwords.place() as hasher:
        kept = await hasher.hash(new)
    return await caller.transact(partial(_exchange, home=home, kept=kept))


async def _exchange(tx: Tx, actor: Actor, *, home: Home, kept: str) -> Opened:
    """Where another change came first there is no session to go on with, and nothing is changed."""
    user = await locked_user(tx, home.user_id)
    here = SessionId(actor.session_id or NOWHERE)
    await _keep(tx, user, kept=kept, but=here)
    return await renew_session(tx, here)


async def ask_for_reset(pool: Pool, *, email: str, address: str) -> None:
    """Have a mail sent by which a new password can be chosen, if anybody signs in with this e-mail.

    Whether somebody does is told neither by the answer nor by what was done for it: the same job
    is written down for nobody.
    """
    name = normal_email(email)
    await require_pace(pool, Brake.ADDRESS, address)
    home = await home_of_login(pool, name)
    account = account_of(home) if home else name.casefold()
    counted = await attempt(pool, Brake.MAIL, f"reset {account}")
    if counted.is_too_soon:
        return
    async with system_transaction(pool) as tx:
        await enqueue(tx, MailReset(home, address))


async def reset_password(
    pool: Pool, passwords: Passwords, *, token: str, new: str, origin: Origin
) -> None:
    """Choose a password with a ticket. All sessions end; whoever was braked may try again."""
    tenant_id = home_of_ticket(token)
    async with tenant_transaction(pool, tenant_id) as tx:
        ticket = await open_ticket(tx, token, Purpose.RESET_PASSWORD)
    require_good(new, email=ticket.email)
    with passwords.place() as hasher:
        kept = await hasher.hash(new)
    home = Home(tenant_id, ticket.user_id)
    async with tenant_transaction(pool, tenant_id, origin.person(home)) as tx:
        ticket, user = await use(tx, token, Purpose.RESET_PASSWORD)
        if ticket.email != user.email:
            raise TicketNotValid
        verified = await verify(tx, user)
        if user.email_verified_at is None:
            await shut_out_stranger(tx, verified)
        await _keep(tx, verified, kept=kept, is_reset=True)
    await release(pool, Brake.ACCOUNT, account_of(home))


async def _keep(
    tx: Tx, user: User, *, kept: str, but: SessionId | None = None, is_reset: bool = False
) -> None:
    home = Home(tx.tenant_id, user.id)
    await save_password_hash(tx, tenant_id=tx.tenant_id, user_id=user.id, password_hash=kept)
    await end_sessions(tx, user.id, because=SessionEnd.PASSWORD_CHANGED, but=but)
    for purpose in OF_BEFORE:
        await use_up(tx, tenant_id=tx.tenant_id, user_id=user.id, purpose=purpose)
    changed = await locked_user(tx, user.id)
    tx.emit(UserUpdated(changed.id, changed))
    address = tx.actor.address if tx.actor else None
    await tell(tx, home, PasswordChanged(at=await tx.now(), address=address))
    action = "password.reset" if is_reset else "password.changed"
    await audit.record(tx, action, type="user", id=user.id)
