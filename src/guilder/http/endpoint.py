"""Endpoints: typed functions. Everything the layer needs to know is read from the signature, once.

`tx: Tx` is the tenant's transaction, `actor: Actor` who asks, `page: Page` a
place in a list, `caller: Caller` a way to several transactions, `body` the
decoded body. A name in the path's braces comes from the path, any other from
the query. The return type is the answer's.
"""

import functools
import inspect
import operator
import re
from collections.abc import Awaitable, Callable
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec

from guilder.db import Tx, plain_type
from guilder.kernel import Actor, CursorSeal, Problem, TenantId, tools_in

from .callers import OWN, Caller, Visitor
from .card_numbers import read_body, refuse_in_bytes, refuse_in_head
from .complaints import UNKNOWN, in_body, in_query, misread, times_beyond
from .limits import (
    DEFAULT_PAGE,
    ENDPOINT_SECONDS,
    MAX_BODY_BYTES,
    MAX_PAGE,
)
from .listing import Page
from .problems import FieldError, InvalidRequest, MalformedBody, NotFound
from .query import parameters_of
from .request import Request
from .response import EventStream, Response
from .unfinished import Unfinished

R = TypeVar("R")
Function = Callable[..., Awaitable[R]]

GIVEN: Final = {Tx: "tx", Actor: "actor", Page: "page", Caller: "caller", Visitor: "visitor"}
LIMIT = Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE, description="How many to answer.")]
CURSOR = Annotated[
    str, msgspec.Meta(description="`next_cursor` of the page before, to go on from there.")
]

UUID_CHARACTERS: Final = 36
"""Of the written form, with its hyphens, and of no other."""

PROVED: Final = {OWN, "tenant:own"}
"""What people may do who show their password for it, which no kept request shall hold."""

FIRST_AND_LAST_DAY: Final = (b"0001-01-01", b"9999-12-31", b"\\u")
"""What a body holds where it may name a time that has no place in UTC, written out or escaped."""

TEXT: Final = (str, False)
"""The type of a parameter that means what it says."""


