"""Checkout sessions: the immutable, signed handoff of a cart to the payment page."""

from .closing import close
from .drafts import CartEmpty, MetadataNotPortable, NewSession, holding_of
from .events import CheckoutCompleted, CheckoutExpired, CheckoutFailed, CheckoutRefunded
from .handoff import claim_of, tenant_in
from .keys import Signers
from .session import (
    BEING_PAID,
    COME_TO_NOTHING,
    Buyer,
    CheckoutId,
    OrderId,
    Session,
    SessionStatus,
    Snapshot,
    SnapshotLine,
    SnapshotShipping,
)
from .sessions import (
    CheckoutNotFound,
    CheckoutUnderway,
    newest_sessions,
    open_sessions,
    session_by_id,
)
from .views import Name, OfCheckout, sold_as

__all__ = [
    "BEING_PAID",
    "COME_TO_NOTHING",
    "Buyer",
    "CartEmpty",
    "CheckoutCompleted",
    "CheckoutExpired",
    "CheckoutFailed",
    "CheckoutId",
    "CheckoutNotFound",
    "CheckoutRefunded",
    "CheckoutUnderway",
    "MetadataNotPortable",
    "Name",
    "NewSession",
    "OfCheckout",
    "OrderId",
    "Session",
    "SessionStatus",
    "Signers",
    "Snapshot",
    "SnapshotLine",
    "SnapshotShipping",
    "claim_of",
    "close",
    "holding_of",
    "newest_sessions",
    "open_sessions",
    "session_by_id",
    "sold_as",
    "tenant_in",
]
