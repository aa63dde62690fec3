"""The certificates by which PayPal signs its notices: fetched from PayPal, and traced to a root."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import verification

from guilder.payments.gateways.gateway import NoticeNotGenuine

from .client import Client, Refused, trust_of

HOSTS: Final = frozenset(
    {
        "api.paypal.com",
        "api-m.paypal.com",
        "api.sandbox.paypal.com",
        "api-m.sandbox.paypal.com",
    }
)
"""Where PayPal's own libraries expect the certificates. Any host of PayPal's would be too many."""

SIGNER: Final = "messageverificationcerts.paypal.com"
SANDBOX_SIGNER: Final = "messageverificationcerts.sandbox.paypal.com"

PATH: Final = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,100}")
MOST_BYTES: Final = 64 * 1024
MOST_KEPT: Final = 16
FEWEST_BITS: Final = 2048


class Certificates:
    """Chains that PayPal has shown. Whether one is trusted is decided anew for every notice."""

    def __init__(
        self,
        client: Client,
        *,
        hosts: Collection[str],
        signer: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._hosts = frozenset(hosts)
        self._signer = signer
        self._clock = clock
        self._kept: dict[str, list[x509.Certificate]] = {}

    async def key_at(self, address: str) -> RSAPublicKey:
        """The key of the certificate at this address, if PayPal signs with it today."""
        if not self._is_of_paypal(address):
            raise NoticeNotGenuine("The certificate is not at PayPal.")
        chain = self._kept.get(address) or await self._fetch(address)
        self._trace(chain)
        while len(self._kept) >= MOST_KEPT and address not in self._kept:
            del self._kept[next(iter(self._kept))]
        self._kept[address] = chain
        key = chain[0].public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < FEWEST_BITS:
            raise NoticeNotGenuine("The certificate has no key that PayPal signs with.")
        return key

    def _is_of_paypal(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return (
            parts.netloc in self._hosts
            and PATH.fullmatch(parts.path) is not None
            and f"https://{parts.netloc}{parts.path}" == address
        )

    async def _fetch(self, address: str) -> list[x509.Certificate]:
        try:
            pem = await self._client.download(address, most_bytes=MOST_BYTES)
            return x509.load_pem_x509_certificates(pem)
        except (Refused, ValueError):
            raise NoticeNotGenuine("There is no certificate at this address.") from None

    def _trace(self, chain: list[x509.Certificate]) -> None:
        policy = (
            verification.PolicyBuilder().store(store_of(self._client.roots)).time(self._clock())
        )
        verifier = policy.build_server_verifier(x509.DNSName(self._signer))
        try:
            verifier.verify(chain[0], chain[1:])
        except verification.VerificationError:
            raise NoticeNotGenuine("The certificate is not one of PayPal's.") from None


@cache
def store_of(roots: bytes | None) -> verification.Store:
    """The same roots that the connections to PayPal are checked against."""
    found = trust_of(roots).get_ca_certs(binary_form=True)
    return verification.Store([x509.load_der_x509_certificate(root) for root in found])
