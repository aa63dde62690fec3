"""Search: every word of a product's names and SKUs leads to it, by how it begins."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from guilder.catalog.product import ProductId
from guilder.db import Tx, sql
from guilder.kernel import TenantId

MOST_WORDS: Final = 200
MOST_ASKED: Final = 8
MOST_CHARACTERS: Final = 100
BEYOND: Final = "\U0010ffff"
PIECE: Final = re.compile(r"\w+")


class Sought(msgspec.Struct, frozen=True):
    """What is looked for: the word that says most, and the others that have to be there too."""

    word: str
    beyond: str
    others: list[str]
    others_beyond: list[str]


def words_of(texts: Iterable[str | None]) -> list[str]:
    """The words by which these texts are found: as they stand between spaces, and their pieces."""
    words: dict[str, None] = {}
    for text in texts:
        for written in fold(text or "").split():
            words.update(dict.fromkeys([written, *PIECE.findall(written)]))
    return [word[:MOST_CHARACTERS] for word in list(words)[:MOST_WORDS]]


def sought(text: str | None) -> Sought | None:
    """What somebody looks for; None where nothing is named."""
    words = sorted(set(fold(text or "").split()), key=len, reverse=True)[:MOST_ASKED]
    if not words:
        return None
    first, *others = [word[:MOST_CHARACTERS] for word in words]
    return Sought(first, first + BEYOND, others, [other + BEYOND for other in others])


def fold(text: str) -> str:
    """A text without the differences that a reader overlooks."""
    return unicodedata.normalize("NFKC", text).casefold()


async def learn_words(tx: Tx, words: Mapping[ProductId, Iterable[str]]) -> None:
    """Have products found by these words, and by no others."""
    pairs = [(product_id, word) for product_id, found in words.items() for word in found]
    product_ids = [product_id for product_id, _ in pairs]
    written = [word for _, word in pairs]
    await forget_words(
        tx,
        tenant_id=tx.tenant_id,
        known_ids=list(words),
        product_ids=product_ids,
        words=written,
    )
    await insert_words(tx, product_ids=product_ids, words=written)


@sql
async def forget_words(
    tx: Tx,
    *,
    tenant_id: TenantId,
    known_ids: list[ProductId],
    product_ids: list[ProductId],
    words: list[str],
) -> None: ...


@sql
async def insert_words(tx: Tx, *, product_ids: list[ProductId], words: list[str]) -> None: ...
