"""Users: found, looked up, and changed by themselves."""

from typing import Final

import msgspec

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import Problem, TenantId, is_legible

from .emails import normal_email
from .user import Language, User, UserChanges, UserId, UserSignedUp, UserUpdated

LONGEST_NAME: Final = 200


class UserNotFound(Problem, status=404):
    """There is no such user."""


class EmailInUse(Problem, status=409):
    """Somebody signs in with this e-mail already."""


class PersonNameNotValid(Problem, status=422):
    """A person's name has 1 to 200 characters, and none that controls how it is written."""


class UsernameTaken(Problem, status=409):
    """Somebody else has this username."""


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who shall be able to sign in, at home in the tenant of the transaction."""

    email: str
    password_hash: str | None = None
    name: str | None = None
    username: str | None = None
    language: Language = Language.EN
    is_verified: bool = False
    sso_provider: str | None = None
    sso_subject: str | None = None


async def create_user(tx: Tx, new: NewUser) -> User:
    """Let somebody sign in from now on. An e-mail is one person's in the whole system."""
    require_person_name(new.name)
    user = await insert_user(
        tx,
        email=normal_email(new.email),
        password_hash=new.password_hash,
        name=new.name,
        username=new.username,
        language=new.language,
        is_verified=new.is_verified,
        sso_provider=new.sso_provider,
        sso_subject=new.sso_subject,
    )
    if user is None:
        raise EmailInUse if await is_email_in_use(tx, new.email) else UsernameTaken
    tx.emit(UserSignedUp(user.id, user))
    return user


def require_person_name(*names: str | None) -> None:
    """Refuse what cannot be a name, or a part of one."""
    for name in names:
        if name is None:
            continue
        if not 1 <= len(name.strip()) <= LONGEST_NAME or not is_legible(name):
            raise PersonNameNotValid


async def is_email_in_use(tx: Tx, email: str) -> bool:
    """Whether somebody signs in with this e-mail, wherever they are at home."""
    return await is_email_taken(tx, email=normal_email(email))


async def user_by_id(tx: Tx, user_id: UserId) -> User:
    """One user who is at home in this tenant."""
    found = await find_user(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if found is None:
        raise UserNotFound
    return found


async def locked_user(tx: Tx, user_id: UserId) -> User:
    """One user, ours to change until the transaction ends."""
    found = await lock_user(tx, tenant_id=tx.tenant_id, user_id=user_id)
    if found is None:
        raise UserNotFound
    return found


async def change_profile(tx: Tx, user_id: UserId, changes: UserChanges) -> User:
    """Change what is named. What is the same afterwards is not told.

    The books keep that somebody signs in under another name, and not which: nothing is erased
    there, and people are forgotten.
    """
    locked = await locked_user(tx, user_id)
    wanted = changes.applied_to(locked)
    if wanted == locked:
        return locked
    require_person_name(wanted.name, wanted.first_name, wanted.last_name)
    if wanted.username != locked.username and not await take_username(
        tx, username=wanted.username, user_id=user_id
    ):
        raise UsernameTaken
    changed = await save_profile(
        tx,
        tenant_id=tx.tenant_id,
        user_id=user_id,
        name=wanted.name,
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        avatar_url=wanted.avatar_url,
        phone_number=wanted.phone_number,
        language=wanted.language,
        metadata=wanted.metadata,
    )
    tx.emit(UserUpdated(changed.id, changed))
    if changed.username != locked.username:
        await audit.record(tx, "username.changed", type="user", id=user_id)
    return changed


@sql
async def insert_user(
    tx: Tx,
    *,
    email: str,
    password_hash: str | None,
    name: str | None,
    username: str | None,
    language: str,
    is_verified: bool,
    sso_provider: str | None,
    sso_subject: str | None,
) -> User | None: ...


@sql
async def is_email_taken(tx: Tx, *, email: str) -> bool: ...


@sql
async def take_username(tx: Tx, *, username: str | None, user_id: UserId) -> bool: ...


@sql
async def find_user(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> User | None: ...


@sql
async def lock_user(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> User | None: ...


@sql
async def save_profile(
    tx: Tx,
    *,
    tenant_id: TenantId,
    user_id: UserId,
    name: str | None,
    first_name: str | None,
    last_name: str | None,
    avatar_url: str | None,
    phone_number: str | None,
    language: str,
    metadata: dict[str, object],
) -> User: ...
