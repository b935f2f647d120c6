"""Values of columns: their look, their matching, and how options are spelled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import spelled
from leapgrid.files.values import counted, is_known, look_of, replaced, sample_of, suggestion
from leapgrid.records.schema import Field, FieldType, schema_for

STATUS = schema_for("lead")["status"]
YES = Field("active", type=FieldType.BOOLEAN)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@pytest.mark.parametrize(
    ("texts", "look"),
    [
        (["a@b.de", " c@d.co.uk "], "emails"),
        (["Anna <a@b.de>"], None),
        (["+49 171 2345678"], "phones"),
        (["0049 171/2345678"], "phones"),
        (["(650) 253-0000"], "phones"),
        (["16502530000"], None),
        (["2026-04-03"], "dates"),
        (["3.4.26", "17/04/2026 10:00"], "dates"),
        (["g1koYv_uLg11RFM", "a7koYv_uLg99RFM"], "ids"),
        (["new", "qualified"], "choices"),
        ([], None),
    ],
)
def test_what_values_look_like(texts: list[str], look: str | None) -> None:
    assert look_of(texts, STATUS.choices) == look


def test_the_sample_is_spread_over_the_rows_and_bounded() -> None:
    column = [str(i) if i % 2 == 0 else "" for i in range(100_000)]
    sample = sample_of(column)
    assert 250 <= len(sample) <= 501
    assert int(sample[-1]) > 99_000


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("New", STATUS, "new"),
        (" qualified ", STATUS, "qualified"),
        ("Qualifed", STATUS, "qualified"),
        ("Neu", STATUS, "new"),
        ("In Bearbeitung", STATUS, "working"),
        ("lost", STATUS, None),
        ("Ja", YES, "true"),
        ("nein", YES, "false"),
        ("vielleicht", YES, None),
    ],
)
def test_what_an_unknown_value_seems_to_be(text: str, field: Field, value: str | None) -> None:
    assert not is_known(text, field)
    assert suggestion(text, field) == value


def test_what_is_known() -> None:
    several = Field("tags", type=FieldType.MULTI_CHOICE, choices=("a", "b"))
    assert is_known("new", STATUS)
    assert is_known("Yes", YES)
    assert is_known("a; b", several)
    assert not is_known("a; c", several)
    assert is_known("anything", Field("free", type=FieldType.CHOICE))


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=20), st.dictionaries(texts, texts, max_size=4))
def test_lists_and_series_are_counted_and_replaced_alike(column: list[str], values: dict[str, str]) -> None:
    import polars as pl

    series = pl.Series(column, dtype=pl.String)
    assert counted(series) == counted(column)  # type: ignore[arg-type]  # a Series has what is used of a sequence
    assert list(replaced(series, values)) == list(replaced(column, values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("dmy", "dmy"), ("MDY", "mdy"), ("DD.MM.YYYY", "dmy"), ("MM/DD/YYYY", "mdy"), ("d/m/y", "dmy"),
        ("%m/%d/%Y", "mdy"), ("%d.%m.%y", "dmy"), ("TT.MM.JJJJ", "dmy"), ("jj/mm/aaaa", "dmy"),
        ("YYYY-MM-DD", None), ("iso", None), ("%Y-%m-%d", None), ("dd/mm", "dmy"),
    ],
)  # fmt: skip
def test_date_formats_say_which_comes_first(text: str, order: str | None) -> None:
    assert spelled.date_order(text) == order


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (spelled.date_order, "YYYY"),
        (spelled.date_order, "MM.YYYY.DD"),
        (spelled.date_order, ""),
        (spelled.date_order, "day first"),
        (spelled.country, "XX"),
        (spelled.country, ""),
        (spelled.country, "DEU"),
        (spelled.delimiter, ""),
        (spelled.delimiter, '"'),
        (spelled.delimiter, "\n"),
        (spelled.delimiter, "a"),
        (spelled.delimiter, ";;"),
        (spelled.encoding, ""),
        (spelled.encoding, "rot13"),
        (spelled.encoding, "zip"),
        (spelled.encoding, "a\0b"),
    ],
)
def test_what_cannot_be_meant_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(spelled.Misspelled, match=r"[.]$"):
        read(text)


def test_other_spellings() -> None:
    assert spelled.country(" uk ") == "GB"
    assert [spelled.delimiter(t) for t in ("tab", "\\t", "TAB", ";", "pipe", "space")] == [*"\t\t\t;| "]
    assert spelled.delimiter_name("\t") == "tab"
    assert spelled.encoding("Windows-1252") == "Windows-1252"
