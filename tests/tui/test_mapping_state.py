"""What can be said on the import screen, without the screen: fields, constants, values, dates, countries."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import Detected, ImportMapping, Note, RawFile, ReadOptions, map_raw
from leapgrid.records import CheckContext, Field, FieldType, ObjectSchema, schema_for
from leapgrid.records.frame import Frame
from leapgrid.tui.mapping import CONSTANT, MappingState, TableLine, day_of
from leapgrid.tui.mapping_choices import choices_for, next_choice, options_with, used_choice
from leapgrid.tui.mapping_facts import coverage, facts, issue_of, preview, unknown_values
from leapgrid.tui.mapping_pages import note_lines, preview_lines
from leapgrid.tui.mapping_paint import (
    draw_facts,
    draw_record,
    draw_table_line,
    lay_out_records,
    lay_out_table,
    share_lines,
)
from leapgrid.tui.text import width_of
from leapgrid.tui.theming import load_themes
from tests.tui.harness import NASTY

LEAD = schema_for("lead")
PALETTE = load_themes()[0]["dark"]
HEADERS = ("Full Name", "E-Mail", "Tel.", "Status", "Notes", "Created")
ROWS = [
    ("Anna Keller", "anna@kellerbau.de", "0171 2345678", "MQL", "called twice", "03/04/2026"),
    ("Bao Nguyễn", "bao@phohanoi.vn", "+84 24 3825 1234", "new", "", "17/04/2026"),
    ("Ute Müller", "ute@", "030 901820", "SQL", "", ""),
]


def raw(
    headers: tuple[str, ...] = HEADERS,
    rows: list[tuple[str, ...]] | None = None,
    *,
    detected: tuple[Detected, ...] = (),
    options: ReadOptions | None = None,
    notes: tuple[Note, ...] = (),
    keyed: bool = False,
) -> RawFile:
    frame = Frame.from_rows(headers, ROWS if rows is None else rows)
    options = options or ReadOptions("utf-8", ",", 1)
    kind = "json" if keyed else "csv"
    return RawFile(frame, kind, "leads.csv", "leads.csv", 61_000, options, detected, notes, keyed=keyed)  # type: ignore[arg-type]  # both are kinds


def begun(file: RawFile | None = None, **said: object) -> MappingState:
    return MappingState.begin(file or raw(), LEAD, ImportMapping(**said))  # type: ignore[arg-type]  # by name


def sentence(state: MappingState) -> str:
    return "".join(text for text, _ in coverage(state))


def texts(state: MappingState) -> list[dict[str, str]]:
    names = [f.name for f in state.fields]
    return [dict(zip(names, (c.text for c in r.cells), strict=True)) for r in preview(state)]


# -- fields -------------------------------------------------------------------------------------------------


def test_the_table_has_the_columns_in_the_order_of_the_file_and_then_the_constants() -> None:
    state = begun(constants={"owner": "g1koYv_uLg11RFM"})
    assert [(ln.header, ln.field) for ln in state.lines] == [
        ("Full Name", "name"),
        ("E-Mail", "email"),
        ("Tel.", "phone"),
        ("Status", "status"),
        ("Notes", None),
        ("Created", None),
        ("", "owner"),
    ]
    assert state.lines[0].samples == ("Anna Keller", "Bao Nguyễn", "Ute Müller")
    assert (state.lines[-1].constant, state.lines[-1].samples) == (True, ("g1koYv_uLg11RFM",))


def test_a_field_that_another_column_has_swaps() -> None:
    state = begun().choose("E-Mail", "phone")
    assert state.field_of["E-Mail"] == "phone"
    assert state.field_of["Tel."] == "email"
    assert state.field_of["Full Name"] == "name"


def test_a_column_that_had_no_field_takes_it_and_the_other_is_left_out() -> None:
    state = begun().choose("Notes", "name")
    assert state.field_of["Notes"] == "name"
    assert state.field_of["Full Name"] is None


def test_what_is_left_out_stays_so_and_its_field_is_free() -> None:
    state = begun().leave_out("E-Mail")
    assert state.field_of["E-Mail"] is None
    assert "email" not in state.column_of
    assert state.result.columns["E-Mail"] is None


def test_a_field_of_the_organisation_itself_can_be_named() -> None:
    state = begun().choose("Notes", "lead_source__c")
    assert [f.name for f in state.fields][-1] == "lead_source__c"
    assert state.fields[-1].extra
    assert "1 of the file's own" in sentence(state)


def test_options_say_who_has_a_field_and_what_happens_to_it() -> None:
    state = begun(constants={"owner": "x"})
    offered = {o.field: o for o in state.options_for(state.lines[1])}
    assert offered["phone"].taken_by == "Tel."
    assert offered["phone"].words == "from Tel.; the two swap"
    assert offered["owner"].words == "a constant now"
    assert offered["email"].taken_by == ""
    assert None in offered
    free = {o.field: o for o in state.options_for(state.lines[4])}
    assert free["phone"].words == "from Tel., which is then left out"
    assert None not in {o.field for o in state.options_for(None)}


def test_a_key_of_json_that_is_unknown_can_be_sent_as_it_is() -> None:
    file = raw(("name", "shoe_size"), [("Anna", "41")], keyed=True)
    state = begun(file).leave_out("shoe_size")
    line = state.lines[1]
    assert state.options_for(line)[0] == ("shoe_size", "send as it is", "", "")
    assert state.choose("shoe_size", "shoe_size").field_of["shoe_size"] == "shoe_size"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.sampled_from([*LEAD.names, None])), max_size=6))
def test_no_field_is_ever_given_twice(steps: list[tuple[str, str | None]]) -> None:
    state = begun()
    for header, name in steps:
        state = state.choose(header, name)
        assert state.field_of[header] == name
        given = [f for f in state.field_of.values() if f is not None]
        assert len(given) == len(set(given))
        assert set(state.result.columns) == set(HEADERS)


# -- constants and values -----------------------------------------------------------------------------------


def test_a_constant_takes_the_field_from_the_column_and_gives_it_back_to_a_column() -> None:
    state = begun().set_constant("status", "new")
    assert state.field_of["Status"] is None
    assert [t["status"] for t in texts(state)] == ["new", "new", "new"]
    state = state.choose("Status", "status")
    assert "status" not in state.proposal.constants
    assert [t["status"] for t in texts(state)] == ["MQL", "new", "SQL"]


def test_a_constant_is_taken_away_also_where_it_was_remembered() -> None:
    before = ImportMapping(constants={"owner": "x", "external_id": "y"})
    state = MappingState.begin(raw(), LEAD, None, (before, 1_773_273_600.0))
    assert [ln.why for ln in state.lines if ln.constant] == ["remembered from 12 March"] * 2
    state = state.remove_constant("owner")
    assert dict(state.proposal.constants) == {"external_id": "y"}
    assert state.result.constants == {"external_id": "y"}


def test_matched_values_become_something_else_and_count_as_known() -> None:
    state = begun()
    assert set(unknown_values(state, "status")) == {"MQL", "SQL"}
    state = state.match("status", {"MQL": "qualified", "SQL": "SQL"})
    assert state.result.values == {"status": {"MQL": "qualified"}}
    assert unknown_values(state, "status") == ("SQL",)
    assert [t["status"] for t in texts(state)] == ["qualified", "new", "SQL"]


def test_matched_values_go_with_the_column_that_they_were_said_of() -> None:
    state = begun().match("status", {"MQL": "qualified"}).choose("Notes", "status")
    assert state.values == {}


def test_what_is_said_in_full_gives_the_same_again() -> None:
    state = begun().set_constant("owner", "x").match("status", {"MQL": "new"}).choose("Notes", "external_id")
    again = MappingState.begin(state.raw, LEAD, state.result)
    assert again.result == state.result
    assert texts(again) == texts(state)


# -- remembered ---------------------------------------------------------------------------------------------


def test_what_is_remembered_says_from_when_and_can_be_forgotten() -> None:
    before = ImportMapping(columns={"Notes": "external_id"}, values={"status": {"MQL": "new"}})
    at = time.mktime((date.today().year, 3, 12, 12, 0, 0, 0, 0, -1))
    state = MappingState.begin(raw(), LEAD, None, (before, at))
    notes = state.lines[4]
    assert (notes.field, notes.why) == ("external_id", "remembered from 12 March")
    assert state.result.values == {"status": {"MQL": "new"}}
    state = state.choose("Tel.", "external_id").forgotten()
    assert [ln.why for ln in state.lines[2:5]] == [begun().lines[i].why for i in (2, 3, 4)]
    assert state.field_of == begun().field_of
    assert state.result.values == {}
    assert not state.said.is_chosen


def test_what_is_said_now_goes_before_what_is_remembered() -> None:
    before = ImportMapping(columns={"Notes": "external_id"}, default_country="FR", date_order="mdy")
    state = MappingState.begin(raw(), LEAD, None, (before, 0.0), CheckContext("DE"))
    assert (state.context.default_country, state.context.date_order) == ("FR", "mdy")
    state = state.with_country("AT").with_date_order("dmy").leave_out("Notes")
    assert (state.context.default_country, state.context.date_order) == ("AT", "dmy")
    assert state.field_of["Notes"] is None


def test_a_day_has_its_year_where_it_is_another_one() -> None:
    noon = 1_773_316_800.0
    assert day_of(noon, date(2026, 11, 24)) == "12 March"
    assert day_of(noon, date(2027, 1, 2)) == "12 March 2026"
    assert day_of(None) == ""


# -- how the file is read -----------------------------------------------------------------------------------

FACTS = (
    Detected("encoding", "Windows-1252", "UTF-8 does not fit.", ("cp1252", "latin-1", "utf-8")),
    Detected("header", "in line 3", "lines 1 and 2 look like a title", (3, 1, 0)),
    Detected("lines", "2 fit, 1 long", "the rest is kept"),
)


def test_choices_follow_each_other_and_begin_again() -> None:
    state = begun(raw(detected=FACTS, options=ReadOptions("cp1252", ";", 3)))
    encodings = choices_for(state, "encoding")
    assert encodings == ("cp1252", "latin-1", "utf-8")
    assert next_choice(encodings, used_choice(state.raw, "encoding")) == "latin-1"
    assert next_choice(encodings, "utf-8") == "cp1252"
    assert choices_for(state, "header") == (3, 1, 0)
    assert choices_for(state, "sheet") == ()
    assert next_choice((), None) is None
    assert options_with(ReadOptions("cp1252"), "header", 0) == ReadOptions("cp1252", None, 0)
    assert options_with(ReadOptions(), "delimiter", ";") == ReadOptions(delimiter=";")
    assert options_with(ReadOptions(header_line=4), "sheet", "More") == ReadOptions(sheet="More")


def test_reading_again_keeps_what_was_said_of_columns_that_are_still_there() -> None:
    state = begun().choose("Notes", "external_id").choose("Tel.", None)
    again = state.reread(raw(("Full Name", "Notes"), [("Anna", "x")]), ReadOptions(delimiter=";"))
    assert again.field_of == {"Full Name": "name", "Notes": "external_id"}
    assert again.said.options == ReadOptions(delimiter=";")
    assert "Tel." not in again.result.columns


def test_what_was_said_of_headers_counts_again_when_they_come_back() -> None:
    before = (ImportMapping(columns={"Created": "owner"}), 1_773_273_600.0)
    state = MappingState.begin(raw(), LEAD, None, before).choose("Notes", "external_id").choose("Tel.", None)
    other = raw(("a", "b"), [("Anna", "x")])
    away = state.reread(other, ReadOptions(header_line=2)).choose("a", "status")
    assert away.field_of == {"a": "status", "b": None}
    assert away.remembered is None
    back = away.reread(raw(), ReadOptions(header_line=1))
    assert back.field_of == {**state.field_of, "Status": "status"}
    assert [ln.why for ln in back.lines if ln.field in ("owner", "external_id")] == [
        "you chose it", "remembered from 12 March",
    ]  # fmt: skip
    assert back.reread(other, ReadOptions(header_line=2)).field_of == away.field_of


def test_what_is_said_meanwhile_goes_before_what_comes_back() -> None:
    state = begun().choose("Notes", "external_id").reread(raw(("a",), [("x",)]), ReadOptions())
    back = state.set_constant("external_id", "1").reread(raw(), ReadOptions())
    assert back.field_of["Notes"] is None
    assert dict(back.proposal.constants) == {"external_id": "1"}


def test_facts_stand_in_order_and_notes_have_a_line_even_without_lines() -> None:
    assert [f.label for f in facts(begun(raw(detected=FACTS)))][:3] == ["encoding", "headers", "lines"]
    noted = raw(("name",), [("Anna",)], notes=(Note("json5", None, "It is JSON5."),), keyed=True)
    assert [(f.action, f.value) for f in facts(begun(noted))] == [("show_lines", "1 note")]


WITH_DATES = ObjectSchema(
    "lead", "Lead", (*LEAD.fields, Field("created_on", "Created", FieldType.DATE)), plural="Leads"
)


def test_a_date_that_can_be_read_in_two_ways_is_shown_in_both() -> None:
    state = MappingState.begin(raw(), WITH_DATES, ImportMapping(columns={"Created": "created_on"}))
    (fact,) = [f for f in facts(state) if f.action == "date_format"]
    assert "“03/04/2026” is 3 April 2026 or 4 March 2026." in fact.why
    assert "“17/04/2026” fits only day first." in fact.why
    (fact,) = [f for f in facts(state.with_date_order("mdy")) if f.action == "date_format"]
    assert (fact.value, fact.why) == ("month first", "“03/04/2026” is 4 March 2026; day first: 3 April 2026.")
    assert state.with_date_order("mdy").result.date_order == "mdy"
    assert not [f for f in facts(begun()) if f.action == "date_format"]


def test_phones_without_a_country_ask_for_one_and_show_what_it_makes() -> None:
    state = begun()
    (fact,) = [f for f in facts(state) if f.action == "default_country"]
    assert fact.value == "not said"
    state = state.with_country("DE")
    (fact,) = [f for f in facts(state) if f.action == "default_country"]
    assert fact.value == "Germany (DE)"
    assert "+49 171 2345678" in fact.why
    assert state.result.default_country == "DE"
    assert texts(state)[0]["phone"] == "0171 2345678"


# -- what is said of it -------------------------------------------------------------------------------------


def test_what_is_covered_is_said_in_a_sentence() -> None:
    assert sentence(begun()) == (
        "4 of 6 fields from columns.  external_id gets nothing, "
        "so what is unknown after sending could only be looked up by e-mail."
    )
    state = begun().set_constant("owner", "x").leave_out("E-Mail")
    assert sentence(state) == (
        "3 of 6 fields from columns, 1 constant.  email and external_id get nothing, "
        "so what is unknown after sending could only be looked up by phone."
    )
    state = state.leave_out("Tel.")
    assert sentence(state).endswith("so what is unknown after sending cannot be looked up.")
    assert sentence(begun().choose("Notes", "external_id")).endswith("owner gets nothing.")


def test_a_required_field_that_gets_nothing_is_said_first() -> None:
    schema = ObjectSchema("deal", "Deal", (*LEAD.fields, Field("stage", required=True)))
    assert sentence(MappingState.begin(raw(), schema)).endswith("stage gets nothing, and it is required.")


def test_the_first_records_are_checked_as_they_would_be() -> None:
    state = begun()
    names = [f.name for f in state.fields]
    assert names == ["name", "email", "phone", "status"]
    found = [[c.finding.severity if c.finding else "" for c in r.cells] for r in preview(state)]
    assert found == [["", "", "warning", "warning"], ["", "", "", ""], ["", "error", "warning", "warning"]]


def test_the_line_under_the_cursor_is_told_of_with_the_key_that_helps() -> None:
    state = begun()
    records = preview(state)
    told = {ln.header: issue_of(state, ln, records) for ln in state.lines}
    status = told["Status"]
    assert (status.sign, status.where) == ("~", "Status to status")
    assert "“MQL” and “SQL” were never seen in this field. The server may take them." in status.sentence
    assert status.key == ("match_values", "Match the 3 values")
    many = begun(raw(rows=[*ROWS, ("Bo", "b@c.de", "", "won", "", "")]))
    said = issue_of(many, many.lines[3], preview(many)).sentence
    assert said == "“MQL”, “SQL” and 1 more were never seen here. The server may take them."
    assert told["Tel."].key == ("default_country", "Set a default country")
    assert told["E-Mail"].sign == "!"
    assert told["E-Mail"].sentence.startswith("Record 3: ")
    assert told["Notes"].sentence == "This column is left out. Space says what it becomes."


def test_a_constant_that_cannot_be_is_told_of() -> None:
    state = begun().set_constant("email", "carla@")
    line = state.lines[-1]
    issue = issue_of(state, line, preview(state))
    assert (issue.sign, issue.where, issue.key) == (
        "!",
        f"{CONSTANT} to email",
        ("set_constant", "Change the text"),
    )


def test_a_closed_list_says_that_a_value_is_not_among_its_own() -> None:
    closed = ObjectSchema(
        "lead", "Lead", (Field("status", type=FieldType.CHOICE, choices=("new",), choices_closed=True),)
    )
    state = MappingState.begin(raw(), closed)
    issue = issue_of(state, state.lines[3], preview(state))
    assert issue.sign == "!"
    assert "not among the values of this field" in issue.sentence


def test_nothing_matches_is_said_and_enter_would_do_nothing() -> None:
    file = raw(("Umsatz", "Stand"), [("1", "2")], options=ReadOptions("utf-8", ";", 1))
    state = begun(file)
    assert state.obstacle == "None of these headers is a field of Lead. Is line 1 the header?"
    assert issue_of(state, state.lines[0], ()).sentence == state.obstacle
    assert state.choose("Umsatz", "name").obstacle == ""
    assert begun(raw(rows=[])).obstacle == "There are no records in this file. Esc goes back."
    nothing = begun()
    for header in HEADERS:
        nothing = nothing.leave_out(header)
    assert nothing.obstacle == "No column becomes a field. Space says what the column under the cursor is."


# -- drawing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140, 200])
def test_every_line_fills_the_window_whatever_stands_in_the_file(width: int) -> None:
    ugly = (NASTY, "x" * 10_000, "مرحبا", "佐藤" * 3000)
    file = raw(ugly, [ugly, tuple(reversed(ugly))], detected=FACTS)
    state = begun(file).choose(ugly[1], "name").choose(ugly[3], NASTY)
    columns = lay_out_table(state.lines, width)
    for line in state.lines:
        for here in (True, False):
            strip = draw_table_line(line, columns, width, PALETTE, here=here, has_keys=here)
            assert strip.cell_length == width
            assert sum(len(s.text) for s in strip) > 0
            assert strip.text.isprintable()
    records = preview(state)
    places = lay_out_records(state.fields, records, width)
    for record in records:
        assert draw_record(record, places, width, PALETTE).cell_length == width
    assert all(s.cell_length == width for s in draw_facts(facts(state), {}, width, PALETTE))
    count, line_of = preview_lines(state.fields, records)
    for index in range(count):
        parts = line_of(index, width, PALETTE)
        assert all(text.isprintable() for text, _ in parts)
        assert width_of(parts) < 1000


def test_what_was_cut_stands_beside_its_line() -> None:
    count, line_of = note_lines((Note("long_line", 4, "Line 4 has 7 of 6 values.", "extra\x1b[2J"),))
    text = "".join(text for text, _ in line_of(0, 80, PALETTE))
    assert (count, text) == (1, "        4  Line 4 has 7 of 6 values.  extra␛[2J")


def test_a_cell_out_of_sight_is_told_of_at_the_end_of_its_record() -> None:
    state = begun()
    records = preview(state)
    places = lay_out_records(state.fields, records, 60)
    assert places.after > 0
    assert draw_record(records[2], places, 60, PALETTE).text.rstrip().endswith(("▸~", "▸!"))


@given(
    room=st.integers(0, 60),
    table=st.integers(1, 400),
    facts_=st.integers(0, 7),
    covered=st.integers(0, 3),
    records=st.one_of(st.just(0), st.integers(2, 21)),
)
def test_the_parts_never_take_more_lines_than_there_are(
    room: int, table: int, facts_: int, covered: int, records: int
) -> None:
    share = share_lines(room, table=table, facts=facts_, covered=covered, records=records)
    used = share.table + share.facts + share.covered + share.records + sum(share.air)
    assert used <= max(0, room - 2)
    assert share.records != 1
    if room >= 9:
        assert share.table == min(table, 3) or share.table > 3
    if room >= 31:
        assert min(share.air) == 1
        assert share.table >= min(table, 6)


def test_a_table_of_two_thousand_columns_is_laid_out_and_drawn_quickly() -> None:
    lines = tuple(TableLine(f"Column {i}", ("x" * 10_000, "y"), None, "left out") for i in range(2000))
    began = time.process_time()
    columns = lay_out_table(lines, 120)
    for line in lines[:40]:
        draw_table_line(line, columns, 120, PALETTE, here=False, has_keys=False)
    assert time.process_time() - began < 0.1


# -- columns that are joined --------------------------------------------------------------------------------

HALVES = ("Last Name", "First Name", "Middle Name", "Mail")
PEOPLE: list[tuple[str, ...]] = [("Keller", "Anna", "M.", "anna@kellerbau.de"), ("", "Cher", "", "c@d.de")]


def halves(**said: object) -> MappingState:
    return begun(raw(HALVES, PEOPLE), **said)


def names(state: MappingState) -> list[str]:
    at = [f.name for f in state.fields].index("name")
    return [record.cells[at].text for record in preview(state)]


def parts(state: MappingState) -> dict[str, tuple[int, int] | None]:
    return {line.header: line.part for line in state.lines if line.field == "name"}


def test_halves_of_a_name_are_joined_only_when_a_person_says_so() -> None:
    state = halves()
    assert state.halves == ("First Name", "Last Name")
    issue = issue_of(state, state.lines[0], ())
    assert issue.sentence == "“First Name” and “Last Name” are the halves of a name."
    assert issue.key == ("join_columns", "Join them to name")
    joined = state.join_halves()
    assert joined.halves is None
    assert joined.join_halves() is joined
    assert parts(joined) == {"First Name": (1, 2), "Last Name": (2, 2)}
    assert names(joined) == ["Anna Keller", "Cher"]
    assert "2 of 6 fields" in sentence(joined)
    line = joined.lines[0]
    assert line.why == "joined with “First Name”"
    issue = issue_of(joined, line, ())
    assert issue.sentence == "“First Name” and “Last Name” are joined, a space between."
    assert issue.key == ("leave_out", "Leave this one out")
    # Said in full it gives the same records by itself.
    assert list(joined.result.columns) == ["First Name", "Last Name", "Middle Name", "Mail"]
    read = map_raw(joined.raw, LEAD, joined.result)
    assert read.frame.column(read.mapping["name"]) == ["Anna Keller", "Cher"]


def test_one_more_column_is_joined_behind_any_of_them() -> None:
    state = halves().join_halves()
    offered = [(o.field, o.words, o.behind) for o in state.options_for(state.lines[2]) if o.field == "name"]
    assert offered == [
        ("name", "instead of First Name and Last Name", ""),
        ("name", "join behind First Name", "First Name"),
        ("name", "join behind Last Name", "Last Name"),
    ]
    assert names(state.join("Middle Name", "name", "First Name")) == ["Anna M. Keller", "Cher"]
    assert names(state.join("Middle Name", "name", "Last Name")) == ["Anna Keller M.", "Cher"]
    three = state.join("Middle Name", "name", "First Name")
    assert parts(three) == {"First Name": (1, 3), "Middle Name": (2, 3), "Last Name": (3, 3)}
    assert issue_of(three, three.lines[0], ()).sentence == "3 columns are joined, a space between."
    assert three.lines[0].why == "joined with 2 others"
    assert names(three.leave_out("First Name")) == ["M. Keller", ""]


def test_a_taken_text_field_is_swapped_or_joined_and_no_other_field_is_joined() -> None:
    state = begun()
    offered = [(o.field, o.words) for o in state.options_for(state.lines[1])]
    assert ("name", "from Full Name; the two swap") in offered
    assert ("name", "join behind Full Name") in offered
    assert [o.field for o in state.options_for(state.lines[4]) if o.behind] == ["name"]
    assert not any(o.behind for o in state.options_for(None))
    held = begun(constants={"name": "X"})
    assert not any(o.behind for o in held.options_for(held.lines[4]))
    both = state.join("Notes", "name", "Full Name")
    assert names(both) == ["Anna Keller called twice", "Bao Nguyễn", "Ute Müller"]


def test_what_takes_a_part_or_the_whole_of_a_joined_field() -> None:
    state = halves().join_halves()
    # Leaving one out leaves the other alone.
    assert names(state.leave_out("Last Name")) == ["Anna", "Cher"]
    assert parts(state.leave_out("Last Name")) == {"First Name": None}
    # Another column instead of both.
    assert state.choose("Middle Name", "name").field_of == {
        "Last Name": None, "First Name": None, "Middle Name": "name", "Mail": "email",
    }  # fmt: skip
    # A part that becomes something else does not give its half away.
    assert state.choose("First Name", "email").field_of == {
        "Last Name": "name", "First Name": "email", "Middle Name": None, "Mail": None,
    }  # fmt: skip
    # The field that it has, taken once more, changes nothing.
    assert state.choose("First Name", "name").proposal == state.proposal
    assert state.set_constant("name", "X").field_of["First Name"] is None


def test_what_was_joined_is_remembered_in_its_order_and_can_be_changed() -> None:
    kept = halves().join_halves().result
    state = MappingState.begin(raw(HALVES, PEOPLE), LEAD, None, (kept, time.time()))
    assert names(state) == ["Anna Keller", "Cher"]
    assert state.lines[0].why.startswith("remembered from ")
    assert names(state.leave_out("First Name")) == ["Keller", ""]
    assert names(state.join("Middle Name", "name", "First Name")) == ["Anna M. Keller", "Cher"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_part_of_a_joined_field_is_never_cut(width: int) -> None:
    long = "description_of_the_organisation_itself"
    state = begun(raw(HALVES, PEOPLE), columns={"Last Name": long, "First Name": long})
    columns = lay_out_table(state.lines, width)
    drawn = draw_table_line(state.lines[0], columns, width, PALETTE, here=True, has_keys=True).text
    assert " 1 of 2 " in drawn
    assert len(drawn) == width
