"""Single sign-on: people sign in at an issuer of OpenID Connect that their tenant has set up.

The issuer's word is taken once it is proved, for this sign-in and in this browser, and only for
whom the tenant lets it speak. Nobody is sent anywhere that the tenant has not named.
"""

from .arrivals import Arrival, NotAdmitted, arrive
from .journeys import Begun, Return, StateNotKnown, Taken, begin, take
from .openid import Issuers
from .provider import IdentityProvider, ProviderId, ProviderView
from .providers import (
    IdentityProviderNotFound,
    Setup,
    forget_provider,
    provider_named,
    put_provider,
)

__all__ = [
    "Arrival",
    "Begun",
    "IdentityProvider",
    "IdentityProviderNotFound",
    "Issuers",
    "NotAdmitted",
    "ProviderId",
    "ProviderView",
    "Return",
    "Setup",
    "StateNotKnown",
    "Taken",
    "arrive",
    "begin",
    "forget_provider",
    "provider_named",
    "put_provider",
    "take",
]
