"""A pgbench script of statements that were heard, with new ids and keys in each transaction."""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

DOCUMENT: Final = re.compile(r"(e?'(?:[^']|'')*')::jsonb(?!\[)")

Heard = Sequence[tuple[str, tuple[Any, ...]]]


async def script_of(
    connection: asyncpg.Connection, heard: Heard, *, tenant_id: UUID, key: str
) -> str:
    """The statements as one transaction. What is new in each is named by a variable."""
    payment, attempt = _ids(heard)
    lines = [
        "\\set number random(1, 9000000000000000)",
        f"begin; set local guilder.tenant = '{tenant_id}';",
        "select kernel.uuid7() as payment, kernel.uuid7() as attempt \\gset",
    ]
    names = {payment: "payment", attempt: "attempt"}
    for text, params in heard:
        types = (await connection.prepare(text)).get_parameters()
        written = _written(text, params, [kind.name for kind in types])
        lines.append(_renewed(written, names, key=key))
    return "\n".join([*lines, "commit;"]) + "\n"


def _written(text: str, params: tuple[Any, ...], types: list[str]) -> str:
    """The statement with its parameters in their places, in one line."""
    for place in range(len(params), 0, -1):
        text = text.replace(f"${place}", _literal(params[place - 1], types[place - 1]))
    told = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return " ".join(told).rstrip("; ") + ";"


def _renewed(text: str, names: dict[UUID, str], *, key: str) -> str:
    """The statement for another payment each time."""
    for known, name in names.items():
        text = text.replace(f"'{known}'::uuid", f":{name}::uuid")
        text = text.replace(f"'sandbox_{known.hex}'", f"('sandbox_' || :{name}::text)")
    text = DOCUMENT.sub(lambda found: _document_renewed(found[1], names, key=key), text)
    return text.replace(f"'{key}'", "('key-' || :number::text)")


def _document_renewed(literal: str, names: dict[UUID, str], *, key: str) -> str:
    """A document in which the ids and the key are others each time."""
    new = {f'"{key}"': "'\"key-' || :number::text || '\"'"}
    for known, name in names.items():
        new[str(known)] = f":{name}::text"
        new[f"sandbox_{known.hex}"] = f"'sandbox_' || :{name}::text"
    told = f"{literal}::text"
    for spelled, other in new.items():
        if spelled in literal:
            told = f"replace({told}, '{spelled}', {other})"
    return f"{told}::jsonb"


def _ids(heard: Heard) -> tuple[UUID, UUID]:
    """The ids of the payment and of its attempt: where the payment is written, they come in."""
    _, params = next(one for one in heard if "into payments.payment" in one[0])
    payments, attempts = params
    return payments[0].id, attempts[0].id


def _literal(value: Any, kind: str) -> str:
    if isinstance(value, list) and kind.endswith("[]"):
        inside = kind.removesuffix("[]").lstrip("_")
        return f"array[{', '.join(_literal(one, inside) for one in value)}]::{inside}[]"
    if value is None:
        return f"null::{kind}"
    if isinstance(value, bool | int):
        return f"{str(value).lower()}::{kind}"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if kind in {"json", "jsonb"}:
        value = msgspec.json.encode(value).decode()
    quoted = str(value).replace("'", "''")
    if ":" not in quoted:
        return f"'{quoted}'::{kind}"
    spelled = quoted.replace("\\", "\\\\").replace(":", "\\x3a")  # else it names a variable
    return f"e'{spelled}'::{kind}"
