"""ID tokens and their signatures: what is proved, and what only looks like it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guilder.identity.sso.openid import (
    Claims,
    Expected,
    IdTokenRefused,
    KeyNotKnown,
    SignatureRefused,
    keys_in,
    read_id_token,
)
from tests.identity.sso.issuer import (
    ED25519,
    P256,
    RSA,
    Issuer,
    Key,
    jwk,
    number,
    signed,
    text_of,
)

ISSUER = "https://id.example"
NOW = 1_800_000_000
EXPECTED = Expected(
    issuer=ISSUER,
    client_id="us",
    nonce="n-0S6",
    now=datetime.fromtimestamp(NOW, UTC),
    access_token="jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "248289761001",
    "aud": "us",
    "exp": NOW + 300,
    "iat": NOW,
    "nonce": "n-0S6",
}
SIGNERS: dict[str, Key] = {"RS256": RSA, "PS256": RSA, "ES256": P256, "EdDSA": ED25519}


def read(
    claims: dict[str, Any] | None = None,
    *,
    header: dict[str, Any] | None = None,
    key: Key | bytes | None = RSA,
    keys: list[dict[str, Any]] | None = None,
) -> Claims:
    said = {name: value for name, value in (CLAIMS | (claims or {})).items() if value is not None}
    known = keys_in(json.dumps({"keys": keys or [jwk(RSA, "one")]}).encode())
    token = signed({"alg": "RS256", "kid": "one"} | (header or {}), said, key)
    return read_id_token(token, known, EXPECTED)


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_each_algorithm_that_only_the_issuer_can_use(algorithm: str) -> None:
    key = SIGNERS[algorithm]
    others = {name: other for name, other in SIGNERS.items() if other is not key}
    keys = [jwk(key, "one"), *(jwk(other, name) for name, other in others.items())]
    hashed = Issuer(algorithm=algorithm).hash_of(EXPECTED.access_token or "")

    claims = read({"at_hash": hashed}, header={"alg": algorithm}, key=key, keys=keys)
    assert claims.sub == "248289761001"

    for name, other in others.items():
        with pytest.raises(SignatureRefused):
            read(header={"alg": algorithm, "kid": name}, key=other, keys=keys)
        with pytest.raises(SignatureRefused):
            read(header={"alg": algorithm}, key=other, keys=keys)


def test_a_signature_over_something_else_is_none() -> None:
    known = keys_in(json.dumps({"keys": [jwk(RSA, "one")]}).encode())
    header, said, proof = signed({"alg": "RS256", "kid": "one"}, CLAIMS, RSA).split(".")
    other = text_of(json.dumps(CLAIMS | {"sub": "root"}).encode())

    for token in (
        f"{header}.{other}.{proof}",
        f"{header}.{said}.",
        f"{header}.{said}",
        f"{header}.{said}.{proof}.",
        f"{header}.{said}.{proof}=",
        f" {header}.{said}.{proof}",
        f"{header}.{said}.{proof[:-1]}",
        f"{header}.{said}.{'A' * 30_000}",
        "",
    ):
        with pytest.raises(SignatureRefused):
            read_id_token(token, known, EXPECTED)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "HS512", "RS384", "", "rs256"]
)
def test_a_token_never_chooses_by_what_it_is_held_against(algorithm: str) -> None:
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    for key in (None, b"", pem, der, RSA):
        with pytest.raises(SignatureRefused):
            read(header={"alg": algorithm}, key=key)


def test_a_secret_that_an_issuer_publishes_is_no_key() -> None:
    secret = {"kty": "oct", "kid": "one", "k": text_of(b"shared")}

    with pytest.raises(SignatureRefused):
        read(header={"alg": "HS256"}, key=b"shared", keys=[secret])


def test_a_key_that_the_token_brings_along_counts_for_nothing() -> None:
    mine = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for header in (
        {"jwk": jwk(mine, "one")},
        {"jku": "https://evil.example/keys"},
        {"kid": "../../one", "jwk": jwk(mine, "../../one")},
    ):
        with pytest.raises(SignatureRefused):
            read(header=header, key=mine)


def test_a_name_that_is_not_known_is_told_apart() -> None:
    with pytest.raises(KeyNotKnown):
        read(header={"kid": "two"})
    with pytest.raises(KeyNotKnown):
        read(header={"alg": "ES256"}, key=P256)


def test_without_a_name_there_is_one_key_that_it_can_be() -> None:
    assert read(header={"kid": None}).sub
    one, two = (
        jwk(RSA, "one"),
        jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048), "two"),
    )
    assert read(header={"kid": None}, keys=[one, jwk(P256, "three")]).sub

    with pytest.raises(SignatureRefused):
        read(header={"kid": None}, keys=[one, two])


@pytest.mark.parametrize(
    "header", [{"crit": ["b64"], "b64": False}, {"typ": "at+jwt"}, {"typ": "logout+jwt"}]
)
def test_a_token_of_another_kind_is_none(header: dict[str, Any]) -> None:
    with pytest.raises(SignatureRefused):
        read(header=header)


@pytest.mark.parametrize(
    "key",
    [
        jwk(RSA, "one", use="enc"),
        jwk(RSA, "one", alg="PS256"),
        jwk(RSA, "one", key_ops=["encrypt"]),
        jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "one"),  # noqa: S505
        jwk(RSA, "one", e=number(1)),
        jwk(RSA, "one", n="!"),
        jwk(RSA, "one", n=""),
        jwk(RSA, "one", kty="EC"),
        jwk(RSA, "one", kty=1),
        jwk(P256, "one", x=text_of(b"\1" * 32)),
        jwk(P256, "one", crv="P-384"),
        jwk(ED25519, "one", x=text_of(b"short")),
        {},
    ],
)  # fmt: skip
def test_a_key_that_is_not_fit_is_passed_over(key: dict[str, Any]) -> None:
    with pytest.raises(KeyNotKnown):
        read(keys=[key])
    assert read(header={"kid": "two"}, keys=[key, jwk(RSA, "two")]).sub


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://id.example/"}, {"iss": "https://ID.example"}, {"iss": "https://evil.example"},
        {"iss": None}, {"sub": None}, {"sub": ""}, {"sub": "x" * 256}, {"sub": 7}, {"sub": "a\nb"},
        {"sub": "a\n"},
        {"aud": "them"}, {"aud": []}, {"aud": ["them"]}, {"aud": None}, {"aud": ["us", "them"]},
        {"aud": ["us", "them"], "azp": "them"}, {"azp": "them"},
        {"exp": NOW - 61}, {"exp": None}, {"exp": "soon"}, {"exp": NOW - 3600},
        {"iat": NOW + 70}, {"iat": NOW - 700}, {"iat": None}, {"nbf": NOW + 70},
        {"nonce": None}, {"nonce": ""}, {"nonce": "n-0S7"}, {"nonce": "n-0S6 "}, {"nonce": "ä"},
        {"at_hash": "77QmUPtjPfzWtF2AnpK9RR"}, {"at_hash": ""}, {"at_hash": "ä"},
    ],
)  # fmt: skip
def test_what_was_not_asked_for_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(IdTokenRefused):
        read(claims)


@pytest.mark.parametrize(
    "claims",
    [
        {}, {"aud": ["us"]}, {"azp": "us"}, {"aud": ["them", "us"], "azp": "us"},
        {"exp": NOW - 30}, {"iat": NOW + 30}, {"nbf": NOW + 30}, {"exp": NOW + 0.5},
        {"email": None, "name": None}, {"groups": ["a"], "amr": ["pwd"]},
        {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"},  # the example of the specification
    ],
)  # fmt: skip
def test_what_was_asked_for_is_read(claims: dict[str, Any]) -> None:
    assert read(claims).sub == "248289761001"


@pytest.mark.parametrize(
    ("told", "is_verified"),
    [(True, True), ("true", True), (False, False), ("false", False), ("yes", False), (None, False)],
)
def test_an_email_is_verified_where_the_issuer_says_so(told: Any, is_verified: bool) -> None:
    assert read({"email_verified": told}).is_email_verified is is_verified


def test_keys_of_other_curves_are_of_no_use() -> None:
    other = ed25519.Ed25519PrivateKey.generate()

    with pytest.raises(SignatureRefused):
        read(header={"alg": "ES256"}, key=b"x", keys=[jwk(P256, "one")])
    with pytest.raises(SignatureRefused):
        read(header={"alg": "EdDSA"}, key=other, keys=[jwk(ED25519, "one")])
