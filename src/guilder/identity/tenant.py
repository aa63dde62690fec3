"""The tenant: whose rows these are."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.kernel import Currency, Fact, Lifecycle, Move, TenantId

TenantName = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["Tulip & Sons"])
]


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


class TenantChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant wants to have different. What is not named stays as it is."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    domain: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    billing_email: str | UnsetType | None = UNSET
    default_currency: str | UnsetType = UNSET
    stellar_network: StellarNetwork | UnsetType = UNSET
    statement_descriptor: str | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, tenant: Tenant) -> Tenant:
        """The tenant as it would be."""
        wanted = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not UNSET
        }
        return msgspec.structs.replace(tenant, **wanted)


class TenantCreated(Fact, frozen=True):
    """An organization began to sell."""

    name: ClassVar[str] = "tenant.created"
    data: Tenant


class TenantUpdated(Fact, frozen=True):
    """A tenant's name, settings or other details are different from now on."""

    name: ClassVar[str] = "tenant.updated"
    data: Tenant


class TenantStatusChanged(Fact, frozen=True):
    """A tenant was suspended, resumed or cancelled."""

    name: ClassVar[str] = "tenant.status_changed"
    data: Tenant
