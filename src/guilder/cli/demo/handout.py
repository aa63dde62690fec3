"""The handout: what a newcomer needs to try the system, in one file for programs and people."""

import os
from pathlib import Path
from uuid import UUID

import msgspec


class Handout(msgspec.Struct):
    """What opens the shop, and what to sell first."""

    base_url: str
    tenant_id: UUID
    secret_key: str
    publishable_key: str
    owner_email: str
    owner_password: str
    product_id: str
    variant_id: str
    price_id: str
    checkout_id: str | None = None
    checkout_url: str | None = None


def read_handout(path: Path) -> Handout | None:
    """What an earlier start has left, if it can still be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Handout)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def keep_handout(path: Path, handout: Handout) -> None:
    """Write it so that nobody else can read it, not for a moment either."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(msgspec.json.format(msgspec.json.encode(handout), indent=2) + b"\n")
