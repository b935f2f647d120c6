"""Settings, profiles, the connection in use, and where things lie on this computer.

The settings file is ``config.toml`` in :func:`config_dir`; all of it is optional::

    theme = "leap-dark"
    ascii = false                   # plain signs instead of ✓ ✗ ▸
    keymap = "keys.toml"            # beside this file, or an absolute path
    default_profile = "acme"

    [profiles.acme]
    base_url = "https://app.example.com"
    production = true               # sending asks for the profile's name
    default_country = "DE"          # for phone numbers without a country code
    timezone = "Europe/Berlin"      # for times without a zone
    rate = 5.0                      # calls a second; 0 is no limit
    chunk_size = 100                # records a request
    object = "lead"

The key never stands in it: it comes from ``LEAPGRID_TOKEN``.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

_APP = "leapgrid"
_FILE = "config.toml"
_MOST_BYTES = 1024 * 1024
_SECRETS = frozenset({"token", "key", "api_key", "apikey", "secret", "password", "bearer"})

_EXPECTED = {
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "string_too_short": "a text that is not empty",
    "float_type": "a number",
    "int_type": "a whole number",
    "dict_type": "a table",
    "model_type": "a table",
}


class ConfigError(Exception):
    """The settings cannot be used.

    Attributes:
        message: one sentence for a person that names the file and the key. Its parts from the file are
            raw text: print it through :func:`leapgrid.visible.visible`.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def config_dir() -> Path:
    """Where the settings, themes and keys of this user lie (``XDG_CONFIG_HOME`` on Linux). Not created."""
    return platformdirs.user_config_path(_APP, appauthor=False)


def data_dir() -> Path:
    """Where the workspace of this user lies (``XDG_DATA_HOME`` on Linux). Not created."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def cache_dir() -> Path:
    """Where what can be made again lies (``XDG_CACHE_HOME`` on Linux). Not created."""
    return platformdirs.user_cache_path(_APP, appauthor=False)


def workspace_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """The SQLAlchemy URL of the workspace from ``LEAPGRID_WORKSPACE``; None for the file in the data
    directory."""
    return environ.get("LEAPGRID_WORKSPACE") or None


def _country(value: str) -> str:
    if len(value) != 2 or not (value.isascii() and value.isalpha()):
        raise ValueError("two letters are expected, like DE")
    return value.upper()


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone is expected, like Europe/Berlin") from None
    return value


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Profile(_Model):
    """One organisation that records are sent to.

    Attributes:
        base_url: where its API is; checked when a connection is made.
        production: real customers' data: sending asks for the profile's name first.
        default_country: two letters (ISO 3166), for phone numbers without a country code.
        timezone: a name of the IANA database, for times without a zone.
        rate: calls a second; 0 is no limit, None the built-in one.
        chunk_size: records a request.
        object: the object that is offered first.
    """

    base_url: Annotated[str, Field(min_length=1)] | None = None
    production: bool = False
    default_country: Annotated[str, AfterValidator(_country)] | None = None
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    rate: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    chunk_size: Annotated[int, Field(ge=1, le=1000)] = 100
    object: Annotated[str, Field(min_length=1)] = "lead"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)


class Settings(_Model):
    """What ``config.toml`` says.

    Attributes:
        theme: the name of a theme; None for the built-in one.
        ascii: plain signs instead of symbols.
        keymap: a file with other keys; None for ``keymap.toml`` beside the settings, if it is there.
        default_profile: the profile that is used when none is named.
        profiles: name -> profile.
    """

    theme: str | None = None
    ascii: bool = False
    keymap: str | None = None
    default_profile: str | None = None
    profiles: dict[str, Profile] = Field(default_factory=dict)

    @property
    def keymap_path(self) -> Path:
        """Where other keys are looked for; the file need not be there."""
        return config_dir() / os.path.expanduser(self.keymap or "keymap.toml")


def theme_name(settings: Settings, environ: Mapping[str, str] = os.environ) -> str | None:
    """The theme that is asked for: ``LEAPGRID_THEME``, else the settings', else None."""
    return environ.get("LEAPGRID_THEME") or settings.theme


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; without a file they are the built-in ones.

    Args:
        path: another file than ``config.toml`` in :func:`config_dir`.

    Raises:
        ConfigError: with one sentence that names file, key and the nearest key that exists.
    """
    where = path or config_dir() / _FILE
    try:
        with where.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as problem:
        raise ConfigError(f"{where} cannot be read: {problem.strerror}.") from problem
    if len(raw) > _MOST_BYTES:
        raise ConfigError(f"{where} is larger than 1 MiB; settings need a few lines.")
    try:
        data = tomllib.loads(raw.decode())
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise ConfigError(f"{where}, line {line}, is not UTF-8. Save it as UTF-8.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{where} is not TOML: {problem}.") from problem
    except RecursionError as problem:
        raise ConfigError(f"{where} is nested too deeply for settings.") from problem
    try:
        settings = Settings.model_validate(data)
    except ValidationError as problem:
        raise ConfigError(_explain(problem, where)) from None
    if settings.default_profile is not None and settings.default_profile not in settings.profiles:
        known = _nearest(settings.default_profile, settings.profiles)
        raise ConfigError(f"{where}: default_profile names “{settings.default_profile}”, {known}")
    return settings


def _explain(problem: ValidationError, where: Path) -> str:
    """The first thing that is wrong, in words."""
    error = problem.errors(include_url=False, include_context=False)[0]
    place = [str(part) for part in error["loc"]]
    key = ".".join(place)
    if error["type"] == "extra_forbidden":
        if place[-1].casefold() in _SECRETS:
            return f"{where}: {key} may not stand in a file. Take it out and set LEAPGRID_TOKEN."
        inner = len(place) == 3 and place[0] == "profiles"
        keys = (Profile if inner else Settings).model_fields
        return f"{where}: {key} is not a setting, {_nearest(place[-1], keys)}"
    expected = _EXPECTED.get(error["type"])
    if expected:
        return f"{where}: {key} should be {expected}."
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    said = said[:1].lower() + said[1:]
    if error["type"] == "value_error":
        return f"{where}: {key} is not right: {said}."
    return f"{where}: {key} should be {said}."


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"the nearest is {near[0]}."
    return f"there are: {', '.join(names)}." if names else "there are none."


class Secret:
    """A key on its way from the environment to the client: shows nothing, gives itself only when asked."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A key is not written anywhere.")


