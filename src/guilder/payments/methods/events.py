"""Events: what is told of a saved instrument, in the shape in which the API shows it."""

from typing import ClassVar, Self

from guilder.kernel import Fact

from .method import PaymentMethod
from .views import MethodView, show


class PaymentMethodFact(Fact, frozen=True):
    """Something that happened to a saved instrument, with the instrument as the API shows it."""

    name: ClassVar[str] = "payment_method.changed"
    data: MethodView

    @classmethod
    def of(cls, method: PaymentMethod) -> Self:
        """The fact about this method as it is now."""
        return cls(method.id, show(method))


class PaymentMethodAttached(PaymentMethodFact, frozen=True):
    """Something to pay with was saved."""

    name: ClassVar[str] = "payment_method.attached"


class PaymentMethodUpdated(PaymentMethodFact, frozen=True):
    """What is known of a saved instrument has changed."""

    name: ClassVar[str] = "payment_method.updated"


class PaymentMethodDetached(PaymentMethodFact, frozen=True):
    """A saved instrument is used no more."""

    name: ClassVar[str] = "payment_method.detached"
