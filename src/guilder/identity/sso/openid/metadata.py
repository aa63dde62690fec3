"""What an issuer says of itself, and the way that somebody is sent to it. Pure."""

import hashlib
from typing import Final
from urllib.parse import urlencode

import msgspec

from guilder.outbound import AddressNotValid, target_of

from .base64url import encoded

WELL_KNOWN: Final = "/.well-known/openid-configuration"
SCOPES: Final = "openid email profile"
S256: Final = "S256"
BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"


class MetadataNotUsable(Exception):
    """With an issuer that says this of itself nobody can sign in here."""


class Metadata(msgspec.Struct, frozen=True):
    """An issuer's document of discovery, in as much as we read of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] | None = None
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False

    @property
    def takes_basic(self) -> bool:
        """Whether a client's secret goes into the header, as it does where nothing is said."""
        return BASIC in (self.token_endpoint_auth_methods_supported or [BASIC])

    @property
    def takes_post(self) -> bool:
        return POST in (self.token_endpoint_auth_methods_supported or [])


def discovery_of(issuer: str) -> str:
    """Where an issuer says where everything is."""
    return issuer.rstrip("/") + WELL_KNOWN


def read_metadata(document: bytes, issuer: str) -> Metadata:
    """The document of exactly this issuer, if it leads nowhere less safe than it is itself."""
    try:
        found = msgspec.json.decode(document, type=Metadata)
        places = [
            target_of(address)
            for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        ]
    except (msgspec.DecodeError, AddressNotValid) as wrong:
        raise MetadataNotUsable("its document of discovery cannot be read") from wrong
    if found.issuer != issuer:
        raise MetadataNotUsable("it calls itself by another name")
    if target_of(issuer).is_encrypted and not all(place.is_encrypted for place in places):
        raise MetadataNotUsable("it leads out of encryption")
    if S256 not in (found.code_challenge_methods_supported or [S256]):
        raise MetadataNotUsable("it does not know PKCE with S256")
    return found


def challenge_of(verifier: str) -> str:
    """What of a verifier may be seen on the way."""
    return encoded(hashlib.sha256(verifier.encode()).digest())


def authorization_url(
    metadata: Metadata, *, client_id: str, redirect_url: str, state: str, nonce: str, verifier: str
) -> str:
    """Where somebody is sent to sign in."""
    asked = {
        "response_type": "code",
        "scope": SCOPES,
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": S256,
    }
    endpoint = metadata.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
