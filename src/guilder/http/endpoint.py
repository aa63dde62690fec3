"""Endpoints: typed functions. Everything the layer needs to know is read from the signature, once.

`tx: Tx` is the tenant's transaction, `actor: Actor` who asks, `page: Page` a
place in a list, `caller: Caller` a way to several transactions, `body` the
decoded body. A name in the path's braces comes from the path, any other from
the query. The return type is the answer's.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from types import NoneType
from typing import Annotated, Any, Final, Protocol, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from guilder.db import Tx, plain_type
from guilder.kernel import Actor, CursorSeal, Problem, TenantId

from .caller import Caller
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
from .strict_json import parse

R = TypeVar("R")
Function = Callable[..., Awaitable[R]]

GIVEN: Final = {Tx: "tx", Actor: "actor", Page: "page", Caller: "caller"}
LIMIT = Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE, description="How many to answer.")]
CURSOR = Annotated[
    str, msgspec.Meta(description="`next_cursor` of the page before, to go on from there.")
]

UUID_CHARACTERS: Final = 36
"""Of the written form, with its hyphens, and of no other."""

FIRST_AND_LAST_DAY: Final = (b"0001-01-01", b"9999-12-31", b"\\u")
"""What a body holds where it may name a time that has no place in UTC, written out or escaped."""


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
    ) -> None:
        self.method = method
        self.path = path
        self.function = function
        self.permission = permission
        self.problems = problems
        self.max_body_bytes = max_body_bytes
        self.timeout_seconds = timeout_seconds
        hints = get_type_hints(function, include_extras=True)
        self.answer = hints.pop("return")
        self.status = 204 if self.answer is NoneType else status
        self.is_stream = self.answer is EventStream
        self.given = {GIVEN[kind]: name for name, kind in hints.items() if kind in GIVEN}
        self.body_type = hints.get("body")
        self.path_types = {
            name: hints[name] for name in (part[1:-1] for part in path.split("/") if "{" in part)
        }
        self.query_type = self._query_struct(hints)
        self._decode = msgspec.json.Decoder(self.body_type).decode if self.body_type else None
        self._path = [(name, _path_reader(kind)) for name, kind in self.path_types.items()]
        self.is_idempotent = (
            method == "POST" and permission is not None and "caller" not in self.given
        )
        self.answers_json = self.answer is not Response
        if method == "POST" and permission is not None and not self.is_idempotent:
            raise TypeError(f"{path}: a POST that takes a caller cannot keep its answer")

    @property
    def name(self) -> str:
        return self.function.__name__

    def _query_struct(self, hints: dict[str, Any]) -> Any:
        parameters = inspect.signature(self.function).parameters
        fields: list[Any] = []
        for name, kind in hints.items():
            if kind in GIVEN or name == "body" or name in self.path_types:
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
        arguments = {
            name: read(value) for (name, read), value in zip(self._path, values, strict=True)
        }
        errors = self._read_query(request.query_string, arguments)
        if self._decode is not None:
            try:
                arguments["body"] = self._read_body(request.body)
            except InvalidRequest as refused:
                errors += refused.errors
        if errors:
            raise InvalidRequest(errors=errors)
        return arguments

    def _read_query(self, query_string: bytes, arguments: dict[str, Any]) -> list[FieldError]:
        """Add the query's arguments; what comes back is what was wrong."""
        sent, errors = parameters_of(query_string) if query_string else ({}, [])
        if sent is None:
            return errors
        if self.query_type is None:
            return errors + [FieldError(UNKNOWN, parameter=name[:80]) for name in sent]
        try:
            query = msgspec.convert(sent, self.query_type, strict=False)
        except msgspec.ValidationError:
            return errors + in_query(sent, self.query_type)
        for name, text in sent.items():
            if misread(text, getattr(query, name)):
                return errors + in_query(sent, self.query_type)
        arguments |= {name: getattr(query, name) for name in query.__struct_fields__}
        return errors

    def _read_body(self, body: bytes) -> Any:
        if not body:
            raise MalformedBody(detail="there is no body")
        value = parse(body)
        try:
            decoded = self._decode(body)  # type: ignore[misc]
        except msgspec.ValidationError as refused:
            sentence = str(refused).partition(" - at ")[0]
            found = in_body(value, self.body_type) or [FieldError(sentence, pointer="")]
            raise InvalidRequest(errors=found) from refused
        except msgspec.DecodeError as refused:
            raise MalformedBody(detail=str(refused)) from refused
        if any(sign in body for sign in FIRST_AND_LAST_DAY) and (beyond := times_beyond(decoded)):
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
            )

        return build

    return declare


get = _declare("GET", 200)
post = _declare("POST", 201)
put = _declare("PUT", 200)
patch = _declare("PATCH", 200)
delete = _declare("DELETE", 200)

__all__ = ["Endpoint", "delete", "get", "patch", "post", "put"]
