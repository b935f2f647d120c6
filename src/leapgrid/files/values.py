"""What the texts of a column look like, which values it has, and what they are to become.

Columns are lists or polars Series of strings. A Series is looked through by polars, a list by Python; which
of the two a column is says how many rows it has, so both are quick.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from leapgrid.files.headers import normalise
from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    from leapgrid.files.model import RawFile

Look = Literal["emails", "phones", "dates", "ids", "choices"]
"""What the texts of a column seem to be."""

SAMPLED = 500
"""So many rows, spread over the file, say what a column looks like."""

_SHOWN = 4
_FIRST = 64
_MOST_USES = 1_000
"""A column with more distinct values than this is no list of choices; no more of them are told."""

_MOSTLY = 0.8
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>.]{2,}")
_PHONE = re.compile(r"[+＋(]?[\d(][\d\s()./\u00a0\u2010-\u2015\-]{4,22}\d", re.ASCII)
_LIKE_A_PHONE = re.compile(r"[+＋(]|00|0\d|\d[\s/\-]\d|\d{3}\.\d{3}", re.ASCII)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ,].*)?", re.ASCII
)
_NUMBER = re.compile(r"[-+]?\d{1,3}([.,' ]\d{3})*[.,]\d{1,2}|\d{1,3}(\.\d{1,3}){3}", re.ASCII)
_ID = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_\-]{5,35}", re.ASCII)
_WITH_COUNTRY = r"^\s*\(?[+＋]"

_MEANT: dict[str, tuple[str, ...]] = {
    "new": (
        "neu", "nouveau", "nouvelle", "nuevo", "nueva", "novo", "nova", "nuovo", "nieuw", "nowy", "nou",
        "yeni", "новый", "新規", "新", "新建", "open", "offen", "fresh", "not contacted",
        "open - not contacted",
    ),
    "working": (
        "in progress", "in bearbeitung", "contacted", "attempted to contact", "connected", "open deal",
        "working - contacted", "en cours", "en curso", "em andamento", "in corso", "в работе", "対応中",
    ),
    "qualified": (
        "sql", "qualifiziert", "qualifié", "qualifiée", "cualificado", "calificado", "qualificado",
        "qualificato", "gekwalificeerd", "zakwalifikowany", "calificat", "nitelikli", "closed - converted",
    ),
}  # fmt: skip
"""What other programs and languages call the documented values of a status."""

_TRUE = (
    "t", "y", "on", "x", "ok", "checked", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "verdadero", "✓",
    "sim", "evet", "tak", "да", "はい", "是",
)  # fmt: skip
_FALSE = (
    "f", "n", "off", "unchecked", "nein", "falsch", "non", "faux", "falso", "✗", "não", "nee", "nie",
    "hayır", "нет", "いいえ", "否", "-",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueUse:
    """A value of a column.

    Attributes:
        value: the text, as in the file.
        count: in how many records.
        known: the field knows it.
        suggestion: the value that it seems to be, where it is not known.
    """

    value: str
    count: int
    known: bool
    suggestion: str | None


def is_series(column: Sequence[str]) -> bool:
    """Whether a column is in polars' form."""
    return not isinstance(column, (list, tuple))


def has_text(column: Sequence[str]) -> bool:
    """Whether any cell of a column has text."""
    if is_series(column):
        series = cast(Any, column)
        return bool((series.str.len_bytes() > 0).any())
    return any(column)


