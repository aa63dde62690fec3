"""From a price to a paid order.

What a basket costs is computed in one pure place, in integers, and its parts always
sum to its total. Of what a tenant has set up for it (promotions, taxes, shipping),
a promotion's limits hold however many want its last use at once.
"""

from .orders import Numbers
from .sessions import Signers

__all__ = ["Numbers", "Signers"]
