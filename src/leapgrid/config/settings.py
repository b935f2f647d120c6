"""Settings, profiles, and where things lie on this computer.

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

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

import platformdirs

_APP = "leapgrid"
_FILE = "config.toml"
_MOST_BYTES = 1024 * 1024


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


@dataclass(frozen=True)
class Profile:
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

    base_url: str | None = None
    production: bool = False
    default_country: str | None = None
    timezone: str = "UTC"
    rate: float | None = None
    chunk_size: int = 100
    object: str = "lead"

    @property
    def zone(self) -> tzinfo:
        """The time zone itself."""
        if self.timezone == "UTC":
            return UTC  # as most profiles say; the tables of zones need not be found for it
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Settings:
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
    profiles: dict[str, Profile] = field(default_factory=dict)

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
    import tomllib

    try:
        data = tomllib.loads(raw.decode())
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise ConfigError(f"{where}, line {line}, is not UTF-8. Save it as UTF-8.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"{where} is not TOML: {problem}.") from problem
    except RecursionError as problem:
        raise ConfigError(f"{where} is nested too deeply for settings.") from problem
    # Only where there is a file to be checked: what checks it takes longer to load than the file to read.
    from leapgrid.config.file import checked

    settings = checked(data, where)
    if settings.default_profile is not None and settings.default_profile not in settings.profiles:
        known = nearest(settings.default_profile, settings.profiles)
        raise ConfigError(f"{where}: default_profile names “{settings.default_profile}”, {known}")
    return settings


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that is not known: what it may have been meant to be."""
    import difflib  # only for a mistake

    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"the nearest is {near[0]}."
    return f"there are: {', '.join(names)}." if names else "there are none."
