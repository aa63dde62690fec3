"""What identity adds to the system."""

from guilder.manifest import Manifest

from .api import ENDPOINTS
from .api_key import ApiKeyCreated, ApiKeyRevoked
from .reactions import count_facts
from .tenant import TenantCreated, TenantStatusChanged, TenantUpdated

MANIFEST = Manifest(
    endpoints=ENDPOINTS,
    consumers=(count_facts,),
    facts=(TenantCreated, TenantUpdated, TenantStatusChanged, ApiKeyCreated, ApiKeyRevoked),
    permissions=("api_keys:read", "api_keys:write", "quotas:read", "tenant:read", "tenant:write"),
)
