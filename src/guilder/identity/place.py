"""The place: by which slug and which domain a tenant is found. Each is one tenant's."""

import re
import unicodedata
from typing import Final

from guilder.kernel import Problem

MAX_SLUG: Final = 63
SLUG: Final = re.compile(r"[a-z0-9](-?[a-z0-9])*")
ID: Final = re.compile(r"[0-9a-f]{32}")
"""What an id is without its hyphens: a slug like that would be taken for another tenant's."""

MAX_DOMAIN: Final = 253
LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN: Final = re.compile(rf"({LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])")


class SlugTaken(Problem, status=409):
    """Another tenant has this slug."""

    slug: str


class SlugNotValid(Problem, status=422):
    """A slug is letters a to z, digits and single hyphens between them, at most 63, and no id."""

    slug: str


class DomainTaken(Problem, status=409):
    """Another tenant has this domain."""

    domain: str


class DomainNotValid(Problem, status=422):
    """A domain is a host's full name: letters a to z, digits, hyphens; other letters as `xn--`."""

    domain: str


def require_slug(slug: str) -> str:
    """A slug that can be one."""
    if len(slug) > MAX_SLUG or not SLUG.fullmatch(slug) or _is_id(slug):
        raise SlugNotValid(slug=slug[: MAX_SLUG + 1])
    return slug


def slug_from(name: str) -> str:
    """What a name becomes in an address; `tenant` where no letter of it can be kept."""
    plain = (
        unicodedata.normalize("NFKD", name.casefold().replace("'", ""))
        .encode("ascii", "ignore")
        .decode()
    )
    words = re.findall(r"[a-z0-9]+", plain)
    slug = "-".join(words)[:MAX_SLUG].strip("-") or "tenant"
    return f"tenant-{slug}"[:MAX_SLUG].strip("-") if _is_id(slug) else slug


def normal_domain(text: str) -> str:
    """A domain as names of hosts are compared: in lower case, without the dot at its end."""
    domain = text.lower().removesuffix(".")
    if len(domain) > MAX_DOMAIN or not DOMAIN.fullmatch(domain):
        raise DomainNotValid(domain=text[: MAX_DOMAIN + 1])
    return domain


def _is_id(slug: str) -> bool:
    return ID.fullmatch(slug.replace("-", "")) is not None
