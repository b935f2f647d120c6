"""Addresses: what passes, what is refused, in which words, and with which repair."""

from __future__ import annotations

import email_validator
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import CheckContext, Field, FieldType, Finding, Severity, check_cell

EMAIL = Field("email", type=FieldType.EMAIL)


def check(text: str) -> tuple[Finding, ...]:
    return check_cell(EMAIL, text, CheckContext())


FINE = [
    "anna@kellerbau.de",
    "john.smith@example.com",
    "test@gmail.com",
    "a@b.co",
    "a.b.c+tag@sub.domain.example.org",
    "o'brien@obrien.ie",
    "UPPER.Case@Firm.COM",
    "x_y-z@firm-name.com",
    "1234@5678.com",
    "eva@lindt-käse.ch",
    "jörg@müller.de",
    "用户@例子.广告",
    "a@xn--bcher-kva.de",
    "!#$%&'*+-/=?^_`{|}~@firm.com",
    "a@1.2.3.com",
    "kai@gmx.de",
    "kai@mail.com",
    "kai@ymail.com",
    "kai@hotmail.co.uk",
    "kai@googlemail.com",
    "kai@email.com",
    "kai@yahoo.co.id",
    "kai@yahoo.co.jp",
    "kai@live.com",
    "kai@me.com",
    "kai@outlook.com.br",
    "kai@hotmail.de",
    "kai@web.de",
    "kai@gmail.de",
    "kai@foxmail.com",
    "kai@proton.me",
    "kai@firm.co",
    "kai@zmail.com",
    "kai@cloud.com",
    "kai@hitmail.com",
    "kai@bahoo.com",
    "a" * 65 + "@firm.com",
]

