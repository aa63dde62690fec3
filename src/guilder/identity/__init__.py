"""Who may act, and what is remembered of it.

Tenants have members, who are users with roles, and keys with which their programs come. A
token names the tenant in which it is looked up, under that tenant's row security; only its
hash is stored. Nobody gives what they do not hold. What is sensitive is written into the
tenant's audit log, in the transaction that does it.
"""

from . import audit
from .account import (
    ask_for_reset,
    confirm_change,
    confirm_email,
    reset_password,
    verify_email,
)
from .api_key import ApiKey, ApiKeyCreated, ApiKeyId, ApiKeyRevoked, KeyKind, KeyMode
from .api_keys import (
    AddressNotReadable,
    ApiKeyNotFound,
    ExpiryInThePast,
    IssuedKey,
    KeyReplaced,
    LiveKeyNotAllowed,
    ScopeNotHeld,
    ScopeNotKnown,
    ScopeNotPublic,
    create_api_key,
    key_by_id,
    newest_api_keys,
    refuse_unknown,
    revoke,
    rotate,
)
from .brakes import (
    Brake,
    TooManyAttempts,
    require_pace,
    require_pace_within,
    take_back,
    take_back_within,
)
from .entrance import Begun, SignIn, SignUp, sign_in, sign_out, sign_up
from .entrance.api import origin_of
from .gate import Gate
from .joining import Newcomer, SessionNotOpen, join_as_newcomer, join_as_user, refuse_invitation
from .letters import Unsubscriptions
from .members import InvitationLife
from .place import DomainNotValid, DomainTaken, SlugNotValid, SlugTaken
from .quotas import Counts, Quota, QuotaExceeded, QuotaUse, quota_use, require_room
from .second_factor import Factors
from .sessions import LIFETIME, Opened, Origin
from .sso import Issuers
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
    TenantNotFound,
    all_tenants,
    cancel,
    change_tier,
    create_tenant,
    current_tenant,
    new_tenant_id,
    resume,
    suspend,
    update_tenant,
)
from .users import EmailInUse, Passwords
from .verified import EmailNotVerified, Serious, require_verified

__all__ = [
    "LIFETIME",
    "AddressNotReadable",
    "ApiKey",
    "ApiKeyCreated",
    "ApiKeyId",
    "ApiKeyNotFound",
    "ApiKeyRevoked",
    "Begun",
    "Brake",
    "Counts",
    "DomainNotValid",
    "DomainTaken",
    "EmailInUse",
    "EmailNotVerified",
    "ExpiryInThePast",
    "Factors",
    "Gate",
    "InvitationLife",
    "IssuedKey",
    "Issuers",
    "KeyKind",
    "KeyMode",
    "KeyReplaced",
    "LiveKeyNotAllowed",
    "NameNotValid",
    "Newcomer",
    "Opened",
    "Origin",
    "Passwords",
    "Quota",
    "QuotaExceeded",
    "QuotaUse",
    "ScopeNotHeld",
    "ScopeNotKnown",
    "ScopeNotPublic",
    "Serious",
    "SessionNotOpen",
    "SignIn",
    "SignUp",
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
    "TooManyAttempts",
    "Unsubscriptions",
    "all_tenants",
    "ask_for_reset",
    "audit",
    "cancel",
    "change_tier",
    "confirm_change",
    "confirm_email",
    "create_api_key",
    "create_tenant",
    "current_tenant",
    "join_as_newcomer",
    "join_as_user",
    "key_by_id",
    "new_tenant_id",
    "newest_api_keys",
    "origin_of",
    "quota_use",
    "refuse_invitation",
    "refuse_unknown",
    "require_pace",
    "require_pace_within",
    "require_room",
    "require_verified",
    "reset_password",
    "resume",
    "revoke",
    "rotate",
    "sign_in",
    "sign_out",
    "sign_up",
    "suspend",
    "take_back",
    "take_back_within",
    "update_tenant",
    "verify_email",
]
