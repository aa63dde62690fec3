"""What a tenant may read of its facts: as a list, and as a live stream.

The list and the stream show the same log in the same order, and a reader of the
stream who comes back with the last event that it saw misses nothing.
"""

from .api import EventView
from .api import show as show_event

__all__ = ["EventView", "show_event"]
