"""Addresses, as they go into a header and an envelope: nothing in them means anything else."""

import re
from typing import Final

import msgspec

from .letter import LetterRefused

NOT_IN_A_NAME: Final = r"\s\x00-\x1f\x7f-\xa0()<>@,;:\\\"\[\]."
FORM: Final = re.compile(
    rf"(?P<local>[^{NOT_IN_A_NAME}]+(?:\.[^{NOT_IN_A_NAME}]+)*)"
    r"@(?P<domain>[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*)"
)
LONGEST: Final = 254
MAILBOX: Final = re.compile(r"(?:(?P<name>[^<>]*)<(?P<inner>[^<>]+)>|(?P<bare>[^<>]+))")


class AddressNotSendable(LetterRefused):
    """Mail cannot be addressed like this."""


class Mailbox(msgspec.Struct, frozen=True):
    """An address with the name of whose it is."""

    address: str
    name: str | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def sendable(address: str) -> str:
    """An address as servers know it: its domain in ASCII, and nothing quoted in it."""
    found = FORM.fullmatch(address)
    if found is None or len(address) > LONGEST or not address.isprintable():
        raise AddressNotSendable("this is no address that mail can be sent to")
    return f"{found['local']}@{_in_ascii(found['domain'])}"


def read_mailbox(text: str) -> Mailbox:
    """`Ada's Tulips <shop@example.com>`, or an address alone."""
    found = MAILBOX.fullmatch(text.strip())
    if found is None:
        raise AddressNotSendable("this is no address that mail can be sent from")
    name = (found["name"] or "").strip().strip('"').strip()
    return Mailbox(sendable((found["inner"] or found["bare"]).strip()), name or None)


def _in_ascii(domain: str) -> str:
    """Each label by its own letters: `ß` stays another letter than `ss`, and so another place."""
    return ".".join(
        label if label.isascii() else f"xn--{label.lower().encode('punycode').decode('ascii')}"
        for label in domain.split(".")
    )
