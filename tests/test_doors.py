"""Packages meet at their doors, and SQL is written where it can be read."""

import ast
import importlib
import re
from typing import Final

from tests.house import SRC, Source, sources

CODE: Final = sources("src")
PACKAGES: Final = {path.parent.name for path in SRC.glob("*/__init__.py")}

SQL: Final = re.compile(
    r"^\s*(?:select|insert\s+into|update\s+\w+(?:\.\w+)?\s+set|delete\s+from|merge\s+into|with\s+\w+\s+as"
    r"|create|alter|drop|grant|revoke|truncate|copy|call|begin|commit|rollback|savepoint|release"
    r"|set\s+(?:local|session|role)|listen|notify|lock\s+table|do)\b",
    re.IGNORECASE,
)

WRITES_SQL: Final = {
    ("db/migrations.py", "_apply"): "a constant, and text of our own files",
    ("db/roles.py", "ensure_app_role"): "names and literals that the server has quoted",
    ("db/transactions.py", "tenant_transaction"): "a UUID, looked at; it saves a round trip",
    ("db/tx.py", "savepoint"): "a number of our own",
    ("postgres/cluster.py", "_fill"): "a constant, before there is anything to read",
}
"""Functions that put a statement together, and why that is safe."""

WRITES: Final = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(\w+)\.\w+", re.IGNORECASE
)


def test_nobody_reaches_past_another_package_s_door() -> None:
    assert {str(source): found for source in CODE if (found := reached_by(source))} == {}


def reached_by(source: Source) -> list[str]:
    """What a file imports from behind other packages' doors."""
    reached = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            reached += [each.name for each in node.names if is_behind(source, each.name)]
        elif isinstance(node, ast.ImportFrom):
            module = absolute(source, node)
            if is_behind(source, module):
                reached.append(module)
            else:
                reached += [
                    f"{module}.{each.name}"
                    for each in node.names
                    if is_hidden(source, module, each.name)
                ]

    return reached


def test_nobody_uses_what_a_package_does_not_show() -> None:
    assert {str(source): found for source in CODE if (found := taken_by(source))} == {}


def taken_by(source: Source) -> list[str]:
    """What a file takes, through a door, that is not offered there."""
    doors = {
        each.asname or each.name: f"guilder.{each.name}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and absolute(source, node) == "guilder"
        for each in node.names
        if each.name in PACKAGES
    }
    taken = [
        (node.value.id, node.attr)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in doors
    ]

    return [f"{door}.{name}" for door, name in taken if is_hidden(source, doors[door], name)]


def absolute(source: Source, node: ast.ImportFrom) -> str:
    """The module that an import names, whatever dots it begins with."""
    if not node.level:
        return node.module or ""
    place = ("guilder", *source.path.relative_to(SRC).parts[: -node.level])
    return ".".join((*place, node.module) if node.module else place)


def is_behind(source: Source, module: str) -> bool:
    """Whether a module lies behind the door of a package that is not the reader's."""
    top, package, *inner = (*module.split("."), "", "")[:3]
    if top != "guilder" or package not in PACKAGES or package == source.package:
        return False
    is_manifest = inner == ["manifest"] and source.package in {"app", "cli"}
    return inner != [""] and not is_manifest


def is_hidden(source: Source, module: str, name: str) -> bool:
    """Whether a package has the name without showing it."""
    top, package, *inner = (*module.split("."), "")[:3]
    if top != "guilder" or package not in PACKAGES or package == source.package or inner != [""]:
        return False
    return name not in getattr(importlib.import_module(module), "__all__", ())


def test_no_statement_is_put_together_from_pieces() -> None:
    assert {place for source in CODE for place in pieced_in(source)} == WRITES_SQL.keys()


def pieced_in(source: Source) -> set[tuple[str, str]]:
    """The functions in which a file puts a statement together; no name for its top."""
    pieced = {node for node in ast.walk(source.tree) if puts_together(node)}
    bodies = {function.name: set(ast.walk(function)) for function in source.functions()}
    within = {name for name, nodes in bodies.items() if nodes & pieced}
    outside = pieced.difference(*bodies.values())
    return {(source.within, name) for name in (*within, *([""] if outside else []))}


def puts_together(node: ast.AST) -> bool:
    """An f-string, a sum, a format, or a `%` that begins like a statement."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return is_sql(text) and any(isinstance(one, ast.FormattedValue) for one in node.values)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add() | ast.Mod()):
            return is_sql(text)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return is_sql(text)
    return False


def is_sql(text: str) -> bool:
    return bool(SQL.match(text))


def test_a_package_writes_its_own_schema_only() -> None:
    strangers = [
        f"{path.parent.name}/{path.name}: {schema}"
        for path in SRC.rglob("*.sql")
        for schema in WRITES.findall(path.read_text("utf-8"))
        if schema != path.relative_to(SRC).parts[0]
    ]

    assert strangers == []
