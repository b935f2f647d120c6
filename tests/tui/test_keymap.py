"""Actions as data, and a person's own keys."""

from collections import Counter
from pathlib import Path

from leapgrid.records import RowOutcome, RowState
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.actions import ACTIONS, actions_of, binding_id, key_label
from leapgrid.tui.describe import issue_state
from leapgrid.tui.keymap import cell_keys, read_keymap, shown_key
from leapgrid.tui.notes import sending_words
from leapgrid.tui.result import result_state
from leapgrid.tui.sent import about_line
from tests.tui.harness import answer, begin, desk_with, finish, leads, workspace
from tests.tui.test_history import line_of

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


OWN = {
    "grid.menu": "f12",
    "grid.fix": "ctrl+t",
    "grid.send_anyway": "ctrl+r",
    "grid.review": "ctrl+s",
    "result.look_up": "u",
    "result.send_edited": "ctrl+s",
    "result.connect_again": "c",
    "result.stop_sending": "z",
    "history.export_rejected": "w",
}


def test_a_key_in_a_sentence_is_the_persons_own() -> None:
    plain: dict[str, str] = {}
    assert [shown_key(name, plain) for name in ("fix", "unknown", "connect")] == ["F8", "/?", "/l"]
    assert [shown_key(name, OWN) for name in ("fix", "unknown", "send_anyway")] == ["^T", "F12?", "^R"]
    assert "F9, then X." in sending_words(plain)
    assert "^S, then Z." in sending_words(OWN)
    assert about_line(line_of(counts={"rejected": 2}), keymap=OWN).key == ("W", "Export")


def test_what_is_said_of_rows_and_of_a_sending_names_the_persons_own_keys(tmp_path: Path) -> None:
    with workspace(tmp_path) as space:
        session = desk_with(space, leads(2)).session
        assert session is not None
        (chunk,) = begin(session)
        answer(session, chunk, ChunkOutcome.UNKNOWN)
        finish(session)
        row = session.draft.batch.order[0]
        assert issue_state(session, row, "name", {}).key == ("/?", "Unknown")
        assert issue_state(session, row, "name", OWN).key == ("F12?", "Unknown")
        session.draft.outcomes[row] = RowOutcome(RowState.ALREADY_THERE, 1.0, "Created on 3 March in a.")
        assert issue_state(session, row, "name", OWN).key == ("^R", "Send all the same")
        assert result_state(session, "", OWN).keys == ("^S", "U", "C")
        assert result_state(session).keys == ("F9", "R", "L")


def test_a_row_that_another_draft_created_can_be_sent_all_the_same_though_it_was_sent_from_here(
    tmp_path: Path,
) -> None:
    with workspace(tmp_path) as space:
        session = desk_with(space, leads(1)).session
        assert session is not None
        row = session.draft.batch.order[0]
        for evidence, may in (
            ("Created on 3 March in a.", True),
            ("Found to be there already on 3 March, for a.", True),
            ("A look-up found it, made before this was sent.", False),
        ):
            session.draft.outcomes[row] = RowOutcome(RowState.ALREADY_THERE, 1.0, evidence, "S", 1, 1)
            assert session.can_send_anyway(row) is may
