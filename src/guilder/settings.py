"""Settings: read once, from the environment and from `guilder.toml` in the data folder."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

ROOT: Final = Path(__file__).resolve().parents[2]
MIGRATIONS: Final = ROOT / "migrations"
DEFAULT_DATA: Final = ROOT / ".guilder"
PREFIX: Final = "GUILDER_"
FILE: Final = "guilder.toml"
SECRET_BYTES: Final = 32
MIN_SECRET_CHARACTERS: Final = 32


class SettingsNotValid(Exception):
    """A setting cannot be used, for the reason given."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that can be set. Each is GUILDER_… in the environment, or a line of `guilder.toml`."""

    data: Path
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    public_url: Annotated[str, Meta(pattern=r"^https?://[^/]+$(?!\n)")] | None = None
    database_url: str | None = None
    secret_key: str = ""
    old_secret_keys: list[str] = []
    pool_size: Annotated[int, Meta(ge=2, le=1000)] = 20
    worker_slots: Annotated[int, Meta(ge=1, le=10_000)] = 100
    stripe_url: str | None = None
    paypal_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    trusted_proxies: list[str] = []
    outbound_allow: list[str] = []
    password_cost: Annotated[int, Meta(ge=4, le=16)] = 12
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "pretty", "json"] = "auto"
    postgres_binaries: Path | None = None
    postgres_settings: dict[str, str] = {}

    @property
    def secret(self) -> bytes:
        """What cursors are sealed with, and other secrets are derived from."""
        return self.secret_key.encode()

    @property
    def secrets(self) -> list[bytes]:
        """Today's key first, then those with which older secrets were sealed."""
        return [self.secret, *(key.encode() for key in self.old_secret_keys)]


def read_settings(environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """The settings of this process: what is given, the environment, the file, the defaults."""
    given = {name: value for name, value in given.items() if value is not None}
    named = {
        name: environment[PREFIX + name.upper()]
        for name in Settings.__struct_fields__
        if environment.get(PREFIX + name.upper())
    }
    data = _data_folder(given.pop("data", None), environment.get(f"{PREFIX}DATA"))
    named.pop("data", None)
    merged: dict[str, Any] = _file_in(data) | named | given
    if isinstance(merged.get("old_secret_keys"), str):
        merged["old_secret_keys"] = merged["old_secret_keys"].split(",")
    if isinstance(merged.get("trusted_proxies"), str):
        merged["trusted_proxies"] = merged["trusted_proxies"].split(",")
    if isinstance(merged.get("outbound_allow"), str):
        merged["outbound_allow"] = merged["outbound_allow"].split(",")
    if isinstance(merged.get("postgres_settings"), str):
        merged["postgres_settings"] = _pairs(merged["postgres_settings"])
    merged["secret_key"] = merged.get("secret_key") or secret_in(data)
    if len(merged["secret_key"]) < MIN_SECRET_CHARACTERS:
        raise SettingsNotValid(
            f"GUILDER_SECRET_KEY has at least {MIN_SECRET_CHARACTERS} characters."
        )
    try:
        settings = msgspec.convert(merged | {"data": data}, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as refused:
        reason, _, place = str(refused).partition(" - at `$.")
        which = f"The setting {place.rstrip('`')}" if place else f"What {data / FILE} says"
        raise SettingsNotValid(f"{which} cannot be used: {reason}.") from refused
    _require_networks("trusted_proxies", settings.trusted_proxies)
    _require_networks("outbound_allow", settings.outbound_allow)
    return settings


def _require_networks(name: str, texts: list[str]) -> None:
    for text in texts:
        try:
            ip_network(text.strip(), strict=False)
        except ValueError as wrong:
            raise SettingsNotValid(
                f"The setting {name} cannot be used: {text!r} is no network, like 10.0.0.0/8."
            ) from wrong


def _data_folder(given: str | Path | None, named: str | None) -> Path:
    """Where everything lies. An empty name would be another place in every shell."""
    option, value = ("--data", given) if given is not None else (f"{PREFIX}DATA", named)
    if value is not None and not str(value).strip():
        raise SettingsNotValid(f"{option} is empty: name a folder, or leave it out.")
    return Path(value or DEFAULT_DATA).expanduser().absolute()


def secret_in(data: Path) -> str:
    """The data folder's own secret, made when it is first asked for: whole, or not at all."""
    path = data / "secret.key"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            if (data / "postgres" / "PG_VERSION").exists():
                raise SettingsNotValid(
                    f"{path} is missing, and without it nothing opens that was sealed in "
                    f"{data}: put it back, or name the key in GUILDER_SECRET_KEY."
                )
            _make_secret(path)
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as refused:
        raise SettingsNotValid(f"The data folder {data} cannot be used: {refused}.") from refused


def _make_secret(path: Path) -> None:
    """Write it beside its place and link it there, so that of two who make it one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(SECRET_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _file_in(data: Path) -> dict[str, Any]:
    path = data / FILE
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, tomllib.TOMLDecodeError) as wrong:
        raise SettingsNotValid(f"{path} cannot be read: {wrong}.") from wrong


def _pairs(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
