"""From options, environment and settings to what commands work with: connection, object, checks."""

from __future__ import annotations

import os
from dataclasses import dataclass

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Start
from leapgrid.config import (
    ConfigError,
    Connection,
    Profile,
    Settings,
    config_dir,
    load_settings,
    resolve_connection,
)
from leapgrid.records import CheckContext, ObjectSchema, schema_for
from leapgrid.superleap import BadInput, SecretToken, bulk_create_path, check_base_url


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a command works with.

    Attributes:
        settings: the settings file.
        connection: where records would go.
        schema: the object.
        context: what values without country or zone mean.
    """

    settings: Settings
    connection: Connection
    schema: ObjectSchema
    context: CheckContext

    @property
    def profile(self) -> Profile:
        """The settings that apply."""
        return self.connection.profile

    @property
    def rate(self) -> float | None:
        """The most calls a second; None is no limit."""
        if self.profile.rate is None:
            return 5.0
        return self.profile.rate or None


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that can be sent to.

    Attributes:
        base_url: in its one form.
        token: the key.
    """

    base_url: str
    token: SecretToken

    @property
    def host(self) -> str:
        """Host and port, for people."""
        return self.base_url.split("://", 1)[-1]


def wire(start: Start, common: Common) -> Wiring:
    """Read the settings and decide where records would go.

    Raises:
        Ended: the settings cannot be used, or the profile or the object is none.
    """
    try:
        settings = load_settings()
        connection = connect(settings, start, common)
    except ConfigError as problem:
        raise Ended(Code.USAGE, "settings", problem.message) from problem
    profile = connection.profile
    named = common.object_slug
    if named is None and common.file.recipe is not None:
        from leapgrid.cli.about_file import object_of

        named = object_of(common)
    slug = named if named is not None else profile.object
    return Wiring(settings, connection, schema_of(slug), CheckContext(profile.default_country, profile.zone))


def connect(settings: Settings, start: Start, common: Common) -> Connection:
    """Where records would go to.

    Raises:
        ConfigError: a profile is named that does not exist.
    """
    # The key is out of the real environment already, so it is handed over in a copy.
    environ = dict(os.environ)
    if start.token is not None:
        environ["LEAPGRID_TOKEN"] = start.token.reveal()
    try:
        return resolve_connection(settings, base_url=common.base_url, profile=common.profile, environ=environ)
    finally:
        environ.clear()


def schema_of(slug: str) -> ObjectSchema:
    """The object's schema.

    Raises:
        Ended: it is not the name of an object.
    """
    try:
        bulk_create_path(slug)
    except BadInput as problem:
        raise Ended(Code.USAGE, "usage", f"--object: {problem}") from problem
    return schema_for(slug)


def destination(connection: Connection) -> Destination:
    """Where to send to, checked.

    Raises:
        Ended: there is no address or no key, or one that cannot be used, with what to do about it.
    """
    if connection.base_url is None:
        message = (
            "Not connected: there is no address to send to. Give --base-url URL, or a profile in "
            f"{config_dir() / 'config.toml'}."
        )
        if connection.token is None:
            message += " Set LEAPGRID_TOKEN to the key."
        raise _not_connected(message)
    try:
        base_url = check_base_url(connection.base_url)
    except BadInput as problem:
        raise _not_connected(f"Not connected: {problem} {problem.what_to_do}") from problem
    if connection.token is None:
        host = base_url.split("://", 1)[-1]
        raise _not_connected(
            f"Not connected: there is no key for {host}. "
            "Set LEAPGRID_TOKEN to the key of the API Access page."
        )
    try:
        return Destination(base_url, SecretToken(connection.token.reveal()))
    except BadInput as problem:
        raise _not_connected(f"Not connected: {problem} {problem.what_to_do}") from problem


def _not_connected(message: str) -> Ended:
    return Ended(Code.NOT_CONNECTED, "not_connected", message)
