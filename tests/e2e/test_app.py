"""The app in a real terminal: what a person sees, from the first line to the prompt that comes back."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from leapgrid.records import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.workspace import Workspace
from tests.cli.conftest import TOKEN, Command
from tests.e2e import keys
from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e


def checked(text: str) -> bool:
    """Whether the check of all cells is over."""
    return "checking" not in text and "rows" in text


def two_leads(leapgrid: Command) -> Path:
    return leapgrid.write("leads.csv", "name,email", "Anna Keller,anna@kellerbau.de", "Bo Lind,bo@lind.se")


def test_the_demo_shows_its_leads_and_opens_the_review_and_leaves(terminal: Open) -> None:
    demo = terminal("demo", columns=140, lines=40)
    demo.wait_for("test .sok@gmail.com", seconds=15)
    (header,) = [line for line in demo.text.splitlines() if "name" in line and "email" in line][:1]
    assert header.index("name") < header.index("email")
    demo.wait_for(checked)
    assert "test .sok@gmail.com" in demo.text
    demo.press(keys.F9)
    demo.wait_for(lambda text: "Review & send" in text and "Esc Back" in text)
    demo.wait_for(lambda text: "9" in text and "with errors" in text)
    demo.press(keys.CTRL_Q)
    assert demo.ends() == 0
    assert demo.raw.rindex(b"\x1b[?1049l") > demo.raw.rindex(b"\x1b[?1049h")
    assert demo.raw.rindex(b"\x1b[?25h") > demo.raw.rindex(b"\x1b[?25l")


def test_the_main_job_by_keys(terminal: Open, leapgrid: Command) -> None:
    """Fix, send, repair what the server refused, send again."""
    path = leapgrid.home / "kept.db"
    leapgrid.environ["LEAPGRID_WORKSPACE"] = f"sqlite:///{path}"
    demo = terminal("demo")
    demo.wait_for(lambda text: checked(text) and "3 errors" in text)
    demo.press(keys.F9)
    demo.wait_for("Enter Send")
    demo.press(keys.ENTER)
    demo.wait_for(lambda text: "1 rejected" in text and "F9 Progress" not in text)
    demo.press(keys.ENTER)
    demo.wait_for(lambda text: "email domain is not allowed" in text and "Only rejected" in text)
    demo.press("anna@kellerbau.de")
    demo.press(keys.ENTER)
    demo.wait_for("1 edited")
    demo.press(keys.F9)
    demo.wait_for("edited since")
    demo.press(keys.ENTER)
    demo.wait_for("9 created")
    demo.press(keys.CTRL_Q)
    assert demo.ends() == 0
    with Workspace.open(path) as workspace:
        (draft,) = workspace.drafts()
        assert {state: count for state, count in draft.counts.items() if count} == {
            RowState.CREATED: 9,
            RowState.READY: 3,
        }


def test_without_a_draft_the_start_screen_says_that_nothing_leaves_this_computer(
    terminal: Open, leapgrid: Command
) -> None:
    del leapgrid.environ["LEAPGRID_TOKEN"]
    app = terminal()
    app.wait_for("Nothing leaves this computer.")
    assert "Try it with sample leads" in app.text
    app.press(keys.CTRL_Q)
    assert app.ends() == 0


def test_an_edit_is_there_at_the_next_start(terminal: Open, leapgrid: Command) -> None:
    app = terminal("open", two_leads(leapgrid))
    app.wait_for(lambda text: checked(text) and "Bo Lind" in text)
    app.press("Anna Koch")
    app.press(keys.ENTER)
    app.wait_for("Anna Koch")
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    again = terminal()
    again.wait_for(lambda text: "Anna Koch" in text and "leads.csv" in text)
    again.press(keys.CTRL_Q)
    assert again.ends() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_being_told_to_end_keeps_the_edit_and_gives_the_terminal_back(
    terminal: Open, leapgrid: Command, number: signal.Signals
) -> None:
    app = terminal("open", two_leads(leapgrid))
    app.wait_for(lambda text: checked(text) and "Bo Lind" in text)
    app.press("Anna Koch")
    app.press(keys.ENTER)
    app.wait_for("Anna Koch")
    os.kill(app.process.pid, number)
    assert app.ends() == 0
    assert app.raw.rindex(b"\x1b[?1049l") > app.raw.rindex(b"\x1b[?1049h")
    again = terminal()
    again.wait_for("Anna Koch")


def test_a_file_that_cannot_be_read_opens_no_app(terminal: Open, leapgrid: Command) -> None:
    path = leapgrid.write("in.json", '[{"name": "Anna"')
    app = terminal("open", path)
    assert app.ends() == 2
    assert b"\x1b[?1049h" not in app.raw
    assert b"in.json" in app.raw


HOSTILE = "\x1b]52;c;ZXZpbA==\x07A\x9b2JB\x9d0;evil\x9cC\u202eD\u2066E\x1bP1;1|F\x1b]0;evil\x07G\x7fH"
RAW = [
    part.encode()
    for part in ("\x1b]52", "\x1b]0;evil", "\x9b", "\x9d", "\u202e", "\u2066", "\x1bP1;1", "\x7f")
]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_text_of_a_file_never_reaches_the_terminal_as_it_is(
    terminal: Open, leapgrid: Command, kind: str
) -> None:
    """In cells, headers, the file's name, messages, the payload, the review, after the end."""
    path = leapgrid.home / f"in{HOSTILE}.{kind}"
    cell = f'"{HOSTILE}"'
    if kind == "json":
        records = [
            {"name": HOSTILE, "email": HOSTILE, HOSTILE: HOSTILE},
            {"name": "Bo", "email": "bo@lind.se"},
        ]
        path.write_text(json.dumps(records), encoding="utf-8")
    else:
        path.write_text(
            f"name,email,{HOSTILE}\n{cell},{cell},{cell}\nBo,bo@lind.se,{cell}\n", encoding="utf-8"
        )
    more = ("--map", f"{HOSTILE}=notes_c") if kind == "csv" else ()
    app = terminal("open", path, *more)
    app.wait_for(lambda text: checked(text) and "bo@lind.se" in text)
    for press, shown, gone in (
        (keys.F4, "email, row 1", "never"),
        (keys.F7, "curl --request", "never"),
        (keys.F9, "Esc Back", "F9 Review"),
        ("p", "Esc", "Left out"),
        (keys.ESCAPE, "Left out", "never"),
        (keys.ESCAPE, "F9 Review", "Left out"),
        (keys.F2, "Esc Restore", "F9 Review"),
        (keys.ESCAPE, "F9 Review", "Esc Restore"),
        (keys.CTRL_P, "Search for commands", "never"),
        (keys.ESCAPE, "F9 Review", "Search for commands"),
    ):
        app.press(press)
        app.wait_for(lambda text, shown=shown, gone=gone: shown in text and gone not in text)  # type: ignore[misc]
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    found = [part for part in RAW if part in app.raw]
    assert found == []
    # It is shown, as what it is.
    assert "␛]52".encode() in app.raw


