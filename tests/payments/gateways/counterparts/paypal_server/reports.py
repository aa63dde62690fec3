"""Transaction search: what moved, by pages, for at most 31 days and so many lines."""

from datetime import datetime, timedelta
from typing import Any

from .books import Books, Payment
from .faults import Fault
from .papers import amount_of

LONGEST = timedelta(days=31)
CODES = {"captures": "T0006", "refunds": "T1107", "authorizations": "T1300"}
ASKED = {
    "start_date", "end_date", "fields", "page_size", "page", "balance_affecting_records_only",
}  # fmt: skip


class Reports:
    """The counter where one asks what moved."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.most_entries = 10_000
        self.others: list[dict[str, Any]] = []
        """Lines that did not come from the orders of this server."""

    def search(self, query: dict[str, str]) -> dict[str, Any]:
        if unknown := query.keys() - ASKED:
            raise Fault("INVALID_PARAMETER", f"Not known: {unknown}", status=400)
        since, until = (_moment(query[name]) for name in ("start_date", "end_date"))
        if until - since > LONGEST:
            raise Fault("INVALID_REQUEST", "Date range is greater than 31 days.", status=400)
        lines = self._lines(only_balance=query["balance_affecting_records_only"] == "Y")
        found = [
            line for line in lines if since <= _moment(line["transaction_initiation_date"]) <= until
        ]
        if len(found) > self.most_entries:
            fault = Fault("RESULTSET_TOO_LARGE", status=400)
            fault.body |= {"name": "RESULTSET_TOO_LARGE", "details": []}
            raise fault
        page, size = int(query["page"]), int(query["page_size"])
        if not 1 <= size <= 500 or page < 1:
            raise Fault("INVALID_PARAMETER", "No such page.", status=400)
        shown = found[(page - 1) * size : page * size]
        return {
            "transaction_details": [{"transaction_info": line} for line in shown],
            "page": page,
            "total_items": len(found),
            "total_pages": -(-len(found) // size),
        }

    def _lines(self, *, only_balance: bool) -> list[dict[str, Any]]:
        kinds = ("captures", "refunds") + (() if only_balance else ("authorizations",))
        payments = [
            each
            for kind in kinds
            for each in self._books.payments(kind)
            if each.counts and each.status != "PENDING"
        ]
        lines = [_line(each) for each in payments] + self.others
        return sorted(lines, key=lambda line: line["transaction_initiation_date"])


def _line(payment: Payment) -> dict[str, Any]:
    sign = -1 if payment.kind == "refunds" else 1
    line = {
        "transaction_id": payment.id,
        "transaction_event_code": CODES[payment.kind],
        "transaction_initiation_date": payment.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
        "transaction_amount": amount_of(sign * payment.value, payment.currency),
        "transaction_status": "S",
    }
    if payment.custom_id:
        line["custom_field"] = payment.custom_id
    if payment.parent:
        line |= {"paypal_reference_id": payment.parent.id, "paypal_reference_id_type": "TXN"}
    return line


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
