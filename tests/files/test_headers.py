"""Which column becomes which field, and that nobody wonders where a column went."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leapgrid.files import ImportMapping, UnreadableFile, suggest_mapping
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records

LEAD = schema_for("lead")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("name", "name"), ("NAME", "name"), ("Full Name", "name"), ("full_name", "name"),
        ("Fullname", "name"),
        ("E-mail", "email"), ("e mail", "email"), ("Mail", "email"), ("EMAIL", "email"),
        ("Email-Address", "email"),
        ("Telefon", "phone"), ("Phone number", "phone"), ("Mobile", "phone"), ("Tel.", "phone"),
        ("Status", "status"), ("Owner ID", "owner"), ("owner", "owner"),
        ("External ID", "external_id"), ("external-id", "external_id"), ("Id extern", "external_id"),
        ("ExternalId", "external_id"), (" Name: ", "name"), ("Name*", "name"),
        ("Notes", None), ("", None), ("---", None), ("Email 2", None), ("Company", None),
    ],
)  # fmt: skip
def test_knows_what_columns_are_called(header: str, field: str | None) -> None:
    assert suggest_mapping([header], LEAD) == (field,)


def test_the_first_of_two_columns_for_one_field_wins(read: Read) -> None:
    found = read("in.csv", "E-mail,Name,Email\nA,B,C\n")
    assert found.header_mapping == {"E-mail": "email", "Name": "name", "Email": None}
    assert codes(found) == ["second_column"]
    assert found.notes[0].message == "“E-mail” and “Email” are both email; “Email” was left out."


def test_a_field_s_own_name_goes_before_what_others_call_it(read: Read) -> None:
    assert records(read("in.csv", "Mobile,Phone\n1,2\n")) == [{"phone": "2"}]


def test_columns_that_match_nothing_are_left_out_with_a_note(read: Read) -> None:
    found = read("in.csv", "Notes,E-mail\nhi,a@b.de\n")
    assert list(found.header_mapping.items()) == [("Notes", None), ("E-mail", "email")]
    assert [(n.code, n.line) for n in found.notes] == [("left_out", 1)]
    assert found.schema == LEAD
    assert found.frame.headers == ("Notes", "E-mail")


def test_alike_and_empty_headers_are_named_by_their_place(read: Read) -> None:
    found = read("in.csv", "name,email,email,,\nA,b,c,d,\n")
    assert found.header_mapping == {
        "name": "name",
        "email": "email",
        "email (column 3)": None,
        "(column 4)": None,
        "(column 5)": None,
    }
    assert codes(found) == ["second_column", "no_header"]
    assert "Column 4" in found.notes[1].message


@pytest.mark.parametrize(
    ("said", "mapping", "extra"),
    [
        ({"Notes": "email"}, {"Notes": "email", "Mail": None, "Name": "name"}, ()),
        ({"notes": "status"}, {"Notes": "status", "Mail": "email", "Name": "name"}, ()),
        ({"Notes": "remark"}, {"Notes": "remark", "Mail": "email", "Name": "name"}, ("remark",)),
        ({"Mail": None}, {"Notes": None, "Mail": None, "Name": "name"}, ()),
        ({"Mail": ""}, {"Notes": None, "Mail": None, "Name": "name"}, ()),
        ({"Mail": "name", "Name": "email"}, {"Notes": None, "Mail": "name", "Name": "email"}, ()),
    ],
)
def test_what_a_person_says_goes_before_what_is_found(
    read: Read, said: dict[str, str | None], mapping: dict[str, str | None], extra: tuple[str, ...]
) -> None:
    found = read("in.csv", "Notes,Mail,Name\n1,2,3\n", said=ImportMapping(columns=said))
    assert dict(found.header_mapping) == mapping
    assert found.schema.extra_names == extra
    assert ("extra_field" in codes(found)) is bool(extra)


def test_leaving_one_column_out_frees_the_field_for_another(read: Read) -> None:
    found = read("in.csv", "Email,E-mail,Name\n1,2,3\n", said=ImportMapping(columns={"Email": None}))
    assert found.mapping == {"email": 1, "name": 2}


def test_a_column_named_by_its_place_can_be_mapped(read: Read) -> None:
    found = read("in.csv", "name,name\nA,B\n", said=ImportMapping(columns={"name (column 2)": "status"}))
    assert records(found) == [{"name": "A", "status": "B"}]


def test_an_unknown_field_close_to_a_known_one_says_so(read: Read) -> None:
    found = read("in.csv", "name,Notes\nA,B\n", said=ImportMapping(columns={"Notes": "emial"}))
    assert found.notes[0].message.endswith("Closest: email.")


def test_a_header_that_is_not_there_names_the_nearest(refusal: Callable[..., UnreadableFile]) -> None:
    said = refusal("in.csv", "Notes,Name\n1,2\n", said=ImportMapping(columns={"Note": "email"})).message
    assert said == "in.csv has no header “Note”. Closest: “Notes”."
    said = refusal("in.csv", "Notes,Name\n1,2\n", said=ImportMapping(columns={"XYZ": "email"})).message
    assert said == "in.csv has no header “XYZ”. There are: “Notes”, “Name”."


def test_one_field_is_not_given_to_two_columns(refusal: Callable[..., UnreadableFile]) -> None:
    said = refusal("in.csv", "A,B\n1,2\n", said=ImportMapping(columns={"A": "email", "B": "email"})).message
    assert said == "Two columns of in.csv are mapped to “email”. Map only one."


def test_headers_that_match_nothing_are_listed_with_the_way_out(
    read: Read, refusal: Callable[..., UnreadableFile]
) -> None:
    problem = refusal("in.csv", "\nFoo,Bar\n1,2\n")
    assert problem.line == 2
    assert problem.message.startswith("None of these headers is a field of Lead. Is line 2 the header?")
    assert "“Foo”, “Bar”; --map 'Foo=name'" in problem.message
    said = ImportMapping(columns={"Foo": "name"})
    assert records(read("in.csv", "Foo,Bar\n1,2\n", said=said)) == [{"name": "1"}]


def test_a_header_cannot_send_escape_sequences_to_the_terminal(
    read: Read, refusal: Callable[..., UnreadableFile]
) -> None:
    evil = "\x1b]52;c;AAAA\x07\u202e"
    shown = [refusal("in.csv", f"{evil},Bar\n1,2\n").message]
    shown += [n.message for n in read("in.csv", f"name,{evil}\n1,2,{evil}\n").notes]
    assert len(shown) == 3
    assert all("\x1b" not in text and "\u202e" not in text and "␛" in text for text in shown)
