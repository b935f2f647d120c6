"""What is said of a file when it comes onto the screen, in the room that there is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from rich.cells import cell_len

from leapgrid.files import Note
from leapgrid.tui.messages import OpenFile
from leapgrid.tui.notes import fitting, note_lines
from leapgrid.tui.theming import load_themes
from tests.tui.conftest import Start
from tests.tui.harness import SMALL

SENT = "This file was sent before (12 created). What is there already is left out."
NOTE = "“Remarks” was left out: no field of Lead is called like that. (/: shows all 3 notes)"
CHANGE = "/= changes the columns."


@pytest.mark.parametrize(
    ("said", "width", "shown"),
    [
        ([SENT, CHANGE], 140, f"{SENT} {CHANGE}"),
        ([SENT, NOTE, CHANGE], 300, f"{SENT} {NOTE} {CHANGE}"),
        ([SENT, NOTE, CHANGE], 170, f"{SENT} {NOTE}"),
        ([SENT, NOTE, CHANGE], 140, f"{SENT} /: shows all."),
        ([SENT, NOTE, CHANGE], 82, f"{SENT[:67]}… /: shows all."),
        ([CHANGE], 78, CHANGE),
        ([], 78, ""),
    ],
)
def test_whole_sentences_are_said_and_where_the_others_are(said: list[str], width: int, shown: str) -> None:
    assert fitting(said, width, {}) == shown
    assert cell_len(shown) <= width


def test_the_notes_list_what_was_said_and_nothing_twice() -> None:
    palette = load_themes()[0]["dark"]
    notes = (Note("left_out", 1, NOTE.removesuffix(" (/: shows all 3 notes)")),)
    count, line_of = note_lines(notes, (SENT, NOTE))
    lines = " ".join("".join(text for text, _ in line_of(at, 80, palette)) for at in range(count))
    text = " ".join(lines.split())
    assert text.startswith(SENT)
    assert text.count("“Remarks” was left out") == 1


@pytest.mark.parametrize(
    ("code", "place"),
    [("left_out", 2), ("blank_line", 3)],
    ids=["behind the columns", "at the end where no note is about them"],
)
def test_how_columns_are_changed_stands_with_what_it_answers(code: str, place: int) -> None:
    palette = load_themes()[0]["dark"]
    notes = (Note("encoding", None, "The text is in UTF-8."), Note(code, 4, "First of all."))
    count, line_of = note_lines(notes, (CHANGE, SENT))
    lines = ["".join(text for text, _ in line_of(at, 80, palette)).strip() for at in range(count)]
    said = [line for line in lines if line.startswith(("This file", "/=", "The text", "line 4"))]
    assert said.index(CHANGE) == place
    assert said[0].startswith("This file was sent before")


async def test_what_does_not_fit_beside_it_is_a_key_away(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["name", "Remarks", "Other"], ["Anna", "x", "y"], ["Bo", "much", "more", "still more"]]
        )
    async with start(SMALL) as ui:
        ui.app.post_message(OpenFile(path))
        await ui.until(lambda: "/: shows all" in ui.issue)
        assert cell_len(ui.issue.strip()) <= SMALL[0]
        await ui.press("slash", ":")
        await ui.sees("Notes", "/= changes the columns.")
