"""Endpoints: typed functions. Everything the layer needs to know is read from the signature, once.

`tx: Tx` is the tenant's transaction, `actor: Actor` who asks, `page: Page` a
place in a list, `caller: Caller` a way to several transactions, `body` the
decoded body. A name in the path's braces comes from the path, any other from
the query. The return type is the answer's.
"""

import inspect
from collections.abc import Awaitable, Callable
from types import NoneType
from typing import Annotated, Any, Final, Protocol, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from guilder.db import Tx, plain_type
from guilder.kernel import Actor, CursorSeal, Problem, TenantId

from .caller import Caller
from .complaints import in_body, in_query
from .limits import (
    DEFAULT_PAGE,
    ENDPOINT_SECONDS,
    MAX_BODY_BYTES,
    MAX_PAGE,
)
from .listing import Page
from .problems import FieldError, InvalidRequest, MalformedBody, NotFound
from .request import Request
from .response import EventStream, Response
from .strict_json import refuse_ambiguous

R = TypeVar("R")
Function = Callable[..., Awaitable[R]]

GIVEN: Final = {Tx: "tx", Actor: "actor", Page: "page", Caller: "caller"}
LIMIT = Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE, description="How many to answer.")]
CURSOR = Annotated[
    str, msgspec.Meta(description="`next_cursor` of the page before, to go on from there.")
]


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
        self.is_idempotent = method == "POST" and "tx" in self.given
        self.answers_json = self.answer is not Response

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
            f"{self.function.__name__}_query", fields, kw_only=True, forbid_unknown_fields=True
        )

    def read(self, request: Request, values: tuple[str, ...]) -> dict[str, Any]:
        """The arguments that come out of the request itself; all that is wrong is told at once."""
        arguments = {
            name: read(value) for (name, read), value in zip(self._path, values, strict=True)
        }
        errors: list[FieldError] = []
        sent = request.query()
        if self.query_type is not None:
            try:
                query = msgspec.convert(sent, self.query_type, strict=False)
                arguments |= {name: getattr(query, name) for name in query.__struct_fields__}
            except msgspec.ValidationError:
                errors += in_query(sent, self.query_type)
        elif sent:
            errors += [FieldError("is not known here", parameter=name[:80]) for name in sent]
        if self._decode is not None:
            try:
                arguments["body"] = self._read_body(request.body)
            except InvalidRequest as refused:
                errors += refused.errors
        if errors:
            raise InvalidRequest(errors=errors)
        return arguments

    def _read_body(self, body: bytes) -> Any:
        if not body:
            raise MalformedBody(detail="there is no body")
        refuse_ambiguous(body)
        try:
            return self._decode(body)  # type: ignore[misc]
        except msgspec.ValidationError as refused:
            found = in_body(msgspec.json.decode(body), self.body_type)
            sentence = str(refused).partition(" - at ")[0]
            raise InvalidRequest(errors=found or [FieldError(sentence, pointer="")]) from refused
        except msgspec.DecodeError as refused:
            raise MalformedBody(detail=str(refused)) from refused

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
            if plain is UUID:
                if len(value) != 36:  # noqa: PLR2004 - the written form, and no other
                    raise NotFound
                return UUID(value)
            return msgspec.convert(value, kind, strict=False)
        except (ValueError, msgspec.ValidationError) as wrong:
            raise NotFound from wrong

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