def sample_of(column: Sequence[str]) -> list[str]:
    """The texts of some rows spread over a column, without the empty ones."""
    step = max(1, len(column) // SAMPLED)
    return [text for text in list(column[::step])[: SAMPLED + 1] if text]


def shown_samples(column: Sequence[str], sample: Iterable[str]) -> tuple[str, ...]:
    """A few texts of a column to show, each once: those of its first rows, else of its sample."""
    found: dict[str, None] = {}
    for texts in (column[:_FIRST], sample):
        for text in texts:
            if text:
                found[text] = None
                if len(found) == _SHOWN:
                    return tuple(found)
    return tuple(found)


def look_of(sample: Sequence[str], choices: Iterable[str] = ()) -> Look | None:
    """What texts look like, where most of them look alike.

    Args:
        sample: texts that are not empty.
        choices: the values of a choice field.
    """
    if not sample:
        return None
    need = _MOSTLY * len(sample)
    stripped = [text.strip() for text in sample]

    def mostly(fits: Callable[[str], object]) -> bool:
        # Of most columns a few texts are enough to say no: a file may have hundreds.
        misses = 0
        for text in stripped:
            if not fits(text):
                misses += 1
                if len(stripped) - misses < need:
                    return False
        return True

    if mostly(_EMAIL.fullmatch):
        return "emails"
    if mostly(_DATE.fullmatch):
        return "dates"
    if mostly(_is_phone):
        phones = [t for t in stripped if _is_phone(t)]
        # Numbers of any kind are digits; a phone shows itself by a plus, a zero in front, or signs between.
        if 2 * sum(_LIKE_A_PHONE.match(t) is not None for t in phones) >= len(phones):
            return "phones"
    known = {choice.casefold() for choice in choices}
    longest = max(map(len, known), default=0)  # folding a text never makes it shorter
    if known and sum(len(t) <= longest and t.casefold() in known for t in stripped) * 2 >= len(stripped):
        return "choices"
    if mostly(_ID.fullmatch) and len(set(stripped)) == len(stripped):
        return "ids"
    return None


def _is_phone(text: str) -> bool:
    if _PHONE.fullmatch(text) is None or _DATE.fullmatch(text) or _NUMBER.fullmatch(text):
        return False
    return 7 <= sum(c.isdigit() for c in text) <= 17


def count_without_country(column: Sequence[str]) -> int:
    """How many phones of a column have no country code. Quick: without asking what a valid number is."""
    if is_series(column):
        series = cast(Any, column)
        return int(((series.str.len_bytes() > 0) & ~series.str.contains(_WITH_COUNTRY)).sum())
    with_country = re.compile(_WITH_COUNTRY)
    return sum(1 for text in column if text and not with_country.match(text))


def counted(column: Sequence[str]) -> list[tuple[str, int]]:
    """The distinct texts of a column and how often each stands there, commonest first, without the empty."""
    if is_series(column):
        series = cast(Any, column)
        pairs = series.filter(series.str.len_bytes() > 0).value_counts(sort=True, name="count").rows()
        return sorted(((str(text), int(count)) for text, count in pairs), key=_commonest)
    return sorted(Counter(text for text in column if text).items(), key=_commonest)


def _commonest(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def value_uses(raw: RawFile, column: int, field: Field) -> tuple[ValueUse, ...]:
    """The distinct values of a column that becomes a choice or a yes or no, commonest first.

    Args:
        raw: the file.
        column: its place in the frame.
        field: what it becomes.
    """
    return uses_of(counted(raw.frame.columns[column])[:_MOST_USES], field)


def uses_of(values: Iterable[tuple[str, int]], field: Field) -> tuple[ValueUse, ...]:
    """As :func:`value_uses`, of values that were counted already."""
    return tuple(
        ValueUse(text, count, known, None if known else suggestion(text, field))
        for text, count in values
        for known in (is_known(text, field),)
    )


def is_known(text: str, field: Field) -> bool:
    """Whether a field knows a value."""
    if field.type is FieldType.BOOLEAN:
        from leapgrid.records.checks.boolean import read_boolean

        return read_boolean(text) is not None
    if field.type is FieldType.MULTI_CHOICE:
        from leapgrid.records.checks.choice import split_choices

        return all(part in field.choices for part in split_choices(text))
    return not field.choices or text in field.choices


def suggestion(text: str, field: Field) -> str | None:
    """The value of a field that a text seems to stand for, or None."""
    said = text.strip().casefold()
    if field.type is FieldType.BOOLEAN:
        return "true" if said in _TRUE else "false" if said in _FALSE else None
    if field.type is FieldType.MULTI_CHOICE:
        return None
    keys = {normalise(choice): choice for choice in field.choices}
    key = normalise(text)
    if key in keys:
        return keys[key]
    for choice in field.choices:
        if said in _MEANT.get(choice, ()):
            return choice
    near = difflib.get_close_matches(key, keys, n=1, cutoff=0.75)
    return keys[near[0]] if near else None


def replaced(column: Sequence[str], values: Mapping[str, str]) -> Sequence[str]:
    """A column with some texts in place of others; whole cells, exactly as they stand.

    Args:
        column: list or Series; it stays as it is.
        values: text -> the text to take instead.
    """
    if is_series(column):
        series = cast(Any, column)
        return cast(Sequence[str], series.replace(list(values), list(values.values())))
    get = values.get
    return [get(text, text) for text in column]


def repeated(text: str, like: Sequence[str] | None, height: int) -> Sequence[str]:
    """A column of one text.

    Args:
        text: what every row has.
        like: a column of the same table, whose form it takes.
        height: rows.
    """
    if like is not None and is_series(like):
        import polars as pl

        return cast(Sequence[str], pl.Series([text], dtype=pl.String).new_from_index(0, height))
    return [text] * height
