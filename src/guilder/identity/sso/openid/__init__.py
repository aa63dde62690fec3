"""OpenID Connect, as far as signing in needs it. An issuer's word counts once it is proved.

The code flow with PKCE and a nonce: discovery says where to go, the code is redeemed by us, and
the ID token that comes back is held against the issuer's own keys and against what was asked.
"""

from .id_token import Claims, Expected, IdTokenRefused, read_id_token
from .issuers import (
    Client,
    Code,
    CodeRefused,
    IssuerNotReached,
    IssuerNotUsable,
    Issuers,
    SignInNotProved,
)
from .metadata import Metadata, MetadataNotUsable, authorization_url, challenge_of, read_metadata
from .signature import KeyNotKnown, SignatureRefused, signed_by
from .verification_key import VerificationKey, keys_in

__all__ = [
    "Claims",
    "Client",
    "Code",
    "CodeRefused",
    "Expected",
    "IdTokenRefused",
    "IssuerNotReached",
    "IssuerNotUsable",
    "Issuers",
    "KeyNotKnown",
    "Metadata",
    "MetadataNotUsable",
    "SignInNotProved",
    "SignatureRefused",
    "VerificationKey",
    "authorization_url",
    "challenge_of",
    "keys_in",
    "read_id_token",
    "read_metadata",
    "signed_by",
]
