"""Telling: what an entry may say of a thing. Never a secret, and never without end."""

from typing import Any, Final

import msgspec

SECRETS: Final = (
    "authorization",
    "cookie",
    "credential",
    "hash",
    "passphrase",
    "password",
    "private_key",
    "recovery",
    "sealed",
    "secret",
    "token",
    "verifier",
)
"""What the name of a secret has in it."""

SECRET_NAMES: Final = {"code", "codes", "nonce", "otp", "pin", "seed"}

HIDDEN: Final = "[hidden]"
MOST_BYTES: Final = 16_384
"""So long one field may be, as JSON."""

Thing = msgspec.Struct | dict[str, Any] | None
Fields = dict[str, Any] | None


class SecretTold(TypeError):
    """An audit entry was given what nobody may read in it."""


def told(before: Thing, after: Thing) -> tuple[Fields, Fields]:
    """What was and what is. Of two structs only what differs, so that it can be seen."""
    was, now = _fields(before), _fields(after)
    if was is None or now is None or isinstance(before, dict) or isinstance(after, dict):
        return was, now
    same = {name for name in was.keys() & now.keys() if was[name] == now[name]} | {"updated_at"}
    return _without(was, same), _without(now, same)


def is_secret(name: str) -> bool:
    """Whether a field of this name holds what nobody may read."""
    plain = name.casefold().replace("-", "_")
    return plain in SECRET_NAMES or any(word in plain for word in SECRETS)


def _fields(thing: Thing) -> Fields:
    if thing is None:
        return None
    named = thing if isinstance(thing, dict) else msgspec.structs.asdict(thing)
    return {name: _short(_plain(value)) for name, value in _open(named).items()}


def _open(named: dict[str, Any]) -> dict[str, Any]:
    """Fields that we have named ourselves, so one of a secret's name is a mistake of ours."""
    if secrets := sorted(filter(is_secret, named)):
        raise SecretTold(f"an audit entry tells no secret: {', '.join(secrets)}")
    return named


def _plain(value: Any) -> Any:
    """A value as the table will give it back: of JSON, and each number in its shortest form."""
    match value:
        case msgspec.Struct():
            named = _open(msgspec.structs.asdict(value))
            return {name: _plain(one) for name, one in named.items()}
        case dict():
            # What tenants name is theirs: their secrets are hidden, and the rest is told.
            return {
                str(name): HIDDEN if is_secret(str(name)) else _plain(one)
                for name, one in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_plain(one) for one in value]
        case float():
            return int(value) if value.is_integer() else value
    return msgspec.to_builtins(value)


def _short(value: Any) -> Any:
    size = len(msgspec.json.encode(value))
    return value if size <= MOST_BYTES else {"left_out_bytes": size}


def _without(fields: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
