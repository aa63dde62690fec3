"""Fulfilments: what was bought is sent, in parcels that together never hold more than that."""

from .fulfilment import Fulfilment, FulfilmentId, ParcelStatus
from .fulfilments import fulfilments_of

__all__ = ["Fulfilment", "FulfilmentId", "ParcelStatus", "fulfilments_of"]
