"""The import screen by its keys: what it shows, what each key does, and that the result imports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from leapgrid.files import ImportMapping, Note, RawFile, ReadOptions, UnreadableFile, read_raw
from leapgrid.files.model import Detected, FileRead, ReadingCancelled
from leapgrid.records import CheckContext, Field, FieldType, ObjectSchema, schema_for
from leapgrid.records.frame import Frame
from leapgrid.tui.desk import Desk
from leapgrid.tui.mapping import Remembered
from leapgrid.tui.screens.help import HelpScreen
from leapgrid.tui.screens.mapping import MappingScreen
from leapgrid.tui.screens.mapping_values import ValuesScreen
from leapgrid.tui.screens.page import Page
from leapgrid.tui.screens.text_page import TextPage
from leapgrid.workspace import Workspace
from tests.tui.harness import NASTY, SANDBOX, HarnessApp, until, workspace

LEAD = schema_for("lead")
SIZES = ((80, 24), (120, 34))
HEADERS = "Full Name,E-Mail,Tel.,Stage,Notes"
ROWS = (
    "Anna Keller,anna@kellerbau.de,0171 2345678,MQL,called twice",
    "Bao Nguyễn,bao@phohanoi.vn,+84 24 3825 1234,new,",
    "Ute Müller,ute@mueller-bau.de,030 901820,SQL,ask for Inès",
)


class Seen:
    """A shown screen, and what it ended with."""

    def __init__(self, app: HarnessApp, pilot: Pilot[None], screen: MappingScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen
        self.ended: list[object] = []

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is made beside the loop."""
        await self.pilot.pause()
        await until(self.pilot, lambda: not self.screen.is_attached or not self.screen.is_busy)
        await self.pilot.pause()

    async def go_to(self, header: str) -> None:
        """Put the cursor on a column."""
        lines = self.screen.table.table
        at = next(i for i, ln in enumerate(lines) if ln.header == header)
        self.screen.table.move_to(at)
        await self.rest()

    @property
    def fields(self) -> dict[str, str | None]:
        assert self.screen.state is not None
        return dict(self.screen.state.field_of)

    @property
    def bright(self) -> list[str]:
        """What stands on the one bright ground."""
        return [run.strip() for run in self.app.grounds("cell")]

    @property
    def issue(self) -> str:
        page = self.app.screen
        assert isinstance(page, Page)
        lines = self.app.text.split("\n")[page.issue_line.region.y : page.issue_line.region.bottom]
        return " ".join(line.strip() for line in lines)

    @property
    def result(self) -> MappingScreen.Result:
        (result,) = self.ended
        assert isinstance(result, MappingScreen.Result)
        return result

    def imported(self) -> FileRead:
        """The records that the result gives."""
        from leapgrid.files import map_raw

        return map_raw(self.result.raw, self.screen.schema, self.result.mapping)


Body = Callable[[Seen], Any]


async def shown(
    tmp_path: Path,
    raw: RawFile,
    body: Body,
    *,
    size: tuple[int, int] = (120, 34),
    said: ImportMapping | None = None,
    remembered: Remembered | None = None,
    read: Any = None,
    schema: ObjectSchema = LEAD,
    context: CheckContext | None = None,
    prepare: Callable[[Workspace], None] | None = None,
    keymap: dict[str, str] | None = None,
) -> Seen:
    with workspace(tmp_path / "ws") as space:
        if prepare is not None:
            prepare(space)
        app = HarnessApp()
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            desk = Desk(space, link=SANDBOX)
            screen = MappingScreen(
                desk, raw, schema, said, remembered, keymap or {}, read=read, context=context
            )
            seen = Seen(app, pilot, screen)
            await app.push_screen(screen, seen.ended.append)
            await until(pilot, lambda: screen.shown is not None)
            await seen.rest()
            await body(seen)
    return seen


