"""What the ledger adds to the system."""

from guilder.manifest import Manifest

from .api import ENDPOINTS

MANIFEST = Manifest(endpoints=ENDPOINTS, permissions=("ledger:read",))
