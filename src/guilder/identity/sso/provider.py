"""The identity provider: an issuer at which a tenant's people sign in, as the tenant set it up."""

from datetime import datetime
from typing import NewType
from uuid import UUID

import msgspec

from guilder.identity.roles import RoleId

ProviderId = NewType("ProviderId", UUID)


class IdentityProvider(msgspec.Struct, frozen=True):
    """An issuer, who we are to it, and whom of those that it knows the tenant lets in."""

    id: ProviderId
    name: str
    title: str
    issuer: str
    client_id: str
    client_secret_sealed: bytes | None
    email_domains: list[str]
    return_origins: list[str]
    admits_new_users: bool
    role_id: RoleId | None
    is_active: bool
    created_at: datetime
    updated_at: datetime

    def vouches_for(self, email: str) -> bool:
        """Whether an address is of a domain whose addresses the issuer may speak for."""
        return email.rpartition("@")[2].casefold() in self.email_domains


class ProviderView(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider as its tenant sees it: whether there is a secret, and never which."""

    id: ProviderId
    name: str
    title: str
    issuer: str
    client_id: str
    is_confidential: bool
    email_domains: list[str]
    return_origins: list[str]
    admits_new_users: bool
    role_id: RoleId | None
    is_active: bool
    created_at: datetime
    updated_at: datetime


def show(provider: IdentityProvider) -> ProviderView:
    """An identity provider as its tenant sees it."""
    fields = msgspec.structs.asdict(provider)
    sealed = fields.pop("client_secret_sealed")
    return ProviderView(**fields, is_confidential=sealed is not None)
