"""Tickets: issued, and used once."""

from datetime import timedelta
from typing import NamedTuple

from guilder.db import Tx, sql
from guilder.identity.users import User, UserId, locked_user
from guilder.kernel import Problem, TenantId, hash_of, new_token, read_token

from .ticket import LIFETIMES, PREFIX, Purpose, Ticket, TicketId


class TicketNotValid(Problem, status=422):
    """This link was used before, is too old, or is not one of ours. Ask for another one."""


class Issued(NamedTuple):
    """A new ticket with its token, which goes into a mail and nowhere else."""

    ticket: Ticket
    token: str


async def issue(tx: Tx, user: User, purpose: Purpose, *, email: str) -> Issued:
    """Make a ticket for a user whom this transaction has locked. Those before it are used up."""
    await use_up(tx, tenant_id=tx.tenant_id, user_id=user.id, purpose=purpose)
    token = new_token(PREFIX, tx.tenant_id)
    ticket = await insert_ticket(
        tx,
        user_id=user.id,
        purpose=purpose,
        email=email,
        token_hash=hash_of(token),
        lifetime=LIFETIMES[purpose],
    )
    return Issued(ticket, token)


def home_of_ticket(token: str) -> TenantId:
    """Where a ticket is looked up."""
    name = read_token(token)
    if name is None or name.prefix != PREFIX:
        raise TicketNotValid
    return name.tenant_id


async def open_ticket(tx: Tx, token: str, purpose: Purpose) -> Ticket:
    """A ticket that is still good. To look at it does not use it."""
    found = await find_ticket(
        tx, tenant_id=tx.tenant_id, token_hash=hash_of(token), purpose=purpose
    )
    if found is None:
        raise TicketNotValid
    return found


async def use(tx: Tx, token: str, purpose: Purpose) -> tuple[Ticket, User]:
    """Use a ticket, and answer with whom it is for, locked. Of two who come, the first has it.

    The user is locked before the ticket, as whoever issues one does.
    """
    ticket = await open_ticket(tx, token, purpose)
    user = await locked_user(tx, ticket.user_id)
    is_used = await use_ticket(tx, tenant_id=tx.tenant_id, ticket_id=ticket.id)
    if is_used is None or user.deleted_at is not None:
        raise TicketNotValid
    return ticket, user


@sql
async def use_up(tx: Tx, *, tenant_id: TenantId, user_id: UserId, purpose: str | None) -> None: ...


@sql
async def insert_ticket(
    tx: Tx, *, user_id: UserId, purpose: str, email: str, token_hash: bytes, lifetime: timedelta
) -> Ticket: ...


@sql
async def find_ticket(
    tx: Tx, *, tenant_id: TenantId, token_hash: bytes, purpose: str
) -> Ticket | None: ...


@sql
async def use_ticket(tx: Tx, *, tenant_id: TenantId, ticket_id: TicketId) -> TicketId | None: ...
