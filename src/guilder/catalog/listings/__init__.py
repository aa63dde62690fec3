"""Listings: the whole catalog as CSV, out and in again. In as a whole, or not at all."""

from .exports import export_listing
from .imports import CatalogImported, Imported, ImportRefused, import_listing
from .lines import ColumnsNotKnown, RefusedLine

__all__ = [
    "CatalogImported",
    "ColumnsNotKnown",
    "ImportRefused",
    "Imported",
    "RefusedLine",
    "export_listing",
    "import_listing",
]
