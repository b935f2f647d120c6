"""Settings in words, and where records go to."""

from __future__ import annotations

import dataclasses
import os
import pickle
import sys
from datetime import UTC
from pathlib import Path

import pytest

from leapgrid.config import (
    ConfigError,
    Profile,
    Secret,
    Settings,
    cache_dir,
    config_dir,
    data_dir,
    load_settings,
    origin_of,
    resolve_connection,
    take_token,
    theme_name,
    workspace_url,
)
from leapgrid.config.file import _ProfileModel, _SettingsModel, checked


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


def settings_of(text: str) -> Settings:
    path = config_dir() / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_settings()


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux's")
def test_folders_are_where_xdg_says_and_are_not_made(tmp_path: Path) -> None:
    assert config_dir() == tmp_path / "config" / "leapgrid"
    assert data_dir() == tmp_path / "data" / "leapgrid"
    assert cache_dir() == tmp_path / "cache" / "leapgrid"
    assert list(tmp_path.iterdir()) == []


def test_without_a_file_the_settings_are_the_built_in_ones() -> None:
    assert load_settings() == Settings()
    assert Settings().keymap_path == config_dir() / "keymap.toml"
    profile = Profile()
    assert (profile.chunk_size, profile.object, profile.rate, profile.production) == (
        100,
        "lead",
        None,
        False,
    )
    assert profile.zone is UTC


