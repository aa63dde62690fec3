"""Certificates of our own: a root, what it vouches for, and what a forger would show."""

import ssl
import tempfile
import zlib
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
ENDS = datetime(2049, 1, 1, tzinfo=UTC)
SIGNER = "messageverificationcerts.paypal.com"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signed(NamedTuple):
    """A certificate with its key, and those that vouch for it."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        return b"".join(each.public_bytes(Encoding.PEM) for each in (self.certificate, *self.above))

    def sign(self, text: str) -> str:
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return b64encode(self.key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def authority(name: str, above: Signed | None = None) -> Signed:
    """A certificate that may vouch for others."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(name, key, above).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    return _signed(builder.add_extension(usage, critical=True), key, above)


def leaf(
    name: str,
    above: Signed | None,
    *,
    key: Key | None = None,
    began: datetime = BEGAN,
    ends: datetime = ENDS,
) -> Signed:
    """A certificate that speaks for a name; without anybody above, for itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, key, above, began=began, ends=ends)
    for extension in (
        x509.SubjectAlternativeName([x509.DNSName(name)]),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    ):
        builder = builder.add_extension(extension, critical=False)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    return _signed(builder, key, above)


@cache
def root() -> Signed:
    """Whom the adapter of the tests trusts."""
    return authority("Root of the tests")


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One key for all, since making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def signer() -> Signed:
    """Who signs the notices, with one between him and the root."""
    return leaf(SIGNER, authority("Between", root()), key=signing_key())


def signed_headers(
    body: bytes, *, webhook_id: str, address: str, at: datetime, by: Signed, identity: str
) -> dict[str, str]:
    """The headers of a notice, as PayPal documents them."""
    sent_at = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = f"{identity}|{sent_at}|{webhook_id}|{zlib.crc32(body)}"
    return {
        "PAYPAL-TRANSMISSION-ID": identity,
        "PAYPAL-TRANSMISSION-TIME": sent_at,
        "PAYPAL-CERT-URL": address,
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        "PAYPAL-TRANSMISSION-SIG": by.sign(text),
    }


@cache
def tls() -> ssl.SSLContext:
    """What the server shows to whoever connects."""
    shown = leaf("localhost", root())
    key = shown.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shown.pem"
        path.write_bytes(shown.pem + key)
        context.load_cert_chain(path)
    return context


def _builder(
    name: str,
    key: Key,
    above: Signed | None,
    *,
    began: datetime = BEGAN,
    ends: datetime = ENDS,
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing = above.key if above else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    )


def _signed(builder: x509.CertificateBuilder, key: Key, above: Signed | None) -> Signed:
    certificate = builder.sign(above.key if above else key, SHA256())
    chain = (above.certificate, *above.above) if above else ()
    return Signed(certificate, key, chain)
