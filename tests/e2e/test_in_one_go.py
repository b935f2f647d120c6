"""Keys that reach the app in one go: each is for what the one before it opened, and none for a cell below."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.drafting import WorkingDraft
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.cli.conftest import Command
from tests.e2e import keys
from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

F1 = b"\x1bOP"
CTRL_G = b"\x07"
CTRL_O = b"\x0f"
NAMES = ["Anna Keller", "Bo Lind", "Cy Nox"]
NARROW = {"columns": 80, "lines": 24}
WIDE = {"columns": 140, "lines": 40}


def three_leads(leapgrid: Command) -> Path:
    return leapgrid.write(
        "leads.csv", "name,email", "Anna Keller,anna@kellerbau.de", "Bo Lind,bo@lind.se", "Cy Nox,cy@nox.io"
    )


def opened(terminal: Open, leapgrid: Command, size: dict[str, int] = WIDE) -> Terminal:
    app = terminal("open", three_leads(leapgrid), **size)
    app.wait_for(lambda text: "checking" not in text and "3 rows" in text and "Cy Nox" in text)
    return app


def names_at_the_end(app: Terminal, leapgrid: Command) -> list[str]:
    """What stands in the draft once the app is left."""
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        (stored,) = workspace.drafts()
        draft = WorkingDraft.from_stored(workspace, stored.id)
        return [draft.batch.values(row)["name"] for row in draft.batch]


IN_ONE_GO = {
    "import screen, header line": (b"/=h", "H: line 3", WIDE),
    "import screen, encoding": (b"/=e", "E: Latin-1", WIDE),
    "review, dry run": (keys.F9 + b"d", "Dry run", WIDE),
    "review, left out": (keys.F9 + b"p", "exactly as it is sent", WIDE),
    "help": (F1 + b"undo", "Undo", WIDE),
    "help from the menu": (b"/hundo", "Undo", WIDE),
    "open a file": (CTRL_O + b"nowhere", "nowhere", WIDE),
    "open a file from the menu": (b"/onowhere", "nowhere", WIDE),
    "payload page": (keys.F7 + b"xyz", "Esc", NARROW),
    "export": (b"/." + keys.DOWN + b"zzz", "Write", WIDE),
}


@pytest.mark.parametrize("what", IN_ONE_GO)
def test_letters_behind_a_key_that_opens_a_page_are_for_the_page(
    terminal: Open, leapgrid: Command, what: str
) -> None:
    burst, shown, size = IN_ONE_GO[what]
    app = opened(terminal, leapgrid, size)
    app.press(burst)
    app.wait_for(lambda text: shown in text and "editing" not in text and "Esc Restore" not in text)
    assert names_at_the_end(app, leapgrid) == NAMES


def test_a_row_number_behind_the_key_of_the_question_is_its_answer(terminal: Open, leapgrid: Command) -> None:
    app = opened(terminal, leapgrid)
    app.press(CTRL_G + b"3" + keys.ENTER)
    app.wait_for("▸   3     Cy Nox")
    assert names_at_the_end(app, leapgrid) == NAMES


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_a_letter_behind_escape_is_for_what_lies_below(
    terminal: Open, leapgrid: Command, size: dict[str, int]
) -> None:
    app = opened(terminal, leapgrid, size)
    app.press(keys.F9)
    app.wait_for("Esc Back")
    app.press(F1 + b"un" + keys.ESCAPE + b"p")
    app.wait_for("exactly as it is sent")
    app.press(keys.ESCAPE)
    app.wait_for("Esc Back")
    app.press(keys.ESCAPE + b"Xaver" + keys.ENTER)
    app.wait_for("Xaver")
    assert names_at_the_end(app, leapgrid) == ["Xaver", *NAMES[1:]]


def test_letters_behind_the_way_to_the_start_are_for_the_start(terminal: Open, leapgrid: Command) -> None:
    app = opened(terminal, leapgrid)
    app.press(b"/zxyz")
    app.wait_for("Begin")
    assert names_at_the_end(app, leapgrid) == NAMES


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_enter_on_the_result_and_the_text_behind_it_mend_the_refused_cell(
    terminal: Open, leapgrid: Command, size: dict[str, int]
) -> None:
    demo = terminal("demo", **size)
    demo.wait_for(lambda text: "checking" not in text and "rows" in text and "3 errors" in text)
    demo.press(keys.F9)
    demo.wait_for("Enter Send")
    demo.press(keys.ENTER)
    demo.wait_for(lambda text: "1 rejected" in text and "Go to the cell" in text)
    demo.press(keys.ENTER + b"anna@kellerbau.de" + keys.ENTER)
    demo.wait_for(lambda text: "✗*" in text and "anna@kellerbau.de" in text)
    demo.press(keys.CTRL_Q)
    assert demo.ends() == 0


def test_enter_in_the_same_breath_as_the_review_sends_nothing(
    terminal: Open, leapgrid: Command, connected: SandboxServer
) -> None:
    app = opened(terminal, leapgrid)
    app.press(keys.F9 + keys.ENTER + b"Xaver")
    app.wait_for(lambda text: "sends nothing" in text and "Enter Send" in text)
    assert connected.store.count("lead") == 0
    app.press(keys.ENTER)
    app.wait_for("3 created")
    assert names_at_the_end(app, leapgrid) == NAMES