def test_without_colour_there_is_none(terminal: Open, leapgrid: Command) -> None:
    leapgrid.environ["NO_COLOR"] = "1"
    app = terminal("demo")
    app.wait_for(lambda text: checked(text) and "test .sok@gmail.com" in text)
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    # Only the terminal's own colours: any other, black too, might not be seen on its ground.
    looks = {number for look in re.findall(rb"\x1b\[([0-9;]*)m", app.raw) for number in look.split(b";")}
    assert looks <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"39", b"49"}


def test_a_theme_that_is_none_and_plain_signs(terminal: Open, leapgrid: Command) -> None:
    leapgrid.environ["LEAPGRID_THEME"] = "darkk"
    leapgrid.settings("ascii = true\n")
    app = terminal("demo")
    app.wait_for(lambda text: "test .sok@gmail.com" in text and "There is no theme darkk" in text)
    assert "▸" not in app.text
    app.press(keys.CTRL_Q)
    assert app.ends() == 0


def test_settings_that_cannot_be_used_cost_the_connection_and_not_the_app(
    terminal: Open, leapgrid: Command
) -> None:
    leapgrid.settings("nonsense = 1\n")
    leapgrid.environ["LEAPGRID_BASE_URL"] = "https://firm.example"
    app = terminal()
    app.wait_for(lambda text: "nonsense is not a setting" in text and "not connected" in text.casefold())
    app.press(keys.CTRL_Q)
    assert app.ends() == 0


DEFECT = """
import leapgrid.tui.session as session
def next_issue(self, *_, **__):
    record, key = {"email": "anna@kellerbau.de"}, %r
    raise RuntimeError("while working on 'Anna Keller', anna@kellerbau.de")
session.Session.next_issue = next_issue
import sys
from leapgrid.cli import main
main(sys.argv[1:])
"""


