"""Phone numbers: the three verdicts, and what people write around a number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import CheckContext, Field, FieldType, Finding, Severity, check_cell
from leapgrid.records.checks.countries import COUNTRY_NAMES

PHONE = Field("phone", type=FieldType.PHONE)
NOWHERE = CheckContext()
GERMANY = CheckContext(default_country="DE")


def check(text: str, context: CheckContext = NOWHERE) -> tuple[Finding, ...]:
    return check_cell(PHONE, text, context)


FINE = [
    "+49 171 2345678",
    "+491712345678",
    "+49-171-2345678",
    "+49 (0)171 2345678",
    "(+49) 171 2345678",
    "+49 171/2345678",
    "+34 915 550 101",
    "+41 44 555 12 12",
    "+353 1 555 0123",
    "+44 20 7946 0958",
    "+91-8129987917",
    "+1 415 555 2671",
    "+1.415.555.2671",
    "+7 912 345-67-89",
    "+800 1234 5678",
    "+39 06 1234 5678",
    "+33 6 12 34 56 78",
    "+55 11 96123-4567",
    "+81 3-1234-5678",
    "+86 138 0013 8000",
    "+65 6123 4567",
    "＋49 171 2345678",
    " +49 171 2345678",
    "+४९ 171 2345678",
]

UNASSIGNED = "This number range is not assigned in the US; the server may take it."
NO_COUNTRY = "No country code. Start with + and the country, or set a default country."
LIKE = "A phone number looks like +49 171 2345678."

WARNINGS = [
    # (text, code, message, value of the fix)
    ("+1-555-123-4567", "phone_unassigned", UNASSIGNED, None),
    ("+1-555-987-6543", "phone_unassigned", UNASSIGNED, None),
    ("+1 (555) 000-0000", "phone_unassigned", UNASSIGNED, None),
    ("0171 2345678", "phone_no_country", NO_COUNTRY, None),
    ("(415) 555-2671", "phone_no_country", NO_COUNTRY, None),
    ("12345", "phone_no_country", NO_COUNTRY, None),
    ("0049 171 2345678", "phone_no_country", "Write + in place of 00.", "+49 171 2345678"),
    ("++49 171 2345678", "phone_plus", "There is more than one + in front. Keep one.", "+49 171 2345678"),
    ("+ +49 171 2345678", "phone_plus", "There is more than one + in front. Keep one.", "+49 171 2345678"),
    (
        "+49 30 1234567 ext. 12",
        "phone_extension",
        'The extension "ext. 12" may be refused. Keep the number alone.',
        "+49 30 1234567",
    ),
    (
        "+49 30 1234567 ext12",
        "phone_extension",
        'The extension "ext12" may be refused. Keep the number alone.',
        "+49 30 1234567",
    ),
    (
        "+49 30 1234567x12",
        "phone_extension",
        'The extension "x12" may be refused. Keep the number alone.',
        "+49 30 1234567",
    ),
    (
        "+1 415 555 2671 #12",
        "phone_extension",
        'The extension "#12" may be refused. Keep the number alone.',
        "+1 415 555 2671",
    ),
    (
        "+1 415 555 2671 - 503#",
        "phone_extension",
        'The extension "- 503#" may be refused. Keep the number alone.',
        "+1 415 555 2671",
    ),
    (
        "tel:+49 171 2345678",
        "phone_letters",
        "There are letters in the number. Write digits.",
        "+49 171 2345678",
    ),
    (
        "Tel. +49 171 2345678",
        "phone_letters",
        "There are letters in the number. Write digits.",
        "+49 171 2345678",
    ),
    (
        "+49 171 2345678 (office)",
        "phone_letters",
        "There are letters in the number. Write digits.",
        "+49 171 2345678",
    ),
    ("+44 800 FLOWERS", "phone_letters", "There are letters in the number. Write digits.", "+44 800 3569377"),
    ("+49 171 2345678!", "phone_signs", '"!" is no part of a phone number. Remove it.', "+49 171 2345678"),
    ("'+49 171 2345678", "phone_signs", '"\'" is no part of a phone number. Remove it.', "+49 171 2345678"),
    ("+49 171 2345678\n", "phone_signs", '"⏎" is no part of a phone number. Remove it.', "+49 171 2345678"),
]

ERRORS = [
    # (text, code, message)
    ("+91-887788778888", "phone_length", "12 digits are too many for India (+91): 10 are usual."),
    ("+91 88777 8877", "phone_length", "9 digits are too few for India (+91): 10 are usual."),
    ("+1 415555267", "phone_length", "9 digits are too few for the US (+1): 10 are usual."),
    ("+1 415 555 26711", "phone_length", "11 digits are too many for the US (+1): 10 are usual."),
    ("+1 5552671", "phone_length", "7 digits are too few for the US (+1): 10 are usual."),
    ("+44 20 7946 09588", "phone_length", "11 digits are too many for the UK (+44): 9 or 10 are usual."),
    ("+33 6 12 34 56 7", "phone_length", "8 digits are too few for France (+33): 9 are usual."),
    ("++91-887788778888", "phone_length", "12 digits are too many for India (+91): 10 are usual."),
    ("+91-887788778888 ext 5", "phone_length", "12 digits are too many for India (+91): 10 are usual."),
    ("+49 1", "phone_length", f"There are too few digits. {LIKE}"),
    ("5", "phone_length", f"There are too few digits. {LIKE}"),
    (
        "123456789012345678",
        "phone_length",
        "18 digits are too many for a phone number: at most 15 are usual.",
    ),
    ("+999 123456", "phone_country", f"No country has the code +999. {LIKE}"),
    (
        "+0171 2345678",
        "phone_country",
        "No country code begins with 0. Write + and the country, like +49 171 2345678.",
    ),
    (
        "+0049 171 2345678",
        "phone_country",
        "No country code begins with 0. Write + and the country, like +49 171 2345678.",
    ),
    ("n/a", "phone_syntax", f"There is no number here. {LIKE}"),
    ("call me", "phone_syntax", f"There is no number here. {LIKE}"),
    ("+", "phone_syntax", f"There is no number here. {LIKE}"),
    ("-", "phone_syntax", f"There is no number here. {LIKE}"),
    (
        "4.91712E+11",
        "phone_syntax",
        "A spreadsheet has shortened this number, and its last digits are lost. Enter it again.",
    ),
    (
        "+49 171 2345678 / +49 30 1234567",
        "phone_syntax",
        "There is a + inside the number. Keep one number in this cell.",
    ),
    ("49171+2345678", "phone_syntax", "There is a + inside the number. Keep one number in this cell."),
    ("1" * 300, "phone_syntax", f"This is too long for a phone number. {LIKE}"),
]


@pytest.mark.parametrize("text", FINE)
def test_passes(text: str) -> None:
    assert check(text) == ()
    assert check(text, GERMANY) == ()


@pytest.mark.parametrize(("text", "code", "message", "fixed"), WARNINGS, ids=[w[0] for w in WARNINGS])
def test_warns(text: str, code: str, message: str, fixed: str | None) -> None:
    (found,) = check(text)
    assert (found.severity, found.code) == (Severity.WARNING, code)
    assert found.message == message
    assert (found.fix.value if found.fix else None) == fixed
    if fixed is not None:
        assert check(fixed) == ()


@pytest.mark.parametrize(("text", "code", "message"), ERRORS, ids=[e[0][:40] for e in ERRORS])
def test_refuses(text: str, code: str, message: str) -> None:
    (found,) = check(text)
    assert (found.severity, found.code, found.message) == (Severity.ERROR, code, message)


def test_marks_the_digits_that_are_too_many() -> None:
    (found,) = check("+91-887788778888")
    assert found.spans == ((14, 16),)


@pytest.mark.parametrize(
    ("text", "country", "fixed"),
    [
        ("0171 2345678", "DE", "+49 171 2345678"),
        ("0171 2345678", "de", "+49 171 2345678"),
        ("030 1234567", "DE", "+49 30 1234567"),
        ("(415) 555-2671", "US", "+1 415-555-2671"),
        ("415.555.2671", "US", "+1 415-555-2671"),
        ("020 7946 0958", "GB", "+44 20 7946 0958"),
        ("8129987917", "IN", "+91 81299 87917"),
        ("918129987917", "IN", "+91 81299 87917"),
        ("0049 171 2345678", "FR", "+49 171 2345678"),
        ("06 12 34 56 78", "FR", "+33 6 12 34 56 78"),
        ("555-123-4567", "US", "+1 555-123-4567"),
        ("0171 2345678", "ZZ", None),
        ("12", "US", None),
    ],
)
def test_offers_the_international_form(text: str, country: str, fixed: str | None) -> None:
    (found,) = check(text, CheckContext(default_country=country))
    assert (found.severity, found.code) == (Severity.WARNING, "phone_no_country")
    assert (found.fix.value if found.fix else None) == fixed
    if fixed is not None:
        assert found.message in ("No country code.", "Write + in place of 00.")


def test_a_default_country_changes_nothing_for_a_number_that_has_one() -> None:
    for text, *_ in [*WARNINGS, *ERRORS]:
        if text.startswith("+"):
            assert check(text, GERMANY) == check(text, CheckContext(default_country="IN")) == check(text)


@pytest.mark.parametrize("text", ["+49 30 1234567 or 7654321", "+49 171 23a45678"])
def test_letters_within_give_no_fix(text: str) -> None:
    assert all(f.fix is None for f in check(text))


def test_every_country_has_a_name() -> None:
    assert set(COUNTRY_NAMES) >= phonenumbers.SUPPORTED_REGIONS


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"\+[1-9][0-9 ()./-]{0,18}", fullmatch=True))
def test_the_verdict_is_the_table_of_the_contract(text: str) -> None:
    severities = {f.severity for f in check(text)}
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        assert severities == {Severity.ERROR}
        return
    kind = phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    if phonenumbers.is_valid_number(number):
        assert severities == set()
    elif (
        phonenumbers.is_possible_number_for_type_with_reason(number, kind)
        == phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        assert severities == {Severity.WARNING}
    else:
        assert severities == {Severity.ERROR}


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from(list("+0123456789 ()-./xX#,;ext!a\n＋٣²E")), min_size=1, max_size=20),
    st.sampled_from([None, "DE", "US", "IN"]),
)
def test_anything_gets_a_verdict_and_every_fix_helps(text: str, country: str | None) -> None:
    context = CheckContext(default_country=country)
    for found in check(text, context):
        assert all(0 <= a < b <= len(text) for a, b in found.spans)
        if found.fix is not None:
            assert not any(f.severity is Severity.ERROR for f in check(found.fix.value, context))
