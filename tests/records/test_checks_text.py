"""Texts, values of a list, references, required and recommended fields."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    BUILT_IN,
    CheckContext,
    Field,
    FieldType,
    Finding,
    ObjectSchema,
    Severity,
    check_cell,
    check_record,
    check_typing,
)
from leapgrid.visible import visible

ANYWHERE = CheckContext()
NAME = Field("name")
STATUS = Field("status", type=FieldType.CHOICE, choices=("new", "working", "qualified"), choices_closed=True)
TAGS = Field("tags", type=FieldType.MULTI_CHOICE, choices=("alpha", "beta", "gamma ray"), choices_closed=True)


def check(field: Field, text: str) -> tuple[Finding, ...]:
    return check_cell(field, text, ANYWHERE)


@pytest.mark.parametrize(
    "text",
    [
        "Anna",
        " spaces stay ",
        "0049",
        "+1",
        "Müller-Lüdenscheidt",
        "👩‍💻 on call",
        "مرحبا",
        "[draft] call back",
        "{tbd}",
        "[x]",
        "[1",
        "1]",
        "[1] and more",
        "=SUM(A1)",
        "null",
        "true",
        '"quoted"',
        "a" * 100_000,
    ],
)
def test_a_text_may_be_anything(text: str) -> None:
    assert check(NAME, text) == ()


@pytest.mark.parametrize(
    ("text", "code", "message", "fixed"),
    [
        ("Anna\nKeller", "line_break", "There is a line break in the name.", "Anna Keller"),
        ("Anna \r\n Keller", "line_break", "There is a line break in the name.", "Anna Keller"),
        ("Anna Keller\n", "line_break", "There is a line break in the name.", "Anna Keller"),
        ("a\n\nb", "line_break", "There is a line break in the name.", "a b"),
        ("a\nb\u2028c", "line_break", "There are line breaks in the name.", "a b c"),
        ("  a\nb  ", "line_break", "There is a line break in the name.", "  a b  "),
        ("a\tb", "tab", "There is a tab in the name.", "a b"),
        ("a\x00b", "control_character", "There is a character in the name that is no text: ␀.", "ab"),
        ("a\x1b[31mb", "control_character", "There is a character in the name that is no text: ␛.", "a[31mb"),
        ("a\x9fb", "control_character", "There is a character in the name that is no text: ⟨U+009F⟩.", "ab"),
        ("a\ud800b", "control_character", "There is a character in the name that is no text: �.", "ab"),
    ],
)
def test_what_is_no_plain_line_is_a_warning(text: str, code: str, message: str, fixed: str) -> None:
    (found,) = check(NAME, text)
    assert (found.severity, found.code, found.message) == (Severity.WARNING, code, message)
    assert found.fix is not None
    assert found.fix.value == fixed
    assert check(NAME, fixed) == ()


def test_line_breaks_are_meant_in_a_field_of_several_lines() -> None:
    notes = Field("notes", multiline=True)
    assert check(notes, "one\ntwo\r\n\tthree") == ()
    assert [f.code for f in check(notes, "one\ntwo\x00")] == ["control_character"]


@pytest.mark.parametrize(
    ("text", "what", "fixed"),
    [
        ("[1]", "a list", None),
        ("[]", "a list", None),
        ('["Anna"]', "a list", "Anna"),
        ('["a", "b"]', "a list", "a, b"),
        ("{}", "an object", None),
        ('{"first": "Anna"}', "an object", None),
        (" [1, 2] ", "a list", None),
        ("[" * 3000 + "]" * 3000, "a list", None),
    ],
)
def test_a_list_or_an_object_is_no_text(text: str, what: str, fixed: str | None) -> None:
    for kind in (FieldType.TEXT, FieldType.REFERENCE, FieldType.CHOICE):
        found = check(Field("name", type=kind), text)[0]
        assert (found.severity, found.code) == (Severity.ERROR, "not_text")
        assert found.message == f"This is {what}, not text. It would be sent as the text that stands here."
        assert (found.fix.value if found.fix else None) == fixed


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
)
def test_whatever_json_writes_is_told_from_text(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert ("not_text" in {f.code for f in check(NAME, text)}) == isinstance(value, list | dict)


@pytest.mark.parametrize(
    "kind", [FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.CHOICE, FieldType.REFERENCE]
)
def test_too_long_is_told_of_every_kind(kind: FieldType) -> None:
    found = check(Field("x", type=kind, max_length=80), "a" * 94)[0]
    assert (found.severity, found.code) == (Severity.ERROR, "too_long")
    assert found.message == "14 characters too long (limit 80)."
    assert found.spans == ((80, 94),)
    assert found.group == "Too long (limit 80)."


def test_exactly_the_limit_is_fine() -> None:
    assert check(Field("x", max_length=3), "äß👩") == ()
    assert check(Field("x", max_length=3), "äß👩!")[0].message == "1 character too long (limit 3)."


@pytest.mark.parametrize(
    ("text", "message", "fixed"),
    [
        ("Qualifed", "'Qualifed' is not one of the known values. Closest: qualified.", "qualified"),
        ("Qualified", "'Qualified' is not one of the known values. Closest: qualified.", "qualified"),
        (" new", "' new' is not one of the known values. Closest: new.", "new"),
        ("wroking", "'wroking' is not one of the known values. Closest: working.", "working"),
        ("zzz", "'zzz' is not one of the known values. Known: new, working and qualified.", None),
        ("\x1b[2J", "'␛[2J' is not one of the known values. Known: new, working and qualified.", None),
    ],
)
def test_a_closed_list_takes_nothing_else(text: str, message: str, fixed: str | None) -> None:
    (found,) = check(STATUS, text)
    assert (found.severity, found.code, found.message) == (Severity.ERROR, "choice_unknown", message)
    assert (found.fix.value if found.fix else None) == fixed


def test_an_open_list_says_nothing() -> None:
    for text in ("new", "Qualifed", "whatever they use"):
        assert check(BUILT_IN["lead"]["status"], text) == ()


def test_a_closed_list_takes_its_values_and_an_empty_one_all() -> None:
    assert all(check(STATUS, c) == () for c in STATUS.choices)
    assert check(Field("s", type=FieldType.CHOICE, choices_closed=True), "x") == ()


def test_a_long_list_is_told_in_part() -> None:
    field = Field(
        "s", type=FieldType.CHOICE, choices=tuple(f"value {i}" for i in range(9)), choices_closed=True
    )
    assert check(field, "##")[0].message == (
        "'##' is not one of the known values. Known: value 0, value 1, value 2, value 3, value 4 and 4 more."
    )


def test_several_values_are_checked_one_by_one() -> None:
    assert check(TAGS, "alpha;beta; gamma ray;") == ()
    first, second = check(TAGS, "alpha; Bta ;zz")
    assert first.message == "'Bta' is not one of the known values. Closest: beta."
    assert first.spans == ((7, 10),)
    assert first.fix is not None
    assert first.fix.value == "alpha; beta ;zz"
    assert second.spans == ((12, 14),)
    assert check(TAGS, " ; ")[0].code == "multi_choice_empty"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("anna@firm.com", "This is an e-mail address; the record's id is wanted, like g1koYv_uLg11RFM."),
        ("Anna Keller", "This is a name; the record's id is wanted, like g1koYv_uLg11RFM."),
    ],
)
def test_a_reference_is_an_id(text: str, message: str) -> None:
    (found,) = check(BUILT_IN["lead"]["owner"], text)
    assert (found.severity, found.code, found.message) == (Severity.WARNING, "reference_form", message)


def test_an_id_of_any_form_passes() -> None:
    for text in ("g1koYv_uLg11RFM", "42", "user-7"):
        assert check(BUILT_IN["lead"]["owner"], text) == ()


@pytest.mark.parametrize("kind", list(FieldType))
def test_an_empty_cell_is_fine_unless_required(kind: FieldType) -> None:
    assert check(Field("x", type=kind), "") == ()
    (found,) = check(Field("due_day", type=kind, required=True), "")
    assert (found.severity, found.code) == (Severity.ERROR, "required")
    assert found.message == "The Due day is missing. Fill this cell."


def test_a_read_only_field_says_that_it_is_not_sent() -> None:
    (found,) = check(Field("created_at", type=FieldType.DATETIME, read_only=True), "whenever")
    assert (found.severity, found.code) == (Severity.WARNING, "read_only")


def test_errors_come_before_warnings() -> None:
    found = check(Field("name", max_length=3), "a\nbcd")
    assert [f.severity for f in found] == [Severity.ERROR, Severity.WARNING]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"email": "a@b.com"}, ["name_missing"]),
        ({"email": "a@b.com", "name": ""}, ["name_missing"]),
        ({"email": "a@b.com", "name": " "}, ["name_missing"]),
        ({"email": "a@b.com", "name": "Anna"}, []),
        ({"email": "", "name": ""}, []),
        ({}, []),
    ],
)
def test_a_lead_wants_a_name(values: dict[str, str], codes: list[str]) -> None:
    findings = check_record(BUILT_IN["lead"], values, ANYWHERE)
    assert [f.code for f in findings] == codes
    for found in findings:
        assert (found.severity, found.field) == (Severity.WARNING, "name")
        assert found.message == "This lead has no name and will be hard to find again."


def test_a_schema_without_recommended_fields_says_nothing() -> None:
    assert check_record(ObjectSchema("o", "O", (Field("a"),)), {"a": "x"}, ANYWHERE) == ()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(FieldType)), st.text(max_size=30), st.booleans())
def test_every_text_gets_a_verdict_that_can_be_shown(kind: FieldType, text: str, closed: bool) -> None:
    field = Field("x", type=kind, choices=("one", "two"), choices_closed=closed, max_length=20)
    for found in check(field, text):
        assert found.message
        assert visible(found.message) == found.message
        assert found.message.endswith((".", "?"))
        assert all(0 <= a < b <= len(text) for a, b in found.spans)
        assert found.fix is None or found.fix.value != text


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("part", ["a", " ", "a b", "\n ", "[1,", "(", "1 ", "a@", "1.", "x;", "+1", "\t"])
def test_a_huge_text_does_not_hold_anybody_up(kind: FieldType, part: str) -> None:
    field = Field("x", type=kind, choices=("one", "two"), choices_closed=True)
    started = time.process_time()
    for length in (400, 2_000, 40_000):
        check_cell(field, part * length, ANYWHERE)
        check_typing(field, part * length, ANYWHERE)
    assert time.process_time() - started < 5, "the time must grow with the length, not with its square"
