"""Ids: UUIDs of version 7, made by the database, each of a type of its own."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
