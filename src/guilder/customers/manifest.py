"""What customers add to the system."""

from guilder.manifest import Manifest

from .api import ENDPOINTS
from .customer import CustomerCreated, CustomerUpdated

MANIFEST = Manifest(
    endpoints=ENDPOINTS,
    facts=(CustomerCreated, CustomerUpdated),
    permissions=("customers:read", "customers:write"),
)
