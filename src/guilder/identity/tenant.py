"""The tenant: whose rows these are."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from guilder.kernel import Currency, Fact, Lifecycle, Move, TenantId


class Tier(StrEnum):
    """What a tenant has subscribed to; the quotas follow from it."""

    FREE = auto()
    PRO = auto()
    ENTERPRISE = auto()


class TenantStatus(StrEnum):
    """Whether a tenant may write, only read, or neither."""

    ACTIVE = auto()
    SUSPENDED = auto()
    CANCELLED = auto()


class StellarNetwork(StrEnum):
    """The Stellar network on which a tenant settles."""

    TESTNET = auto()
    MAINNET = auto()


class TenantLife(Lifecycle, column="identity.tenant.status"):
    """Active, perhaps suspended for a while, and at last cancelled for good."""

    suspend = Move(TenantStatus.ACTIVE, to=TenantStatus.SUSPENDED)
    resume = Move(TenantStatus.SUSPENDED, to=TenantStatus.ACTIVE)
    cancel = Move(TenantStatus.ACTIVE, TenantStatus.SUSPENDED, to=TenantStatus.CANCELLED)


class Tenant(msgspec.Struct, frozen=True):
    """An organization that sells."""

    id: TenantId
    name: str
    slug: str
    domain: str | None
    description: str | None
    owner_id: UUID | None
    subscription_tier: Tier
    status: TenantStatus
    billing_email: str | None
    default_currency: Currency
    stellar_network: StellarNetwork
    statement_descriptor: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class TenantCreated(Fact, frozen=True):
    """An organization began to sell."""

    name: ClassVar[str] = "tenant.created"
    data: Tenant


class TenantStatusChanged(Fact, frozen=True):
    """A tenant was suspended, resumed or cancelled."""

    name: ClassVar[str] = "tenant.status_changed"
    data: Tenant
