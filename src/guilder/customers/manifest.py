"""What customers add to the system."""

from guilder.manifest import Manifest

from .addresses import AddressAdded, AddressChanged, AddressRemoved
from .addresses.api import ENDPOINTS as ADDRESSES
from .api import ENDPOINTS
from .customer import CustomerCreated, CustomerErased, CustomerMerged, CustomerUpdated
from .reactions import redact_erased

MANIFEST = Manifest(
    endpoints=(*ENDPOINTS, *ADDRESSES),
    consumers=(redact_erased,),
    facts=(
        CustomerCreated,
        CustomerUpdated,
        CustomerMerged,
        CustomerErased,
        AddressAdded,
        AddressChanged,
        AddressRemoved,
    ),
    permissions=("customers:read", "customers:write"),
)
