"""A person's own keys: a TOML file of ``"grid.undo" = "ctrl+z,f5"``, checked before it is used."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from leapgrid.tui.actions import ACTIONS, Action, Scope, actions_of, binding_id, find, key_label
from leapgrid.visible import visible

_BY_ID = {binding_id(a): a for a in ACTIONS}
_TOGETHER = {
    "app": {
        "grid",
        "start",
        "review",
        "result",
        "payload",
        "mapping",
        "values",
        "reading",
        "unknown",
        "left_out",
        "connect",
    },
    "grid": {"app"},
}


def read_keymap(path: Path) -> tuple[dict[str, str], list[str]]:
    """Read a keymap file.

    Args:
        path: a TOML file whose keys are ids of actions and whose values are Textual's key names.

    Returns:
        The map of those that can be used, and one message for each line that cannot: an id that is unknown,
        a value that is no key, a key that another action of the same screen has.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{visible(path.name)}: the keys cannot be read. {visible(error, 120)}"]
    wanted: dict[str, str] = {}
    problems: list[str] = []
    for name, keys in _flatten(data):
        if name not in _BY_ID:
            near = difflib.get_close_matches(name, _BY_ID, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"{visible(path.name)}: {visible(name, 60)} is no action.{hint}")
        elif not isinstance(keys, str) or not keys.strip():
            problems.append(f'{visible(path.name)}: {name} wants keys such as "f9" or "ctrl+s,f9".')
        else:
            wanted[name] = ",".join(k.strip() for k in keys.split(","))
    for name in list(wanted):
        clash = _clash(_BY_ID[name], wanted)
        if clash:
            key, other = clash
            problems.append(
                f"{visible(path.name)}: {name} cannot have {visible(key)}: {binding_id(other)} has it."
            )
            del wanted[name]
    return wanted, problems


def keys_in_use(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys that an action has under a keymap."""
    return keymap.get(binding_id(action), action.keys)


def shown_key(action_id: str, keymap: Mapping[str, str], scope: Scope = "grid") -> str:
    """What a person presses for an action, as it is written in sentences: ``F9``, or ``/?`` by the menu."""
    action = find(action_id, scope)
    keys = keys_in_use(action, keymap)
    if keys or not action.letter:
        return key_label(keys)
    return f"{key_label(keys_in_use(find('menu', 'grid'), keymap))}{action.letter}"


def cell_keys(keymap: dict[str, str]) -> dict[str, str]:
    """Key -> action, for an open cell, where keys are read before any binding."""
    return {
        key.strip(): action.id
        for action in actions_of("cell")
        for key in keys_in_use(action, keymap).split(",")
    }


def _flatten(data: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in data.items():
        if isinstance(value, dict):
            found += _flatten(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found


def _clash(action: Action, wanted: dict[str, str]) -> tuple[str, Action] | None:
    scopes = {action.scope} | _TOGETHER.get(action.scope, {"app"})
    mine = set(keys_in_use(action, wanted).split(","))
    for other in ACTIONS:
        if other is action or other.scope not in scopes or not other.keys:
            continue
        for key in keys_in_use(other, wanted).split(","):
            if key in mine:
                return key, other
    return None
