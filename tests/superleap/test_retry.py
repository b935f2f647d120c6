"""When the same body may go out again by itself, and after how long."""

from __future__ import annotations

import random
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.superleap import Answer, FailureKind, Sent, next_wait, parse_retry_after, read_create
from leapgrid.superleap.errors import transport_failure
from leapgrid.superleap.verdict import CreateVerdict, Then

NOW = 1_800_000_000
DATE = formatdate(NOW, usegmt=True)


def not_sent() -> CreateVerdict:
    return read_create(transport_failure(FailureKind.CONNECT, Sent.NO, "No connection."), 2)


def rate_limited(value: str | None) -> CreateVerdict:
    headers = {"date": DATE} if value is None else {"date": DATE, "retry-after": value}
    return read_create(Answer(429, headers), 2)


def later(seconds: int) -> str:
    return formatdate(NOW + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, DATE, None),
        ("", DATE, None),
        ("0", DATE, 0.0),
        ("1", DATE, 1.0),
        (" 30 ", DATE, 30.0),
        ("007", DATE, 7.0),
        ("-1", DATE, 0.0),
        ("-0", DATE, 0.0),
        ("1000000000", DATE, 1e9),
        ("1e9", DATE, None),
        ("9" * 400, DATE, 1e9),
        ("9" * 5000, DATE, None),
        ("-" + "9" * 400, DATE, 0.0),
        ("2.5", DATE, None),
        ("+5", DATE, None),
        ("²", DATE, None),
        ("٣", DATE, None),
        ("５", DATE, None),
        ("soon", DATE, None),
        ("5 seconds", DATE, None),
        (later(30), DATE, 30.0),
        (later(-30), DATE, 0.0),
        (later(0), DATE, 0.0),
        (later(86400), DATE, 86400.0),
        # The server's clock is wrong by a year; its own Date is too, so it does not matter.
        (formatdate(NOW - 31_536_000 + 60, usegmt=True), formatdate(NOW - 31_536_000, usegmt=True), 60.0),
        (later(30), None, None),
        (later(30), "yesterday", None),
        ("Fri, 31 Feb 2026 10:00:00 GMT", DATE, None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", DATE, None),
        # Twice: the longer wait.
        ("5, 10", DATE, 10.0),
        ("10,5", DATE, 10.0),
        (f"{later(30)}, {later(90)}", DATE, 90.0),
        (f"{later(30)}, 45", DATE, 45.0),
        ("5, soon", DATE, None),
        (",", DATE, None),
    ],
)
def test_retry_after(value: str | None, date: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, date) == seconds


@given(st.text(), st.text())
def test_retry_after_never_raises_and_is_never_negative(value: str, date: str) -> None:
    seconds = parse_retry_after(value, date)
    assert seconds is None or 0 <= seconds <= 1e12


def test_five_tries_where_no_connection_came_about() -> None:
    waits = [next_wait(attempt, not_sent(), random=lambda: 0.5) for attempt in range(1, 7)]
    assert [wait is None for wait in waits] == [False] * 4 + [True] * 2


@given(st.integers(1, 4), st.randoms())
def test_the_jitter_stays_between_half_a_second_and_twenty(attempt: int, source: random.Random) -> None:
    wait = next_wait(attempt, not_sent(), random=source.random)
    assert wait is not None
    assert 0.5 <= wait <= min(20.0, 0.5 * 2**attempt)


def test_the_jitter_uses_the_whole_range_and_grows() -> None:
    low = [next_wait(attempt, not_sent(), random=lambda: 0.0) for attempt in range(1, 5)]
    high = [next_wait(attempt, not_sent(), random=lambda: 1.0) for attempt in range(1, 5)]
    assert low == [0.5] * 4
    assert high == [1.0, 2.0, 4.0, 8.0]


def test_a_rate_limit_is_waited_out_as_long_as_asked_eight_times() -> None:
    waits = [next_wait(attempt, rate_limited("30"), random=lambda: 0.0) for attempt in range(1, 10)]
    assert waits == [30.0] * 7 + [None, None]


@pytest.mark.parametrize(("value", "wait"), [("0", 0.0), ("900", 900.0), ("901", None), ("1000000000", None)])
def test_never_earlier_than_asked_and_not_more_than_a_quarter_of_an_hour(
    value: str, wait: float | None
) -> None:
    verdict = rate_limited(value)
    assert next_wait(1, verdict, random=lambda: 0.0) == wait
    assert verdict.retry_after == float(value)


def test_a_rate_limit_without_a_time_backs_off_by_itself() -> None:
    waits = [next_wait(attempt, rate_limited(None), random=lambda: 1.0) for attempt in range(1, 8)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]


@pytest.mark.parametrize("status", [200, 201, 302, 307, 400, 401, 403, 404, 408, 409, 413, 500, 502, 504])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"success": true}', b"<html>"])
def test_no_other_answer_is_ever_repeated(status: int, body: bytes) -> None:
    verdict = read_create(Answer(status, {"retry-after": "1"}, body), 2)
    assert verdict.then not in (Then.TRY_AGAIN, Then.WAIT)
    assert next_wait(1, verdict, random=lambda: 0.0) is None


@pytest.mark.parametrize("kind", list(FailureKind))
def test_nothing_that_may_have_arrived_is_ever_repeated(kind: FailureKind) -> None:
    verdict = read_create(transport_failure(kind, Sent.MAYBE, "Lost."), 2)
    assert next_wait(1, verdict, random=lambda: 0.0) is None


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    verdict = read_create(transport_failure(FailureKind.TLS_VERIFY, Sent.NO, "Not trusted."), 2)
    assert next_wait(1, verdict, random=lambda: 0.0) is None