NOT_FINE = [
    # (text, message, value of the fix)
    ("test .sok@gmail.com", "The address has a space before the @.", "test.sok@gmail.com"),
    ("test. sok@gmail.com", "The address has a space before the @.", "test.sok@gmail.com"),
    ("a b c@firm.com", "The address has 2 spaces before the @.", "abc@firm.com"),
    ("a\u00a0b@firm.com", "The address has a space before the @.", "ab@firm.com"),
    ("anna@fi rm.com", "The address has a space after the @.", "anna@firm.com"),
    ("anna @firm.com", "The address has a space before the @.", "anna@firm.com"),
    ("anna@ firm.com", "The address has a space after the @.", "anna@firm.com"),
    (" anna@firm.com", "There is a space before the address.", "anna@firm.com"),
    ("anna@firm.com  ", "There are spaces after the address.", "anna@firm.com"),
    (" anna@firm.com ", "There are spaces around the address.", "anna@firm.com"),
    ("an\nna@firm.com", "There is a line break in the address. Remove it.", "anna@firm.com"),
    (
        "anna\u200b@firm.com",
        "There is a character in the address that cannot be seen. Remove it.",
        "anna@firm.com",
    ),
    (
        "\ufeffanna@firm.com",
        "There is a character in the address that cannot be seen. Remove it.",
        "anna@firm.com",
    ),
    ("carla.diaz@", "Nothing after the @. An address ends like carla@firm.com.", None),
    ("@firm.com", "Nothing before the @. An address begins like carla@firm.com.", None),
    ("@", "Nothing before the @. An address begins like carla@firm.com.", None),
    ("carla", "There is no @. An address looks like carla@firm.com.", None),
    ("carla.firm.com", "There is no @. An address looks like carla@firm.com.", None),
    ("Carla Díaz", "There is no @. An address looks like carla@firm.com.", None),
    ("n/a", "There is no @. An address looks like carla@firm.com.", None),
    ("carla at firm.com", "There is no @. An address looks like carla@firm.com.", "carla@firm.com"),
    ("carla(at)firm.com", "There is no @. An address looks like carla@firm.com.", "carla@firm.com"),
    ("carla＠firm.com", "The @ is a wide one. Use the plain @.", "carla@firm.com"),
    ("a@@firm.com", "There is a second @.", "a@firm.com"),
    ("a@b@firm.com", "There is a second @.", None),
    ("a@firm.com@", "There is a second @.", None),
    ("a..b@firm.com", "There are two dots in a row.", "a.b@firm.com"),
    ("a@firm..com", "There are two dots in a row.", "a@firm.com"),
    (".a@firm.com", "The address begins with a dot.", "a@firm.com"),
    ("a.@firm.com", "There is a dot right before the @.", "a@firm.com"),
    ("a@.firm.com", "There is a dot right after the @.", "a@firm.com"),
    ("a@firm.com.", "The address ends with a dot.", "a@firm.com"),
    ("a@firm", "There is no dot after the @. An address ends like carla@firm.com.", None),
    ("o'brien@firm", "There is no dot after the @. An address ends like carla@firm.com.", None),
    ("a@localhost", "There is no dot after the @. An address ends like carla@firm.com.", None),
    ("dev@gmail", "There is no dot after the @. An address ends like carla@firm.com.", "dev@gmail.com"),
    ("dev@gmailcom", "There is no dot after the @. An address ends like carla@firm.com.", "dev@gmail.com"),
    ("a@firm,com", "There is a comma where a dot belongs.", "a@firm.com"),
    ("a@firm.com,", "There is a comma after the address.", "a@firm.com"),
    ("a@firm.com;", "There is a semicolon after the address.", "a@firm.com"),
    ("a@firm.com; ", "There is a space after the address.", "a@firm.com"),
    ("mailto:a@firm.com", 'The address begins with "mailto:". Keep only the address.', "a@firm.com"),
    ("MAILTO:a@firm.com", 'The address begins with "mailto:". Keep only the address.', "a@firm.com"),
    ("Anna Keller <a@firm.com>", "There is a name before the address. Keep only the address.", "a@firm.com"),
    ("Anna <a@firm.test>", "There is a name before the address. Keep only the address.", "a@firm.test"),
    ("<a@firm.com>", "There are < and > around the address. Keep only the address.", "a@firm.com"),
    ('"a@firm.com"', "There are quotation marks around the address.", "a@firm.com"),
    ("'a@firm.com'", "There are quotation marks around the address.", "a@firm.com"),
    ('"anna keller"@firm.com', "Quotation marks cannot stand before the @.", None),
    ("a@firm.com; b@firm.com", "There are 2 addresses in this cell. Keep one.", None),
    ("a@firm.com,b@firm.com,c@firm.com", "There are 3 addresses in this cell. Keep one.", None),
    ("a@firm.com b@firm.com", "There are 2 addresses in this cell. Keep one.", None),
    ("a@firm.com/b@firm.com", "There are 2 addresses in this cell. Keep one.", None),
    ("A <a@firm.com>, B <b@firm.com>", "There are 2 addresses in this cell. Keep one.", None),
    ("a(b)@firm.com", '"(" cannot stand before the @.', None),
    ("a,b@firm.com", '"," cannot stand before the @.', None),
    ("a@my_firm.com", '"_" cannot stand after the @.', None),
    ("a@-firm.com", "A part of the domain begins or ends with a hyphen.", "a@firm.com"),
    ("a@firm-.com", "A part of the domain begins or ends with a hyphen.", "a@firm.com"),
    ("a@firm.1", "An address cannot end with a digit. It ends like carla@firm.com.", None),
    ("a@127.0.0.1", "An address cannot end with a digit. It ends like carla@firm.com.", None),
    (
        "a@[127.0.0.1]",
        "A number in brackets cannot stand after the @. An address ends like carla@firm.com.",
        None,
    ),
    ("a@ab--cd.com", "What stands after the @ is not a domain. It looks like firm.com.", None),
    ("a@" + "b" * 64 + ".com", "A part of the domain is longer than 63 characters.", None),
    ("a" * 250 + "@firm.com", "The address is 5 characters too long (limit 254).", None),
    ("a" * 5000, "The address is 4746 characters too long (limit 254).", None),
]

