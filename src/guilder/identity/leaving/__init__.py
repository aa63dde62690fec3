"""Leaving: a user takes along what is known of them, or is forgotten. The books stay."""

from .deletion import Deleted, UserDeleted, delete_user
from .exports import Places, UserExport, export_user

__all__ = ["Deleted", "Places", "UserDeleted", "UserExport", "delete_user", "export_user"]