class Endpoint:
    """One method at one path: what it takes, who may call it, what it answers."""

    def __init__(
        self,
        method: str,
        path: str,
        function: Function[Any],
        *,
        permission: str | None,
        status: int,
        problems: tuple[type[Problem], ...],
        max_body_bytes: int,
        timeout_seconds: float,
        finish: Function[Any] | None,
        is_for_browsers: bool = False,
        is_page: bool = False,
    ) -> None:
        self.is_page = is_page
        self.method = method
        self.path = path
        self.function = function
        self.permission = permission
        self.problems = problems
        self.max_body_bytes = max_body_bytes
        self.timeout_seconds = timeout_seconds
        self.is_for_browsers = is_for_browsers
        hints = get_type_hints(function, include_extras=True)
        self.is_batched = "asked" in hints
        self._read_answer(hints.pop("return"), status)
        self._read_parameters(hints, hints.pop("asked", None))
        self._read_finish(finish)
        is_kept = method == "POST" and permission is not None
        self.is_idempotent = is_kept and "caller" not in self.given
        if is_kept and not self.is_idempotent and permission not in PROVED:
            raise TypeError(f"{path}: a POST that takes a caller cannot keep its answer")

    @property
    def name(self) -> str:
        return self.function.__name__

    def _read_answer(self, kind: Any, status: int) -> None:
        """What it answers, and how."""
        self.answer = _answer_in(kind, is_batched=self.is_batched)
        self.status = 204 if self.answer is NoneType else status
        self.is_stream = self.answer is EventStream
        self.answers_json = self.answer is not Response

    def _read_parameters(self, hints: dict[str, Any], asked: Any) -> None:
        """What it takes: from the house, the body, the path, and the query for all the rest."""
        self.tools = tools_in(hints)
        self.given = {GIVEN[kind]: name for name, kind in hints.items() if kind in GIVEN}
        self.body_type, self.path_type = hints.get("body"), None
        if asked is not None:
            self.given["asked"] = "asked"
            self.body_type, self.path_type = (
                None if kind is NoneType else kind for kind in get_args(get_args(asked)[0])
            )
        in_path = get_type_hints(self.path_type) if self.path_type else hints
        names = [part[1:-1] for part in self.path.split("/") if "{" in part]
        self.path_types = {name: in_path[name] for name in names}
        self.query_type = self._query_struct(hints)
        self._interpreted = _interpreted(self.query_type)
        self._decode = msgspec.json.Decoder(self.body_type).decode if self.body_type else None
        self._path = [(name, _path_reader(kind)) for name, kind in self.path_types.items()]

    def _read_finish(self, finish: Function[Any] | None) -> None:
        """Who goes on with what the function leaves to do, and what that is."""
        hints = get_type_hints(finish) if finish else {}
        self.finish_tools = tools_in(hints)
        self._decode_work = msgspec.json.Decoder(hints["work"]).decode if finish else None
        self._finish = finish

    def read_work(self, left: bytes) -> Any:
        """Work that was left to do, as it was written down."""
        if self._decode_work is None:
            raise TypeError(f"{self.path}: nobody finishes what it leaves to do")
        return self._decode_work(left)

    async def finish(self, caller: Caller, work: Any, **tools: Any) -> Any:
        """Do what was left to do, and answer."""
        if self._finish is None:
            raise TypeError(f"{self.path}: nobody finishes what it leaves to do")
        return await self._finish(caller, work, **tools)

    def _query_struct(self, hints: dict[str, Any]) -> Any:
        parameters = inspect.signature(self.function).parameters
        fields: list[Any] = []
        for name, kind in hints.items():
            if kind in GIVEN or name in {"body", *self.tools, *self.path_types}:
                continue
            default = parameters[name].default
            fields.append(
                (name, kind) if default is inspect.Parameter.empty else (name, kind, default)
            )
        if "page" in self.given:
            fields += [("limit", LIMIT, DEFAULT_PAGE), ("cursor", CURSOR | None, None)]
        if not fields:
            return None
        return msgspec.defstruct(
            re.sub(r"\W+", "_", f"{self.method}{self.path}_query"),
            fields,
            kw_only=True,
            forbid_unknown_fields=True,
        )

    def read(self, request: Request, values: tuple[str, ...]) -> dict[str, Any]:
        """The arguments that come out of the request itself; all that is wrong is told at once."""
        refuse_in_head(request, self.path_types, values)
        arguments: dict[str, Any] = {}
        for (name, read), value in zip(self._path, values, strict=True):
            arguments[name] = read(value)
        errors = self._read_query(request.query_string, arguments)
        if self._decode is not None:
            try:
                arguments["body"] = self._read_body(request.body)
            except InvalidRequest as refused:
                errors += refused.errors
        elif request.body:
            refuse_in_bytes(request.body)
        if errors:
            raise InvalidRequest(errors=errors)
        return arguments

    def _read_query(self, query_string: bytes, arguments: dict[str, Any]) -> list[FieldError]:
        """Add the query's arguments; what comes back is what was wrong."""
        sent, errors = parameters_of(query_string) if query_string else ({}, [])
        if sent is None:
            return [] if self.is_page else errors
        if self.is_page:
            # Banks, mail programs and advertisers add to an address what a page never asked for.
            names = self.query_type.__struct_fields__ if self.query_type else ()
            sent, errors = {name: text for name, text in sent.items() if name in names}, []
        if self.query_type is None:
            return errors + [FieldError(UNKNOWN, parameter=name[:80]) for name in sent]
        try:
            query = msgspec.convert(sent, self.query_type, strict=False)
        except msgspec.ValidationError:
            return errors + in_query(sent, self.query_type)
        given = msgspec.structs.asdict(query)
        for name in self._interpreted:
            if name in sent and misread(sent[name], given[name]):
                return errors + in_query(sent, self.query_type)
        arguments.update(given)
        return errors

    def _read_body(self, body: bytes) -> Any:
        if not body:
            raise MalformedBody(detail="there is no body")
        value = read_body(body)
        try:
            decoded = self._decode(body)  # type: ignore[misc]
        except msgspec.ValidationError as refused:
            sentence = str(refused).partition(" - at ")[0]
            found = in_body(value, self.body_type) or [FieldError(sentence, pointer="")]
            raise InvalidRequest(errors=found) from refused
        except msgspec.DecodeError as refused:
            raise MalformedBody(detail=str(refused)) from refused
        if any(map(body.count, FIRST_AND_LAST_DAY)) and (beyond := times_beyond(decoded)):
            raise InvalidRequest(errors=beyond)
        return decoded

    def page(
        self, arguments: dict[str, Any], request: Request, *, seal: CursorSeal, tenant_id: TenantId
    ) -> Page:
        """The caller's place in this list; a cursor belongs to the list with these filters."""
        limit, cursor = arguments.pop("limit"), arguments.pop("cursor")
        filters = {name: value for name, value in arguments.items() if value is not None}
        of = f"{request.path} {msgspec.json.encode(filters, order='sorted').decode()}"
        return Page(seal, tenant_id=tenant_id, of=of, limit=limit, cursor=cursor)