def test_reads_everything_that_can_be_set(tmp_path: Path) -> None:
    found = settings_of(
        f"""
        theme = "leap"
        ascii = true
        keymap = "{tmp_path}/keys.toml"
        default_profile = "acme"
        [profiles.acme]
        base_url = "https://app.example.com"
        production = true
        default_country = "de"
        timezone = "Europe/Berlin"
        rate = 2
        chunk_size = 50
        object = "opportunity"
        [profiles."my sandbox"]
        rate = 0.0
        """
    )
    assert (found.theme, found.ascii, found.default_profile) == ("leap", True, "acme")
    assert found.keymap_path == tmp_path / "keys.toml"
    assert found.profiles["acme"] == Profile(
        base_url="https://app.example.com",
        production=True,
        default_country="DE",
        timezone="Europe/Berlin",
        rate=2.0,
        chunk_size=50,
        object="opportunity",
    )
    assert found.profiles["my sandbox"].rate == 0.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('them = "x"', "config.toml: them is not a setting, the nearest is theme."),
        ("[profile.a]", "profile is not a setting, the nearest is profiles."),
        ("zzz = 1", "zzz is not a setting, there are: theme, ascii, keymap, default_profile, profiles."),
        ('[profiles.a]\nbaseurl = "x"', "profiles.a.baseurl is not a setting, the nearest is base_url."),
        ('[profiles.a]\nproduction = "yes"', "profiles.a.production should be true or false."),
        ('[profiles.a]\nbase_url = ""', "profiles.a.base_url should be a text that is not empty."),
        ('[profiles.a]\ndefault_country = "Germany"', "profiles.a.default_country is not right: two letters"),
        ('[profiles.a]\ntimezone = "Mars/Base"', "profiles.a.timezone is not right: a time zone is expected"),
        ('[profiles.a]\ntimezone = "../../etc/passwd"', "profiles.a.timezone is not right"),
        ("[profiles.a]\nrate = -1", "profiles.a.rate should be greater than or equal to 0."),
        ("[profiles.a]\nrate = inf", "profiles.a.rate should be a finite number."),
        ("[profiles.a]\nrate = true", "profiles.a.rate should be a number."),
        ("[profiles.a]\nchunk_size = 1001", "profiles.a.chunk_size should be less than or equal to 1000."),
        ("[profiles.a]\nchunk_size = 2.5", "profiles.a.chunk_size should be a whole number."),
        ("profiles = 3", "profiles should be a table."),
        ("theme = 1", "theme should be a text in quotes."),
        ('default_profile = "acne"\n[profiles.acme]', "names “acne”, the nearest is acme."),
        ('default_profile = "a"', "names “a”, there are none."),
        ("theme =", "is not TOML: Invalid value (at end of document)."),
        ("a = " + "[" * 5000, "is nested too deeply for settings."),
    ],
)
def test_a_mistake_is_named_with_file_key_and_the_nearest_key(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_of(text)
    assert said in caught.value.message
    assert str(config_dir() / "config.toml") in caught.value.message


@pytest.mark.parametrize("text", ['token = "sEcReT"', '[profiles.a]\napi_key = "sEcReT"'])
def test_a_key_in_the_file_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_of(text)
    assert "may not stand in a file. Take it out and set LEAPGRID_TOKEN." in caught.value.message
    assert "sEcReT" not in caught.value.message
    assert caught.value.__cause__ is None
    assert "sEcReT" not in str(caught.value.__context__)  # what a debugger or a report would print


def test_a_file_that_is_no_settings_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"theme = 'x'\nb = '\xff'\n")
    with pytest.raises(ConfigError, match="line 2, is not UTF-8"):
        load_settings(path)
    path.write_bytes(b"#" * 1_100_000)
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load_settings(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


def test_the_environment_goes_before_the_settings() -> None:
    assert theme_name(Settings(theme="a"), {"LEAPGRID_THEME": "b"}) == "b"
    assert theme_name(Settings(theme="a"), {"LEAPGRID_THEME": ""}) == "a"
    assert theme_name(Settings(), {}) is None
    assert workspace_url({"LEAPGRID_WORKSPACE": "sqlite:////x.db"}) == "sqlite:////x.db"
    assert workspace_url({"LEAPGRID_WORKSPACE": ""}) is None
    assert workspace_url({}) is None


def test_the_key_leaves_the_environment_once_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAPGRID_TOKEN", "sEcReT")
    assert take_token() == "sEcReT"
    assert "LEAPGRID_TOKEN" not in os.environ
    assert take_token() is None
    assert take_token({"LEAPGRID_TOKEN": ""}) is None


def test_a_key_shows_nothing() -> None:
    connection = resolve_connection(
        Settings(), environ={"LEAPGRID_TOKEN": "sEcReT", "LEAPGRID_BASE_URL": "x"}
    )
    secret = connection.token
    assert secret is not None
    assert secret.reveal() == "sEcReT"
    shown = " ".join([f"{secret} {secret!r} {secret:>5} {connection}", str(secret), repr(connection)])
    assert "sEcReT" not in shown
    assert "***" in shown
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(secret)
    assert not hasattr(secret, "__dict__")


ACME = Profile(base_url="https://app.example.com", production=True, chunk_size=7)
TRIAL = Profile(base_url="http://localhost:8001/", default_country="DE")
EMPTY = Profile(chunk_size=9, production=True)
BOTH = Settings(profiles={"acme": ACME, "trial": TRIAL, "empty": EMPTY})


@pytest.mark.parametrize(
    ("base_url", "profile", "environ", "url", "name", "production"),
    [
        (None, None, {}, None, None, False),
        ("http://localhost:1", None, {}, "http://localhost:1", None, False),
        (None, None, {"LEAPGRID_BASE_URL": "http://localhost:1"}, "http://localhost:1", None, False),
        (None, None, {"LEAPGRID_BASE_URL": "", "LEAPGRID_PROFILE": ""}, None, None, False),
        (None, "acme", {}, ACME.base_url, "acme", True),
        (None, None, {"LEAPGRID_PROFILE": "acme"}, ACME.base_url, "acme", True),
        # The command line goes before the environment, the environment before the file.
        ("http://a", None, {"LEAPGRID_BASE_URL": "http://b"}, "http://a", None, False),
        (None, "trial", {"LEAPGRID_PROFILE": "acme"}, TRIAL.base_url, "trial", False),
        (None, "trial", {"LEAPGRID_BASE_URL": "http://b"}, TRIAL.base_url, "trial", False),
        (None, None, {"LEAPGRID_BASE_URL": "http://b", "LEAPGRID_PROFILE": "trial"}, "http://b", None, False),
        (None, "empty", {"LEAPGRID_BASE_URL": "http://b"}, "http://b", "empty", True),
        # Production follows the place, however its address was given.
        ("http://localhost:9", "acme", {}, "http://localhost:9", None, False),
        ("https://APP.example.com:443/", None, {}, "https://APP.example.com:443/", "acme", True),
        (None, "trial", {}, TRIAL.base_url, "trial", False),
        ("https://app.example.com", "trial", {}, "https://app.example.com", "acme", True),
    ],
)
def test_decides_where_records_go(
    base_url: str | None,
    profile: str | None,
    environ: dict[str, str],
    url: str | None,
    name: str | None,
    production: bool,
) -> None:
    found = resolve_connection(BOTH, base_url=base_url, profile=profile, environ=environ)
    assert (found.base_url, found.profile_name, found.production) == (url, name, production)
    assert found.origin == (None if url is None else origin_of(url))
    assert found.token is None


def test_the_settings_of_a_profile_apply_wherever_records_go() -> None:
    found = resolve_connection(BOTH, base_url="http://localhost:9", profile="acme", environ={})
    assert found.profile.chunk_size == 7


def test_the_default_profile_is_used_when_none_is_named() -> None:
    settings = Settings(profiles=BOTH.profiles, default_profile="trial")
    assert resolve_connection(settings, environ={}).profile_name == "trial"
    assert resolve_connection(settings, profile="acme", environ={}).profile_name == "acme"
    assert resolve_connection(settings, environ={"LEAPGRID_PROFILE": "acme"}).profile_name == "acme"


def test_a_profile_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve_connection(BOTH, profile="acne", environ={})
    assert caught.value.message == "There is no profile “acne”, the nearest is acme."
    with pytest.raises(ConfigError, match="there are none"):
        resolve_connection(Settings(), environ={"LEAPGRID_PROFILE": "x"})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.Example.com/api/", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("localhost:8001", "http://localhost:8001"),
        ("http://[::1]:8001/x", "http://[::1]:8001"),
        ("https://me:sEcReT@app.example.com", "https://app.example.com"),
        ("http://h:99999", "http://h:99999"),
        ("http://[::1", "http://[::1"),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_secret_is_taken_as_it_is() -> None:
    assert Secret(" a\n").reveal() == " a\n"


def test_what_a_file_may_say_is_what_the_settings_are(tmp_path: Path) -> None:
    """The shapes are written twice, so that a start without a file loads nothing that checks one."""
    assert checked({}, tmp_path) == Settings()
    assert checked({"profiles": {"a": {}}}, tmp_path) == Settings(profiles={"a": Profile()})
    for kind, key in ((Settings, "no_such"), (Profile, "profiles.a.no_such")):
        wrong = {"no_such": 1} if kind is Settings else {"profiles": {"a": {"no_such": 1}}}
        with pytest.raises(ConfigError, match=f"{key} is not a setting"):
            checked(wrong, tmp_path)
    for model, kind in ((_SettingsModel, Settings), (_ProfileModel, Profile)):
        assert list(model.model_fields) == [field.name for field in dataclasses.fields(kind)]
