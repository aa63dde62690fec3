"""Lists: the newest first, a page at a time."""

import re
from typing import Any

from .books import Books, Thing
from .refusals import invalid

QUERY = re.compile(r"metadata\['(\w+)'\]:'([\w-]+)'")
MOST = 100


def refunds(books: Books, form: dict[str, Any]) -> Thing:
    wanted = {"payment_intent": form["payment_intent"]} if "payment_intent" in form else {}
    return page(books.all("refund", **wanted), form, "/v1/refunds")


def lines(books: Books, form: dict[str, Any]) -> Thing:
    span = form.get("created", {})
    found = [
        line
        for line in books.all("balance_transaction")
        if int(span.get("gte", 0)) <= line["created"] < int(span.get("lt", 2**60))
        and form.get("source", line["source"]) == line["source"]
        and form.get("type", line["type"]) == line["type"]
    ]
    return page(found, form, "/v1/balance_transactions")


def page(found: list[Thing], form: dict[str, Any], url: str) -> Thing:
    limit = int(form.get("limit", 10))
    if not 1 <= limit <= MOST:
        raise invalid("Invalid integer", "limit", "parameter_invalid_integer")
    names = [each["id"] for each in found]
    start = names.index(form["starting_after"]) + 1 if "starting_after" in form else 0
    return {
        "object": "list",
        "data": found[start : start + limit],
        "has_more": len(found) > start + limit,
        "url": url,
    }


def search(books: Books, form: dict[str, Any]) -> Thing:
    wanted = QUERY.fullmatch(form["query"])
    if wanted is None:
        raise invalid("We were unable to parse your search query.", "query")
    name, value = wanted.groups()
    found = [each for each in books.all("payment_intent") if each["metadata"].get(name) == value]
    return {
        "object": "search_result",
        "data": found,
        "has_more": False,
        "next_page": None,
        "url": "/v1/payment_intents/search",
    }
