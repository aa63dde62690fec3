"""The style of the house, as far as a test can hold it: sizes, names, sentences, and doors."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from guilder import app, db
from guilder.cli.demo import past
from guilder.db.statements import statements_in
from guilder.settings import MIGRATIONS
from tests.house import ROOT, SRC, Source, sources

CODE: Final = sources("src")
EVERYTHING: Final = (*CODE, *sources("tests"))

MOST_FILE_LINES: Final = 400
MOST_FUNCTION_LINES: Final = 60
MOST_STATEMENT_LINES: Final = 40
MOST_ENDPOINT_STATEMENTS: Final = 10
MOST_POSITIONAL: Final = 3
MOST_PACKAGE_FILES: Final = 25
MOST_COMMENTS: Final = 0.12

BANNED_FILES: Final = {
    "service", "services", "utils", "util", "helpers", "helper", "common", "manager", "managers",
    "base", "models", "model", "misc",
}  # fmt: skip
BANNED_SUFFIXES: Final = ("Service", "Manager", "Helper", "Impl", "Data")
METHODS: Final = {"get", "post", "put", "patch", "delete"}

MACHINE: Final = re.compile(
    r"(?<![\w.])/(?:home|work|root|Users)/\w|pypi[.]org|python[h]osted|index-[u]rl"
)

TELLS_THE_TIME: Final = re.compile(
    r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|sleep))\("
)
MAY_WAIT: Final = {
    "cli/reach.py": "a command of a person waits for the system to answer",
    "postgres/claim.py": "nothing tells when another process lets go of a file",
    "postgres/launch.py": "the keeper gives the server time to end",
    "postgres/postmaster.py": "the time of a file is compared with the clock that made it",
    "postgres/server.py": "a server that starts is asked until it answers",
}
"""Where a clock or a sleep is at home, and why."""

Function = ast.AsyncFunctionDef | ast.FunctionDef


def broken(where: Iterable[Source], rule: Callable[[Source], Any]) -> dict[str, Any]:
    """What breaks a rule, by file."""
    return {str(source): found for source in where if (found := rule(source))}


def broken_by_functions(
    where: Iterable[Source], rule: Callable[[Function], Any]
) -> dict[str, dict[str, Any]]:
    """What breaks a rule, by file and function."""
    return broken(
        where,
        lambda source: {each.name: found for each in source.functions() if (found := rule(each))},
    )


def test_a_file_is_at_most_400_lines() -> None:
    assert broken(EVERYTHING, lambda source: beyond(MOST_FILE_LINES, len(source.lines))) == {}


def beyond(most: int, count: int) -> int | None:
    return count if count > most else None


def test_a_statement_is_at_most_40_lines() -> None:
    long = {
        f"{path.parent.name}/{path.stem}.{name}": lines
        for path in SRC.rglob("*.sql")
        for name, body in statements_in(path).items()
        if (lines := body.strip().count("\n") + 1) > MOST_STATEMENT_LINES
    }

    assert long == {}
    assert [
        path.name
        for path in (*SRC.rglob("*.sql"), *MIGRATIONS.glob("*.sql"))
        if len(path.read_text("utf-8").splitlines()) > MOST_FILE_LINES
    ] == []


def test_a_function_is_at_most_60_lines() -> None:
    def rule(function: Function) -> int | None:
        return beyond(MOST_FUNCTION_LINES, (function.end_lineno or 0) - function.lineno + 1)

    assert broken_by_functions(EVERYTHING, rule) == {}


def test_an_endpoint_parses_calls_one_verb_and_answers() -> None:
    def rule(function: Function) -> int | None:
        if not is_endpoint(function):
            return None
        statements = sum(isinstance(node, ast.stmt) for node in inner(function))
        return beyond(MOST_ENDPOINT_STATEMENTS, statements)

    assert [one for source in CODE for one in source.functions() if is_endpoint(one)]
    assert broken_by_functions(CODE, rule) == {}


def is_endpoint(function: Function) -> bool:
    calls = (each.func for each in function.decorator_list if isinstance(each, ast.Call))
    return any(isinstance(call, ast.Name) and call.id in METHODS for call in calls)


def inner(function: Function) -> Iterator[ast.AST]:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    for statement in body:
        yield from ast.walk(statement)


def test_at_most_three_parameters_go_by_position() -> None:
    def rule(function: Function) -> list[str] | None:
        names = positional(function)
        return names if len(names) > MOST_POSITIONAL else None

    assert broken_by_functions(CODE, rule) == {}


def positional(function: Function) -> list[str]:
    """The protocol of `with` has a signature of its own, and so has a client of Stripe's SDK."""
    if function.name in {"__exit__", "__aexit__", "request_async"}:
        return []
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return [name for name in names if name not in {"self", "cls", "tx"}]