def _answer_in(kind: Any, *, is_batched: bool) -> Any:
    """The type of the answer, beside the work and the problems that may come instead."""
    if is_batched:
        (kind,) = get_args(kind)
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    answers = [
        one for one in get_args(kind) if get_origin(one) is not Unfinished and one is not Problem
    ]
    return functools.reduce(operator.or_, answers)


def _interpreted(query_type: Any) -> list[str]:
    """The parameters that a decoder makes something else of than their text."""
    fields = msgspec.structs.fields(query_type) if query_type else ()
    return [field.encode_name for field in fields if plain_type(field.type) != TEXT]


def _path_reader(kind: Any) -> Callable[[str], Any]:
    plain, _ = plain_type(kind)

    def read(value: str) -> Any:
        try:
            found = msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as wrong:
            raise NotFound from wrong
        if misread(value, found) or (plain is UUID and len(value) != UUID_CHARACTERS):
            raise NotFound
        return found

    return read


class Declare(Protocol):
    """The decorator that makes an endpoint of a function."""

    def __call__(
        self,
        path: str,
        permission: str | None,
        *,
        status: int = ...,
        problems: tuple[type[Problem], ...] = (),
        max_body_bytes: int = MAX_BODY_BYTES,
        timeout_seconds: float = ENDPOINT_SECONDS,
        finish: Function[Any] | None = None,
        is_for_browsers: bool = ...,
        is_page: bool = ...,
    ) -> Callable[[Function[R]], Endpoint]: ...


def _declare(method: str, default_status: int) -> Declare:
    def declare(
        path: str,
        permission: str | None,
        *,
        status: int = default_status,
        problems: tuple[type[Problem], ...] = (),
        max_body_bytes: int = MAX_BODY_BYTES,
        timeout_seconds: float = ENDPOINT_SECONDS,
        finish: Function[Any] | None = None,
        is_for_browsers: bool = False,
        is_page: bool = False,
    ) -> Callable[[Function[R]], Endpoint]:
        def build(function: Function[R]) -> Endpoint:
            return Endpoint(
                method,
                path,
                function,
                permission=permission,
                status=status,
                problems=problems,
                max_body_bytes=max_body_bytes,
                timeout_seconds=timeout_seconds,
                finish=finish,
                is_for_browsers=is_for_browsers,
                is_page=is_page,
            )

        return build

    return declare


get = _declare("GET", 200)
post = _declare("POST", 201)
put = _declare("PUT", 200)
patch = _declare("PATCH", 200)
delete = _declare("DELETE", 200)

__all__ = ["Endpoint", "delete", "get", "patch", "post", "put"]
