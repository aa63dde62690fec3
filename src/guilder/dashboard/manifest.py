"""What the dashboard adds to the system."""

from guilder.manifest import Manifest
from guilder.pages import ENDPOINTS as HOUSE

from .entrance import ENDPOINTS as ENTRANCE
from .home import ENDPOINTS as HOME
from .mailed import ENDPOINTS as MAILED

MANIFEST = Manifest(endpoints=(*HOUSE, *ENTRANCE, *HOME, *MAILED))