def test_a_package_is_at_most_25_files() -> None:
    crowded = {
        folder.name: len(files)
        for folder in {source.path.parent for source in CODE}
        if len(files := [path for path in folder.iterdir() if path.is_file()]) > MOST_PACKAGE_FILES
    }

    assert crowded == {}


def test_names_say_what_a_thing_is() -> None:
    def files(source: Source) -> set[str]:
        return BANNED_FILES & {source.path.stem, *source.path.relative_to(ROOT).parts[:-1]}

    def classes(source: Source) -> list[str]:
        names = [node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
        return [name for name in names if name.endswith(BANNED_SUFFIXES)]

    assert broken(EVERYTHING, files) == {}
    assert broken(EVERYTHING, classes) == {}


def test_every_module_and_public_name_has_a_sentence() -> None:
    def rule(source: Source) -> list[str]:
        public = [
            node
            for node in source.tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
            and not is_stub(node)
        ]
        mute = [node.name for node in public if not is_sentence(ast.get_docstring(node))]
        return mute if is_sentence(ast.get_docstring(source.tree)) else ["the module", *mute]

    assert broken(CODE, rule) == {}


def is_sentence(docstring: str | None) -> bool:
    return (docstring or "").partition("\n")[0].endswith(".")


def is_stub(node: ast.AST) -> bool:
    """A stub's sentence stands above its statement, where it is needed."""
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(each, ast.Name) and each.id == "sql" for each in decorators)


def test_comments_are_few() -> None:
    def rule(source: Source) -> list[str] | None:
        comments = source.comment_lines()
        allowed = max(1, MOST_COMMENTS * len(source.lines))
        return comments if len(comments) > allowed else None

    assert broken(CODE, rule) == {}


def test_every_statement_has_its_stub_and_every_file_its_pair() -> None:
    stubs = {
        (source.path.with_suffix(".sql"), node.name)
        for source in CODE
        for node in source.functions()
        if is_stub(node)
    }
    statements = {(path, name) for path in SRC.rglob("*.sql") for name in statements_in(path)}

    assert stubs == statements
    assert app.PACKAGES, "importing the composition root registers every statement"
    assert past, "and the demo has some that nobody else runs"
    assert {(one.path, one.name) for one in db.STATEMENTS} == statements


def test_no_statement_is_dead() -> None:
    used = {name for source in CODE for name in source.names_used()}

    assert [
        f"{source}: {node.name}"
        for source in CODE
        for node in source.functions()
        if is_stub(node) and node.name not in used
    ] == []


def test_the_time_comes_in() -> None:
    def rule(source: Source) -> list[str]:
        return [line.strip() for line in source.lines if TELLS_THE_TIME.search(line)]

    assert broken(CODE, rule).keys() == MAY_WAIT.keys()


def test_a_pattern_ends_where_the_text_does() -> None:
    """`$` alone lets a last line end pass, which a table then refuses."""

    def rule(source: Source) -> list[str]:
        return [
            node.value.value
            for node in ast.walk(source.tree)
            if isinstance(node, ast.keyword)
            and node.arg == "pattern"
            and isinstance(node.value, ast.Constant)
            and str(node.value.value).endswith("$")
        ]

    assert broken(CODE, rule) == {}


def test_an_address_is_one_without_a_space() -> None:
    """What follows an end of line would be a header, wherever a browser is sent on to it."""

    def rule(source: Source) -> list[str]:
        return [
            node.value.value
            for node in ast.walk(source.tree)
            if isinstance(node, ast.keyword)
            and node.arg == "pattern"
            and isinstance(node.value, ast.Constant)
            and "://" in str(node.value.value)
            and not str(node.value.value).endswith(r"$(?!\n)")
        ]

    assert broken(CODE, rule) == {}


def test_no_machine_and_no_registry_is_named() -> None:
    named = []
    for path in tracked():
        text = path.read_text("utf-8", errors="replace")
        named += [f"{path.name}: {found[0]}" for found in MACHINE.finditer(text)]
        if path.suffix == ".lock" and "://" in text:
            named.append(f"{path.name}: an address")

    assert named == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 - the one git of this machine
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(paths) > 100
    return [path for path in paths if path.is_file()]
