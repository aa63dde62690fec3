"""Settings: how a tenant sells. One without any sells by the defaults."""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from guilder.customers import Address
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .taxes import in_the_eu, vat_number


class Settings(msgspec.Struct, frozen=True):
    """How a tenant sells."""

    seller_country: str | None = None
    seller_region: str | None = None
    vat_number: str | None = None
    checkout_minutes: int = 30
    cart_days: int = 30
    abandoned_minutes: int = 60
    max_refunds: int = 20
    logo_url: str | None = None
    brand_color: str | None = None
    support_email: str | None = None
    seller_address: Address | None = None
    send_receipts: bool = True
    issue_invoices: bool = False


DEFAULTS: Final = Settings()
"""The one place where they stand: SQL is told."""


class SettingsChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant wants to have different. What is not named stays as it is."""

    seller_country: str | UnsetType | None = UNSET
    seller_region: str | UnsetType | None = UNSET
    vat_number: str | UnsetType | None = UNSET
    checkout_minutes: int | UnsetType = UNSET
    cart_days: int | UnsetType = UNSET
    abandoned_minutes: int | UnsetType = UNSET
    max_refunds: int | UnsetType = UNSET
    logo_url: str | UnsetType | None = UNSET
    brand_color: str | UnsetType | None = UNSET
    support_email: str | UnsetType | None = UNSET
    seller_address: Address | UnsetType | None = UNSET
    send_receipts: bool | UnsetType = UNSET
    issue_invoices: bool | UnsetType = UNSET

    def applied_to(self, settings: Settings) -> Settings:
        """The settings as they would be. Within the EU a VAT number has to be one."""
        wanted = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not UNSET
        }
        changed = msgspec.structs.replace(settings, **wanted)
        if changed.vat_number is None or not in_the_eu(changed.seller_country):
            return changed
        return msgspec.structs.replace(changed, vat_number=vat_number(changed.vat_number))


async def change_settings(tx: Tx, changes: SettingsChanges) -> Settings:
    """Sell in another way from now on."""
    await open_settings(
        tx,
        tenant_id=tx.tenant_id,
        checkout_minutes=DEFAULTS.checkout_minutes,
        cart_days=DEFAULTS.cart_days,
        abandoned_minutes=DEFAULTS.abandoned_minutes,
        max_refunds=DEFAULTS.max_refunds,
        send_receipts=DEFAULTS.send_receipts,
        issue_invoices=DEFAULTS.issue_invoices,
    )
    before = await lock_settings(tx, tenant_id=tx.tenant_id)
    changed = changes.applied_to(before)
    return await update_settings(tx, tenant_id=tx.tenant_id, **msgspec.structs.asdict(changed))


async def current_settings(tx: Tx) -> Settings:
    """How the tenant sells now."""
    return await find_settings(tx, tenant_id=tx.tenant_id) or DEFAULTS


@sql
async def open_settings(
    tx: Tx,
    *,
    tenant_id: TenantId,
    checkout_minutes: int,
    cart_days: int,
    abandoned_minutes: int,
    max_refunds: int,
    send_receipts: bool,
    issue_invoices: bool,
) -> None: ...


@sql
async def lock_settings(tx: Tx, *, tenant_id: TenantId) -> Settings: ...


@sql
async def update_settings(
    tx: Tx,
    *,
    tenant_id: TenantId,
    seller_country: str | None,
    seller_region: str | None,
    vat_number: str | None,
    checkout_minutes: int,
    cart_days: int,
    abandoned_minutes: int,
    max_refunds: int,
    logo_url: str | None,
    brand_color: str | None,
    support_email: str | None,
    seller_address: Address | None,
    send_receipts: bool,
    issue_invoices: bool,
) -> Settings: ...


@sql
async def find_settings(tx: Tx, *, tenant_id: TenantId) -> Settings | None: ...
