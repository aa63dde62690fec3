"""Letters to users: what happened is told by a job, after it was committed."""

from typing import Any, Final

import msgspec

from guilder.db import Pool, Tx, tenant_transaction
from guilder.identity.users import Home, User, UserNotFound, user_by_id
from guilder.jobs import InWorld, Job, enqueue
from guilder.kernel import TenantId
from guilder.mail import OCCASIONS, Mailer, Occasion

from .preferences import Preference, wants
from .unsubscriptions import Subscription, Unsubscriptions


class SendLetter(Job, frozen=True):
    """A user shall be told of an occasion. It holds no secret: whoever looks at the queue sees it.

    `to` is another address than that of today: the one before.
    """

    name = "identity.send_letter"

    home: Home
    kind: str
    occasion: dict[str, Any]
    to: str | None = None
    preference: Preference | None = None


async def tell(
    tx: Tx,
    home: Home,
    occasion: Occasion,
    *,
    to: str | None = None,
    preference: Preference | None = None,
) -> None:
    """Have a user told of an occasion, once this transaction is committed.

    Where it does not concern the account's safety it names the preference: who does not want it
    is not told, and the letter ends with a link by which to end such letters.
    """
    values: dict[str, Any] = msgspec.to_builtins(occasion)
    await enqueue(tx, SendLetter(home, occasion.kind, values, to, preference))


async def send_letter(
    pool: Pool,
    _: TenantId | None,
    job: SendLetter,
    *,
    mailer: Mailer,
    unsubscriptions: Unsubscriptions,
) -> None:
    """Write the letter, if there still is somebody to read it who wants it, and send it."""
    reader = await _reader(pool, job)
    to = job.to or (reader.email if reader else None)
    if reader is None or to is None:
        return
    url = None
    if job.preference is not None:
        url = unsubscriptions.url(Subscription(job.home, job.preference))
    letter = mailer.write(
        msgspec.convert(job.occasion, OCCASIONS[job.kind]),
        reader.language,
        to=to,
        name=reader.name,
        unsubscribe_url=url,
    )
    await mailer.send(letter)


async def _reader(pool: Pool, job: SendLetter) -> User | None:
    """Who reads it. An address that nobody has confirmed may be a stranger's."""
    async with tenant_transaction(pool, job.home.tenant_id) as tx:
        try:
            user = await user_by_id(tx, job.home.user_id)
        except UserNotFound:
            return None
        is_known = user.deleted_at is None and user.email_verified_at is not None
        is_wanted = job.preference is None or await wants(tx, user.id, job.preference)
    return user if is_known and is_wanted else None


SEND_LETTER: Final = InWorld(SendLetter, send_letter)