def file_at(tmp_path: Path, text: str | bytes, name: str = "leads.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def lead_file(tmp_path: Path) -> RawFile:
    return read_raw(file_at(tmp_path, "\n".join((HEADERS, *ROWS)) + "\n"), schema=LEAD)


def reader_of(path: Path, schema: ObjectSchema = LEAD) -> Any:
    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        return read_raw(path, options, schema=schema, cancelled=cancelled)

    return read


def records(read: FileRead) -> list[Mapping[str, str]]:
    return [
        {name: read.frame.cell(row, column) for name, column in read.mapping.items()}
        for row in range(read.frame.height)
    ]


# -- as it opens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_what_becomes_of_each_column_and_the_first_records(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def body(seen: Seen) -> None:
        text = seen.app.text
        for words in ("Import", "3 records", "5 columns", "leads.csv", "Lead", "to field", "Anna Keller"):
            assert words in text
        assert seen.bright == ["name"]
        assert "Enter Import 3" in text.split("\n")[-1]
        assert "F1 Help" in text.split("\n")[-1]
        assert "0171 2345678" in text
        assert "of 6 fields from columns" in text
        await seen.press("down")
        assert seen.bright == ["email"]

    await shown(tmp_path, lead_file(tmp_path), body, size=size)


async def test_enter_imports_what_is_shown(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body)
    read = seen.imported()
    assert records(read)[0] == {
        "name": "Anna Keller",
        "email": "anna@kellerbau.de",
        "phone": "0171 2345678",
        **({"status": "MQL"} if "status" in read.mapping else {}),
    }


async def test_escape_goes_back_without_a_result(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("escape")

    seen = await shown(tmp_path, lead_file(tmp_path), body)
    assert seen.ended == [None]


async def test_help_lists_its_keys(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.app.push_screen(HelpScreen(seen.screen.desk, seen.screen, {}))
        await seen.pilot.pause()
        for words in ("Change the field of the column", "Match the values", "Another encoding"):
            assert words in seen.app.text

    await shown(tmp_path, lead_file(tmp_path), body)


# -- the field of a column ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_space_opens_the_fields_and_enter_takes_the_one_that_is_highlighted(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Notes")
        await seen.press("space")
        text = seen.app.text
        assert "external_id" in text
        assert "leave out" in text
        assert "from E-Mail, which is then left out" in text or size[0] == 80
        assert len(seen.bright) == 1
        await seen.press(*"ext")
        assert seen.bright[0].startswith("▸external_id")
        await seen.press("enter")
        assert seen.fields["Notes"] == "external_id"
        assert seen.bright == ["external_id"]
        assert seen.screen.focused is seen.screen.table

    await shown(tmp_path, lead_file(tmp_path), body, size=size)


async def test_arrows_choose_and_a_taken_field_swaps(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("space", "down")
        assert "from E-Mail; the two swap" in seen.app.text
        await seen.press("enter")
        assert (seen.fields["Full Name"], seen.fields["E-Mail"]) == ("email", "name")

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_letters_filter_inside_the_list_and_are_no_keys_there(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("space", *"ph")
        assert seen.screen.picker.text == "ph"
        assert seen.screen.picker.shown[0].value == "phone"
        await seen.press("escape")
        assert not seen.screen.picker.is_open
        assert seen.ended == []
        assert seen.fields["Full Name"] == "name"
        assert seen.bright == ["name"]

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_a_field_that_only_the_organisation_knows_can_be_typed(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Notes")
        await seen.press("space", *"remarks")
        assert "unknown to Lead; sent as it stands" in seen.app.text
        await seen.press("enter", "enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body)
    read = seen.imported()
    assert "remarks" in read.schema.extra_names
    assert records(read)[0]["remarks"] == "called twice"


@pytest.mark.parametrize("key", ["delete", "backspace"])
async def test_delete_leaves_a_column_out(tmp_path: Path, key: str) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Tel.")
        await seen.press(key)
        assert seen.fields["Tel."] is None
        assert seen.bright == ["-"]
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body)
    assert "phone" not in seen.imported().mapping


async def test_leave_out_is_in_the_list_too(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("space", *"leave", "enter")
        assert seen.fields["Full Name"] is None

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_a_click_on_the_line_under_the_cursor_opens_the_list(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.pilot.click(seen.screen.table, offset=(70, 1))
        await seen.rest()
        assert seen.bright == ["email"]
        assert not seen.screen.picker.is_open
        await seen.pilot.click(seen.screen.table, offset=(70, 1))
        await seen.rest()
        assert seen.screen.picker.is_open

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_the_footer_of_the_list_can_be_clicked(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("space", "down")
        await seen.pilot.click(seen.screen.footer, offset=(2, 0))
        await seen.rest()
        assert seen.fields["Full Name"] == "email"
        await seen.press("space", "down")
        await seen.pilot.click(seen.screen.footer, offset=(118, 0))
        await seen.rest()
        assert not seen.screen.picker.is_open
        assert seen.fields["Full Name"] == "email"

    await shown(tmp_path, lead_file(tmp_path), body)


# -- columns that are joined --------------------------------------------------------------------------------

HALVES = "Record ID,First Name,Last Name,Email\n1,Anna,Keller,anna@kellerbau.de\n2,Cher,,cher@firm.com\n"


@pytest.mark.parametrize("size", SIZES)
async def test_j_joins_the_halves_of_a_name_and_del_takes_one_out_again(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async def body(seen: Seen) -> None:
        # What the screen is there to ask stands under the cursor.
        assert seen.screen.table.line is not None
        assert seen.screen.table.line.header == "First Name"
        assert "“First Name” and “Last Name” are the halves of a name." in seen.issue
        assert seen.issue.endswith("J Join them to name")
        assert "J Join names" in seen.app.text.split("\n")[-1]
        await seen.press("j")
        assert seen.fields == {
            "Record ID": None, "First Name": "name", "Last Name": "name", "Email": "email",
        }  # fmt: skip
        assert seen.bright == ["name 1 of 2"]
        assert "name 2 of 2" in seen.app.text
        assert "Anna Keller" in seen.app.text
        assert "Join names" not in seen.app.text.split("\n")[-1]
        await seen.press("down", "delete")
        assert seen.fields["Last Name"] is None
        assert "name 1 of 2" not in seen.app.text
        assert "Anna Keller" not in seen.app.text
        # And back by hand: behind the one that has the field.
        await seen.press("space", *"name")
        assert "from First Name, which is then left out" in seen.app.text or size[0] == 80
        await seen.press("down")
        assert "join behind First Name" in seen.bright[0] or size[0] == 80
        await seen.press("enter")
        assert seen.bright == ["name 2 of 2"]
        await seen.press("enter")

    file = read_raw(file_at(tmp_path, HALVES), schema=LEAD)
    seen = await shown(tmp_path, file, body, size=size)
    assert records(seen.imported()) == [
        {"name": "Anna Keller", "email": "anna@kellerbau.de"},
        {"name": "Cher", "email": "cher@firm.com"},
    ]


async def test_j_does_nothing_where_there_is_a_full_name(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        before = seen.fields
        await seen.press("j")
        assert seen.fields == before
        assert seen.screen.table.at == 0

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_the_result_tells_what_was_said_and_what_was_not(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("j", "enter")

    file = read_raw(file_at(tmp_path, HALVES), schema=LEAD)
    result = (await shown(tmp_path, file, body)).result
    assert result.said is not None
    assert dict(result.said.columns) == {"First Name": "name", "Last Name": "name"}
    assert dict(result.mapping.columns) == {**result.said.columns, "Record ID": None, "Email": "email"}
    assert result.remembered is None


# -- constants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_c_sets_one_text_for_all_records(tmp_path: Path, size: tuple[int, int]) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("c")
        assert "(constant)" in seen.app.text
        await seen.press(*"own", "enter")
        assert seen.screen.picker.is_open
        await seen.pilot.press(*"g1koYv_uLg11RFM")
        await seen.press("enter")
        assert seen.bright == ["owner"]
        assert "1 constant" in seen.app.text
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body, size=size)
    assert {r["owner"] for r in records(seen.imported())} == {"g1koYv_uLg11RFM"}


async def test_a_constant_is_checked_as_it_is_typed_and_offers_the_fields_values(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("c", *"email", "enter", *"a b@c.de")
        assert seen.issue.startswith("! The address has a space")
        await seen.press("escape")
        assert seen.screen.state is not None
        assert dict(seen.screen.state.proposal.constants) == {}
        assert "(constant)" not in seen.app.text
        await seen.press("c", *"status", "enter")
        assert "qualified" in seen.app.text
        await seen.press("down", "enter")
        assert dict(seen.screen.state.proposal.constants) == {"status": "new"}

    await shown(tmp_path, lead_file(tmp_path), body)


async def test_a_constant_changes_its_text_its_field_and_goes(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        state = seen.screen.state
        assert state is not None
        seen.screen.table.move_to(5)
        await seen.rest()
        assert seen.bright == ["owner"]
        await seen.press("c", *"zz", "enter")
        assert dict(seen.screen.state.proposal.constants) == {"owner": "zz"}  # type: ignore[union-attr]  # it is there
        await seen.press("space", *"external", "enter")
        assert dict(seen.screen.state.proposal.constants) == {"external_id": "zz"}  # type: ignore[union-attr]  # the same
        await seen.press("delete")
        assert dict(seen.screen.state.proposal.constants) == {}  # type: ignore[union-attr]  # the same

    await shown(tmp_path, lead_file(tmp_path), body, said=ImportMapping(constants={"owner": "x"}))


async def test_a_constant_that_is_there_is_not_asked_for_twice(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("c", *"owner", "enter")
        assert seen.app.text.count("(constant)") == 1
        assert seen.screen.picker.text == "x"
        await seen.press(*"y", "enter")
        assert seen.screen.state is not None
        assert dict(seen.screen.state.proposal.constants) == {"owner": "y"}

    await shown(tmp_path, lead_file(tmp_path), body, said=ImportMapping(constants={"owner": "x"}))


async def test_an_empty_constant_is_none(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("c", *"owner", "enter", "enter")
        assert "Nothing was set." in seen.issue
        assert "(constant)" not in seen.app.text

    await shown(tmp_path, lead_file(tmp_path), body)


# -- values -------------------------------------------------------------------------------------------------


def stage_to_status() -> ImportMapping:
    return ImportMapping(columns={"Stage": "status"})


@pytest.mark.parametrize("size", SIZES)
async def test_v_matches_the_values_of_a_column(tmp_path: Path, size: tuple[int, int]) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Stage")
        assert "were never seen in this field" in seen.app.text
        await seen.press("v")
        page = seen.app.screen
        assert isinstance(page, ValuesScreen)
        for words in ("MQL", "SQL", "new", "never seen", "known"):
            assert words in seen.app.text
        assert [v.times for v in page.list.values] == [1, 1, 1]
        at = [v.value for v in page.list.values].index("MQL")
        page.list.move_to(at)
        await seen.press("enter", *"qual", "enter")
        assert page.list.values[at].becomes == "qualified"
        at = [v.value for v in page.list.values].index("SQL")
        page.list.move_to(at)
        await seen.press("space", *"won back", "enter")
        assert page.list.values[at].becomes == "won back"
        await seen.press("escape")
        await until(seen.pilot, lambda: seen.app.screen is seen.screen)
        await seen.rest()
        await until(seen.pilot, lambda: bool(seen.screen.state and seen.screen.state.values))
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body, size=size, said=stage_to_status())
    assert [r["status"] for r in records(seen.imported())] == ["qualified", "new", "won back"]
    assert seen.imported().frame.cell(0, 3) == "MQL"  # the file's own column stays as it was read


async def test_a_value_is_kept_again_with_delete(tmp_path: Path) -> None:
    said = ImportMapping(columns={"Stage": "status"}, values={"status": {"MQL": "new"}})

    async def body(seen: Seen) -> None:
        await seen.go_to("Stage")
        await seen.press("v")
        page = seen.app.screen
        assert isinstance(page, ValuesScreen)
        page.list.move_to([v.value for v in page.list.values].index("MQL"))
        await seen.press("delete", "escape")
        await until(seen.pilot, lambda: seen.app.screen is seen.screen)
        await until(seen.pilot, lambda: not (seen.screen.state and seen.screen.state.values))

    await shown(tmp_path, lead_file(tmp_path), body, said=said)


async def test_suggestions_are_shown_and_taken_together(tmp_path: Path) -> None:
    rows = "name,status\nA,Qualifed\nB,QUALIFIED\nC,new\n"

    async def body(seen: Seen) -> None:
        await seen.go_to("status")
        await seen.press("v")
        page = seen.app.screen
        assert isinstance(page, ValuesScreen)
        assert "A takes the suggestion: qualified" in seen.app.text
        await seen.press("a", "escape")
        await until(seen.pilot, lambda: seen.app.screen is seen.screen)
        await until(seen.pilot, lambda: bool(seen.screen.state and seen.screen.state.values))
        await seen.press("enter")

    raw = read_raw(file_at(tmp_path, rows), schema=LEAD)
    seen = await shown(tmp_path, raw, body)
    assert [r["status"] for r in records(seen.imported())] == ["qualified", "qualified", "new"]


async def test_v_does_nothing_where_a_field_has_no_list(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("v")
        assert seen.app.screen is seen.screen
        assert "V Match values" not in seen.app.text

    await shown(tmp_path, lead_file(tmp_path), body)


# -- pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_p_shows_twenty_records_checked(tmp_path: Path, size: tuple[int, int]) -> None:
    rows = "".join(f"Lead {i},lead{i}@\n" for i in range(1, 31))

    async def body(seen: Seen) -> None:
        assert "P Preview 20" in seen.app.text or size[0] == 80
        await seen.press("p")
        assert isinstance(seen.app.screen, TextPage)
        assert seen.app.screen.lines_shown.count == 1 + 20 + 1 + 20
        assert "the first 20 records as they would be" in seen.app.text
        assert "lead1@ !" in seen.app.text
        await seen.press("end")
        assert "email, record 20" in seen.app.text
        await seen.press("escape")
        assert seen.app.screen is seen.screen

    raw = read_raw(file_at(tmp_path, "name,email\n" + rows), schema=LEAD)
    await shown(tmp_path, raw, body, size=size)


async def test_l_lists_short_and_long_lines_with_what_was_cut(tmp_path: Path) -> None:
    path = file_at(tmp_path, f"{HEADERS}\n{ROWS[0]},extra text\nUte\n")

    async def body(seen: Seen) -> None:
        await seen.press("l")
        assert isinstance(seen.app.screen, TextPage)
        text = seen.app.text
        assert "Line 2" in text
        assert "Line 3" in text
        assert "extra text" in text

    await shown(tmp_path, read_raw(path, schema=LEAD), body)


# -- how the file is read -----------------------------------------------------------------------------------

DETECTED = (
    Detected("encoding", "Windows-1252", "Reads “Müller”, not “MÃ¼ller”.", ("cp1252", "utf-8", "latin-1")),
    Detected("delimiter", ";", "all lines have 2 values", (";", ",")),
    Detected("header", "in line 3", "lines 1 and 2 look like a title", (3, 1, 0)),
    Detected("lines", "2 fit", "as the headers have"),
)


def made(headers: tuple[str, ...], options: ReadOptions, why: str = "") -> RawFile:
    found = tuple(d._replace(why=why) if why else d for d in DETECTED)
    rows = [tuple(f"{h} {i}" for h in headers) for i in range(2)]
    return RawFile(Frame.from_rows(headers, rows), "csv", "x.csv", "x.csv", 90, options, found)


async def test_a_key_tries_the_next_choice_and_says_what_follows(tmp_path: Path) -> None:
    asked: list[ReadOptions] = []

    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        asked.append(options)
        used = ReadOptions(options.encoding or "cp1252", options.delimiter or ";", 3)
        if options.header_line is not None:
            used = ReadOptions(used.encoding, used.delimiter, options.header_line)
        return made(("Name", f"E-Mail {options.encoding}"), used, f"Reads it as {options.encoding}.")

    async def body(seen: Seen) -> None:
        await seen.press("e")
        assert asked[-1] == ReadOptions(encoding="utf-8")
        assert "Read as UTF-8. 2 of 3 encodings; E: Latin-1. Reads it as utf-8." in seen.issue
        await seen.press("e")
        assert asked[-1] == ReadOptions(encoding="latin-1")
        await seen.press("d")
        assert asked[-1] == ReadOptions(encoding="latin-1", delimiter=",")
        assert "Read parted by commas. 2 of 2 delimiters; D: semicolons." in seen.issue
        await seen.press("h")
        assert asked[-1] == ReadOptions(encoding="latin-1", delimiter=",", header_line=1)
        await seen.press("h")
        assert asked[-1] == ReadOptions(encoding="latin-1", delimiter=",", header_line=0)
        assert "Read without headers. 3 of 3 header lines; H: line 3." in seen.issue
        await seen.press("enter")

    seen = await shown(tmp_path, made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 3)), body, read=read)
    assert seen.result.mapping.options == ReadOptions("latin-1", ",", 0)
    assert seen.result.raw.options.header_line == 0


async def test_without_a_reader_the_facts_are_only_told(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        assert "Windows-1252" in seen.app.text
        await seen.press("e", "d", "h", "s")
        assert not seen.screen.reading

    await shown(tmp_path, made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 3)), body)


async def test_a_reading_that_fails_says_why_and_changes_nothing(tmp_path: Path) -> None:
    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        raise UnreadableFile("Line 4 of x.csv is not UTF-8.")

    async def body(seen: Seen) -> None:
        await seen.press("e")
        assert seen.issue == "! Not as UTF-8: Line 4 of x.csv is not UTF-8."
        await seen.press("e")
        assert seen.issue == "! Not as Latin-1: Line 4 of x.csv is not UTF-8."
        await seen.press("enter")

    seen = await shown(tmp_path, made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 3)), body, read=read)
    assert seen.result.mapping.options == ReadOptions()


async def test_escape_stops_a_reading_and_only_then_leaves(tmp_path: Path) -> None:
    began, stopped = threading.Event(), threading.Event()

    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        began.set()
        while not cancelled():
            stopped.wait(0.005)
        stopped.set()
        raise ReadingCancelled("Stopped.")

    async def body(seen: Seen) -> None:
        await seen.pilot.press("e")
        await until(seen.pilot, began.is_set)
        assert "Reading it as UTF-8 ... Esc stops." in seen.issue
        await seen.pilot.press("enter")
        assert seen.ended == []
        await seen.pilot.press("escape")
        await until(seen.pilot, stopped.is_set)
        await seen.rest()
        assert seen.ended == []
        assert "Stopped. The file stays as it was read before." in seen.issue
        await seen.press("escape")
        assert seen.ended == [None]

    await shown(tmp_path, made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 3)), body, read=read)


async def test_pressed_again_it_tries_the_next_one_and_gives_up_the_one_before(tmp_path: Path) -> None:
    given_up: list[str | None] = []
    going = threading.Event()

    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        if options.encoding == "utf-8":
            going.set()
            while not cancelled():
                threading.Event().wait(0.005)
            given_up.append(options.encoding)
            raise ReadingCancelled("Stopped.")
        return made(("Name", "E-Mail"), ReadOptions(options.encoding, ";", 3))

    async def body(seen: Seen) -> None:
        await seen.pilot.press("e")
        await until(seen.pilot, going.is_set)
        await seen.press("e")
        await until(seen.pilot, lambda: given_up == ["utf-8"])
        assert seen.screen.raw.options.encoding == "latin-1"

    await shown(tmp_path, made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 3)), body, read=read)


async def test_headers_that_nobody_knows_are_asked_about(tmp_path: Path) -> None:
    def read(options: ReadOptions, cancelled: Callable[[], bool]) -> RawFile:
        if options.header_line == 1:
            return made(("Name", "E-Mail"), ReadOptions("cp1252", ";", 1))
        return made(("Umsatz", "Quartal"), ReadOptions("cp1252", ";", 3))

    async def body(seen: Seen) -> None:
        asked = "None of these headers is a field of Lead. Is line 3 the header?"
        assert asked in seen.issue
        assert seen.issue.endswith("H Next candidate")
        await seen.press("enter")
        assert seen.ended == []
        assert asked in seen.issue
        await seen.press("h")
        assert seen.fields == {"Name": "name", "E-Mail": "email"}
        await seen.press("enter")
        assert len(seen.ended) == 1

    await shown(tmp_path, made(("Umsatz", "Quartal"), ReadOptions("cp1252", ";", 3)), body, read=read)


async def test_enter_works_once_one_column_is_a_field(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("enter")
        assert seen.ended == []
        await seen.press("space", *"name", "enter", "enter")

    seen = await shown(tmp_path, made(("Umsatz", "Quartal"), ReadOptions("cp1252", ";", 3)), body)
    assert [r["name"] for r in records(seen.imported())] == ["Umsatz 0", "Umsatz 1"]


# -- dates and phones ---------------------------------------------------------------------------------------

WITH_DATES = ObjectSchema(
    "lead", "Lead", (*LEAD.fields, Field("created_on", "Created", FieldType.DATE)), plural="Leads"
)


async def test_f_says_day_or_month_first(tmp_path: Path) -> None:
    path = file_at(tmp_path, "name,created_on\nAnna,03/04/2026\n")

    async def body(seen: Seen) -> None:
        assert "“03/04/2026” is 3 April 2026 or 4 March 2026." in seen.app.text
        await seen.press("down")
        assert seen.issue.endswith("F Say which")
        await seen.press("f")
        assert "Dates: day first." in seen.issue
        await seen.press("f")
        assert "Dates: month first. “03/04/2026” is 4 March 2026" in seen.issue
        await seen.press("enter")

    raw = read_raw(path, schema=WITH_DATES)
    seen = await shown(tmp_path, raw, body, schema=WITH_DATES)
    assert seen.result.mapping.date_order == "mdy"
    assert records(seen.imported())[0]["created_on"] == "03/04/2026"


@pytest.mark.parametrize("size", SIZES)
async def test_n_says_the_country_of_phones_that_have_none(tmp_path: Path, size: tuple[int, int]) -> None:
    async def body(seen: Seen) -> None:
        await seen.go_to("Tel.")
        await seen.press("n", *"germ", "enter")
        assert "Country: Germany (DE)." in seen.issue
        assert "Germany (DE)" in seen.app.text
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body, size=size)
    assert seen.result.mapping.default_country == "DE"
    assert records(seen.imported())[0]["phone"] == "0171 2345678"


async def test_the_country_is_found_by_its_letters_too(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("n", *"at")
        assert "AT" in [o.value for o in seen.screen.picker.shown]

    await shown(tmp_path, lead_file(tmp_path), body, context=CheckContext("DE"))


# -- kept for the next file ---------------------------------------------------------------------------------


async def test_x_forgets_what_is_remembered_and_says_so(tmp_path: Path) -> None:
    raw = lead_file(tmp_path)
    before = ImportMapping(columns={"Notes": "external_id"})

    def prepare(space: Workspace) -> None:
        space.remember_mapping("lead", raw.frame.headers, before)

    async def body(seen: Seen) -> None:
        assert seen.fields["Notes"] == "external_id"
        assert "remembered from" in seen.app.text
        await seen.press("x")
        assert seen.fields["Notes"] is None
        assert "Forgotten." in seen.issue
        assert seen.screen.desk.workspace.remembered_mapping("lead", raw.frame.headers) is None
        await seen.press("x")

    await shown(tmp_path, raw, body, remembered=(before, 1_773_273_600.0), prepare=prepare)


async def test_w_saves_a_recipe_that_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leapgrid.files.recipe import load_recipe

    monkeypatch.chdir(tmp_path)

    async def body(seen: Seen) -> None:
        await seen.press("c", *"owner", "enter", *"x1", "enter", "w")
        assert seen.screen.ask.field.text.endswith("leads.recipe.toml")
        assert "Save the recipe as" in seen.app.text
        await seen.press("escape")
        assert not seen.screen.ask.is_open
        assert seen.ended == []
        await seen.press("w", "enter")
        await until(seen.pilot, lambda: "Saved." in seen.issue)
        await seen.press("enter")

    seen = await shown(tmp_path, lead_file(tmp_path), body)
    loaded = load_recipe(tmp_path / "leads.recipe.toml")
    mapping = getattr(loaded, "mapping", loaded)
    assert dict(mapping.columns) == dict(seen.result.mapping.columns)
    assert dict(mapping.constants) == {"owner": "x1"}


async def test_a_recipe_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("w")
        seen.screen.ask.field.set_text(str(tmp_path / "leads.csv" / "all.toml"))
        await seen.press("enter")
        await until(seen.pilot, lambda: seen.issue.startswith("!"))
        assert seen.screen.ask.is_open

    await shown(tmp_path, lead_file(tmp_path), body)


# -- whole files --------------------------------------------------------------------------------------------

GERMAN = (
    "Kontaktliste Vertrieb;;;;;\r\n"
    "Stand: 3.4.2026;;;;;\r\n"
    "Vollständiger Name;E-Mail;Telefon;Status;Bemerkung;Angelegt\r\n"
    "Anna Keller;anna@kellerbau.de;0171 2345678;new;ruft zurück;03.04.2026\r\n"
    "Ute Müller;ute@mueller-bau.de;030 901820;working;;17.04.2026\r\n"
    "Jörg Weiß;joerg@weiss.de;;new;;\r\n"
)


@pytest.mark.parametrize("size", SIZES)
async def test_a_list_from_excel_in_german(tmp_path: Path, size: tuple[int, int]) -> None:
    path = file_at(tmp_path, GERMAN.encode("cp1252"), "kontakte.csv")

    async def body(seen: Seen) -> None:
        text = seen.app.text
        assert "Windows-1252" in text
        assert "in line 3" in text
        assert "Ute Müller" in text
        assert seen.fields == {
            "Vollständiger Name": "name",
            "E-Mail": "email",
            "Telefon": "phone",
            "Status": "status",
            "Bemerkung": None,
            "Angelegt": None,
        }
        await seen.press("e")
        assert seen.screen.raw.options.encoding != "cp1252" or seen.issue.startswith("!")
        while seen.screen.raw.options.encoding != "cp1252":
            await seen.press("e")
        await seen.press("enter")

    seen = await shown(
        tmp_path,
        read_raw(path, schema=LEAD),
        body,
        size=size,
        read=reader_of(path),
        context=CheckContext("DE"),
    )
    assert [r["name"] for r in records(seen.imported())] == ["Anna Keller", "Ute Müller", "Jörg Weiß"]
    assert seen.result.mapping.default_country is None  # nobody said it: the profile does


async def test_the_header_line_is_found_by_h(tmp_path: Path) -> None:
    path = file_at(tmp_path, "a;b\r\nName;E-Mail\r\nUte;ute@m.de\r\n")

    async def body(seen: Seen) -> None:
        tried = 0
        while seen.screen.raw.options.header_line != 2 and tried < 10:
            await seen.press("h")
            tried += 1
        assert seen.fields == {"Name": "name", "E-Mail": "email"}

    raw = read_raw(path, ReadOptions(header_line=1), schema=LEAD)
    await shown(
        tmp_path, raw, body, read=reader_of(path), said=ImportMapping(options=ReadOptions(header_line=1))
    )


async def test_the_other_sheet_is_read_with_s(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sheet, rows in (
            ("Leads", [("name", "email"), ("Anna", "a@b.de")]),
            ("More", [("name",), ("Bo",)]),
        ):
            page = book.add_worksheet(sheet)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)

    async def body(seen: Seen) -> None:
        assert "Leads" in seen.app.text
        await seen.press("s")
        await until(seen.pilot, lambda: seen.screen.raw.options.sheet == "More")
        await seen.rest()
        await seen.press("enter")

    seen = await shown(tmp_path, read_raw(path, schema=LEAD), body, read=reader_of(path))
    assert [dict(r) for r in records(seen.imported())] == [{"name": "Bo"}]


async def test_a_file_of_keys_offers_to_send_what_is_unknown(tmp_path: Path) -> None:
    path = file_at(tmp_path, '[{"name": "Anna", "shoe_size": 41}]', "x.json")

    async def body(seen: Seen) -> None:
        await seen.go_to("shoe_size")
        await seen.press("delete")
        assert seen.fields["shoe_size"] is None
        await seen.press("space")
        assert "send as it is" in seen.app.text
        await seen.press(*"shoe", "enter")
        assert seen.fields["shoe_size"] == "shoe_size"

    await shown(tmp_path, read_raw(path, schema=LEAD), body)


# -- hostile and large --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(60, 12), *SIZES])
async def test_hostile_text_is_only_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    headers = ("name", "email", NASTY, "مرحبا", "[b]" * 3000)
    cells = (NASTY, NASTY, "佐藤" * 5000, "=HYPERLINK()", "x" * 10_000)
    frame = Frame.from_rows(headers, [cells, tuple(reversed(cells))])
    notes = (Note("long_line", 2, "Line 2 has too many values.", NASTY),)
    raw = RawFile(frame, "csv", NASTY, NASTY, 90, ReadOptions("utf-8", ",", 1), (), notes)

    async def body(seen: Seen) -> None:
        for keys in (
            ("down", "down", "space"),
            ("escape", "p"),
            ("escape", "l"),
            ("escape", "c"),
            ("escape",),
        ):
            await seen.press(*keys)
            assert "\x1b" not in seen.app.text
        seen.app.post_message(events.Paste(NASTY))
        await seen.press("space")
        seen.screen.picker.post_message(events.Paste(f"{NASTY}\r\nx"))
        await seen.rest()
        assert seen.screen.picker.text == f"{NASTY} x"
        await seen.press("enter")
        assert f"{NASTY} x" in seen.fields.values()
        assert "␛" in seen.app.text

    await shown(tmp_path, raw, body, size=size)


async def test_three_hundred_columns_are_walked_through(tmp_path: Path) -> None:
    headers = ("name", "email", *(f"Column {i}" for i in range(298)))
    frame = Frame.from_rows(headers, [tuple("y" * 200 for _ in headers)] * 3)
    raw = RawFile(frame, "csv", "wide.csv", "wide.csv", 90, ReadOptions("utf-8", ",", 1))

    async def body(seen: Seen) -> None:
        await seen.press("end")
        assert "Column 297" in seen.app.text
        assert seen.bright == ["-"]
        await seen.press("space")
        assert seen.screen.picker.region.bottom <= seen.app.size.height - 2
        await seen.press(*"phone", "enter")
        assert seen.bright == ["phone"]
        await seen.press("home", "pagedown")
        assert "▸" in seen.app.text

    await shown(tmp_path, raw, body)


async def test_a_smaller_window_and_a_larger_one(tmp_path: Path) -> None:
    async def body(seen: Seen) -> None:
        await seen.press("down", "space")
        for size in ((60, 12), (80, 24), (200, 50), (40, 10), (120, 34)):
            await seen.pilot.resize_terminal(*size)
            await seen.rest()
            assert len(seen.app.text.split("\n")) == size[1]
        assert seen.screen.picker.is_open
        await seen.press("escape")
        assert seen.bright == ["email"]

    await shown(tmp_path, lead_file(tmp_path), body)


@pytest.mark.parametrize("theme", ["light", "high-contrast", "sixteen", "mono"])
async def test_every_theme_shows_the_cursor_and_the_marks(tmp_path: Path, theme: str) -> None:
    async def body(seen: Seen) -> None:
        seen.app.choose_theme(theme)
        await seen.press("down", "space", "escape")
        assert "▸ E-Mail" in seen.app.text
        assert "0171 2345678 ~" in seen.app.text
        if theme not in ("mono", "sixteen"):
            assert seen.bright == ["email"]

    await shown(tmp_path, lead_file(tmp_path), body)
