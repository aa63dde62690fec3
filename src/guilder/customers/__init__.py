"""Who buys: a tenant's customers, and where they live.

An e-mail belongs to one customer of a tenant, however it is spelled. What the
tenant keeps for itself about a customer never reaches the buyer. Of two who turn
out to be one nothing is lost; of one who is erased nothing is kept but the books.
"""

from .addresses import Address, AddressId, CustomerAddress
from .country import COUNTRIES, Country
from .customer import (
    BuyerView,
    Customer,
    CustomerErased,
    CustomerId,
    CustomerMerged,
    show_to_buyer,
)
from .customers import (
    CustomerNotFound,
    create_customer,
    customer_by_id,
    ids_of,
    keep_usable,
    known_customers,
    usable_customers,
)
from .erasures import Claims
from .exports import Exports

__all__ = [
    "COUNTRIES",
    "Address",
    "AddressId",
    "BuyerView",
    "Claims",
    "Country",
    "Customer",
    "CustomerAddress",
    "CustomerErased",
    "CustomerId",
    "CustomerMerged",
    "CustomerNotFound",
    "Exports",
    "create_customer",
    "customer_by_id",
    "ids_of",
    "keep_usable",
    "known_customers",
    "show_to_buyer",
    "usable_customers",
]
