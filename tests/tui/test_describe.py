"""What the lines and the payload panel say of a session: words for every state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from leapgrid.records import payload_text, set_cell
from leapgrid.superleap import ChunkOutcome
from leapgrid.tui.describe import (
    chunk_text,
    first_issue,
    issue_state,
    payload_state,
    status_state,
    typing_state,
)
from leapgrid.tui.payload import Line, PayloadState, record_lines, sentence_lines, text_lines, wrap_hard
from leapgrid.tui.session import Session
from leapgrid.tui.theming import load_themes
from leapgrid.tui.widgets.payload_view import PayloadView, payload_title
from tests.tui.harness import NASTY, answer, begin, desk_with, finish, leads, workspace

DARK = load_themes()[0]["dark"]
BAD = {"name": "Bad", "email": "b d@firm.com", "phone": "12"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with workspace(tmp_path) as space:
        desk = desk_with(space, [*leads(3), BAD])
        assert desk.session is not None
        yield desk.session
        desk.session.draft.close()


def words(line: Line) -> str:
    return "".join(text for text, _, _ in line)


def counts(session: Session) -> dict[str, int]:
    state = status_state(session)
    return {c.word: c.number for c in (*state.data, *state.server) if c.number}


# -- status line ------------------------------------------------------------------------------------------


def test_counts_of_what_the_data_is_and_what_the_server_said(session: Session) -> None:
    assert counts(session) == {"rows": 4, "ready": 3, "error": 1}
    for chunk in begin(session, 1):
        assert counts(session)["sending"] == 1
        kind = {1: ChunkOutcome.CREATED, 2: ChunkOutcome.REJECTED, 3: ChunkOutcome.UNKNOWN}[chunk.number]
        refused = {1: ("email", "no")} if kind is ChunkOutcome.REJECTED else None
        answer(session, chunk, kind, refused, atomic=True)
    assert status_state(session).plain.startswith("chunk 3 of 3 · 3 of 3")
    finish(session)
    assert status_state(session).plain == ""
    found = counts(session)
    assert (found["created"], found["rejected"], found["unknown"]) == (1, 1, 1)
    session.apply(set_cell(1, "email", "x@firm.com"), "Edit email")
    assert counts(session)["edited"] == 1


def test_the_view_and_what_it_hides(session: Session) -> None:
    assert (status_state(session).view, status_state(session).hidden) == ("all rows", "")
    (chunk,) = begin(session)
    answer(session, chunk, ChunkOutcome.REJECTED, {1: ("email", "no")}, atomic=True)
    finish(session)
    session.show_rejected()
    state = status_state(session)
    assert (state.view, state.hidden) == ("Only rejected", "1 of 4 rows, 3 hidden")


def test_a_check_in_the_background_is_said(session: Session) -> None:
    session.checking = (1200, 5000)
    assert status_state(session).plain == "4 rows · checking, 24 %"


def test_what_is_unknown_is_said_before_all_is_checked(session: Session) -> None:
    (chunk,) = begin(session)
    answer(session, chunk, ChunkOutcome.UNKNOWN)
    finish(session)
    session.checking = (0, 5000)
    assert status_state(session).plain == f"4 rows · checking, 0 % · {session.unknown:,} unknown"
    assert session.unknown


# -- issue line -------------------------------------------------------------------------------------------


def test_the_cell_first_then_its_row(session: Session) -> None:
    state = issue_state(session, 3, "email", {})
    assert (state.sign, state.where) == ("!", "email, row 4")
    assert state.sentence == "The address has a space before the @."
    assert state.key == ("F8", "bd@firm.com")
    assert state.aside == ""
    state = issue_state(session, 3, "phone", {})
    assert state.where == "phone, row 4"
    assert state.aside == "no fix known"
    assert state.key == ("F2", "Edit")
    assert issue_state(session, 3, "owner", {}).where.endswith(", row 4"), "of its row where the cell is fine"
    assert issue_state(session, 0, "email", {}) == issue_state(session, None, "email", {})
    assert first_issue(session, 0, "email") is None


@pytest.mark.parametrize(
    ("kind", "sign", "part"),
    [
        (ChunkOutcome.CREATED, "✓", "Created at "),
        (ChunkOutcome.UNKNOWN, "?", "said"),
        (ChunkOutcome.NOT_SENT, "", ""),
    ],
)
def test_what_became_of_the_row(session: Session, kind: ChunkOutcome, sign: str, part: str) -> None:
    (chunk,) = begin(session)
    answer(session, chunk, kind)
    finish(session)
    state = issue_state(session, 0, "name", {})
    assert state.sign == sign
    assert part in state.sentence


def test_skipped_and_refused_as_a_chunk(session: Session) -> None:
    session.skip(2)
    assert issue_state(session, 2, "owner", {}).sentence == "Skipped: it is not sent."
    (chunk,) = begin(session)
    answer(session, chunk, ChunkOutcome.REJECTED, atomic=True, whole=f"Because {NASTY}")
    finish(session)
    state = issue_state(session, 0, "name", {})
    assert state.sign == "✗"
    assert state.sentence.startswith("Because [/x] ␛]52")


def test_the_open_cell_is_named_by_its_place_in_the_batch(session: Session) -> None:
    (chunk,) = begin(session)
    answer(session, chunk, ChunkOutcome.REJECTED, {3: ("email", "no")}, atomic=True)
    finish(session)
    session.show_rejected()
    check = session.rows.check(2, 1, "c d@firm.com")
    state = typing_state(session, 2, "email", check)
    assert (state.sign, state.role, state.where) == ("!", "error", "email, row 3")
    state = typing_state(session, None, NASTY, session.rows.check(None, 1, "carla@"))
    assert (state.sign, state.role) == ("", "muted")
    assert state.where.endswith("row 5")
    assert "\x1b" not in state.where


# -- payload ----------------------------------------------------------------------------------------------


def test_the_payload_of_a_record_with_marks_and_why_it_waits(session: Session) -> None:
    state = payload_state(session, 3, "email", "JSON")
    assert state.record == {"name": "Bad", "email": "b d@firm.com", "phone": "12"}
    assert state.marks["email"] == ("!", "error")
    assert "not sent until that is mended" in state.note
    assert payload_state(session, 0, "email", "JSON").note == ""
    empty = session.insert_row(0)
    assert payload_state(session, empty, "email", "JSON").note == "An empty record is not sent."
    assert payload_state(session, None, "email", "JSON").record is None


@pytest.mark.parametrize(
    ("kind", "note", "said"),
    [
        (ChunkOutcome.CREATED, "The server has it. It is not sent again.", "created"),
        (ChunkOutcome.UNKNOWN, "not sent again until that is settled", "unknown"),
        (ChunkOutcome.NOT_SENT, "", "not stored"),
    ],
)
def test_the_answer_and_the_story(session: Session, kind: ChunkOutcome, note: str, said: str) -> None:
    session.apply(set_cell(1, "name", "Anna"), "Edit name")
    (chunk,) = begin(session)
    assert payload_state(session, 1, "name", "JSON").note == "On its way."
    answer(session, chunk, kind)
    finish(session)
    state = payload_state(session, 1, "name", "JSON")
    assert note in state.note
    assert state.server is not None
    assert state.server[1] == f"Record 2 of chunk 1: {said}."
    assert [h.text for h in state.story][:2] == ["Lead 2", "Anna"]
    assert state.story[0].time == "read"


def test_a_refusal_is_shown_in_its_own_words(session: Session) -> None:
    (chunk,) = begin(session)
    answer(session, chunk, ChunkOutcome.REJECTED, {2: ("email", f"no {NASTY}")}, atomic=True)
    finish(session)
    state = payload_state(session, 1, "email", "JSON")
    assert state.server is not None
    assert "[/x] ␛]52" in state.server[2]
    assert state.note == "Waits for an edit. Until then it is not sent again."


def test_curl_and_chunk_are_the_bytes_that_are_sent(session: Session) -> None:
    body = payload_text(session.chunk_of(0))
    assert chunk_text(session, 0, "all") == body
    assert json.loads(body) == [{"name": f"Lead {n}", "email": f"lead{n}@firm.com"} for n in (1, 2, 3)]
    curl = chunk_text(session, 0, "curl", "https://acme.example")
    assert "https://acme.example/api/v1/org/objects/lead/record/bulk_create" in curl
    assert "$LEAPGRID_TOKEN" in curl
    assert body in curl
    assert "https://HOST/" in chunk_text(session, 0, "curl")
    for row in range(3):
        session.skip(row)
    assert chunk_text(session, 0, "all") == "Nothing would be sent now."


# -- drawing the payload ----------------------------------------------------------------------------------


@given(st.text(), st.integers(1, 40), st.integers(1, 40))
def test_hard_wrapping_loses_nothing(text: str, first: int, other: int) -> None:
    lines = wrap_hard(text, first, other)
    assert "".join(lines) == text
    for number, line in enumerate(lines):
        assert cell_len(line) <= max(4, first if number == 0 else other)


def test_lines_of_a_record() -> None:
    record = {"name": "Ann", "note": "x" * 60, "n": 3, "none": None, NASTY: NASTY}
    lines = record_lines(record, {"note": ("!", "error")}, 30)
    text = "".join(words(line).strip() for _, line in lines)
    assert text.startswith('{"name": "Ann","note": "xxx')
    assert "x" * 60 in text
    assert '"n": 3,"none": null,' in text
    assert text.endswith("}")
    assert "\x1b" not in text
    assert [sign for sign, _ in lines].count("!") == 1
    assert all(cell_len(words(line)) <= 30 for _, line in lines[:6])
    underlined = [piece for _, line in lines for piece in line if piece[2]]
    assert "x" * 60 in "".join(piece[0] for piece in underlined)
    assert not any("Ann" in piece[0] for piece in underlined)


def test_long_text_is_counted_not_drawn() -> None:
    lines = text_lines("\n".join(str(n) for n in range(5000)), 20, 100)
    assert len(lines) == 101
    assert words(lines[-1]) == "and 4,900 more lines"
    assert [words(line) for line in sentence_lines("one two three", 8, "muted")] == ["one two", "three"]


@pytest.mark.parametrize("width", [34, 62, 80, 140])
@pytest.mark.parametrize("form", ["JSON", "curl", "all"])
def test_the_panel_is_as_wide_as_it_is(width: int, form: str) -> None:
    view = PayloadView()
    view.state = PayloadState(
        form,  # type: ignore[arg-type]  # one of the three
        "row 5",
        {"name": "長" * 50, "x" * 90: "y"} if form == "JSON" else None,
        {"name": ("✗", "error")},
        "curl " + "z" * 300,
        "A note that is a sentence of some length, which is wrapped.",
        ("10:42", "Record 2 of chunk 1: refused.", "no " * 40),
    )
    strips = view.paint(width, DARK)
    assert all(s.cell_length == sum(cell_len(p.text) for p in s) == width for s in strips)
    text = "\n".join(s.text for s in strips)
    assert ("Server" in text) == (form == "JSON")
    assert ("curl zzz" in text) == (form != "JSON")
    _, right = payload_title(view.state, DARK)
    assert [words for words, style in right if style.underline] == [form]
