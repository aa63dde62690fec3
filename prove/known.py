"""What is known to exist: ids as they were answered, by the paths that lead to them."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

HALF: Final = 0.5
MOST_KEPT: Final = 60
"""Of each kind, the newest: the oldest has mostly come to its end."""

Values = dict[str, str]


class Known:
    """Learns from answers, and names something that exists where a path or a body asks for it."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._templates = list(templates)
        self._readers = [(one, _reader(one)) for one in self._templates]
        self._spared: set[str] = set()
        self._first: dict[str, list[Any]] = {}
        self._of_path: defaultdict[str, deque[Values]] = defaultdict(_kept)
        self._of_name: defaultdict[str, deque[Any]] = defaultdict(_kept)
        self._single = {one.rpartition("/")[0]: one for one in self._items()}

    def learn(self, path: str, body: Any) -> None:
        """Remember what this address answered."""
        for template, reader in self._readers:
            if found := reader.fullmatch(path):
                self._read(template, found.groupdict(), body)

    def lead(self, path: str) -> None:
        """Remember that this path leads to something."""
        for template, reader in self._readers:
            if "{" in template and (found := reader.fullmatch(path)):
                self._keep(template, found.groupdict())

    def spare(self, *values: str) -> None:
        """Never name these: whoever asks could not ask any more."""
        self._spared.update(values)

    def note(self, name: str, *values: str) -> None:
        """Remember values of a field, or of a parameter."""
        for value in values:
            if value not in self._of_name[name] and value not in self._spared:
                self._of_name[name].append(value)

    def pin(self) -> None:
        """Never forget what is known by now: it was set up to have something of every kind."""
        self._first = {name: list(kept) for name, kept in self._of_name.items()}
        self._first |= {path: list(kept) for path, kept in self._of_path.items()}

    def values_for(self, template: str, random: Random) -> Values:
        """Values of a path's parameters that belong together, as far as any are known."""
        names = re.findall(r"{(\w+)}", template)
        item = template[: template.rfind("}") + 1]
        if known := self._kept_of(item, self._of_path, random):
            found: Values = random.choice(known)
            return found
        values = {name: self.value_of(name, random) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def value_of(self, name: str, random: Random) -> Any:
        """One value that this field had."""
        one = name.removesuffix("s") if name.endswith("_ids") else name
        known = self._kept_of(one, self._of_name, random)
        return random.choice(known) if known else None

    def _kept_of(self, name: str, kept: Mapping[str, Sequence[Any]], random: Random) -> Any:
        """What was there first, or what is newest: as often the one as the other."""
        first = self._first.get(name, ())
        return first if first and random.random() < HALF else kept[name]

    def _items(self) -> Iterator[str]:
        """Every path of one thing, whether it can be looked at itself or only what is in it."""
        for template in self._templates:
            parts = template.split("/")
            for end, part in enumerate(parts, 1):
                if part.startswith("{"):
                    yield "/".join(parts[:end])

    def _read(self, template: str, values: Values, body: Any) -> None:
        if not isinstance(body, dict):
            return
        if isinstance(body.get("data"), list):
            for one in body["data"]:
                self._read_one(self._single.get(template), values, one)
        elif template in self._single:
            self._read_one(self._single[template], values, body)
        else:
            self._read_one(template if template in self._single.values() else None, values, body)

    def _read_one(self, item: str | None, values: Values, one: Any) -> None:
        if not isinstance(one, dict):
            return
        for name, value in one.items():
            if name.endswith("_id") and isinstance(value, str):
                self.note(name, value)
            elif isinstance(value, str) and value.startswith("http"):
                self.lead(urlsplit(value).path)
            elif isinstance(value, dict):
                self._read_one(self._single.get(f"/v1/{name}s"), {}, value)
            elif isinstance(value, list):
                inner = f"{item}/{name}" if f"{item}/{name}" in self._single else f"/v1/{name}"
                around = self._around(item, values, one) if inner.startswith(str(item)) else {}
                for each in value:
                    self._read_one(self._single.get(inner), around, each)
                    self._note_id(name.removesuffix("s") + "_id", each)
        if item and isinstance(one.get("id"), str):
            found = self._around(item, values, one)
            self.note(item[item.rfind("{") + 1 : -1], one["id"])
            self._keep(item, found)

    def _keep(self, item: str, found: Values) -> None:
        is_new = found not in self._of_path[item] and self._spared.isdisjoint(found.values())
        if is_new:
            self._of_path[item].append(found)

    def _around(self, item: str | None, values: Values, one: dict[str, Any]) -> Values:
        if item is None or not isinstance(one.get("id"), str):
            return values
        name = item[item.rfind("{") + 1 : -1]
        return {
            **{key: value for key, value in values.items() if f"{{{key}}}" in item},
            name: one["id"],
        }

    def _note_id(self, name: str, one: Any) -> None:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            self.note(name, one["id"])


def _kept() -> deque[Any]:
    return deque(maxlen=MOST_KEPT)


def _reader(template: str) -> re.Pattern[str]:
    escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", escaped))
