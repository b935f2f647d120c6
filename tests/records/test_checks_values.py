"""Numbers, yes and no, dates and moments: what a text is read as, and what is said when it is none."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    CheckContext,
    Field,
    FieldType,
    Finding,
    ObjectSchema,
    Severity,
    check_cell,
    record_payload,
)
from leapgrid.records.checks import DateOrder

ANYWHERE = CheckContext()
BERLIN = CheckContext(timezone=ZoneInfo("Europe/Berlin"))


def check(kind: FieldType, text: str, context: CheckContext = ANYWHERE) -> tuple[Finding, ...]:
    return check_cell(Field("x", type=kind), text, context)


def sent(kind: FieldType, text: str, context: CheckContext = ANYWHERE) -> object:
    return record_payload(ObjectSchema("o", "O", (Field("x", type=kind),)), {"x": text}, context)["x"]


NUMBERS = [
    # (text, verdict of a number, what is sent, verdict of an integer, what is sent)
    ("0", None, 0, None, 0),
    ("12", None, 12, None, 12),
    ("-5", None, -5, None, -5),
    ("+5", None, 5, None, 5),
    (" 7 ", None, 7, None, 7),
    ("9007199254740993", None, 9007199254740993, None, 9007199254740993),
    ("9" * 40, None, int("9" * 40), None, int("9" * 40)),
    ("1234.5", None, 1234.5, "error", "1234.5"),
    ("1.10", None, 1.1, "error", "1.10"),
    (".5", None, 0.5, "error", ".5"),
    ("1.", None, 1.0, "warning", 1),
    ("5.0", None, 5.0, "warning", 5),
    ("1e5", None, 100000.0, "warning", 100000),
    ("1.5E-3", None, 0.0015, "error", "1.5E-3"),
    ("1.234", None, 1.234, "warning", 1234),
    ("0.125", None, 0.125, "error", "0.125"),
    ("007", "warning", 7, "warning", 7),
    ("1,234.5", "warning", 1234.5, "error", "1,234.5"),
    ("1.234,5", "warning", 1234.5, "error", "1.234,5"),
    ("1,234", "warning", 1234, "warning", 1234),
    ("12,5", "warning", 12.5, "error", "12,5"),
    ("0,125", "warning", 0.125, "error", "0,125"),
    ("-1.234.567", "warning", -1234567, "warning", -1234567),
    ("1 234 567,89", "warning", 1234567.89, "error", "1 234 567,89"),
    ("1\u202f234,50", "warning", 1234.5, "error", "1\u202f234,50"),
    ("1'234.50", "warning", 1234.5, "error", "1'234.50"),
    ("12,34,567", "warning", 1234567, "warning", 1234567),
    ("−5", "warning", -5, "warning", -5),
    ("0.12345678901234567890", "warning", 0.12345678901234568, "error", "0.12345678901234567890"),
    ("1e400", "error", "1e400", "error", "1e400"),
    ("9" * 4001, "error", "9" * 4001, "error", "9" * 4001),
    ("9" * 6000, "error", "9" * 6000, "error", "9" * 6000),
    ("abc", "error", "abc", "error", "abc"),
    ("12a", "error", "12a", "error", "12a"),
    ("$5", "error", "$5", "error", "$5"),
    ("5%", "error", "5%", "error", "5%"),
    ("-", "error", "-", "error", "-"),
    ("NaN", "error", "NaN", "error", "NaN"),
    ("Infinity", "error", "Infinity", "error", "Infinity"),
    ("1_000", "error", "1_000", "error", "1_000"),
    ("0x10", "error", "0x10", "error", "0x10"),
    ("1,2,3", "error", "1,2,3", "error", "1,2,3"),
    ("1.2.3", "error", "1.2.3", "error", "1.2.3"),
    ("--5", "error", "--5", "error", "--5"),
    ("१२", "error", "१२", "error", "१२"),
]


@pytest.mark.parametrize(
    ("text", "number", "as_number", "integer", "as_integer"), NUMBERS, ids=[n[0][:30] for n in NUMBERS]
)
def test_numbers(
    text: str, number: str | None, as_number: object, integer: str | None, as_integer: object
) -> None:
    for kind, verdict, value in (
        (FieldType.NUMBER, number, as_number),
        (FieldType.INTEGER, integer, as_integer),
    ):
        findings = check(kind, text)
        assert [f.severity.value for f in findings] == ([verdict] if verdict else [])
        result = sent(kind, text)
        assert (type(result), result) == (type(value), value)
        if verdict == "warning":
            fix = findings[0].fix
            assert fix is not None
            assert check(kind, fix.value) == ()
            assert sent(kind, fix.value) == value, "taking the fix must not change what is sent"


def test_the_words_of_a_number() -> None:
    (found,) = check(FieldType.NUMBER, "1.234,5")
    assert (
        found.message
        == "A number has a dot for decimals and nothing between thousands. It is read as 1234.5."
    )
    assert found.fix is not None
    assert found.fix.value == "1234.5"
    (found,) = check(FieldType.NUMBER, "12a4")
    assert found.message == "'12a4' is not a number. Write it like 1250.50."
    assert found.spans == ((2, 3),)
    (found,) = check(FieldType.NUMBER, "$5")
    assert found.fix is not None
    assert found.fix.value == "5"
    (found,) = check(FieldType.INTEGER, "12.7")
    assert found.message == "'12.7' is no whole number. Write one like 1250."
    assert found.fix is not None
    assert found.fix.value == "13"


@settings(max_examples=200, deadline=None)
@given(st.integers())
def test_any_integer_is_exact(value: int) -> None:
    assert check(FieldType.INTEGER, str(value)) == ()
    assert sent(FieldType.INTEGER, str(value)) == value


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_exact(value: float) -> None:
    assert check(FieldType.NUMBER, repr(value)) == ()
    assert sent(FieldType.NUMBER, repr(value)) == value


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from(list("0123456789.,-+eE '$%\u00a0−a")), min_size=1, max_size=14), st.booleans())
def test_a_number_is_sent_exactly_where_there_is_no_error(text: str, whole: bool) -> None:
    kind = FieldType.INTEGER if whole else FieldType.NUMBER
    errors = [f for f in check(kind, text) if f.severity is Severity.ERROR]
    value = sent(kind, text)
    assert isinstance(value, str) == bool(errors)
    for found in check(kind, text):
        if found.fix is not None:
            assert not isinstance(sent(kind, found.fix.value), str)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("Yes", True),
        ("1", True),
        ("false", False),
        ("False", False),
        ("no", False),
        ("0", False),
        (" yes ", True),
    ],
)
def test_booleans(text: str, value: bool) -> None:
    assert check(FieldType.BOOLEAN, text) == ()
    assert sent(FieldType.BOOLEAN, text) is value


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("y", "true"),
        ("N", "false"),
        ("ja", "true"),
        ("nein", "false"),
        ("maybe", None),
        ("2", None),
        ("tru", None),
    ],
)
def test_neither_yes_nor_no(text: str, fixed: str | None) -> None:
    (found,) = check(FieldType.BOOLEAN, text)
    assert (found.severity, found.code) == (Severity.ERROR, "boolean_syntax")
    assert found.message == f"'{text}' is neither yes nor no. Write true or false, yes or no, 1 or 0."
    assert (found.fix.value if found.fix else None) == fixed
    assert sent(FieldType.BOOLEAN, text) == text


DATES: list[tuple[str, DateOrder | None, str | None, str]] = [
    # (text, order, verdict, what is sent)
    ("2026-04-03", None, None, "2026-04-03"),
    ("2024-02-29", None, None, "2024-02-29"),
    ("2026-4-3", None, None, "2026-04-03"),
    ("2026/04/03", None, None, "2026-04-03"),
    ("20260403", None, None, "2026-04-03"),
    (" 2026-04-03 ", None, None, "2026-04-03"),
    ("2026-04-03", "mdy", None, "2026-04-03"),
    ("13/04/2026", None, None, "2026-04-13"),
    ("04/13/2026", None, None, "2026-04-13"),
    ("04/04/2026", None, None, "2026-04-04"),
    ("03.04.2026", None, None, "2026-04-03"),
    ("3. 4. 2026", None, None, "2026-04-03"),
    ("03/04/2026", "dmy", None, "2026-04-03"),
    ("03/04/2026", "mdy", None, "2026-03-04"),
    ("3 April 2026", None, None, "2026-04-03"),
    ("3rd Apr 2026", None, None, "2026-04-03"),
    ("3. April 2026", None, None, "2026-04-03"),
    ("03-Apr-2026", None, None, "2026-04-03"),
    ("April 3, 2026", None, None, "2026-04-03"),
    ("Sept 3, 2026", "dmy", None, "2026-09-03"),
    ("03/04/2026", None, "date_ambiguous", "2026-04-03"),
    ("3-4-2026", None, "date_ambiguous", "2026-04-03"),
    ("03/04/26", None, "date_ambiguous", "2026-04-03"),
    ("03.04.26", None, "date_form", "2026-04-03"),
    ("03/04/26", "mdy", "date_form", "2026-03-04"),
    ("31.12.99", None, "date_form", "1999-12-31"),
    ("2026-04-03 00:00", None, "date_form", "2026-04-03"),
    ("2026-04-03T10:00:00Z", None, "date_form", "2026-04-03"),
]


@pytest.mark.parametrize(("text", "order", "code", "value"), DATES)
def test_dates(text: str, order: DateOrder | None, code: str | None, value: str) -> None:
    context = CheckContext(date_order=order)
    findings = check(FieldType.DATE, text, context)
    assert [(f.severity, f.code) for f in findings] == ([(Severity.WARNING, code)] if code else [])
    assert sent(FieldType.DATE, text, context) == value
    if findings:
        assert findings[0].fix is not None
        assert findings[0].fix.value == value


NO_DATES: list[tuple[str, DateOrder | None, str, str | None]] = [
    ("2026-02-30", None, "February 2026 has 28 days; there is no day 30.", None),
    ("2025-02-29", None, "February 2025 has 28 days; there is no day 29.", None),
    ("2026-04-31", None, "April 2026 has 30 days; there is no day 31.", None),
    ("31/04/2026", None, "April 2026 has 30 days; there is no day 31.", None),
    ("2026-00-10", None, "There is no month 0. Write the date like 2026-04-03.", None),
    ("2026-13-01", None, "There is no month 13. Write the date like 2026-04-03.", None),
    ("13/13/2026", None, "There is no month 13. Write the date like 2026-04-03.", None),
    ("0000-01-01", None, "There is no year 0. Write the date like 2026-04-03.", None),
    ("04/13/2026", "dmy", "There is no month 13: dates of this file are read day first.", "2026-04-13"),
    ("13/04/2026", "mdy", "There is no month 13: dates of this file are read month first.", "2026-04-13"),
    ("46115", None, "This looks like a spreadsheet's day number, not a date.", "2026-04-03"),
    ("tomorrow", None, "'tomorrow' is not a date. Write it like 2026-04-03.", None),
    ("2026", None, "'2026' is not a date. Write it like 2026-04-03.", None),
    ("3/2026", None, "'3/2026' is not a date. Write it like 2026-04-03.", None),
    ("1/2/3/4", None, "'1/2/3/4' is not a date. Write it like 2026-04-03.", None),
    ("32 Apr 2026", None, "April 2026 has 30 days; there is no day 32.", None),
    ("3 Foo 2026", None, "'3 Foo 2026' is not a date. Write it like 2026-04-03.", None),
    ("\x1b[2J", None, "'␛[2J' is not a date. Write it like 2026-04-03.", None),
]


@pytest.mark.parametrize(("text", "order", "message", "fixed"), NO_DATES)
def test_no_dates(text: str, order: DateOrder | None, message: str, fixed: str | None) -> None:
    context = CheckContext(date_order=order)
    (found,) = check(FieldType.DATE, text, context)
    assert (found.severity, found.code, found.message) == (Severity.ERROR, "date_syntax", message)
    assert (found.fix.value if found.fix else None) == fixed
    assert sent(FieldType.DATE, text, context) == text


def test_an_ambiguous_date_says_how_it_is_read() -> None:
    (found,) = check(FieldType.DATE, "03/04/2026")
    assert found.message == "Day or month first? It is read as 3 April 2026."


MOMENTS: list[tuple[str, CheckContext, str | None, int]] = [
    ("1970-01-01T00:00:00Z", ANYWHERE, None, 0),
    ("1970-01-01 00:00", ANYWHERE, None, 0),
    ("2026-04-03T14:30:15.123Z", ANYWHERE, None, 1775226615123),
    ("2026-04-03T14:30:15.1239Z", ANYWHERE, None, 1775226615123),
    ("2026-04-03T14:30+02:00", ANYWHERE, None, 1775219400000),
    ("2026-04-03T14:30+0200", ANYWHERE, None, 1775219400000),
    ("2026-04-03 14:30 −02", ANYWHERE, None, 1775233800000),
    ("2026-04-03 14:30", BERLIN, None, 1775219400000),
    ("2026-01-03 14:30", BERLIN, None, 1767447000000),
    ("2026-04-03 2:30 pm", BERLIN, None, 1775219400000),
    ("2026-04-03 12:30 am", ANYWHERE, None, 1775176200000),
    ("1753886066772", BERLIN, None, 1753886066772),
    ("1969-12-31T23:59:59.999Z", ANYWHERE, None, -1),
    ("03/04/2026 14:30", ANYWHERE, "date_ambiguous", 1775226600000),
    ("03/04/2026 14:30", CheckContext(date_order="dmy"), None, 1775226600000),
    ("2026-04-03", ANYWHERE, "date_form", 1775174400000),
    ("2026-04-03", BERLIN, "date_form", 1775167200000),
    ("2026-03-29 02:30", BERLIN, "date_form", 1774747800000),
]


@pytest.mark.parametrize(("text", "context", "code", "value"), MOMENTS)
def test_moments(text: str, context: CheckContext, code: str | None, value: int) -> None:
    findings = check(FieldType.DATETIME, text, context)
    assert [(f.severity, f.code) for f in findings] == ([(Severity.WARNING, code)] if code else [])
    assert sent(FieldType.DATETIME, text, context) == value
    if findings and findings[0].fix:
        assert sent(FieldType.DATETIME, findings[0].fix.value, context) == value


@pytest.mark.parametrize(
    ("text", "message", "fixed"),
    [
        ("2026-04-03T25:00", "There is no such time. A day ends at 23:59:59.", None),
        ("2026-04-03 13:00 pm", "There is no 13 o'clock with am or pm.", None),
        ("2026-02-30 10:00", "February 2026 has 28 days; there is no day 30.", None),
        ("2026-04-03T10:00+25:00", "There is no such time zone. Write it like +02:00, or Z for UTC.", None),
        ("1753886066", "This looks like seconds since 1970; the API counts milliseconds.", "1753886066000"),
        ("noon", "'noon' is not a date and time. Write it like 2026-04-03 14:30.", None),
        ("14:30", "'14:30' is not a date and time. Write it like 2026-04-03 14:30.", None),
    ],
)
def test_no_moments(text: str, message: str, fixed: str | None) -> None:
    (found,) = check(FieldType.DATETIME, text)
    assert (found.severity, found.code, found.message) == (Severity.ERROR, "datetime_syntax", message)
    assert (found.fix.value if found.fix else None) == fixed
    assert sent(FieldType.DATETIME, text) == text


@settings(max_examples=150, deadline=None)
@given(st.dates(), st.sampled_from([None, "dmy", "mdy"]))
def test_every_iso_date_is_itself(day: object, order: DateOrder | None) -> None:
    context = CheckContext(date_order=order)
    assert check(FieldType.DATE, str(day), context) == ()
    assert sent(FieldType.DATE, str(day), context) == str(day)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(list("0123456789-/.: TZ+aprilm,")), min_size=1, max_size=20), st.booleans())
def test_a_date_is_read_exactly_where_there_is_no_error(text: str, timed: bool) -> None:
    kind = FieldType.DATETIME if timed else FieldType.DATE
    errors = [f for f in check(kind, text, BERLIN) if f.severity is Severity.ERROR]
    value = sent(kind, text, BERLIN)
    assert (value == text) == bool(errors) or text == value
    assert isinstance(value, int) == (timed and not errors)
