"""Paths of the pages that buyers open, by links which they were given."""

from typing import Final

PATHS_OF_BUYERS: Final = ("/pay/", "/orders/")
