"""Mails: an invitation is sent by a job, which makes its token. So none lies in the queue."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, transact
from guilder.identity.users import Language, UserId
from guilder.jobs import InWorld, Job
from guilder.kernel import Actor, ActorKind, TenantId, hash_of, new_token
from guilder.mail import Invitation as Asked
from guilder.mail import Mailer

from .invitation import PREFIX, InvitationId
from .people import person_of

BY_USER: Final = "user:"


class MailInvitation(Job, frozen=True):
    """Whoever is invited has to be told."""

    name = "identity.mail_invitation"

    invitation_id: InvitationId


class Put(msgspec.Struct, frozen=True):
    """What an invitation says, which has got a token."""

    email: str
    invited_by: str
    message: str | None
    expires_at: datetime
    tenant: str
    roles: list[str]


class Addressed(msgspec.Struct, frozen=True, kw_only=True):
    """Who is written to, in which language, and what about."""

    to: str
    language: Language
    asked: Asked


async def send_invitation(
    pool: Pool, tenant_id: TenantId | None, job: MailInvitation, *, mailer: Mailer
) -> None:
    """Make a token, commit it, and send it. Tried again it makes another, and only that opens."""
    if tenant_id is None:
        raise LookupError("an invitation is a tenant's")

    async def make(tx: Tx) -> Addressed | None:
        return await _address(tx, job.invitation_id)

    actor = Actor(kind=ActorKind.JOB, tenant_id=tenant_id)
    addressed = await transact(pool, tenant_id, make, actor=actor)
    if addressed is not None:
        letter = mailer.write(addressed.asked, addressed.language, to=addressed.to)
        await mailer.send(letter)


async def _address(tx: Tx, invitation_id: InvitationId) -> Addressed | None:
    """The invitation under a new token, if it is open still."""
    token = new_token(PREFIX, tx.tenant_id)
    put = await put_token(
        tx, tenant_id=tx.tenant_id, invitation_id=invitation_id, token_hash=hash_of(token)
    )
    if put is None:
        return None
    inviter = None
    if put.invited_by.startswith(BY_USER):
        user_id = UserId(UUID(put.invited_by.removeprefix(BY_USER)))
        inviter = await person_of(tx, user_id)
    asked = Asked(
        token=token,
        expires_at=put.expires_at,
        tenant=put.tenant,
        inviter=(inviter and (inviter.name or inviter.email)) or put.tenant,
        roles=tuple(put.roles),
        message=put.message,
    )
    language = inviter.language if inviter else Language.EN
    return Addressed(to=put.email, language=language, asked=asked)


@sql
async def put_token(
    tx: Tx, *, tenant_id: TenantId, invitation_id: InvitationId, token_hash: bytes
) -> Put | None: ...


MAIL_INVITATION: Final = InWorld(MailInvitation, send_invitation)
