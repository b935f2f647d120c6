"""The connection in use: where records go, with which key, and whether that is production."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from leapgrid.config.settings import ConfigError, Profile, Settings, nearest


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
            raise ConfigError(f"There is no profile “{name}”, {nearest(name, settings.profiles)}")
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
