"""E-mail addresses: confirmed, and exchanged for another one."""

from functools import partial

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.http import Caller
from guilder.identity import audit
from guilder.identity.brakes import Brake, require_pace
from guilder.identity.letters import tell
from guilder.identity.proof import require_password
from guilder.identity.sessions import Origin, SessionEnd, SessionId, end_sessions
from guilder.identity.tickets import (
    Purpose,
    TicketNotValid,
    home_of_ticket,
    mail_change,
    mail_verification,
    use,
    use_up,
)
from guilder.identity.users import (
    EmailInUse,
    Home,
    Passwords,
    User,
    UserId,
    UserUpdated,
    is_email_in_use,
    locked_user,
    normal_email,
    user_by_id,
)
from guilder.kernel import Actor, Problem, TenantId
from guilder.mail import EmailChanged


class EmailIsVerified(Problem, status=409):
    """This address is confirmed already."""


async def ask_for_verification(caller: Caller, home: Home) -> None:
    """Have the mail sent again that asks to confirm the address."""
    await require_pace(caller.pool, Brake.MAIL, f"verification {home.user_id}")

    async def ask(tx: Tx, _: Actor) -> None:
        user = await user_by_id(tx, home.user_id)
        if user.email_verified_at is not None:
            raise EmailIsVerified
        await mail_verification(tx, user.id)

    await caller.transact(ask)


async def confirm_email(pool: Pool, token: str, *, origin: Origin) -> None:
    """Somebody reads what comes to their address."""
    tenant_id = home_of_ticket(token)
    async with tenant_transaction(pool, tenant_id) as tx:
        ticket, user = await use(tx, token, Purpose.VERIFY_EMAIL)
        tx.actor = origin.person(Home(tenant_id, user.id))
        if ticket.email != user.email:
            raise TicketNotValid
        await verify(tx, user)


async def verify(tx: Tx, user: User) -> User:
    """Remember that somebody reads what comes to their address."""
    if user.email_verified_at is not None:
        return user
    verified = await set_verified(tx, tenant_id=tx.tenant_id, user_id=user.id)
    tx.emit(UserUpdated(verified.id, verified))
    await audit.record(tx, "email.verified", type="user", id=user.id)
    return verified


async def ask_for_change(
    caller: Caller, passwords: Passwords, home: Home, *, email: str, password: str
) -> None:
    """Have a mail sent to another address, by which it becomes the user's."""
    wanted = normal_email(email)
    await require_password(caller.pool, passwords, home, password=password)
    await require_pace(caller.pool, Brake.MAIL, f"change {home.user_id}")
    await caller.transact(partial(_ask, user_id=home.user_id, email=wanted))


async def _ask(tx: Tx, actor: Actor, *, user_id: UserId, email: str) -> None:
    if await is_email_in_use(tx, email):
        raise EmailInUse
    session_id = SessionId(actor.session_id) if actor.session_id else None
    await mail_change(tx, user_id, email=email, session_id=session_id)


async def confirm_change(pool: Pool, token: str, *, origin: Origin) -> None:
    """Exchange the address for the one to which the ticket came. All sessions end."""
    tenant_id = home_of_ticket(token)
    async with tenant_transaction(pool, tenant_id) as tx:
        ticket, user = await use(tx, token, Purpose.CHANGE_EMAIL)
        tx.actor = origin.person(Home(tenant_id, user.id))
        if not await take_email(tx, user_id=user.id, email=ticket.email):
            raise EmailInUse
        changed = await locked_user(tx, user.id)
        await end_sessions(tx, user.id, because=SessionEnd.EMAIL_CHANGED)
        await use_up(tx, tenant_id=tenant_id, user_id=user.id, purpose=None)
        tx.emit(UserUpdated(changed.id, changed))
        if user.email_verified_at is not None:
            told = EmailChanged(at=await tx.now(), address=origin.address, new_email=ticket.email)
            await tell(tx, Home(tenant_id, user.id), told, to=user.email)
        await audit.record(tx, "email.changed", type="user", id=user.id)


@sql
async def set_verified(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> User: ...


@sql
async def take_email(tx: Tx, *, user_id: UserId, email: str) -> bool: ...
