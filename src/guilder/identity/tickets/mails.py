"""Mails that carry a ticket: each attempt to send one makes a ticket of its own."""

from typing import Final

from guilder.db import Pool, Tx, transact
from guilder.identity.sessions import SessionId, open_sessions
from guilder.identity.users import Home, User, UserId, UserNotFound, locked_user
from guilder.jobs import InWorld, Job, enqueue
from guilder.kernel import Actor, ActorKind, TenantId
from guilder.mail import ChangeEmail, Letter, Mailer, Occasion, ResetPassword, VerifyEmail

from .ticket import Purpose
from .tickets import Issued, issue


class MailTicket(Job, frozen=True):
    """Somebody has to show that they read what comes to an address: theirs, or the one named.

    Another one is asked for by a session. Where that has ended before the mail could be sent, the
    owner may have shut out who asked, and nothing is sent.
    """

    name = "identity.mail_ticket"

    home: Home
    purpose: Purpose
    email: str | None = None
    session_id: SessionId | None = None


class MailReset(Job, frozen=True):
    """Somebody who is unknown wants a new password of this user, if there is such a user.

    Where there is none the job is the same and does nothing, so that nobody learns of it.
    """

    name = "identity.mail_reset"

    home: Home | None
    address: str


async def mail_verification(tx: Tx, user_id: UserId) -> None:
    """Have a mail sent that asks to confirm the address."""
    home = Home(tx.tenant_id, user_id)
    await enqueue(tx, MailTicket(home, Purpose.VERIFY_EMAIL), unique_key=f"verify {user_id}")


async def mail_change(tx: Tx, user_id: UserId, *, email: str, session_id: SessionId | None) -> None:
    """Have a mail sent to another address, by which it becomes the user's."""
    home = Home(tx.tenant_id, user_id)
    await enqueue(tx, MailTicket(home, Purpose.CHANGE_EMAIL, email, session_id))


async def send_ticket(pool: Pool, _: TenantId | None, job: MailTicket, *, mailer: Mailer) -> None:
    """Make a ticket, commit it, and send it. Tried again it makes another one."""
    asked_by = job.session_id
    await _send(pool, job.home, job.purpose, mailer=mailer, email=job.email, asked_by=asked_by)


async def send_reset(pool: Pool, _: TenantId | None, job: MailReset, *, mailer: Mailer) -> None:
    """Send a ticket for a new password, where there is somebody to send it to."""
    if job.home is not None:
        await _send(pool, job.home, Purpose.RESET_PASSWORD, address=job.address, mailer=mailer)


async def _send(
    pool: Pool,
    home: Home,
    purpose: Purpose,
    *,
    mailer: Mailer,
    email: str | None = None,
    address: str | None = None,
    asked_by: SessionId | None = None,
) -> None:
    async def make(tx: Tx) -> tuple[User, Issued] | None:
        try:
            user = await locked_user(tx, home.user_id)
        except UserNotFound:
            return None
        to = email or user.email
        is_done = purpose is Purpose.VERIFY_EMAIL and user.email_verified_at is not None
        if to is None or is_done or user.deleted_at is not None:
            return None
        if asked_by is not None and not await _is_open(tx, user.id, asked_by):
            return None
        return user, await issue(tx, user, purpose, email=to)

    actor = Actor(kind=ActorKind.JOB, tenant_id=home.tenant_id)
    made = await transact(pool, home.tenant_id, make, actor=actor)
    if made is not None:
        user, issued = made
        await mailer.send(_letter(mailer, user, issued, address=address))


async def _is_open(tx: Tx, user_id: UserId, session_id: SessionId) -> bool:
    found = await open_sessions(tx, tenant_id=tx.tenant_id, user_id=user_id)
    return any(session.id == session_id for session in found)


def _letter(mailer: Mailer, user: User, issued: Issued, *, address: str | None) -> Letter:
    token, expires_at = issued.token, issued.ticket.expires_at
    occasion: Occasion
    match issued.ticket.purpose:
        case Purpose.VERIFY_EMAIL:
            occasion = VerifyEmail(token=token, expires_at=expires_at)
        case Purpose.CHANGE_EMAIL:
            occasion = ChangeEmail(token=token, expires_at=expires_at)
        case Purpose.RESET_PASSWORD:
            occasion = ResetPassword(token=token, expires_at=expires_at, address=address)
    return mailer.write(occasion, user.language, to=issued.ticket.email, name=user.name)


MAIL_TICKET: Final = InWorld(MailTicket, send_ticket)
MAIL_RESET: Final = InWorld(MailReset, send_reset)
