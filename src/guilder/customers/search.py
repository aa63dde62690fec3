"""Search: customers found by the beginnings of the words of their name and e-mail."""

import re
import unicodedata
from typing import Final

from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .customer import Customer, CustomerId

WORD: Final = re.compile(r"[^\W_]+")
MOST_CHARACTERS: Final = 100
BEYOND: Final = "\U0010ffff"
"""Sorts behind every character that a word can have."""


async def search_customers(
    tx: Tx, search: str, *, email: str | None, before: CustomerId | None, most: int
) -> list[Customer]:
    """Those with whom every word begins one of theirs, newest first."""
    words = words_in(search)
    if not words:
        return []
    first = words[0] if len(words) == 1 else await _rarest(tx, words)
    others = [word for word in words if word != first]
    return await customers_with_words(
        tx,
        tenant_id=tx.tenant_id,
        rarest=first,
        beyond_rarest=first + BEYOND,
        others=others,
        beyond_others=[word + BEYOND for word in others],
        email=email,
        before=before,
        most=most,
    )


async def _rarest(tx: Tx, words: list[str]) -> str:
    beyond = [word + BEYOND for word in words]
    return await rarest_word(tx, tenant_id=tx.tenant_id, words=words, beyond=beyond)


async def note_words(tx: Tx, customer_id: CustomerId, words: list[str]) -> None:
    """Have a customer found by these words from now on, and by no others."""
    tenant_id = tx.tenant_id
    await delete_words(tx, tenant_id=tenant_id, customer_id=customer_id, words=words)
    await insert_words(tx, customer_id=customer_id, words=words)


def words_in(*texts: str | None) -> list[str]:
    """The different words of texts, without case and accents."""
    found = " ".join(text for text in texts if text)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", found).casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return sorted({word[:MOST_CHARACTERS] for word in WORD.findall(bare)})


@sql
async def rarest_word(
    tx: Tx, *, tenant_id: TenantId, words: list[str], beyond: list[str]
) -> str: ...


@sql
async def customers_with_words(
    tx: Tx,
    *,
    tenant_id: TenantId,
    rarest: str,
    beyond_rarest: str,
    others: list[str],
    beyond_others: list[str],
    email: str | None,
    before: CustomerId | None,
    most: int,
) -> list[Customer]: ...


@sql
async def delete_words(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, words: list[str]
) -> None: ...


@sql
async def insert_words(tx: Tx, *, customer_id: CustomerId, words: list[str]) -> None: ...
