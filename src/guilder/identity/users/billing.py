"""Billing: as whom Stripe knows a user. The tenant in which they are at home says so."""

import msgspec
from msgspec import UNSET, UnsetType

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import TenantId

from .user import User, UserId, UserUpdated
from .users import UserNotFound, lock_user, user_by_id


class BillingChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about who is billed; what is not named stays."""

    stripe_customer_id: str | UnsetType | None = UNSET
    stripe_subscription_id: str | UnsetType | None = UNSET

    def applied_to(self, user: User) -> User:
        """The user as they would be."""
        named = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in named.items() if value is not UNSET}
        return msgspec.structs.replace(user, **wanted)


async def billed_user(tx: Tx, user_id: UserId) -> User:
    """A user who is at home here, and was not forgotten."""
    return _known(await user_by_id(tx, user_id))


async def change_billing(tx: Tx, user_id: UserId, changes: BillingChanges) -> User:
    """Change as whom Stripe knows a user. The log keeps that it was changed, and not to what."""
    locked = _known(await lock_user(tx, tenant_id=tx.tenant_id, user_id=user_id))
    wanted = changes.applied_to(locked)
    if wanted == locked:
        return locked
    changed = await save_billing(
        tx,
        tenant_id=tx.tenant_id,
        user_id=user_id,
        stripe_customer_id=wanted.stripe_customer_id,
        stripe_subscription_id=wanted.stripe_subscription_id,
    )
    tx.emit(UserUpdated(changed.id, changed))
    await audit.record(tx, "user.billing_changed", type="user", id=user_id)
    return changed


def _known(user: User | None) -> User:
    if user is None or user.deleted_at is not None:
        raise UserNotFound
    return user


@sql
async def save_billing(
    tx: Tx,
    *,
    tenant_id: TenantId,
    user_id: UserId,
    stripe_customer_id: str | None,
    stripe_subscription_id: str | None,
) -> User: ...
