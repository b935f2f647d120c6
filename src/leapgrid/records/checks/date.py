"""Dates and date-times: how people write them, and the one form in which they are sent."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from leapgrid.records.checks.base import (
    FINE,
    DateOrder,
    Findings,
    Spans,
    Typing,
    TypingState,
    error,
    has_errors,
    not_yet,
    warning,
    wrong,
)
from leapgrid.records.issues import Fix
from leapgrid.visible import visible

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})", re.ASCII)
_DAY_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]*([a-z]{3,9})\.?[\s,-]*(\d{4})", re.ASCII | re.IGNORECASE
)
_NAME_DAY = re.compile(
    r"([a-z]{3,9})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4})", re.ASCII | re.IGNORECASE
)
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
_TIME = re.compile(
    r"(?P<date>.*?)(?:[T\s]+|(?<=\d)T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+\-−]\d{2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_GROUPS = {"date_ambiguous": "Day or month first?", "date_form": "A date in an unusual form."}
_OUT_OF_RANGE = "This moment is outside the years 1 to 9999."
_LIKE_A_DATE = "is not a date. Write it like 2026-04-03."
_LIKE_A_TIME = "is not a date and time. Write it like 2026-04-03 14:30."
_ABSURD = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAY_STAND = re.compile(r"[\d\sTZ:+\-−/.,a-z]*", re.ASCII | re.IGNORECASE)
_BEGUN_ISO = re.compile(r"\s*\d{4}[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", re.ASCII)
_BEGUN_WHOLE = re.compile(r"\s*\d{1,2}\s*([-/.])\s*\d{1,2}\s*\1\s*\d{4}", re.ASCII)
_BEGUN_PARTS = re.compile(r"\s*(\d{1,2})[-/.](?:(\d{1,2})[-/.])?", re.ASCII)


class _Reading(NamedTuple):
    """A date as read: the day, or why there is none; and whether it could be read otherwise.

    Attributes:
        day: the date, or None.
        fault: what is wrong, where there is no date.
        meant: the date that was probably meant, where there is none or another one.
        doubt: why the reading is not sure, "" where it is.
        code: the stable name of that doubt.
    """

    day: date | None = None
    fault: str = ""
    meant: date | None = None
    doubt: str = ""
    code: str = "date_ambiguous"


class _Moment(NamedTuple):
    """A date-time as read: milliseconds since the epoch, or why there are none."""

    ms: int | None = None
    fault: str = ""
    meant: str = ""
    doubt: str = ""
    code: str = "date_ambiguous"


def read_date(text: str, order: DateOrder | None) -> str | None:
    """The ``YYYY-MM-DD`` that a text stands for, or None where it stands for no date.

    Args:
        text: the whole cell.
        order: how dates with numbers alone are written, or None where nobody has said.
    """
    day = _read_date(text, order).day
    return day.isoformat() if day else None


@lru_cache(maxsize=16384)
def check_date(text: str, order: DateOrder | None) -> Findings:
    """What is wrong with a date.

    Args:
        text: the whole cell, not empty.
        order: as for :func:`read_date`.
    """
    reading = _read_date(text, order)
    if reading.day is None:
        return (error("date_syntax", reading.fault, _change_to(reading.meant), _all(text)),)
    if reading.doubt:
        return (warning(reading.code, reading.doubt, _change_to(reading.day), group=_GROUPS[reading.code]),)
    return ()


def type_date(text: str, order: DateOrder | None) -> Typing:
    """The verdict on a date that is being typed.

    Args: as for :func:`check_date`.
    """
    return _type(text, check_date(text, order), order, "a date like 2026-04-03")


def read_datetime(text: str, order: DateOrder | None, zone: tzinfo) -> int | None:
    """The milliseconds since 1970-01-01 UTC that a text stands for, or None where it stands for no moment.

    How the API prints moments; that it takes them so is an inference.

    Args:
        text: the whole cell.
        order: as for :func:`read_date`.
        zone: where the clock hangs that a text without a zone was read from.
    """
    return _read_datetime(text, order, zone).ms


@lru_cache(maxsize=16384)
def check_datetime(text: str, order: DateOrder | None, zone: tzinfo) -> Findings:
    """What is wrong with a date-time.

    Args: as for :func:`read_datetime`; the text is not empty.
    """
    moment = _read_datetime(text, order, zone)
    fix = Fix(f"Change to {moment.meant}", moment.meant) if moment.meant else None
    if moment.ms is None:
        return (error("datetime_syntax", moment.fault, fix, _all(text)),)
    if moment.doubt:
        return (warning(moment.code, moment.doubt, fix, group=_GROUPS[moment.code]),)
    return ()


def type_datetime(text: str, order: DateOrder | None, zone: tzinfo) -> Typing:
    """The verdict on a date-time that is being typed.

    Args: as for :func:`check_datetime`.
    """
    return _type(text, check_datetime(text, order, zone), order, "a time like 2026-04-03 14:30")


def _type(text: str, findings: Findings, order: DateOrder | None, example: str) -> Typing:
    if not findings:
        return FINE
    first = findings[0]
    if not has_errors(findings):
        return Typing(TypingState.WARNING, first.message, first.fix, first.spans)
    return wrong(first) if _beyond_mending(text, order) else not_yet(example)


def _beyond_mending(text: str, order: DateOrder | None) -> bool:
    """Whether no date begins with this text."""
    whole = _BEGUN_WHOLE.match(text)
    if whole and _read_date(whole[0], order).day is None:
        return True
    if not _MAY_STAND.fullmatch(text):
        return True
    iso = _BEGUN_ISO.match(text)
    if iso:
        month, day = int(iso[1]), int(iso[2] or 1)
        if month > 12 or day > 31:
            return True
        complete = len(iso[2] or "") == 2 and month > 0
        return (len(iso[1]) == 2 and month == 0) or (
            complete and not 1 <= day <= monthrange(int(text.strip()[:4]) or 4, month)[1]
        )
    parts = _BEGUN_PARTS.match(text)
    if parts:
        first, second = int(parts[1]), int(parts[2] or 1)
        if not 1 <= first <= 31 or not 1 <= second <= 31:
            return True
        return first > 12 and second > 12
    words = re.findall(r"[a-z]+", text.lower())
    known = ("t", "z", "st", "nd", "rd", "th", "am", "pm", "utc", "gmt", *_MONTHS)
    return any(not any(k.startswith(word) for k in known) for word in words)


def _read_date(text: str, order: DateOrder | None) -> _Reading:
    if len(text) > _ABSURD:
        return _Reading(fault=f"'{visible(text, 40)}' {_LIKE_A_DATE}")
    value = text.strip()
    match = _ISO.fullmatch(value)
    if match:
        return _day(int(match[1]), int(match[3]), int(match[4]))
    match = _BASIC.fullmatch(value)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = _PARTS.fullmatch(value)
    if match:
        return _from_parts(int(match[1]), int(match[3]), match[4], match[2], order)
    for pattern, at_day, at_name in ((_DAY_NAME, 1, 2), (_NAME_DAY, 2, 1)):
        match = pattern.fullmatch(value)
        month = _month(match[at_name]) if match else 0
        if match and month:
            return _day(int(match[3]), month, int(match[at_day]))
    if _SERIAL.fullmatch(value):
        meant = date(1899, 12, 30) + timedelta(days=int(value.partition(".")[0]))
        return _Reading(fault="This looks like a spreadsheet's day number, not a date.", meant=meant)
    timed = _TIME.fullmatch(value)
    if timed and timed["date"].strip(" T"):
        alone = _read_date(timed["date"], order)
        if alone.day is not None:
            return _Reading(
                alone.day, doubt="There is a time with the date; only the date is sent.", code="date_form"
            )
        return alone
    return _Reading(fault=f"'{visible(value or text, 40)}' {_LIKE_A_DATE}")


def _from_parts(first: int, second: int, year_text: str, mark: str, order: DateOrder | None) -> _Reading:
    """A date of three numbers with the year last."""
    year = int(year_text)
    if len(year_text) == 2:
        year += 2000 if year < 70 else 1900
    day, month = (second, first) if order == "mdy" else (first, second)
    reading = _day(year, month, day)
    swapped = _day(year, day, month)
    if reading.day is None:
        if swapped.day is None:
            return reading
        if order is None:
            reading = swapped
        else:
            written = "month first" if order == "mdy" else "day first"
            fault = f"There is no month {month}: dates of this file are read {written}."
            return _Reading(fault=fault, meant=swapped.day)
    assert reading.day is not None
    said = _said(reading.day)
    # With dots the day is first wherever dates are written with dots.
    if order is None and mark != "." and swapped.day is not None and swapped.day != reading.day:
        return _Reading(reading.day, doubt=f"Day or month first? It is read as {said}.")
    if len(year_text) == 2:
        return _Reading(
            reading.day, doubt=f"The year has two digits. It is read as {said}.", code="date_form"
        )
    return reading


def _day(year: int, month: int, day: int) -> _Reading:
    if not 1 <= month <= 12:
        return _Reading(fault=f"There is no month {month}. Write the date like 2026-04-03.")
    if year < 1:
        return _Reading(fault="There is no year 0. Write the date like 2026-04-03.")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        name = _MONTHS[month - 1].capitalize()
        return _Reading(fault=f"{name} {year} has {last} days; there is no day {day}.")
    return _Reading(date(year, month, day))


def _month(name: str) -> int:
    word = name.lower()
    if word == "sept":
        return 9
    found = [i for i, month in enumerate(_MONTHS, 1) if month == word or month[:3] == word]
    return found[0] if found else 0


def _read_datetime(text: str, order: DateOrder | None, zone: tzinfo) -> _Moment:
    if len(text) > _ABSURD:
        return _Moment(fault=f"'{visible(text, 40)}' {_LIKE_A_TIME}")
    value = text.strip()
    if re.fullmatch(r"\d{12,13}", value, re.ASCII):
        return _Moment(int(value))
    if re.fullmatch(r"\d{9,10}", value, re.ASCII):
        return _Moment(
            fault="This looks like seconds since 1970; the API counts milliseconds.",
            meant=f"{int(value) * 1000}",
        )
    match = _TIME.fullmatch(value)
    if match is None or not match["date"].strip():
        alone = _read_date(value, order)
        if alone.day is None:
            meant = alone.meant.isoformat() if alone.meant else ""
            return _Moment(fault=alone.fault.replace(_LIKE_A_DATE, _LIKE_A_TIME), meant=meant)
        day = alone.day
        midnight = _moment(datetime(day.year, day.month, day.day, tzinfo=zone))
        if midnight is None:
            return _Moment(fault=_OUT_OF_RANGE)
        ambiguous = alone.doubt and alone.code == "date_ambiguous"
        doubt = alone.doubt if ambiguous else f"There is no time. It is read as 00:00 of {_said(day)}."
        code = alone.code if ambiguous else "date_form"
        return _Moment(midnight, meant=f"{day.isoformat()} 00:00", doubt=doubt, code=code)
    reading = _read_date(match["date"], order)
    if reading.day is None:
        return _Moment(fault=reading.fault)
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half and not 1 <= hour <= 12:
        return _Moment(fault=f"There is no {hour} o'clock with am or pm.")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return _Moment(fault="There is no such time. A day ends at 23:59:59.")
    offset = _offset(match["zone"])
    if isinstance(offset, str):
        return _Moment(fault=offset)
    part = (match["part"] or "").ljust(3, "0")[:3]
    there = offset or zone
    day = reading.day
    stamp = datetime(day.year, day.month, day.day, hour, minute, second, int(part) * 1000, tzinfo=there)
    moment = _moment(stamp)
    if moment is None:
        return _Moment(fault=_OUT_OF_RANGE)
    plain = f"{day.isoformat()} {hour:02}:{minute:02}" + (f":{second:02}" if second else "")
    plain += (match["zone"] or "").replace("−", "-")
    if reading.doubt:
        return _Moment(moment, meant=plain, doubt=reading.doubt, code=reading.code)
    if offset is None and _skipped(stamp):
        return _Moment(
            moment, doubt="The clocks go forward that day, and this time is left out.", code="date_form"
        )
    return _Moment(moment)


def _offset(zone: str | None) -> tzinfo | str | None:
    """The zone that stands with a time; None where none does; what is wrong with it as text."""
    from datetime import timezone

    if not zone:
        return None
    if zone.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 23 or minutes > 59:
        return "There is no such time zone. Write it like +02:00, or Z for UTC."
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(shift if zone[0] == "+" else -shift)


def _moment(stamp: datetime) -> int | None:
    """Whole milliseconds since the epoch; None beyond what a date can say."""
    try:
        since = stamp - _EPOCH
    except OverflowError:
        return None
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _skipped(stamp: datetime) -> bool:
    """Whether a local clock never shows this time."""
    try:
        back = stamp.astimezone(UTC).astimezone(stamp.tzinfo)
    except OverflowError:
        return False
    return back.replace(tzinfo=None) != stamp.replace(tzinfo=None)


def _said(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def _change_to(day: date | None) -> Fix | None:
    return Fix(f"Change to {day.isoformat()}", day.isoformat()) if day else None


def _all(text: str) -> Spans:
    return ((0, len(text)),)
