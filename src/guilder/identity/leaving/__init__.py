"""Leaving: a user leaves a tenant, takes along what is known of them, or is forgotten.

The books stay.
"""

from .deletion import Deleted, UserDeleted, delete_user
from .departures import NotYourTenant, depart
from .exports import Places, UserExport, export_user

__all__ = [
    "Deleted",
    "NotYourTenant",
    "Places",
    "UserDeleted",
    "UserExport",
    "delete_user",
    "depart",
    "export_user",
]
