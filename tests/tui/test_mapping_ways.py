"""The import screen where a person hesitates: what is offered first, what is lost, what is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.files import ImportMapping, RawFile, ReadOptions, read_raw
from leapgrid.records import CheckContext
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.mapping_values import ValuesScreen
from leapgrid.workspace import Workspace
from tests.tui.harness import until
from tests.tui.test_mapping_screen import LEAD, SIZES, Seen, file_at, lead_file, reader_of, shown

LOST = "Esc again leaves; what you set here is lost."


# -- what is offered first ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["DE", "de"])
async def test_the_two_letters_of_a_country_go_before_names_that_begin_so(tmp_path: Path, typed: str) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Tel.")
        await seen.press("n", *typed)
        offered = [o.label for o in seen.screen.picker.shown]
        assert offered[:3] == ["Germany", "Democratic Republic of the Congo", "Denmark"]
        assert "Bangladesh" in offered
        assert seen.bright[0].startswith("▸Germany")
        await seen.press("enter")
        assert "Country: Germany (DE)." in seen.issue

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_a_field_that_is_called_just_so_is_the_first_one(tmp_path: Path) -> None:
    raw = read_raw(
        file_at(tmp_path, '[{"id_of_status": "1", "status_at": "2", "x": "3"}]', "x.json"), schema=LEAD
    )

    async def body(seen: Seen) -> None:
        await seen.go_to("x")
        await seen.press("space", *"status")
        assert [o.label for o in seen.screen.picker.shown][:2] == ["status", "status_at"]

    await shown(tmp_path, raw, body)


async def test_a_value_is_not_offered_twice(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Stage")
        await seen.press("v")
        page = seen.app.screen
        assert isinstance(page, ValuesScreen)
        page.list.move_to([v.value for v in page.list.values].index("new"))
        await seen.press("enter", *"new")
        assert [(o.label, o.words) for o in page.picker.shown] == [("new", "as it is")]
        await seen.press("s")
        assert [(o.label, o.words) for o in page.picker.shown] == [("news", "as you typed it")]

    await shown(tmp_path, lead_file(tmp_path), body, said=ImportMapping(columns={"Stage": "status"}))


@pytest.mark.parametrize("size", SIZES)
async def test_the_page_of_the_values_says_what_known_means(tmp_path: Path, size: tuple[int, int]) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Stage")
        await seen.press("v")
        assert "Known values of status: new, working, qualified. The server may take others." in seen.app.text
        page = seen.app.screen
        assert isinstance(page, ValuesScreen)
        page.list.move_to([v.value for v in page.list.values].index("MQL"))
        await seen.rest()
        assert seen.issue.endswith("Enter chooses another.")

    said = ImportMapping(columns={"Stage": "status"})
    await shown(tmp_path, lead_file(tmp_path), body, said=said, size=size)


async def test_the_question_for_a_constant_runs_into_nothing(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("c", *"owner", "enter")
        line = next(line for line in seen.app.text.split("\n") if "(constant)" in line)
        assert line.rstrip().endswith("every record's owner")

    await shown(tmp_path, lead_file(tmp_path), body, size=(140, 34))


# -- what is lost -------------------------------------------------------------------------------------------


async def test_escape_warns_before_what_was_chosen_is_lost(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("delete", "escape")
        assert LOST in seen.issue
        assert seen.ended == []
        await seen.press("down")
        assert LOST not in seen.issue
        await seen.press("escape")
        assert seen.ended == []
        await seen.press("escape")
        assert seen.ended == [None]

    await shown(tmp_path, lead_file(tmp_path), body)


@pytest.mark.parametrize("keys", [(), ("down", "p", "escape"), ("space", "escape")])
async def test_escape_leaves_at_once_what_is_only_proposed(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async def body(seen: Seen) -> None:
        await seen.press(*keys)
        assert seen.ended == []
        await seen.press("escape")
        assert seen.ended == [None]

    await shown(tmp_path, lead_file(tmp_path), body, said=ImportMapping(columns={"Notes": None}))


async def test_what_was_said_of_a_header_line_is_there_again_when_it_is(tmp_path: Path) -> None:
    path = file_at(tmp_path, "Vorgang,Zeichen,Wert\nA,B,C\nD,E,F\n", "nothing.csv")

    async def body(seen: Seen) -> None:
        await seen.press("space", *"ext", "enter")
        assert seen.fields["Vorgang"] == "external_id"
        seen_lines = []
        for _ in range(10):
            await seen.press("h")
            line = seen.screen.raw.options.header_line
            assert line is not None
            seen_lines.append(line)
            if line == 1:
                break
            assert seen.fields != {"Vorgang": "external_id", "Zeichen": None, "Wert": None}
            assert f"of {len(seen.screen.choices['header'])} header lines; H: " in seen.issue
        assert len(seen_lines) == len(set(seen_lines)) == len(seen.screen.choices["header"])
        assert seen.fields["Vorgang"] == "external_id"

    await shown(tmp_path, read_raw(path, schema=LEAD), body, read=reader_of(path))


async def test_another_encoding_does_not_make_the_header_line_a_persons_choice(tmp_path: Path) -> None:
    path = file_at(tmp_path, "Name;E-Mail\nMüller;a@b.de\n".encode("cp1252"))

    async def body(seen: Seen) -> None:
        while seen.screen.raw.options.encoding == "cp1252":
            await seen.press("e")
        assert "s you said" not in next(f.why for f in seen.screen.facts.facts if f.action == "header_line")
        assert "you chose it" not in seen.app.text

    await shown(tmp_path, read_raw(path, schema=LEAD), body, read=reader_of(path))


async def test_l_says_that_there_is_nothing_to_show(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("l")
        assert seen.app.screen is seen.screen
        assert "There is nothing to show" in seen.issue

    await shown(tmp_path, lead_file(tmp_path), body)


# -- what is forgotten --------------------------------------------------------------------------------------


async def test_x_shows_the_fresh_proposal_and_what_then_is_imported_is_not_kept(tmp_path: Path) -> None:
    raw = lead_file(tmp_path)
    before = ImportMapping(columns={"Full Name": "name", "E-Mail": None, "Notes": "external_id"})

    def prepare(space: Workspace) -> None:
        space.remember_mapping("lead", raw.frame.headers, before)

    async def body(seen: Seen) -> None:
        assert seen.fields["Notes"] == "external_id"
        await seen.press("x")
        assert seen.fields["Notes"] is None
        assert seen.fields["E-Mail"] == "email"
        for words in ("remembered", "you chose it"):
            assert words not in seen.app.text
        assert seen.screen.desk.workspace.remembered_mapping("lead", raw.frame.headers) is None
        await seen.press("enter")

    # As after a first import of the same hour: all of it was said, and is remembered by now.
    seen = await shown(tmp_path, raw, body, said=before, prepare=prepare)
    assert not seen.result.keep
    assert seen.result.remembered is None

    async def more(seen: Seen) -> None:
        await seen.press("x", "delete", "enter")

    seen = await shown(tmp_path, raw, more, remembered=(before, 1_773_273_600.0), prepare=prepare)
    assert seen.result.keep


async def test_x_is_nothing_where_nothing_is_remembered(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("delete", "x")
        assert seen.fields["Full Name"] is None
        assert "Forgotten" not in seen.issue

    await shown(tmp_path, lead_file(tmp_path), body)


# -- in a small window --------------------------------------------------------------------------------------

CONTACTS = (
    "Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value\n"
    "Eva,* Work,eva@lindt.ch,eva@lindt.com,+41 44 555 12 12\n"
)


@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
async def test_headers_that_begin_alike_differ_in_what_is_shown(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def body(seen: Seen) -> None:
        width = seen.screen.table.columns(size[0]).name
        top = seen.screen.table.region.y
        lines = seen.app.text.split("\n")[top : top + 5]
        names = [line[4 : 4 + width].strip() for line in lines]
        assert len(set(names)) == 5
        assert names[2].endswith("1 - Value")
        assert names[3].endswith("2 - Value")
        assert all(("…" in name) == (size[0] == 80) and name.startswith("E") for name in names[1:4])
        assert "Name" in names

    raw = read_raw(file_at(tmp_path, CONTACTS), schema=LEAD)
    await shown(tmp_path, raw, body, size=size)


async def test_the_issue_line_loses_what_matters_least_first(tmp_path: Path) -> None:
    rows = "name,Where this lead stands\nA,MQL\nB,SQL\n"
    raw = read_raw(file_at(tmp_path, rows), schema=LEAD)
    said = ImportMapping(columns={"Where this lead stands": "status"})

    async def body(seen: Seen) -> None:
        await seen.press("down")
        whole = "“MQL” and “SQL” were never seen in this field."
        assert f"Where this lead stands to status  {whole} The server may take them." in seen.issue
        await seen.pilot.resize_terminal(90, 24)
        await seen.rest()
        assert seen.issue.startswith(f"~ Where this lead stands to status  {whole}")
        assert "…" not in seen.issue
        await seen.pilot.resize_terminal(70, 24)
        await seen.rest()
        assert seen.issue.startswith(f"~ {whole}")
        assert seen.issue.endswith("V") or "V Match" in seen.issue

    await shown(tmp_path, raw, body, said=said, size=(160, 30))


@pytest.mark.parametrize("size", SIZES)
async def test_help_over_it_has_the_files_title_and_whole_lines(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def body(seen: Seen) -> None:
        await seen.app.push_screen(HelpScreen(seen.screen.desk, seen.screen, {}))
        await seen.pilot.pause()
        text = seen.app.text
        assert "leads.csv" in text.split("\n")[0]
        assert "Leave the column out, take the constant away" in text
        if size[1] > 30:
            assert "Forget what is remembered of these headers" in text

    await shown(tmp_path, lead_file(tmp_path), body, size=size)


# -- sheets -------------------------------------------------------------------------------------------------


async def test_the_other_header_line_is_sought_in_the_sheet_that_is_shown(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Summary").write_row(0, 0, ["Total", 3])
        page = book.add_worksheet("Leads")
        page.write_row(0, 0, ["Full Name", "E-mail"])
        page.write_row(1, 0, ["Anna", "anna@kellerbau.de"])

    async def body(seen: Seen) -> None:
        assert "Sheet 2 of 2; not read: “Summary”." in seen.app.text
        await seen.press("h")
        assert seen.screen.raw.options == ReadOptions(header_line=2, sheet="Leads")
        await seen.press("s")
        assert seen.screen.raw.options.sheet == "Summary"
        assert "1 of 2 sheets; S: Leads." in seen.issue
        await until(seen.pilot, lambda: not seen.screen.is_busy)

    raw: RawFile = read_raw(path, schema=LEAD)
    assert raw.options.sheet == "Leads"
    await shown(tmp_path, raw, body, read=reader_of(path), context=CheckContext("DE"))
