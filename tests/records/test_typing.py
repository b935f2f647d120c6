"""The verdict at every keystroke: never an error too early, never fine too early."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    CheckContext,
    Field,
    FieldType,
    Severity,
    Typing,
    TypingState,
    check_cell,
    check_typing,
)
from leapgrid.visible import visible
from tests.records import test_checks_email, test_checks_phone, test_checks_values

ANYWHERE = CheckContext()
GERMANY = CheckContext(default_country="DE", timezone=ZoneInfo("Europe/Berlin"))
CHOICES = ("new", "working", "qualified")

FINE, NOT_YET, WARNING, ERROR = TypingState


def field(kind: FieldType) -> Field:
    closed = kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE)
    return Field("x", type=kind, choices=CHOICES if closed else (), choices_closed=closed)


def typed(kind: FieldType, text: str, context: CheckContext = ANYWHERE) -> Typing:
    return check_typing(field(kind), text, context)


LIVE = [
    # (type, text, state, message, spans)
    (FieldType.EMAIL, "", FINE, "", ()),
    (FieldType.EMAIL, "c", NOT_YET, "not yet: no @ so far", ()),
    (FieldType.EMAIL, "carla.", NOT_YET, "not yet: no @ so far", ()),
    (FieldType.EMAIL, "carla@", NOT_YET, "not yet: nothing after the @ so far", ()),
    (FieldType.EMAIL, "carla@firm", NOT_YET, "not yet: the address ends like carla@firm.com", ()),
    (FieldType.EMAIL, "carla@firm.", NOT_YET, "not yet: the address ends like carla@firm.com", ()),
    (FieldType.EMAIL, "carla@firm.c", NOT_YET, "not yet: the address ends like carla@firm.com", ()),
    (FieldType.EMAIL, "carla@firm-", NOT_YET, "not yet: the address ends like carla@firm.com", ()),
    (FieldType.EMAIL, "carla@firm.com", FINE, "", ()),
    (FieldType.EMAIL, "dev@gmail.co", NOT_YET, "not yet: the address may go on as dev@gmail.com", ()),
    (FieldType.EMAIL, "dev@gmial.com", WARNING, "Did you mean dev@gmail.com?", ((4, 13),)),
    (FieldType.EMAIL, "test ", ERROR, "There is a space after the address.", ((4, 5),)),
    (FieldType.EMAIL, "test .sok", ERROR, "The address has a space in it.", ((4, 5),)),
    (FieldType.EMAIL, "test .sok@gmail.com", ERROR, "The address has a space before the @.", ((4, 5),)),
    (FieldType.EMAIL, "a@b@", ERROR, "There is a second @.", ((3, 4),)),
    (FieldType.EMAIL, "a@@", ERROR, "There is a second @.", ((2, 3),)),
    (FieldType.EMAIL, "a..", ERROR, "There are two dots in a row.", ((2, 3),)),
    (FieldType.EMAIL, ".", ERROR, "The address begins with a dot.", ((0, 1),)),
    (FieldType.EMAIL, "@", ERROR, "Nothing before the @. An address begins like carla@firm.com.", ((0, 1),)),
    (FieldType.EMAIL, "a@b,", ERROR, "There is a comma after the address.", ((3, 4),)),
    (FieldType.PHONE, "+", NOT_YET, "not yet: the number is not complete", ()),
    (FieldType.PHONE, "+4", NOT_YET, "not yet: the number is not complete", ()),
    (FieldType.PHONE, "+91 88", NOT_YET, "not yet: 2 digits for India, 10 are usual", ()),
    (FieldType.PHONE, "+91 812998791", NOT_YET, "not yet: 9 digits for India, 10 are usual", ()),
    (FieldType.PHONE, "+91 8129987917", FINE, "", ()),
    (
        FieldType.PHONE,
        "+91-887788778888",
        ERROR,
        "12 digits are too many for India (+91): 10 are usual.",
        ((14, 16),),
    ),
    (
        FieldType.PHONE,
        "+0",
        ERROR,
        "No country code begins with 0. Write + and the country, like +49 171 2345678.",
        ((1, 2),),
    ),
    (
        FieldType.PHONE,
        "+49 171 +",
        ERROR,
        "There is a + inside the number. Keep one number in this cell.",
        ((8, 9),),
    ),
    (
        FieldType.PHONE,
        "+1-555-123-4567",
        WARNING,
        "This number range is not assigned in the US; the server may take it.",
        (),
    ),
    (FieldType.INTEGER, "-", NOT_YET, "not yet: a whole number", ()),
    (FieldType.INTEGER, "12a", ERROR, "'12a' is not a whole number. Write it like 1250.", ((2, 3),)),
    (FieldType.NUMBER, "-", NOT_YET, "not yet: a number", ()),
    (FieldType.NUMBER, "1e", NOT_YET, "not yet: a number", ()),
    (FieldType.NUMBER, "1.5", FINE, "", ()),
    (FieldType.BOOLEAN, "t", NOT_YET, "not yet: true or false, yes or no, 1 or 0", ()),
    (FieldType.BOOLEAN, "x", ERROR, "'x' is neither yes nor no. Write true or false, yes or no, 1 or 0.", ()),
    (FieldType.DATE, "2026", NOT_YET, "not yet: a date like 2026-04-03", ()),
    (FieldType.DATE, "2026-1", NOT_YET, "not yet: a date like 2026-04-03", ()),
    (FieldType.DATE, "2026-13", ERROR, "'2026-13' is not a date. Write it like 2026-04-03.", ((0, 7),)),
    (FieldType.DATE, "2026-02-30", ERROR, "February 2026 has 28 days; there is no day 30.", ((0, 10),)),
    (FieldType.DATE, "31/04/2026", ERROR, "April 2026 has 30 days; there is no day 31.", ((0, 10),)),
    (FieldType.DATE, "32/", ERROR, "'32/' is not a date. Write it like 2026-04-03.", ((0, 3),)),
    (FieldType.DATE, "xyz", ERROR, "'xyz' is not a date. Write it like 2026-04-03.", ((0, 3),)),
    (FieldType.DATETIME, "2026-04-03 14:", NOT_YET, "not yet: a time like 2026-04-03 14:30", ()),
    (FieldType.CHOICE, "qual", NOT_YET, "not yet: qualified", ()),
    (FieldType.CHOICE, "Qual", NOT_YET, "not yet: qualified", ()),
    (
        FieldType.CHOICE,
        "Qualife",
        ERROR,
        "'Qualife' is not one of the known values. Closest: qualified.",
        ((0, 7),),
    ),
    (FieldType.MULTI_CHOICE, "new; wo", NOT_YET, "not yet: working", ()),
    (FieldType.MULTI_CHOICE, ";", NOT_YET, "not yet: a value", ()),
    (FieldType.REFERENCE, "g1koYv", FINE, "", ()),
    (FieldType.TEXT, "[1]", NOT_YET, "not yet: a text; so far this is a list or an object", ()),
    (FieldType.TEXT, "[1] x", FINE, "", ()),
    (FieldType.TEXT, "a\nb", WARNING, "There is a line break in the x.", ((1, 2),)),
]


@pytest.mark.parametrize(
    ("kind", "text", "state", "message", "spans"), LIVE, ids=[f"{k[0]}-{k[1]}" for k in LIVE]
)
def test_live(
    kind: FieldType, text: str, state: TypingState, message: str, spans: tuple[tuple[int, int], ...]
) -> None:
    found = typed(kind, text)
    assert (found.state, found.message, found.spans) == (state, message, spans)


def test_a_fix_is_at_hand_while_typing() -> None:
    fix = typed(FieldType.EMAIL, "test .sok@gmail.com").fix
    assert fix is not None
    assert (fix.label, fix.value) == ("Remove the space", "test.sok@gmail.com")
    fix = typed(FieldType.PHONE, "0171 2345678", GERMANY).fix
    assert fix is not None
    assert fix.value == "+49 171 2345678"


def test_a_text_over_its_limit_is_an_error_at_once() -> None:
    found = check_typing(Field("x", max_length=3), "abcde", ANYWHERE)
    assert (found.state, found.message) == (ERROR, "2 characters too long (limit 3).")
    assert found.spans == ((3, 5),)


def test_an_empty_required_cell_is_not_yet_right() -> None:
    assert check_typing(Field("x", required=True), "", ANYWHERE).state is NOT_YET


VALID = (
    [(FieldType.EMAIL, text) for text in test_checks_email.FINE if len(text) < 60]
    + [(FieldType.EMAIL, text) for text in ("a@b.test", "x@y.local", "dev@gmial.com")]
    + [(FieldType.EMAIL, "a" * 189 + "@" + "b" * 30 + "." + "c" * 30 + ".de")]
    + [(FieldType.PHONE, text) for text in test_checks_phone.FINE]
    + [
        (FieldType.PHONE, text)
        for text in ("+55 0 15 11 96123-4567", "+36 06 1 234 5678", "+591 0 15 22123456", "+1-555-123-4567")
    ]
    + [(FieldType.DATE, text) for text, order, _, _ in test_checks_values.DATES if order is None]
    + [
        (FieldType.DATETIME, text)
        for text, context, _, _ in test_checks_values.MOMENTS
        if context.date_order is None
    ]
    + [(FieldType.NUMBER, n[0]) for n in test_checks_values.NUMBERS if n[1] != "error"]
    + [(FieldType.INTEGER, n[0]) for n in test_checks_values.NUMBERS if n[3] != "error"]
    + [(FieldType.BOOLEAN, text) for text in ("true", "YES", "0", "false")]
    + [(FieldType.CHOICE, text) for text in CHOICES]
    + [(FieldType.MULTI_CHOICE, text) for text in ("new; working;qualified", "qualified;")]
    + [(FieldType.REFERENCE, "g1koYv_uLg11RFM"), (FieldType.TEXT, "[1] is a list")]
)


@pytest.mark.parametrize(("kind", "text"), VALID, ids=[f"{k}-{t[:40]}" for k, t in VALID])
def test_no_beginning_of_a_valid_value_is_an_error(kind: FieldType, text: str) -> None:
    for context in (ANYWHERE, GERMANY):
        assert not any(f.severity is Severity.ERROR for f in check_cell(field(kind), text, context))
        for end in range(len(text) + 1):
            found = typed(kind, text[:end], context)
            assert found.state is not ERROR, (text[:end], found.message)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_no_beginning_of_a_number_of_any_country_is_an_error(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        text = phonenumbers.format_number(number, form)
        assert typed(FieldType.PHONE, text).state is FINE
        for end in range(len(text)):
            assert typed(FieldType.PHONE, text[:end]).state is not ERROR, text[:end]


@settings(max_examples=100, deadline=None)
@given(st.emails())
def test_no_beginning_of_any_address_is_an_error(text: str) -> None:
    assume(not any(f.severity is Severity.ERROR for f in check_cell(field(FieldType.EMAIL), text, ANYWHERE)))
    for end in range(len(text) + 1):
        assert typed(FieldType.EMAIL, text[:end]).state is not ERROR, text[:end]


@settings(max_examples=100, deadline=None)
@given(st.datetimes(), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%b %d, %Y"]))
def test_no_beginning_of_any_date_is_an_error(moment: datetime, form: str) -> None:
    day = moment.strftime(form.replace("%Y", f"{moment.year:04}"))
    for kind, text in ((FieldType.DATE, day), (FieldType.DATETIME, f"{day} {moment:%H:%M:%S}")):
        for end in range(len(text) + 1):
            assert typed(kind, text[:end]).state is not ERROR, text[:end]


SIGNS = st.text(
    st.sampled_from(
        list("abcdnotrueylsq0123456789@.@.-+-_ ,;:/()'\"<>eEx#TZ\n\täß。é＠[]{}\u0301\u200b\ud800")
    ),
    max_size=18,
)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(list(FieldType)), SIGNS, st.sampled_from([ANYWHERE, GERMANY]))
def test_typing_and_the_finished_cell_agree(kind: FieldType, text: str, context: CheckContext) -> None:
    errors = any(f.severity is Severity.ERROR for f in check_cell(field(kind), text, context))
    found = typed(kind, text, context)
    if found.state in (FINE, WARNING):
        assert not errors
    if errors:
        assert found.state in (NOT_YET, ERROR)
    if found.state is ERROR:
        assert errors
    assert found.message.startswith("not yet: ") == (found.state is NOT_YET)
    assert bool(found.message) == (found.state is not FINE)
    assert visible(found.message) == found.message
    assert all(0 <= a < b <= len(text) for a, b in found.spans)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(list(FieldType)), SIGNS, SIGNS)
def test_what_is_an_error_while_typing_never_becomes_fine(kind: FieldType, begun: str, more: str) -> None:
    if typed(kind, begun).state is ERROR:
        assert check_cell(field(kind), begun + more, ANYWHERE) != ()


def test_checks_are_cheap_to_import() -> None:
    heavy = ("phonenumbers", "email_validator", "idna", "polars", "textual", "sqlalchemy")
    script = f"import sys, leapgrid.records; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
