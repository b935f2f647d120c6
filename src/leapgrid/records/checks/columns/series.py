"""Columns as lists and as polars' strings, and what is read of them without keeping other threads waiting."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, overload

if TYPE_CHECKING:
    import polars as pl

STEP = 512
"""Values that are made at once."""

_SMALL = 4096
"""Up to so many cells the precise rule for each value is as quick as loading what makes it quicker."""

_SLAB = 65_536


class SeriesTexts(Sequence[str]):
    """Strings of a polars Series as a sequence, each made when it is asked for.

    Args:
        series: strings without nulls.
    """

    def __init__(self, series: pl.Series) -> None:
        self._series = series

    def __len__(self) -> int:
        return len(self._series)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        found: str | pl.Series = self._series[at]
        return found if isinstance(found, str) else SeriesTexts(found)

    def __iter__(self) -> Iterator[str]:
        return slab_by_slab(self._series)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and bool((self._series == text).any())


def series_of(column: Sequence[str]) -> pl.Series | None:
    """The column as polars' strings without nulls; None where it is too short for that to be worth it, or
    holds half a surrogate pair, which UTF-8 cannot spell.
    """
    given: object = column
    if isinstance(given, list | tuple) and len(given) < _SMALL:
        return None
    import polars as pl

    if isinstance(given, pl.Series):
        return given.fill_null("")
    try:
        return pl.Series(column, dtype=pl.String).fill_null("")
    except UnicodeEncodeError:
        return None


def texts_of(column: Sequence[str]) -> list[str]:
    """The column as a list of texts, empty ones for None."""
    to_list = getattr(column, "to_list", None)
    texts: list[str | None] = to_list() if to_list is not None else list(column)
    return [text or "" for text in texts]


def slab_by_slab(series: pl.Series) -> Iterator[str]:
    """The values of a series without ever keeping other threads waiting for all to be made at once."""
    for start in range(0, len(series), STEP):
        yield from series.slice(start, STEP).to_list()


def numbers_of(series: pl.Series, code: Literal["q", "i"] = "q") -> array[int]:
    """Numbers as an array, made piece by piece for the same reason."""
    numbers = array(code)
    for start in range(0, len(series), _SLAB):
        numbers.extend(series.slice(start, _SLAB).to_list())
    return numbers


def counted(end: int) -> array[int]:
    """The numbers from 0 up to an end, made in the same way."""
    numbers = array("q")
    for start in range(0, end, _SLAB):
        numbers.extend(range(start, min(end, start + _SLAB)))
    return numbers
