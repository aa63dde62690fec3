"""E-mail preferences: what a user wants to be told by mail."""

from enum import StrEnum, auto
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from guilder.db import Tx, sql
from guilder.identity.users import UserId, locked_user
from guilder.kernel import TenantId


class Preference(StrEnum):
    """What somebody may want to be told, or not. Nothing here concerns the account's safety."""

    PRODUCT_UPDATES = auto()
    WEEKLY_SUMMARY = auto()
    PAYMENT_ALERTS = auto()
    MARKETING = auto()


class EmailPreferences(msgspec.Struct, frozen=True):
    """What a user wants to be told by mail."""

    product_updates: bool
    weekly_summary: bool
    payment_alerts: bool
    marketing: bool


DEFAULTS: Final = EmailPreferences(
    product_updates=True, weekly_summary=True, payment_alerts=True, marketing=False
)
"""Of whoever has not said anything. Nobody is sent advertisements who has not asked for them."""


class PreferenceChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a user wants from now on; what is not named stays."""

    product_updates: bool | UnsetType = UNSET
    weekly_summary: bool | UnsetType = UNSET
    payment_alerts: bool | UnsetType = UNSET
    marketing: bool | UnsetType = UNSET


async def preferences_of(tx: Tx, user_id: UserId) -> EmailPreferences:
    """What a user who is at home here wants to be told."""
    found = await find_preferences(tx, tenant_id=tx.tenant_id, user_id=user_id)
    return found or DEFAULTS


async def wants(tx: Tx, user_id: UserId, kind: Preference) -> bool:
    """Whether a user wants letters of this kind. Whoever sends one asks just before."""
    wanted: bool = getattr(await preferences_of(tx, user_id), kind)
    return wanted


async def change_preferences(
    tx: Tx, user_id: UserId, changes: PreferenceChanges
) -> EmailPreferences:
    """Change what is named. The user is locked, so that of two changes both stand."""
    await locked_user(tx, user_id)
    known = await preferences_of(tx, user_id)
    named = msgspec.structs.asdict(changes)
    wanted = {name: value for name, value in named.items() if value is not UNSET}
    changed = msgspec.structs.replace(known, **wanted)
    await save_preferences(tx, user_id=user_id, **msgspec.structs.asdict(changed))
    return changed


@sql
async def find_preferences(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId
) -> EmailPreferences | None: ...


@sql
async def save_preferences(
    tx: Tx,
    *,
    user_id: UserId,
    product_updates: bool,
    weekly_summary: bool,
    payment_alerts: bool,
    marketing: bool,
) -> None: ...
