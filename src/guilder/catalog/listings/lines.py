"""Lines: one variant each, with its product, as CSV. What cannot be read is told line by line."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from guilder.catalog.product import BillingType
from guilder.catalog.products.products import refuse_odd_product
from guilder.catalog.products.views import (
    Category,
    Code,
    Description,
    Grams,
    Images,
    Name,
    OptionValues,
    Sku,
)
from guilder.kernel import Metadata, Problem, exponents

PRICE: Final = re.compile(r"price_(?P<currency>[A-Z]{3})")
WRITTEN: Final = re.compile(r"\d{1,13}(?:\.\d{1,12})?", re.ASCII)
MOST_FRACTION: Final = 12
DOCUMENTS: Final = ("metadata", "options", "variant_metadata")
OF_PRODUCT: Final = (
    "name", "description", "billing_type", "active", "currency", "settlement_asset",
    "tax_category", "images", "metadata",
)  # fmt: skip
OF_VARIANT: Final = (
    "variant_name", "options", "weight_grams", "variant_active", "variant_metadata", "on_hand",
    "allows_backorder",
)  # fmt: skip
COLUMNS: Final = ("product", "sku", *OF_PRODUCT, *OF_VARIANT)


class ColumnsNotKnown(Problem, status=422):
    """A listing begins with the names of its columns, of which `sku` is one."""

    unknown: list[str]
    known: list[str]


class RefusedLine(msgspec.Struct, frozen=True):
    """A line that cannot be imported, and why."""

    line: int
    sku: str | None
    reason: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One variant, with what the line says of its product. What is left empty is None."""

    sku: Sku
    product: Sku | None = None
    name: Name | None = None
    description: Description | None = None
    billing_type: BillingType | None = None
    active: bool | None = None
    currency: Code | None = None
    settlement_asset: str | None = None
    tax_category: Category | None = None
    images: Images | None = None
    metadata: Metadata | None = None
    variant_name: Name | None = None
    options: OptionValues | None = None
    weight_grams: Grams | None = None
    variant_active: bool | None = None
    variant_metadata: Metadata | None = None
    on_hand: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    allows_backorder: bool | None = None
    number: int = 0
    prices: dict[str, Decimal] = {}


def read_lines(text: str) -> Iterator[Line | RefusedLine]:
    """Read a listing, line by line."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
    except csv.Error:
        columns = []
    _refuse_columns(columns)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as broken:
            yield RefusedLine(rows.line_num, None, str(broken))
            return
        if any(cells):
            yield _read(columns, cells, number=rows.line_num)


def _refuse_columns(columns: list[str]) -> None:
    known = {name for name in columns if name in COLUMNS or _is_price(name)}
    unknown = [name[:100] for name in columns if name not in known]
    if unknown or "sku" not in known or len(known) < len(columns):
        raise ColumnsNotKnown(unknown=unknown[:20], known=[*COLUMNS, "price_EUR"])


def _is_price(column: str) -> bool:
    found = PRICE.fullmatch(column)
    return found is not None and found["currency"] in exponents()


def _read(columns: list[str], cells: list[str], *, number: int) -> Line | RefusedLine:
    given = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    sku = given.get("sku", "").strip() or None
    try:
        _refuse_cells(columns, cells)
        return _line(given | {"sku": sku or "", "number": number})
    except Problem as refused:
        return RefusedLine(number, sku, refused.title)
    except (ValueError, msgspec.MsgspecError) as refused:
        sentence, _, place = str(refused).partition(" - at `$.")
        return RefusedLine(number, sku, f"{place.rstrip('`')}: {sentence}" if place else sentence)


def _refuse_cells(columns: list[str], cells: list[str]) -> None:
    if len(cells) > len(columns):
        raise ValueError("has more cells than there are columns")
    if "\0" in "".join(cells):
        raise ValueError("holds a NUL character")


def _line(given: Mapping[str, Any]) -> Line:
    cells = dict(given)
    prices = {name[-3:]: _amount(name, cells.pop(name)) for name in list(cells) if _is_price(name)}
    for name in DOCUMENTS:
        if name in cells:
            cells[name] = _document(name, cells[name])
    if "images" in cells:
        cells["images"] = cells["images"].split()
    line = msgspec.convert(cells | {"prices": prices}, Line, strict=False)
    refuse_odd_product(line.currency, line.settlement_asset)
    return line


def _document(column: str, cell: str) -> Any:
    try:
        return msgspec.json.decode(cell)
    except msgspec.DecodeError as unreadable:
        raise ValueError(f"{column}: is not JSON") from unreadable


def _amount(column: str, cell: str) -> Decimal:
    """An amount as people write it, in smallest units."""
    amount = Decimal(cell) if WRITTEN.fullmatch(cell) else None
    if amount is None:
        raise ValueError(f"{column}: is no amount")
    amount = amount.scaleb(exponents()[column[-3:]])
    if amount != round(amount, MOST_FRACTION):
        raise ValueError(f"{column}: is finer than a price may be")
    return amount


def write_amount(currency: str, amount: Decimal) -> str:
    """An amount in smallest units, as people write it."""
    digits = exponents()[currency]
    whole, _, fraction = f"{amount.scaleb(-digits):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}" if fraction else whole
