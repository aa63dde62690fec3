"""An issuer of OpenID Connect on loopback. It signs real tokens, and says what a test wants."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.payments.gateways.counterparts.paypal_server.wire import Reply, Request, listen

CLIENT_ID = "guilder of the tests"
CLIENT_SECRET = "s3cret: of/the+tests"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return text_of(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(key: Key, kid: str, **more: Any) -> dict[str, Any]:
    """A public key, as an issuer publishes it."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        shape = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    elif isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        x, y = (text_of(each.to_bytes(32, "big")) for each in (point.x, point.y))
        shape = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    else:
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        shape = {"kty": "OKP", "crv": "Ed25519", "x": text_of(raw)}
    return {"kid": kid, "use": "sig", **shape, **more}


def signed(header: dict[str, Any], claims: Any, key: Key | bytes | None) -> str:
    """A token, signed as its header says, or with whatever it is given."""
    said = b".".join(text_of(json.dumps(each).encode()).encode() for each in (header, claims))
    return f"{said.decode()}.{text_of(signature(header['alg'], said, key))}"


def signature(algorithm: str, said: bytes, key: Key | bytes | None) -> bytes:
    match key:
        case None:
            return b""
        case bytes():
            return hmac.digest(key, said, "sha256")
        case rsa.RSAPrivateKey() if algorithm == "PS256":
            pss = padding.PSS(padding.MGF1(SHA256()), salt_length=32)
            return key.sign(said, pss, SHA256())
        case rsa.RSAPrivateKey():
            return key.sign(said, padding.PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(said, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key.sign(said)


@dataclass
class Grant:
    """What a code is worth, and to whom."""

    asked: dict[str, str]
    claims: dict[str, Any]


@dataclass
class Issuer:
    """One issuer, who knows a client."""

    url: str = ""
    client_id: str = CLIENT_ID
    key: Key = RSA
    algorithm: str = "RS256"
    kid: str = "one"
    published: list[dict[str, Any]] = field(default_factory=lambda: [jwk(RSA, "one")])
    metadata: dict[str, Any] = field(default_factory=dict)
    """What its document says otherwise."""
    said: dict[str, Any] = field(default_factory=dict)
    """What its tokens say otherwise; what is None is left out."""
    header: dict[str, Any] = field(default_factory=dict)
    signing: Key | bytes | None = None
    """What it signs with instead, as `b""` for nothing."""
    instead: dict[str, Reply | None] = field(default_factory=dict)
    """What it answers at a path instead."""
    has_secret: bool = True
    codes: dict[str, Grant] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def asked(self, path: str) -> int:
        return sum(request.path.endswith(path) for request in self.requests)

    def sign_in(self, authorization_url: str, **claims: Any) -> dict[str, str]:
        """Somebody signs in here; what their browser brings back."""
        asked = dict(parse_qsl(urlsplit(authorization_url).query, strict_parsing=True))
        assert authorization_url.startswith(f"{self.url}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client_id
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"].split()[0] == "openid"
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(asked, claims)
        return {"code": code, "state": asked["state"]}

    async def answer(self, request: Request) -> Reply | None:
        self.requests.append(request)
        if request.path in self.instead:
            return self.instead[request.path]
        match request.path:
            case "/.well-known/openid-configuration":
                return Reply(200, self.document)
            case "/keys":
                return Reply(200, {"keys": self.published})
            case "/token":
                return self._redeem(request)
        return Reply(404)

    @property
    def document(self) -> dict[str, Any]:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata
        return {name: value for name, value in document.items() if value is not None}

    def _redeem(self, request: Request) -> Reply:
        form = {name: value for name, (value,) in parse_qs(request.body.decode()).items()}
        if not self._is_client(request, form):
            return Reply(401, {"error": "invalid_client"})
        grant = self.codes.pop(form.get("code", ""), None)
        if grant is None or form["redirect_uri"] != grant.asked["redirect_uri"]:
            return Reply(400, {"error": "invalid_grant"})
        challenge = text_of(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge != grant.asked["code_challenge"]:
            return Reply(400, {"error": "invalid_grant"})
        access_token = secrets.token_urlsafe(16)
        token = self.token(grant, access_token)
        return Reply(200, {"access_token": access_token, "token_type": "Bearer", "id_token": token})

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        methods = self.document.get("token_endpoint_auth_methods_supported")
        if not self.has_secret:
            return (
                form.get("client_id") == self.client_id and "authorization" not in request.headers
            )
        if methods == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (
                self.client_id,
                CLIENT_SECRET,
            )
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        pair = base64.b64decode(sent).decode().split(":")
        return scheme == "Basic" and list(map(unquote_plus, pair)) == [
            self.client_id,
            CLIENT_SECRET,
        ]

    def token(self, grant: Grant, access_token: str) -> str:
        now = int(time.time())  # noqa: TID251 - an issuer has a clock of its own
        claims = {
            "iss": self.url,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.asked["nonce"],
            "at_hash": self.hash_of(access_token),
            **grant.claims,
            **self.said,
        }
        header = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT"} | self.header
        said = {name: value for name, value in claims.items() if value is not None}
        kept = {name: value for name, value in header.items() if value is not None}
        with_nothing = self.signing == b""
        return signed(kept, said, None if with_nothing else self.signing or self.key)

    def hash_of(self, access_token: str) -> str:
        name = "sha512" if self.algorithm == "EdDSA" else "sha256"
        digest = hashlib.new(name, access_token.encode()).digest()
        return text_of(digest[: len(digest) // 2])


@asynccontextmanager
async def issuing(**more: Any) -> AsyncIterator[Issuer]:
    """An issuer that listens."""
    issuer = Issuer(**more)
    async with listen(issuer.answer, None) as port:
        issuer.url = f"http://127.0.0.1:{port}"
        yield issuer
