"""What is the matter with payments: which of them need somebody, and why."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import PaymentId

MOST_OF_A_KIND: Final = 1000
"""More are not counted: somebody is trying cards then, or a gateway is down."""


class What(StrEnum):
    """What is the matter with a payment, the gravest first."""

    DISPUTE = auto()
    REFUND = auto()
    PAYMENT = auto()


class Failing(msgspec.Struct, frozen=True):
    """A payment that needs somebody, why, and until when."""

    payment_id: PaymentId
    what: What
    due_at: datetime | None
    since: datetime


async def failing(tx: Tx, *, most: int = MOST_OF_A_KIND) -> list[Failing]:
    """What needs somebody, the gravest kind first; so many of each, whatever the others come to.

    Cards are declined by the thousand where somebody tries them, and a buyer still waits for
    the one refund that failed.
    """
    return [
        *await disputed(tx, tenant_id=tx.tenant_id, most=most),
        *await not_given_back(tx, tenant_id=tx.tenant_id, most=most),
        *await not_paid(tx, tenant_id=tx.tenant_id, most=most),
    ]


def shares(found: list[Failing], *, most: int) -> list[Failing]:
    """The first of each kind, then the second of each, until there are enough; told by kinds.

    A payment is told once, for the gravest that is the matter with it.
    """
    once = {one.payment_id: one for one in reversed(found)}
    of_kinds = {what: [one for one in found if _is_of(once, one, what)] for what in What}
    ranked = [(place, one) for kind in of_kinds.values() for place, one in enumerate(kind)]
    chosen = sorted(ranked, key=lambda each: each[0])[:most]
    return [one for what in What for _, one in chosen if one.what is what]


def _is_of(once: dict[PaymentId, Failing], one: Failing, what: What) -> bool:
    return one.what is what and once[one.payment_id] is one


@sql
async def disputed(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Failing]: ...


@sql
async def not_given_back(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Failing]: ...


@sql
async def not_paid(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Failing]: ...