TYPOS = [
    ("dev@gmial.com", "dev@gmail.com"),
    ("dev@gmai.com", "dev@gmail.com"),
    ("Dev.X@GMIAL.COM", "Dev.X@gmail.com"),
    ("dev@gmail.con", "dev@gmail.com"),
    ("dev@gmail.co", "dev@gmail.com"),
    ("dev@gnail.com", "dev@gmail.com"),
    ("dev@gmsil.com", "dev@gmail.com"),
    ("dev@hotnail.com", "dev@hotmail.com"),
    ("dev@hotmial.com", "dev@hotmail.com"),
    ("dev@yaho.com", "dev@yahoo.com"),
    ("dev@yahooo.com", "dev@yahoo.com"),
    ("dev@outlok.com", "dev@outlook.com"),
    ("dev@outlook.con", "dev@outlook.com"),
    ("dev@icoud.com", "dev@icloud.com"),
    ("dev@googelmail.com", "dev@googlemail.com"),
    ("dev@firm.con", "dev@firm.com"),
    ("dev@club.ogr", "dev@club.org"),
]


@pytest.mark.parametrize("text", FINE)
def test_passes(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(("text", "message", "fixed"), NOT_FINE, ids=[t[0][:40] for t in NOT_FINE])
def test_is_refused_in_our_words(text: str, message: str, fixed: str | None) -> None:
    (found,) = check(text)
    assert (found.severity, found.code) == (Severity.ERROR, "email_syntax")
    assert found.message == message
    assert (found.fix.value if found.fix else None) == fixed


def test_the_documented_example_to_the_letter() -> None:
    (found,) = check("test .sok@gmail.com")
    assert (found.severity, found.code) == (Severity.ERROR, "email_syntax")
    assert found.message == "The address has a space before the @."
    assert found.fix is not None
    assert (found.fix.label, found.fix.value) == ("Remove the space", "test.sok@gmail.com")
    assert found.spans == ((4, 5),)


@pytest.mark.parametrize(("text", "meant"), TYPOS)
def test_asks_about_a_likely_typo(text: str, meant: str) -> None:
    (found,) = check(text)
    assert (found.severity, found.code) == (Severity.WARNING, "email_typo")
    assert found.message == f"Did you mean {meant}?"
    assert found.fix is not None
    assert found.fix.value == meant
    assert check(meant) == ()


@pytest.mark.parametrize(
    "text", ["a@b.test", "a@firm.local", "a@firm.invalid", "a@x.localhost", "a@b.TEST", "a@b.onion"]
)
def test_a_reserved_domain_is_a_warning(text: str) -> None:
    (found,) = check(text)
    assert (found.severity, found.code) == (Severity.WARNING, "email_reserved")


@pytest.mark.parametrize(
    "text", ["a b@firm.test", "a..b@firm.local", "a@test", "a" * 250 + "@b.test", "a@b_c.test"]
)
def test_a_reserved_domain_excuses_nothing_else(text: str) -> None:
    (found,) = check(text)
    assert (found.severity, found.code) == (Severity.ERROR, "email_syntax")


def test_the_library_is_left_as_it_was() -> None:
    check("a@b.test")
    assert "test" in email_validator.SPECIAL_USE_DOMAIN_NAMES


ALPHABET = st.text(
    st.sampled_from(list("ab.@-_ ,;<>\"'()[]:1äß。é\u0301\u200b\n＠A\ud800xn")), min_size=1, max_size=16
)


@settings(max_examples=400, deadline=None)
@given(ALPHABET)
def test_the_library_decides_and_every_fix_helps(text: str) -> None:
    try:
        email_validator.validate_email(text, check_deliverability=False)
        refused = ""
    except email_validator.EmailNotValidError as error:
        refused = str(error)
    errors = [f for f in check(text) if f.severity is Severity.ERROR]
    if not refused or "special-use" in refused:
        assert not errors or "display name" in refused or "too long" in errors[0].message
    else:
        assert len(errors) == 1
        assert errors[0].message != refused
        assert "at-sign" not in errors[0].message
    for found in check(text):
        assert all(0 <= a < b <= len(text) for a, b in found.spans)
        if found.fix is not None:
            assert not any(f.severity is Severity.ERROR for f in check(found.fix.value))
