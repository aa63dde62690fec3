"""Who buys: a tenant's customers.

An e-mail belongs to one customer of a tenant, however it is spelled. What the
tenant keeps for itself about a customer never reaches the buyer.
"""

from .customer import Customer, CustomerId
from .customers import CustomerNotFound, customer_by_id, known_customers

__all__ = ["Customer", "CustomerId", "CustomerNotFound", "customer_by_id", "known_customers"]
