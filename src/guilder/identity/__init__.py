"""Who may act: tenants, and the keys with which their programs come.

A tenant's key names its tenant, so it is looked up under that tenant's row
security; only its hash is stored, and it holds no more than its maker held.
"""

from .api_key import ApiKey, ApiKeyCreated, ApiKeyId, ApiKeyRevoked, KeyKind, KeyMode
from .api_keys import (
    ApiKeyNotFound,
    ExpiryInThePast,
    IssuedKey,
    LiveKeyNotAllowed,
    ScopeNotHeld,
    ScopeNotKnown,
    create_api_key,
    key_by_id,
    newest_api_keys,
    refuse_unknown,
    revoke,
)
from .gate import Gate
from .members import InvitationLife
from .quotas import Quota, QuotaExceeded, QuotaUse, quota_use
from .tenant import (
    StellarNetwork,
    Tenant,
    TenantChanges,
    TenantCreated,
    TenantLife,
    TenantStatus,
    TenantStatusChanged,
    TenantUpdated,
    Tier,
)
from .tenants import (
    NameNotValid,
    SlugNotValid,
    SlugTaken,
    TenantNotFound,
    all_tenants,
    cancel,
    create_tenant,
    current_tenant,
    new_tenant_id,
    resume,
    suspend,
    update_tenant,
)

__all__ = [
    "ApiKey",
    "ApiKeyCreated",
    "ApiKeyId",
    "ApiKeyNotFound",
    "ApiKeyRevoked",
    "ExpiryInThePast",
    "Gate",
    "InvitationLife",
    "IssuedKey",
    "KeyKind",
    "KeyMode",
    "LiveKeyNotAllowed",
    "NameNotValid",
    "Quota",
    "QuotaExceeded",
    "QuotaUse",
    "ScopeNotHeld",
    "ScopeNotKnown",
    "SlugNotValid",
    "SlugTaken",
    "StellarNetwork",
    "Tenant",
    "TenantChanges",
    "TenantCreated",
    "TenantLife",
    "TenantNotFound",
    "TenantStatus",
    "TenantStatusChanged",
    "TenantUpdated",
    "Tier",
    "all_tenants",
    "cancel",
    "create_api_key",
    "create_tenant",
    "current_tenant",
    "key_by_id",
    "new_tenant_id",
    "newest_api_keys",
    "quota_use",
    "refuse_unknown",
    "resume",
    "revoke",
    "suspend",
    "update_tenant",
]
