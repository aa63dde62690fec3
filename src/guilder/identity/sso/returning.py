"""Where somebody may be sent back to: our own pages, and sites that the tenant has named. Pure."""

from typing import Final, NamedTuple

from guilder.kernel import Problem
from guilder.outbound import AddressNotValid, Target, target_of
from guilder.pages import is_own_path

CALLBACK: Final = "/v1/sso/callback"
OWN_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}


class ReturnNotAllowed(Problem, status=422):
    """Nobody is sent there: it is neither a path of ours nor of an origin that the tenant named."""


class Place(NamedTuple):
    """Where the issuer sends somebody, and where we do after that."""

    redirect_url: str
    return_to: str | None = None


def own_place(return_to: str | None, *, public_url: str) -> Place:
    """Somebody comes back to us, and goes on to a page of ours."""
    if return_to is not None and not is_own_path(return_to):
        raise ReturnNotAllowed
    return Place(public_url + CALLBACK, return_to)


def place_elsewhere(return_to: str | None, *, public_url: str, origins: list[str]) -> Place:
    """Somebody comes back to a site that the tenant has named, or is met on the way to us."""
    if return_to is None:
        return Place(public_url + CALLBACK)
    target = _target(return_to)
    if target is None or target.origin not in origins or "#" in return_to:
        raise ReturnNotAllowed
    return Place(return_to)


def is_origin(text: str) -> bool:
    """Whether a site can be named so: encrypted, or on the machine of whoever looks at it."""
    target = _target(text)
    if target is None or target.origin != text:
        return False
    return target.is_encrypted or target.host in OWN_MACHINE


def _target(url: str) -> Target | None:
    try:
        return target_of(url)
    except AddressNotValid:
        return None
