"""Actions as data, and a person's own keys."""

from collections import Counter
from pathlib import Path

from leapgrid.tui.actions import ACTIONS, actions_of, binding_id, key_label
from leapgrid.tui.keymap import cell_keys, read_keymap

NOT_USED = {"f5", "f10", "f11", "ctrl+w", "ctrl+n", "ctrl+t", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h"}


def keys(text: str) -> set[str]:
    return {k.strip() for k in text.split(",") if k.strip()}


def test_every_action_has_a_title_and_an_id_of_its_own() -> None:
    assert all(a.title for a in ACTIONS)
    assert [n for n, count in Counter(binding_id(a) for a in ACTIONS).items() if count > 1] == []


def test_no_key_is_one_that_terminals_or_browsers_take() -> None:
    for action in ACTIONS:
        for key in keys(action.keys):
            assert key not in NOT_USED, action.id
            assert not key.startswith(("alt+", "shift+enter", "ctrl+enter")), action.id


def test_no_two_actions_of_a_screen_share_a_key_or_a_letter() -> None:
    for scope in {a.scope for a in ACTIONS}:
        mine = actions_of(scope, "app")
        pressed = Counter(k for a in mine for k in keys(a.keys))
        assert [k for k, n in pressed.items() if n > 1] == [], scope
        letters = Counter(a.letter for a in mine if a.letter)
        assert [k for k, n in letters.items() if n > 1] == [], scope


def test_keys_are_written_as_people_know_them() -> None:
    assert [key_label(k) for k in ("ctrl+z", "f9", "escape", "slash", "delete,backspace", "n", "enter")] == [
        "^Z",
        "F9",
        "Esc",
        "/",
        "Del",
        "N",
        "Enter",
    ]


def test_own_keys_are_read(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text('[grid]\nundo = "ctrl+z, f12"\n[cell]\nkeep_down = "f6"\n')
    keymap, problems = read_keymap(file)
    assert problems == []
    assert keymap == {"grid.undo": "ctrl+z,f12", "cell.keep_down": "f6"}
    assert cell_keys(keymap)["f6"] == "keep_down"
    assert "enter" not in cell_keys(keymap)


def test_what_cannot_be_used_is_said_and_the_rest_works(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text('[grid]\nunod = "f12"\nredo = 5\nfix = "f9"\npayload = "f12"\n')
    keymap, problems = read_keymap(file)
    assert keymap == {"grid.payload": "f12"}
    assert "grid.unod is no action. Did you mean grid.undo?" in problems[0]
    assert "grid.redo wants keys" in problems[1]
    assert "grid.fix cannot have f9: grid.review has it." in problems[2]


def test_no_file_is_no_problem_and_nonsense_is_one_message(tmp_path: Path) -> None:
    assert read_keymap(tmp_path / "none.toml") == ({}, [])
    (tmp_path / "bad.toml").write_text("= = =")
    keymap, problems = read_keymap(tmp_path / "bad.toml")
    assert keymap == {}
    assert len(problems) == 1
