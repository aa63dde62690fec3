"""Events: what is told of an order, in the shape in which the API shows it."""

from typing import ClassVar, Self

from guilder.kernel import Fact

from .order import WholeOrder
from .views import OrderView, show


class OrderFact(Fact, frozen=True):
    """Something that happened to an order, with the order as it was right after."""

    name: ClassVar[str] = "order.changed"
    data: OrderView

    @classmethod
    def of(cls, whole: WholeOrder) -> Self:
        """The fact about this order as it is now."""
        return cls(whole.order.id, show(whole))


class OrderPlaced(OrderFact, frozen=True):
    """What was paid for became an order."""

    name: ClassVar[str] = "order.placed"


class OrderFulfilled(OrderFact, frozen=True):
    """A part of it, or all, is on its way to the buyer."""

    name: ClassVar[str] = "order.fulfilled"


class OrderFulfilmentChanged(OrderFact, frozen=True):
    """A parcel has arrived, or was called back."""

    name: ClassVar[str] = "order.fulfilment_changed"


class OrderCanceled(OrderFact, frozen=True):
    """It was called off before anything was sent."""

    name: ClassVar[str] = "order.canceled"


class OrderReturned(OrderFact, frozen=True):
    """A part of it, or all, came back."""

    name: ClassVar[str] = "order.returned"


class OrderRefunded(OrderFact, frozen=True):
    """Money of it was given back."""

    name: ClassVar[str] = "order.refunded"


class OrderRefundFailed(OrderFact, frozen=True):
    """Money of it could not be given back."""

    name: ClassVar[str] = "order.refund_failed"


FACTS: tuple[type[OrderFact], ...] = (
    OrderPlaced,
    OrderFulfilled,
    OrderFulfilmentChanged,
    OrderCanceled,
    OrderReturned,
    OrderRefunded,
    OrderRefundFailed,
)
