"""What identity adds to the system."""

from guilder.jobs import InTransaction, Schedule
from guilder.manifest import Manifest

from .account.api import ENDPOINTS as ACCOUNT
from .api import ENDPOINTS
from .api_key import ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated
from .api_keys import count_api_keys
from .audit.api import ENDPOINTS as AUDIT
from .brakes import ForgetBrakes, forget
from .entrance.api import ENDPOINTS as ENTRANCE
from .joining.api import ENDPOINTS as JOINING
from .leaving import UserDeleted
from .leaving.api import ENDPOINTS as LEAVING
from .leaving.deletion import redact_deleted
from .leaving.invitations import FORGET_INVITATIONS, InvitationForgotten, redact_invitations
from .letters import SEND_LETTER
from .letters.api import ENDPOINTS as LETTERS
from .members import (
    MAIL_INVITATION,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationRevoked,
    MemberAdded,
    MemberRemoved,
    MemberUpdated,
    count_members,
)
from .members.api import ENDPOINTS as MEMBERS
from .metrics import COUNT_ACTIVITY, EVERY_FIVE_MINUTES
from .metrics.api import ENDPOINTS as METRICS
from .ownership.api import ENDPOINTS as OWNERSHIP
from .reactions import count_facts
from .roles import RoleCreated, RoleDeleted, RoleUpdated
from .roles.api import ENDPOINTS as ROLES
from .second_factor.api import ENDPOINTS as SECOND_FACTOR
from .sso.api import ENDPOINTS as IDENTITY_PROVIDERS
from .sso.browsing import ENDPOINTS as SSO_PAGES
from .sso.doors import ENDPOINTS as SSO
from .tenant import TenantCreated, TenantStatusChanged, TenantUpdated
from .tickets import MAIL_RESET, MAIL_TICKET
from .users import UserSignedUp, UserUpdated
from .users.api import ENDPOINTS as USERS

MANIFEST = Manifest(
    endpoints=(
        *ENDPOINTS,
        *ACCOUNT,
        *AUDIT,
        *ENTRANCE,
        *IDENTITY_PROVIDERS,
        *JOINING,
        *LEAVING,
        *LETTERS,
        *MEMBERS,
        *METRICS,
        *OWNERSHIP,
        *ROLES,
        *SECOND_FACTOR,
        *SSO,
        *SSO_PAGES,
        *USERS,
    ),
    consumers=(count_facts, redact_deleted, redact_invitations),
    handlers=(
        COUNT_ACTIVITY,
        FORGET_INVITATIONS,
        SEND_LETTER,
        MAIL_INVITATION,
        MAIL_TICKET,
        MAIL_RESET,
        InTransaction(ForgetBrakes, forget),
    ),
    schedules=(
        Schedule("identity.forget_brakes", "17 * * * *", ForgetBrakes()),
        EVERY_FIVE_MINUTES,
    ),
    quotas={"api_keys": count_api_keys, "members": count_members},
    facts=(
        TenantCreated,
        TenantUpdated,
        TenantStatusChanged,
        ApiKeyCreated,
        ApiKeyRotated,
        ApiKeyRevoked,
        UserSignedUp,
        UserUpdated,
        UserDeleted,
        MemberAdded,
        MemberUpdated,
        MemberRemoved,
        InvitationCreated,
        InvitationAccepted,
        InvitationDeclined,
        InvitationRevoked,
        InvitationForgotten,
        RoleCreated,
        RoleUpdated,
        RoleDeleted,
    ),
    permissions=(
        "api_keys:read",
        "api_keys:write",
        "audit:read",
        "identity_providers:read",
        "identity_providers:write",
        "members:read",
        "members:write",
        "quotas:read",
        "roles:read",
        "roles:write",
        "tenant:own",
        "tenant:read",
        "tenant:write",
    ),
)