def take_token(environ: MutableMapping[str, str] = os.environ) -> str | None:
    """The key from ``LEAPGRID_TOKEN``, which is removed so that no child process inherits it.

    A second call finds nothing: keep the answer. The key's form is not validated; an empty one is none.
    """
    return environ.pop("LEAPGRID_TOKEN", None) or None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where records would go to, and how.

    Attributes:
        base_url: as it was given, or None: then nothing can be sent. The client checks it.
        origin: scheme, host and port of it, for people and for comparing; None with ``base_url``.
        token: the key, or None.
        profile_name: the profile in use, or None. A profile is not in use when records go elsewhere than
            its own ``base_url``.
        profile: the settings that apply, those of the named profile or the built-in ones.
        production: records go to a place that a profile marks as production.
    """

    base_url: str | None
    origin: str | None
    token: Secret | None
    profile_name: str | None
    profile: Profile
    production: bool


def resolve_connection(
    settings: Settings,
    *,
    base_url: str | None = None,
    profile: str | None = None,
    environ: MutableMapping[str, str] = os.environ,
) -> Connection:
    """Decide where records go to: what was said on the command line, then the environment, then a profile.

    A profile named on the command line goes before ``LEAPGRID_BASE_URL``; ``production`` follows the place
    and not the name, so that no other way of giving the same address switches the question off.

    Args:
        settings: what the settings file says.
        base_url: the option ``--base-url``.
        profile: the option ``--profile``.
        environ: ``LEAPGRID_BASE_URL`` and ``LEAPGRID_PROFILE`` are read, ``LEAPGRID_TOKEN`` is taken out.

    Raises:
        ConfigError: a profile is named that does not exist.
    """
    token = take_token(environ)
    name = profile or environ.get("LEAPGRID_PROFILE") or settings.default_profile
    chosen = Profile()
    if name is not None:
        if name not in settings.profiles:
            raise ConfigError(f"There is no profile “{name}”, {_nearest(name, settings.profiles)}")
        chosen = settings.profiles[name]
    from_profile = chosen.base_url
    from_environ = environ.get("LEAPGRID_BASE_URL") or None
    url = base_url or (from_profile if profile else None) or from_environ or from_profile
    origin = origin_of(url) if url else None
    if name is not None and from_profile is not None and origin_of(from_profile) != origin:
        name = None
    production = name is not None and chosen.production
    for other_name, other in settings.profiles.items():
        if other.base_url is not None and other.production and origin_of(other.base_url) == origin:
            production = True
            name = name or other_name
    return Connection(
        base_url=url,
        origin=origin,
        token=Secret(token) if token else None,
        profile_name=name,
        profile=chosen,
        production=production,
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, in lower case and without the scheme's own port.

    An address without a scheme is read as on loopback, as the API documentation writes it
    (``localhost:8001``). What cannot be read comes back as it is: the client refuses it with a reason.
    """
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if not host:
        return url
    scheme = parts.scheme.lower()
    shown = f"[{host}]" if ":" in host else host
    usual: dict[str, Any] = {"http": 80, "https": 443}
    return f"{scheme}://{shown}" if port in (None, usual.get(scheme)) else f"{scheme}://{shown}:{port}"
