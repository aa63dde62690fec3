"""The guest: who opens a payment page, and the checkout that its address is of."""

from uuid import UUID

import msgspec

from guilder.checkout import (
    CheckoutNotFound,
    Session,
    Settings,
    Standing,
    current_settings,
    is_test,
    session_of_link,
    standing_of,
    tenant_in,
)
from guilder.db import Tx, tenant_transaction
from guilder.http import Visitor
from guilder.identity import Tenant, TenantNotFound, TenantStatus, current_tenant
from guilder.kernel import Actor, ActorKind, TenantId
from guilder.pages import Forms
from guilder.storefront.receipts import Linked, OrderLinks

from .speech import Speech, speech_for
from .ways import Way, ways_for


class Guest(msgspec.Struct, frozen=True):
    """Whoever opened the page, in which language, and by which address."""

    visitor: Visitor
    forms: Forms
    links: OrderLinks
    token: str
    speech: Speech
    language: str | None

    @property
    def here(self) -> str:
        """The path of this page, in the language that was asked for."""
        return self.at(self.token)

    def at(self, token: str, more: str = "") -> str:
        """The path of another page of this kind."""
        asked = "&".join(
            one for one in (self.language and f"language={self.language}", more) if one
        )
        return f"/pay/{token}?{asked}" if asked else f"/pay/{token}"

    @property
    def tongue(self) -> str | None:
        """How to write to them later; None where neither they nor their browser said."""
        is_told = self.language or self.visitor.headers.get("accept-language")
        return self.speech.locale.replace("_", "-") if is_told else None

    def follow(self, order: Linked) -> tuple[str, str]:
        """The paths of an order's page and of its receipt, in the language of this page."""
        path = self.links.path(order)
        asked = f"?language={self.language}" if self.language else ""
        return f"{path}{asked}", f"{path}/receipt{asked}"


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows, as it is at one moment."""

    tenant: Tenant
    settings: Settings
    standing: Standing
    ways: list[Way]
    is_test: bool

    @property
    def session(self) -> Session:
        return self.standing.session

    @property
    def is_open(self) -> bool:
        """Whether the shop takes payments at all."""
        return self.tenant.status is TenantStatus.ACTIVE

    @property
    def is_shown(self) -> bool:
        """A suspended tenant reads; a cancelled one does not do that either."""
        return self.tenant.status is not TenantStatus.CANCELLED

    @property
    def buyer(self) -> Actor:
        """Who acts here: a buyer, with the key with which they were sent here."""
        _, _, key = self.session.created_by.partition(":")
        return Actor(
            kind=ActorKind.VISITOR,
            tenant_id=self.tenant.id,
            id=UUID(key) if key else None,
            is_live=not self.is_test,
        )


def guest(
    visitor: Visitor, forms: Forms, token: str, *, links: OrderLinks, language: str | None
) -> Guest:
    """Who opened the page."""
    speech = speech_for(language, visitor.headers.get("accept-language", ""))
    chosen = speech.language if language == speech.language else None
    return Guest(visitor, forms, links, token, speech, chosen)


async def desk_of(one: Guest) -> Desk | None:
    """The checkout that an address is of; None where it is of none."""
    tenant_id = tenant_in(one.token)
    if tenant_id is None:
        return None
    async with tenant_transaction(one.visitor.pool, TenantId(tenant_id)) as tx:
        try:
            return await desk_at(tx, one.token)
        except (CheckoutNotFound, TenantNotFound):
            return None


async def desk_at(tx: Tx, token: str) -> Desk:
    """The same, within a transaction of the tenant."""
    tenant = await current_tenant(tx)
    session = await session_of_link(tx, token)
    test = await is_test(tx, session)
    return Desk(
        tenant=tenant,
        settings=await current_settings(tx),
        standing=await standing_of(tx, session),
        ways=await ways_for(tx, session, is_live=not test),
        is_test=test,
    )
