"""Findings by their kind: what counts, flags and groups need of a value, without what is said of it alone."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from leapgrid.records.checks.base import CheckContext, Findings
from leapgrid.records.checks.cells import check_cell
from leapgrid.records.checks.columns.alike import UNSURE
from leapgrid.records.checks.columns.series import slab_by_slab
from leapgrid.records.schema import Field

if TYPE_CHECKING:
    import polars as pl

GoOn = Callable[[float], bool]
"""Told how much is done, from 0 to 1; says whether to go on."""

STEP = 16
"""Values between two looks at whether to go on: about a millisecond."""

FINE = -1
"""The kind of a value that nothing is wrong with."""


class FoundAgain(Sequence[Findings]):
    """The findings of values, found when they are asked for.

    Args:
        field: the column's field.
        context: as for :func:`check_cell`.
        values: the texts.
    """

    def __init__(self, field: Field, context: CheckContext, values: Sequence[str]) -> None:
        self._field = field
        self._context = context
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, at: int) -> Findings: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Findings]: ...

    def __getitem__(self, at: int | slice) -> Findings | Sequence[Findings]:
        if isinstance(at, slice):
            return FoundAgain(self._field, self._context, self._values[at])
        return check_cell(self._field, self._values[at], self._context)

    def __iter__(self) -> Iterator[Findings]:
        for text in self._values:
            yield check_cell(self._field, text, self._context)


class Kinds:
    """Tells values of a column apart by what is found in them.

    Args:
        field: the column's field.
        context: as for :func:`check_cell`.
    """

    def __init__(self, field: Field, context: CheckContext) -> None:
        self._field = field
        self._context = context
        self._numbers: dict[tuple[tuple[str, ...], ...], int] = {}
        self._examples: list[Findings] = []

    @property
    def examples(self) -> tuple[Findings, ...]:
        """Findings of each kind so far."""
        return tuple(self._examples)

    def kind(self, text: str) -> int:
        """The number of a text's kind, :data:`FINE` where nothing is found."""
        findings = check_cell(self._field, text, self._context)
        if not findings:
            return FINE
        key = tuple((f.severity, f.code, f.group or f.message) for f in findings)
        number = self._numbers.setdefault(key, len(self._examples))
        if number == len(self._examples):
            self._examples.append(findings)
        return number

    def of(self, texts: Iterable[str], count: int, go_on: GoOn | None) -> array[int] | None:
        """The kinds of texts in their order; None where told to stop."""
        kinds = array("i")
        for number, text in enumerate(texts, 1):
            kinds.append(self.kind(text))
            if number % STEP == 0 and go_on is not None and not go_on(number / count):
                return None
        return kinds

    def of_labelled(self, texts: pl.Series, labels: pl.Series, go_on: GoOn | None) -> pl.Series | None:
        """The kinds of texts of which some are known to be alike; None where told to stop.

        Args:
            texts: any strings, without nulls.
            labels: one each: see :data:`~leapgrid.records.checks.columns.alike.Alike`.
            go_on: as for :func:`check_column`.
        """
        import polars as pl

        kinds = pl.Series([FINE], dtype=pl.Int32).new_from_index(0, len(texts))
        for label in labels.unique().to_list():
            if label != UNSURE:
                like = labels == label
                kind = self.kind(texts[like.arg_max()])
                kinds = kinds.zip_with(~like, kinds.clear().extend_constant(kind, len(kinds)))
        unsure = (labels == UNSURE).arg_true()
        if len(unsure):
            found = self.of(slab_by_slab(texts.gather(unsure)), len(unsure), go_on)
            if found is None:
                return None
            kinds = kinds.scatter(unsure, pl.Series(found, dtype=pl.Int32))
        return kinds
