"""Issuers: asked where to go, what a code is worth, and by which keys they sign."""

from base64 import b64encode
from datetime import datetime, timedelta
from time import monotonic
from typing import Annotated, Final, final
from urllib.parse import quote_plus, urlencode

import msgspec
from msgspec import Meta

from guilder.kernel import Problem, Tool, Vault
from guilder.outbound import Answer, Outbound, OutboundFailed

from .id_token import Claims, Expected, IdTokenRefused, read_id_token
from .metadata import Metadata, MetadataNotUsable, discovery_of, read_metadata
from .shelf import Shelf
from .signature import KeyNotKnown, SignatureRefused
from .verification_key import VerificationKey, keys_in

METADATA_SECONDS: Final = 3600.0
KEYS_SECONDS: Final = 600.0
MOST_BYTES: Final = 200_000

OK: Final = 200
REFUSALS: Final = range(400, 500)

Keys = tuple[VerificationKey, ...]


class IssuerNotReached(Problem, status=503, retry_after_seconds=30):
    """The issuer does not answer now, or is not to be reached from here."""


class IssuerNotUsable(Problem, status=409):
    """The issuer does not answer as OpenID Connect asks, so nobody signs in with it."""

    reason: str


class CodeRefused(Problem, status=403):
    """The issuer does not take this code: it was used, it has expired, or it is not for us."""


class SignInNotProved(Problem, status=403):
    """What the issuer says is not proved, or not about this sign-in."""

    reason: str


class Client(msgspec.Struct, frozen=True):
    """Who we are to an issuer. One without a secret is known by PKCE alone."""

    issuer: str
    id: str
    secret: str | None


class Fault(msgspec.Struct, frozen=True):
    """Why a code was not taken, as RFC 6749 has it."""

    error: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")] = "unknown"


class Redeemed(msgspec.Struct, frozen=True):
    """What a code was worth."""

    id_token: str
    access_token: str | None = None


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody came back with, and what it was asked for with."""

    text: str
    verifier: str
    nonce: str
    redirect_url: str
    asked_at: datetime
    """By the database's clock, when it was brought to us."""


@final
class Issuers(Tool):
    """Knows issuers for a while, since they say the same of themselves to everybody."""

    def __init__(self, outbound: Outbound, vault: Vault, *, public_url: str) -> None:
        self.vault = vault
        self.public_url = public_url
        self._outbound = outbound
        self._metadata: Shelf[Metadata] = Shelf(self._discover, seconds=METADATA_SECONDS)
        self._keys: Shelf[Keys] = Shelf(self._fetch_keys, seconds=KEYS_SECONDS)

    async def metadata(self, issuer: str) -> Metadata:
        """What an issuer says of itself."""
        return await self._metadata.get(issuer)

    async def redeem(self, client: Client, code: Code) -> Claims:
        """Exchange a code for what the issuer says of whoever brought it, once that is proved."""
        began = monotonic()
        metadata = await self.metadata(client.issuer)
        redeemed = await self._exchange(metadata, client, code)
        expected = Expected(
            issuer=client.issuer,
            client_id=client.id,
            nonce=code.nonce,
            now=code.asked_at + timedelta(seconds=monotonic() - began),
            access_token=redeemed.access_token,
        )
        keys = await self._keys.get(metadata.jwks_uri)
        try:
            return _read(redeemed.id_token, keys, expected)
        except KeyNotKnown:
            keys = await self._keys.get(metadata.jwks_uri, but=keys)
        try:
            return _read(redeemed.id_token, keys, expected)
        except KeyNotKnown as unknown:
            raise SignInNotProved(reason="the issuer has no such key") from unknown

    async def _exchange(self, metadata: Metadata, client: Client, code: Code) -> Redeemed:
        form = {
            "grant_type": "authorization_code",
            "code": code.text,
            "redirect_uri": code.redirect_url,
            "code_verifier": code.verifier,
        }
        headers = {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        shown_header, shown_form = _shown(metadata, client)
        try:
            answer = await self._outbound.post(
                metadata.token_endpoint,
                urlencode(form | shown_form).encode(),
                headers=headers | shown_header,
                most_bytes=MOST_BYTES,
            )
        except OutboundFailed as failed:
            raise IssuerNotReached from failed
        if answer.status in REFUSALS:
            raise _refusal(answer)
        try:
            return msgspec.json.decode(_body(answer), type=Redeemed)
        except msgspec.DecodeError as wrong:
            raise IssuerNotUsable(reason="it gives no ID token for a code") from wrong

    async def _discover(self, issuer: str) -> Metadata:
        try:
            return read_metadata(await self._read(discovery_of(issuer)), issuer)
        except MetadataNotUsable as wrong:
            raise IssuerNotUsable(reason=str(wrong)) from wrong

    async def _fetch_keys(self, address: str) -> Keys:
        try:
            return keys_in(await self._read(address))
        except msgspec.DecodeError as wrong:
            raise IssuerNotUsable(reason="its keys cannot be read") from wrong

    async def _read(self, address: str) -> bytes:
        try:
            answer = await self._outbound.get(
                address, headers={"accept": "application/json"}, most_bytes=MOST_BYTES
            )
        except OutboundFailed as failed:
            raise IssuerNotReached from failed
        return _body(answer)


def _refusal(answer: Answer) -> Problem:
    """A code that is worth nothing is somebody's who brought it, and anything else the tenant's."""
    try:
        fault = msgspec.json.decode(answer.body, type=Fault)
    except msgspec.DecodeError:
        fault = Fault()
    if fault.error == "invalid_grant":
        return CodeRefused()
    return IssuerNotUsable(reason=f"it takes no code from us: {fault.error}")


def _body(answer: Answer) -> bytes:
    if answer.status != OK:
        raise IssuerNotUsable(reason=f"it answers {answer.status}")
    return answer.body


def _shown(metadata: Metadata, client: Client) -> tuple[dict[str, str], dict[str, str]]:
    """How a client shows who it is: by its header, or within its form."""
    if client.secret is None:
        return {}, {"client_id": client.id}
    if metadata.takes_basic:
        pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}".encode()
        return {"authorization": f"Basic {b64encode(pair).decode()}"}, {}
    if metadata.takes_post:
        return {}, {"client_id": client.id, "client_secret": client.secret}
    raise IssuerNotUsable(reason="it takes a client's secret in no way that we know")


def _read(token: str, keys: Keys, expected: Expected) -> Claims:
    try:
        return read_id_token(token, keys, expected)
    except IdTokenRefused as refused:
        raise SignInNotProved(reason=str(refused)) from refused
    except KeyNotKnown:
        raise
    except SignatureRefused as refused:
        raise SignInNotProved(reason=str(refused)) from refused
