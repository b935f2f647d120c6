"""Numbers, times and number formats as text."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.files.sheet_values import clock, digit_format, duration, moment, number, text_of
from leapgrid.files.sheet_xlsx import cell_name, column_number


@given(st.integers(-(2**53), 2**53))
def test_integers_are_exact(value: int) -> None:
    assert number(float(value)) == str(value)


@given(st.floats(-1e300, 1e300))
def test_numbers_are_the_same_to_fifteen_digits_and_have_no_exponent_where_usual(value: float) -> None:
    text = number(value)
    assert math.isclose(float(text), value, rel_tol=5e-15, abs_tol=0) or value == 0
    if value == 0 or 1e-9 <= abs(value) < 1e21:
        assert "e" not in text.lower()
    assert not text.endswith(".")


def test_what_is_no_number_is_an_error_as_in_a_sheet() -> None:
    assert [number(value) for value in (math.inf, -math.inf, math.nan)] == ["#NUM!"] * 3


@given(st.timedeltas(dt.timedelta(days=-9_999), dt.timedelta(days=9_999)))
def test_durations_are_hours_minutes_and_seconds(value: dt.timedelta) -> None:
    text = duration(value)
    hours, minutes, seconds = text.lstrip("-").split(":")
    total = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    assert abs(abs(value) - total) < dt.timedelta(milliseconds=1.001)
    assert text.startswith("-") == (value < dt.timedelta(0))


def test_times_show_parts_of_a_second_only_where_there_are_some() -> None:
    assert clock(dt.time(9, 5)) == "09:05:00"
    assert clock(dt.time(9, 5, 1, 500_000)) == "09:05:01.500"
    assert moment(dt.datetime(2026, 3, 4)) == "2026-03-04T00:00:00"
    assert text_of(None) == ""
    assert text_of(7) == "7"


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("00000", 123456, "123456"),
        ("00000", 0, "00000"),
        ("00000", -5, "-5"),
        ("00000;-00000;0", 7, "00007"),
        ('"00"0', 7, None),
        ("(000) 000-0000", 6502530000, "(650) 253-0000"),
        ("\\+#", 49301, "+49301"),
        ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 5551234, "555-1234"),
        ("General", 7, None),
        ("0", 7, None),
        ("0.00", 7, None),
        ("#,##0", 7, None),
        ("0%", 7, None),
        ('0.00" €"', 7, None),
        ('00" Stück"', 7, None),
        ("yyyy-mm-dd", 7, None),
        ("[h]:mm:ss", 7, None),
        ("_-* #,##0_-", 7, None),
        ("@", 7, None),
        ("", 7, None),
        ('"', 7, None),
        (";;;", 7, None),
        ("0" * 101, 7, None),
    ],
)
def test_only_formats_of_identifiers_change_how_a_number_looks(
    code: str, value: int, shown: str | None
) -> None:
    form = digit_format(code)
    assert (form and form(value)) == shown


@given(st.text(max_size=30), st.integers(0, 10**15 - 1))
def test_no_format_invents_digits_or_loses_them(code: str, value: int) -> None:
    form = digit_format(code)
    if form is not None:
        literal = "".join(char for char in code if char.isdigit() and char != "0")
        if not literal:
            digits = "".join(char for char in form(value) if char.isdigit())
            assert digits.strip("0") == str(value).strip("0")


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_names_of_cells(row: int, column: int) -> None:
    name = cell_name(row, column)
    assert column_number(name.rstrip("0123456789")) == column
    assert name.endswith(str(row))
    assert cell_name(1_048_576, 16_384) == "XFD1048576"
