"""The post of a shop: receipts that wait are sent, and what came is read."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from uuid import uuid4

import msgspec

from guilder.checkout.orders import WholeOrder
from guilder.mail.outbox import Found
from guilder.storefront.receipts.mailing import SendReceipt, send_receipt
from tests.checkout.shop import Shop

WAITING = """
    delete from jobs.job where kind = 'storefront.send_receipt' and tenant_id = $1
    returning payload::text
"""


def somebody() -> dict[str, Any]:
    """Who buys, at an address of their own."""
    return {"name": "Ada Lovelace", "email": f"{uuid4().hex}@buyer.example"}


async def waiting(shop: Shop) -> list[SendReceipt]:
    """Take the receipts that wait for this shop's buyers out of the queue."""
    await shop.world.all_relayed(shop.owner)
    rows = await shop.owner.fetch(WAITING, shop.world.tenant_id)
    return [msgspec.json.decode(row["payload"], type=SendReceipt) for row in rows]


async def carry(shop: Shop, *jobs: SendReceipt) -> None:
    """Do these jobs, as a worker would."""
    system = shop.world.system
    for job in jobs:
        await send_receipt(
            system.pool,
            shop.world.tenant_id,
            job,
            mailer=system.mailer,
            links=system.order_links,
        )


def letters(shop: Shop, to: str) -> list[Found]:
    """What has come to an address, newest first."""
    outbox = shop.world.system.mailer.outbox
    assert outbox is not None
    found = [outbox.find(kept.name) for kept in outbox.newest(1000) if to in kept.to]
    return [letter for letter in found if letter is not None]


def parts_of(letter: Found) -> EmailMessage:
    """A letter as mail programs take it apart."""
    return BytesParser(policy=policy.default).parsebytes(letter.source)


async def forgotten(shop: Shop, whole: WholeOrder) -> None:
    """The order says nothing of its buyer any more."""
    await shop.owner.execute(
        "update checkout.placed_order set buyer = null where id = $1", whole.order.id
    )
