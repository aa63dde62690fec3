"""The choice: what a payment was told to be paid with, and whether it may be."""

from datetime import date
from uuid import UUID

from guilder.customers import CustomerId
from guilder.kernel import Problem

from .method import PaymentMethod, PaymentMethodId
from .methods import PaymentMethodNotFound


class PaymentMethodExpired(Problem, status=422):
    """This payment method has expired."""


class PaymentMethodNotOfCustomer(Problem, status=422):
    """This payment method is saved for another customer."""


def saved_id(given: str | None) -> PaymentMethodId | None:
    """The id of a saved method, where one was given instead of a gateway's token."""
    try:
        return PaymentMethodId(UUID(given)) if given else None
    except ValueError:
        return None


def usable(
    method: PaymentMethod | None, *, customer_id: CustomerId | None, on: date
) -> PaymentMethod:
    """The method that was chosen for a payment of this customer, if it may pay for it.

    What is nobody's pays for everybody, and a customer's also for a payment of
    nobody, which is then theirs.
    """
    if method is None or method.detached_at is not None:
        raise PaymentMethodNotFound
    owners = {method.customer_id, customer_id} - {None}
    if len(owners) > 1:
        raise PaymentMethodNotOfCustomer
    if method.has_expired(on):
        raise PaymentMethodExpired
    return method