def test_a_defect_in_the_app_shows_nothing_of_what_was_worked_on(terminal: Open, leapgrid: Command) -> None:
    path = leapgrid.write("leads.csv", "name,email", "Anna Keller,anna@kellerbau.de", "Bo Lind,bo@")
    app = terminal("open", path, program=(sys.executable, "-c", DEFECT % TOKEN))
    app.wait_for(lambda text: checked(text) and "1 error" in text)
    app.press(keys.F4)
    assert app.ends() == 70
    after = bytes(app.raw[app.raw.rindex(b"\x1b[?1049l") :])
    assert b"Something unexpected happened." in after
    for secret in ("anna", "Anna", TOKEN, "Traceback", "locals", "next_issue"):
        assert secret not in after.decode()
    (report,) = (leapgrid.home / "data" / "leapgrid" / "reports").iterdir()
    text = report.read_text("utf-8")
    assert "RuntimeError" in text
    assert "in next_issue" in text
    for secret in ("anna@kellerbau.de", "Anna Keller", TOKEN):
        assert secret not in text


# -- while records are with the server -----------------------------------------------------------------------


def sending(terminal: Open, leapgrid: Command, sandbox: SandboxServer) -> Terminal:
    """The app with its one chunk at the server, which has stored it and does not answer."""
    sandbox.set_fault("slow-after=120")
    app = terminal("open", two_leads(leapgrid))
    app.wait_for(lambda text: checked(text) and "Bo Lind" in text)
    app.press(keys.F9)
    app.wait_for("Enter Send")
    app.press(keys.ENTER)
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 2, timeout=30)
    return app


def creates(sandbox: SandboxServer) -> int:
    return len([request for request in sandbox.requests if request.path.endswith("bulk_create")])


@pytest.mark.parametrize("how", ["closed", "killed", "told to end"])
def test_a_terminal_that_goes_away_leaves_the_records_unknown_and_sends_none_twice(
    terminal: Open, leapgrid: Command, connected: SandboxServer, how: str
) -> None:
    app = sending(terminal, leapgrid, connected)
    match how:
        case "closed":
            app.hang_up()
        case "killed":
            app.process.kill()
        case _:
            app.process.terminate()
    app.ends()
    with Workspace.open(leapgrid.workspace) as workspace:
        (draft,) = workspace.drafts()
        assert {state: count for state, count in draft.counts.items() if count} == {RowState.UNKNOWN: 2}
    connected.set_fault()
    again = terminal()
    again.wait_for(lambda text: checked(text) and "2 unknown" in text)
    again.press(keys.F9)
    again.wait_for("Esc Back")
    again.press(keys.ENTER)
    again.press(keys.ESCAPE)
    again.wait_for("F9 Review")
    again.press(keys.CTRL_Q)
    assert again.ends() == 0
    assert b"2 records of leads.csv" in again.raw
    assert creates(connected) == 1
    assert connected.store.count("lead") == 2


def test_being_told_to_end_waits_a_little_for_the_answer_and_sends_no_more(
    terminal: Open, leapgrid: Command, sandbox: SandboxServer
) -> None:
    leapgrid.settings(
        f'default_profile = "acme"\n[profiles.acme]\nbase_url = "{sandbox.base_url}"\nchunk_size = 1\n'
    )
    sandbox.set_fault("slow-after=2@1")
    app = terminal("open", two_leads(leapgrid))
    app.wait_for(lambda text: checked(text) and "Bo Lind" in text)
    app.press(keys.F9)
    app.wait_for("Enter Send")
    app.press(keys.ENTER)
    assert sandbox.wait_until(lambda: sandbox.store.count("lead") == 1, timeout=30)
    app.process.terminate()
    assert app.ends() == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        (draft,) = workspace.drafts()
        assert {state: count for state, count in draft.counts.items() if count} == {
            RowState.CREATED: 1,
            RowState.READY: 1,
        }
    assert sandbox.store.count("lead") == 1


def test_quitting_while_sending_waits_for_the_answer(
    terminal: Open, leapgrid: Command, connected: SandboxServer
) -> None:
    connected.set_fault("slow-after=2")
    app = terminal("open", two_leads(leapgrid))
    app.wait_for(lambda text: checked(text) and "Bo Lind" in text)
    app.press(keys.F9)
    app.wait_for("Enter Send")
    app.press(keys.ENTER)
    assert connected.wait_until(lambda: connected.store.count("lead") == 2, timeout=30)
    app.press(keys.CTRL_Q)
    assert app.ends() == 0
    with Workspace.open(leapgrid.workspace) as workspace:
        (draft,) = workspace.drafts()
        assert draft.counts[RowState.CREATED] == 2
