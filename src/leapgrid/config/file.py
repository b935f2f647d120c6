"""What a settings file may say, checked key by key; the first thing that is wrong becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from leapgrid.config.settings import ConfigError, Profile, Settings, nearest

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


class _ProfileModel(_Model):
    """A :class:`Profile` as a file may write it."""

    base_url: Annotated[str, Field(min_length=1)] | None = None
    production: bool = False
    default_country: Annotated[str, AfterValidator(_country)] | None = None
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    rate: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    chunk_size: Annotated[int, Field(ge=1, le=1000)] = 100
    object: Annotated[str, Field(min_length=1)] = "lead"


class _SettingsModel(_Model):
    """:class:`Settings` as a file may write them."""

    theme: str | None = None
    ascii: bool = False
    keymap: str | None = None
    default_profile: str | None = None
    profiles: dict[str, _ProfileModel] = Field(default_factory=dict)


def checked(data: Mapping[str, Any], where: Path) -> Settings:
    """The settings that a file's contents come to.

    Args:
        data: the file's tables and values.
        where: the file, for messages.

    Raises:
        ConfigError: with one sentence that names file, key and the nearest key that exists.
    """
    try:
        read = _SettingsModel.model_validate(data)
    except ValidationError as problem:
        raise ConfigError(_explain(problem, where)) from None
    profiles = {name: Profile(**dict(profile)) for name, profile in read.profiles.items()}
    return Settings(**{**dict(read), "profiles": profiles})


def _explain(problem: ValidationError, where: Path) -> str:
    """The first thing that is wrong, in words."""
    error = problem.errors(include_url=False, include_context=False)[0]
    place = [str(part) for part in error["loc"]]
    key = ".".join(place)
    if error["type"] == "extra_forbidden":
        if place[-1].casefold() in _SECRETS:
            return f"{where}: {key} may not stand in a file. Take it out and set LEAPGRID_TOKEN."
        inner = len(place) == 3 and place[0] == "profiles"
        keys = (_ProfileModel if inner else _SettingsModel).model_fields
        return f"{where}: {key} is not a setting, {nearest(place[-1], keys)}"
    expected = _EXPECTED.get(error["type"])
    if expected:
        return f"{where}: {key} should be {expected}."
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    said = said[:1].lower() + said[1:]
    if error["type"] == "value_error":
        return f"{where}: {key} is not right: {said}."
    return f"{where}: {key} should be {said}."
