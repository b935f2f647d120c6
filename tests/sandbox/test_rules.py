"""The sandbox's own rules, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from leapgrid.sandbox.rules import is_email, is_phone, judge


@pytest.mark.parametrize(
    "value",
    [
        "test@gmail.com",
        "carla.o'neil+tag@firm.co.uk",
        "UPPER_case-1@Firm.COM",
        "müller@bücher.de",
        "用户@例子.公司",
        "x@y.z",
        "a@mailinator.com",
        "someone@sub-domain.example.test",
        f"{'a' * 64}@firm.com",
    ],
)
def test_addresses_that_are_accepted(value: str) -> None:
    assert is_email(value)


@pytest.mark.parametrize(
    "value",
    [
        "test .sok@gmail.com",
        " a@firm.com",
        "a@firm.com ",
        "a@firm.com\n",
        "a\u00a0b@firm.com",
        "a\x00b@firm.com",
        "a\u200bb@firm.com",
        "firm.com",
        "a@@firm.com",
        "a@b@firm.com",
        "@firm.com",
        "a@",
        "a@firm",
        "a@.com",
        "a@firm.",
        "a@firm..com",
        "a@-firm.com",
        "a@firm-.com",
        "a@fi_rm.com",
        "a@127.0.0.1",
        ".a@firm.com",
        "a.@firm.com",
        "a..b@firm.com",
        "a,b@firm.com",
        "Carla <a@firm.com>",
        f"{'a' * 65}@firm.com",
        f"a@{'b' * 64}.com",
        f"a@{'b.' * 130}com",
        5,
        True,
        ["a@firm.com"],
        {"email": "a@firm.com"},
    ],
)
def test_addresses_that_are_refused(value: Any) -> None:
    assert not is_email(value)


@pytest.mark.parametrize(
    "value",
    [
        "+1-555-123-4567",
        "+1-555-987-6543",
        "+91-8129987917",
        "+49 171 2345678",
        "+49 (0)171/234.56.78",
        "0171 2345678",
        "1234567",
        "+491234567890123",
    ],
)
def test_phones_that_are_accepted(value: str) -> None:
    assert is_phone(value)


@pytest.mark.parametrize(
    "value",
    [
        "+91-887788778888",
        "+1-555-123-45678",
        "123456",
        "+1234567890123456",
        "call me",
        "+49 171 2345678 ext 5",
        "++49 171 2345678",
        "49+1712345678",
        "+",
        "+49_171_2345678",
        1712345678,
        ["+49 171 2345678"],
    ],
)
def test_phones_that_are_refused(value: Any) -> None:
    assert not is_phone(value)


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_given_is_nothing_refused(value: Any) -> None:
    assert judge({"email": value, "phone": value}) == ()


def test_only_email_and_phone_are_judged() -> None:
    assert judge({"name": "a b@c", "second_email": "nonsense", "status": 5, "owner": ""}) == ()


def test_a_value_that_is_no_text_is_quoted_as_json() -> None:
    [refusal] = judge({"email": ["é"]})
    assert refusal.message == 'invalid email format: ["é"]'


def test_the_organisation_says_which_domains() -> None:
    record = {"email": "a@Firm.com"}
    assert judge(record) == ()
    [refusal] = judge(record, {"firm.com"})
    assert refusal.error_code == "VALIDATION_RULE_FAILED"
    assert judge({"email": "a@sub.firm.com"}, {"firm.com"}) == ()
