"""Settings, profiles, the connection in use, and where things lie on this computer."""

from leapgrid.config.connection import Connection, Secret, origin_of, resolve_connection, take_token
from leapgrid.config.person import person
from leapgrid.config.settings import (
    ConfigError,
    Profile,
    Settings,
    cache_dir,
    config_dir,
    data_dir,
    load_settings,
    theme_name,
    workspace_url,
)

__all__ = [
    "ConfigError",
    "Connection",
    "Profile",
    "Secret",
    "Settings",
    "cache_dir",
    "config_dir",
    "data_dir",
    "load_settings",
    "origin_of",
    "person",
    "resolve_connection",
    "take_token",
    "theme_name",
    "workspace_url",
]
