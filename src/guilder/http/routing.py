"""Where a path leads: a tree of segments, so that the hundredth route costs what the first does."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from .problems import MethodNotAllowed, NotFound

if TYPE_CHECKING:
    from .endpoint import Endpoint


class _Node:
    """One segment: what is below it by name, what is below it by any value, what it answers."""

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.endpoints: dict[str, Endpoint] = {}


class Router:
    """Finds the endpoint of a method and a path. Names win over values."""

    def __init__(self) -> None:
        self._root = _Node()
        self._fixed: dict[tuple[str, str], Endpoint] = {}

    def add(self, endpoint: "Endpoint") -> None:
        node = self._root
        for segment in endpoint.path.split("/")[1:]:
            if segment.startswith("{"):
                node.any = node = node.any or _Node()
            else:
                node = node.named.setdefault(segment, _Node())
        if endpoint.method in node.endpoints:
            raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
        node.endpoints[endpoint.method] = endpoint
        if "{" not in endpoint.path:
            self._fixed[endpoint.method, endpoint.path] = endpoint

    def find(self, method: str, path: str) -> tuple["Endpoint", tuple[str, ...]]:
        """The endpoint of a path as it was sent, and the values in it; or why there is none."""
        if endpoint := self._fixed.get((method, path)):
            return endpoint, ()
        node, values = self._node_at(path)
        found = node.endpoints.get(method) or (
            node.endpoints.get("GET") if method == "HEAD" else None
        )
        if found is None:
            raise MethodNotAllowed(allow=_methods_of(node))
        return found, tuple(values)

    def for_browsers(self, path: str) -> list["Endpoint"]:
        """The endpoints of a path that pages of any origin may call."""
        node, _ = self._node_at(path)
        return [one for one in node.endpoints.values() if one.is_for_browsers]

    def _node_at(self, path: str) -> tuple[_Node, list[str]]:
        node: _Node | None = self._root
        values: list[str] = []
        for segment in path.split("/")[1:]:
            below = node.named.get(segment) if node else None
            if below is None and node and node.any and segment:
                values.append(_plain(segment) if "%" in segment else segment)
                below = node.any
            node = below
        if node is None or not node.endpoints:
            raise NotFound
        return node, values


def _plain(segment: str) -> str:
    """A segment without its escapes. What is not UTF-8, or holds a NUL, names nothing."""
    try:
        plain = unquote(segment, errors="strict")
    except UnicodeDecodeError as unreadable:
        raise NotFound from unreadable
    if "\0" in plain:
        raise NotFound
    return plain


def _methods_of(node: _Node) -> list[str]:
    return sorted({*node.endpoints, *(["HEAD"] if "GET" in node.endpoints else [])})
