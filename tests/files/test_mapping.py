"""From a table and what was said about it to records, and to what a person is told of that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leapgrid.files import ImportMapping, UnreadableFile, constants_in, header_mapping_of, map_raw
from leapgrid.records.frame import Frame
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records
from .test_proposal import raw

LEAD = schema_for("lead")
Refusal = Callable[..., UnreadableFile]


def test_a_constant_is_a_made_column_behind_the_files_own(read: Read) -> None:
    found = read("in.csv", "Name,Notes\nA,x\nB,y\n", said=ImportMapping(constants={"status": "new"}))
    assert records(found) == [{"name": "A", "status": "new"}, {"name": "B", "status": "new"}]
    assert found.frame.own == 2
    assert found.frame.headers == ("Name", "Notes", "(constant) status")
    assert found.header_mapping == {"Name": "name", "Notes": None}
    assert constants_in(found.frame, found.mapping) == {"status": "new"}
    assert found.said.constants == {"status": "new"}


def test_matched_values_are_a_made_column_and_the_own_one_stays(read: Read) -> None:
    said = ImportMapping(values={"status": {"MQL": "working", "SQL": "qualified"}})
    found = read("in.csv", "Name,Status\nA,MQL\nB,new\nC,SQL\nD,mql\n", said=said)
    assert [r.get("status") for r in records(found)] == ["working", "new", "qualified", "mql"]
    assert found.frame.column(1) == ["MQL", "new", "SQL", "mql"]
    assert found.frame.own == 2
    assert found.header_mapping == {"Name": "name", "Status": "status"}
    assert header_mapping_of(found.frame, found.mapping) == found.header_mapping
    assert codes(found) == []
    assert found.said.values == {"status": {"MQL": "working", "SQL": "qualified"}}


def test_a_value_that_does_not_occur_and_a_field_without_a_column_are_noted(read: Read) -> None:
    said = ImportMapping(
        values={"status": {"MQL": "new", "XQL": "new"}, "owner": {"a": "b"}, "own": {"c": "d"}}
    )
    found = read("in.csv", "Name,Status\nA,MQL\n", said=said)
    assert codes(found) == ["no_match"] * 3
    assert [n.message for n in found.notes] == [
        "“XQL” does not stand in “Status”; nothing was matched there.",
        "Values were matched for “owner”, which is no column here; nothing was changed.",
        "Values were matched for “own”, which is not a field of Lead, and no column here; "
        "nothing was changed.",
    ]
    assert records(found) == [{"name": "A", "status": "new"}]


def test_a_constant_in_place_of_a_column_is_for_the_person_to_decide(refusal: Refusal, read: Read) -> None:
    said = ImportMapping(constants={"status": "new"})
    problem = refusal("in.csv", "Name,Stage\nA,x\n", said=said)
    assert problem.message == (
        "“Stage” of in.csv is status already, which gets a constant as well. "
        "Leave the column out: --map 'Stage='"
    )
    said = ImportMapping(columns={"Stage": None}, constants={"status": "new"})
    assert records(read("in.csv", "Name,Stage\nA,x\n", said=said)) == [{"name": "A", "status": "new"}]


def test_a_constant_for_a_key_of_objects_too(refusal: Refusal, read: Read) -> None:
    said = ImportMapping(constants={"status": "new"})
    assert "is status already" in refusal("in.json", '[{"name": "A", "status": "x"}]', said=said).message
    assert records(read("in.json", '[{"name": "A"}]', said=said)) == [{"name": "A", "status": "new"}]


def test_a_header_that_is_nearly_a_name_is_taken_and_said(read: Read) -> None:
    found = read("in.csv", "Name,Emai Adress\nA,a@b.de\n")
    assert found.mapping == {"name": 0, "email": 1}
    (note,) = found.notes
    assert note.code == "similar_header"
    assert note.message == (
        "“Emai Adress” was taken for email: it is similar to “e-mail address”. "
        "--map 'Emai Adress=' leaves it out."
    )


def test_what_only_looks_like_a_field_is_left_out_with_the_way_to_take_it(read: Read) -> None:
    found = read("in.csv", "Name,Zq\nA,a@b.de\n")
    assert found.header_mapping == {"Name": "name", "Zq": None}
    assert found.notes[0].message == (
        "“Zq” is not a field of Lead; it was left out. It may be email: --map 'Zq=email' takes it."
    )


def test_halves_of_a_name_are_left_out_together_with_one_note(read: Read) -> None:
    found = read("in.csv", "First Name,Last Name,Mail\nA,B,c@d.de\n")
    assert records(found) == [{"email": "c@d.de"}]
    assert codes(found) == ["name_in_parts"]
    assert found.notes[0].message.endswith("--map 'First Name=name' --map 'Last Name=name' joins them.")


def test_where_only_looks_match_the_next_header_line_is_named() -> None:
    file = raw(["Anna", "a@b.de"], ["Name", "E-mail"], *[["Bo", "b@c.de"]] * 4)
    with pytest.raises(UnreadableFile) as caught:
        map_raw(file, LEAD)
    assert "Is line 1 the header? Or is it line 2?" in caught.value.message
    assert caught.value.message.endswith(
        "--map 'a@b.de=email' says what a column is, --header-line 2 takes that line."
    )
    assert caught.value.line == 1


def test_what_was_remembered_counts_where_nothing_is_said(read: Read) -> None:
    remembered = ImportMapping(
        columns={"Foo": "name", "Bar": "status", "Mail": None},
        constants={"owner": "o1"},
        values={"status": {"x": "new"}},
        default_country="DE",
        date_order="mdy",
    )
    found = read("in.csv", "foo,Bar,Mail\nA,x,a@b.de\n", remembered=remembered)
    assert records(found) == [{"name": "A", "status": "new", "owner": "o1"}]
    assert (found.said.default_country, found.said.date_order) == ("DE", "mdy")
    assert [n.message for n in found.notes] == ["“Mail” was left out, as it was the last time."]
    said = ImportMapping(columns={"Mail": "email"}, values={"status": {"x": "working"}}, default_country="FR")
    found = read("in.csv", "foo,Bar,Mail\nA,x,a@b.de\n", said=said, remembered=remembered)
    assert records(found) == [{"name": "A", "email": "a@b.de", "status": "working", "owner": "o1"}]
    assert found.said.default_country == "FR"


def test_what_was_said_in_the_end_brings_in_the_same_records_again(read: Read) -> None:
    text = "Foo,Mail,Stage,Notes\nA,a@b.de,x,n\nB,b@b.de,y,m\n"
    said = ImportMapping(
        columns={"Foo": "name", "Notes": "remark"}, constants={"owner": "o"}, values={"status": {"x": "new"}}
    )
    once = read("in.csv", text, said=said)
    again = read("in.csv", text, said=once.said)
    assert records(again) == records(once)
    assert again.said == once.said


def test_columns_of_polars_are_matched_and_filled_as_lists_are() -> None:
    import polars as pl

    said = ImportMapping(constants={"owner": "o"}, values={"status": {"x": "new"}})
    lists = raw(["Name", "Status"], ["A", "x"], ["B", ""], ["", "y"])
    columns = tuple(pl.Series(list(c), dtype=pl.String) for c in lists.frame.columns)
    packed = raw(["Name", "Status"])
    object.__setattr__(packed, "frame", Frame(lists.frame.headers, columns, lists.frame.lines))
    one, other = map_raw(lists, LEAD, said), map_raw(packed, LEAD, said)
    assert [other.frame.column(i) for i in range(4)] == [one.frame.column(i) for i in range(4)]
    assert one.mapping == other.mapping == {"name": 0, "status": 2, "owner": 3}
    assert all(isinstance(column, pl.Series) for column in other.frame.columns)
    assert other.frame.digest() == one.frame.digest()


def test_headers_that_a_recipe_leaves_out_may_be_missing(read: Read, refusal: Refusal) -> None:
    said = ImportMapping(columns={"Gone": None, "Foo": "name"}, may_lack=frozenset({"Gone"}))
    assert records(read("in.csv", "Foo\nA\n", said=said)) == [{"name": "A"}]
    assert refusal("in.csv", "Foo\nA\n", said=ImportMapping(columns={"Gone": None})).message == (
        "in.csv has no header “Gone”. There are: “Foo”."
    )
