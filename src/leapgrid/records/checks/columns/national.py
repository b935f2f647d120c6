"""Columns of phones: what is fine in them, and the numbers without a country code, told apart in bulk.

A national export may hold a million numbers that all have the same thing wrong with them. What the precise
rule finds follows from very little of each: whether it can be a number of the default country at all.
Whatever that little does not settle is left to the precise rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from leapgrid.records.checks.columns.phones import (
    FEW,
    LONGEST,
    Plan,
    begins_with,
    digits_of,
    fitting,
    is_kind,
    plan_from,
    plan_of,
    read_international,
    surely_none,
    without_prefix,
)

if TYPE_CHECKING:
    import polars as pl

_SHAPE = r"^[-0-9 ()./\x{a0}]*$"
_FEWEST_DIGITS, _MOST_DIGITS = 2, 17

_UNSURE, _DIALLED, _NO_COUNTRY, _MENDABLE = range(4)


class _Home(NamedTuple):
    """How numbers are written within a country.

    Attributes:
        code: its calling code.
        own: with the prefixes of the country itself.
        plan: of all that share the calling code.
        abroad: pattern of what is dialled before a number in another country; None where there is none.
        lengths: numbers of digits that a fixed line or a mobile may have.
        longest: the most digits that any number has.
    """

    code: str
    own: Plan
    plan: Plan
    abroad: str | None
    lengths: tuple[int, ...]
    longest: int


class _Read(NamedTuple):
    """What was read of some texts.

    Attributes:
        labels: one a text: texts with the same one, but for 0, have the same said of them.
        known: whether the number, or that there is none to be called, is certain.
        digits: of those that are known, as of E.164; null where there is none.
    """

    labels: pl.Series
    known: pl.Series
    digits: pl.Series


class Numbers:
    """The numbers of a column that is read piece by piece from its top.

    Args:
        country: two-letter region of numbers without a country code, or None.
    """

    def __init__(self, country: str | None) -> None:
        self._country = country
        self._parts: list[tuple[pl.Series, pl.Series]] = []
        self._labels: pl.Series | None = None

    def fine(self, texts: pl.Series) -> pl.Series:
        """Whether each text of the next piece is surely a valid number with nothing unusual about it."""
        import polars as pl

        accepted, digits = read_international(texts)
        rows = (~accepted).arg_true()
        self._labels = None
        if not len(rows):
            self._parts.append((accepted, digits))
            return accepted
        rest = read_national(texts.gather(rows), self._country)
        self._labels = pl.Series([_UNSURE], dtype=pl.UInt8).new_from_index(0, len(texts))
        self._labels = self._labels.scatter(rows, rest.labels)
        table = pl.concat(
            [
                pl.DataFrame({"row": accepted.arg_true(), "digits": digits}),
                pl.DataFrame({"row": rows.filter(rest.known), "digits": rest.digits}),
            ]
        ).sort("row")
        self._parts.append((accepted.clone().scatter(table["row"], True), table["digits"]))
        return accepted

    def alike(self, texts: pl.Series, rows: pl.Series) -> pl.Series:
        """Labels of some texts of the piece that was read last: see :data:`Alike`."""
        import polars as pl

        if self._labels is None:
            return pl.Series([_UNSURE], dtype=pl.UInt8).new_from_index(0, len(rows))
        return self._labels.gather(rows)

    def of(self, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Whether each number of the whole column is known, and those that are, as the digits of E.164 or
        null where there is none that can be called.

        Args:
            texts: the column; it is read now where it was not before.
        """
        import polars as pl

        if sum(len(known) for known, _ in self._parts) != len(texts) or not self._parts:
            self._parts = []
            self.fine(texts)
        return pl.concat([known for known, _ in self._parts]), pl.concat([said for _, said in self._parts])


def read_national(texts: pl.Series, country: str | None) -> _Read:
    """The numbers of a column that are written without a country code.

    Args:
        texts: any strings, without nulls.
        country: two-letter region of numbers without a country code, or None.
    """
    import polars as pl

    shaped = texts.str.contains(_SHAPE) & (texts.str.len_bytes() <= LONGEST)
    table = pl.DataFrame({"row": shaped.arg_true(), "digits": digits_of(texts.filter(shaped))})
    table = table.filter(pl.col("digits").str.len_bytes().is_between(_FEWEST_DIGITS, _MOST_DIGITS))
    doubled = table["digits"].str.starts_with("00")
    found = []
    if doubled.any():
        dialled, digits = read_international("+" + table["digits"].filter(doubled).str.slice(2))
        found.append(_labelled(table["row"].filter(doubled).filter(dialled), _DIALLED, digits))
        table = table.filter(~doubled)
    home = _home(country) if country is not None else None
    if country is None:
        none = pl.Series([None], dtype=pl.String).new_from_index(0, len(table))
        found.append(_labelled(table["row"], _NO_COUNTRY, none))
    elif home is not None and len(table) >= FEW:
        found.append(_at_home(home, table))
    labels = pl.Series([_UNSURE], dtype=pl.UInt8).new_from_index(0, len(texts))
    known = pl.Series([False]).new_from_index(0, len(texts))
    if not found:
        return _Read(labels, known, pl.Series([], dtype=pl.String))
    rows = pl.concat(found).sort("row")
    sure = rows.filter("known")
    return _Read(labels.scatter(rows["row"], rows["label"]), known.scatter(sure["row"], True), sure["digits"])


def _labelled(rows: pl.Series, label: int, digits: pl.Series) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({"row": rows, "digits": digits}).select(
        "row", pl.lit(label, pl.UInt8).alias("label"), pl.lit(True).alias("known"), "digits"
    )


def _at_home(home: _Home, table: pl.DataFrame) -> pl.DataFrame:
    """The numbers that a country code can be put before, and of these the ones of which it is certain which.

    Args:
        table: ``row`` and ``digits``, none of which begin with 00.
    """
    import polars as pl

    # Only the + may be missing. That is mendable, whichever of two valid readings counts.
    bare = table["row"].filter(read_international("+" + table["digits"])[0])
    part = table.rename({"digits": "national"})
    national = pl.col("national")
    if home.abroad is not None:
        part = part.filter(~national.str.contains(home.abroad))
    # The library takes a calling code off that has no + where the number would be too long with it; where it
    # would not be, only of a number that is one with it it is certain that it stays.
    part = part.with_columns(
        national.str.len_bytes().alias("length"),
        national.str.starts_with("0").alias("zero"),
        national.str.starts_with(home.code).alias("coded"),
    )
    # No calling code begins with 0: such a number has no second reading.
    single = part["row"].filter(part["zero"])
    long = part.filter(pl.col("coded") & (pl.col("length") > home.longest))
    part = part.filter(~pl.col("coded") | is_kind(home.own.regions[0].general)).select("row", "national")
    if len(long):
        long = long.select("row", national.str.slice(len(home.code)))
        for prefix in (home.own.prefix, home.plan.prefix):
            long = long if prefix is None else long.filter(~national.str.contains(prefix))
        part = pl.concat([part, long])
        # With a + before it, it is the same number.
        single = pl.concat([single, long["row"]])
    if home.own.prefix is not None:
        part = without_prefix(home.own, part)
    part = part.filter(national.str.len_bytes().is_in(home.lengths))
    valid = fitting(home.plan, home.code, part)["row"]
    unread = part.filter(~pl.col("row").is_in(pl.concat([valid, single]).implode()))["row"]
    written = table.filter(pl.col("row").is_in(unread.implode()))
    alone = written["row"].filter(surely_none(written["digits"]))
    sure = pl.col("row").is_in(pl.concat([valid, single, alone]).implode())
    mended = part.select(
        "row",
        pl.lit(_MENDABLE, pl.UInt8).alias("label"),
        sure.alias("known"),
        (pl.lit(home.code) + national).alias("digits"),
    )
    others = bare.filter(~bare.is_in(mended["row"].implode()))
    more = pl.DataFrame({"row": others}).select(
        "row",
        pl.lit(_MENDABLE, pl.UInt8).alias("label"),
        pl.lit(False).alias("known"),
        pl.lit(None, pl.String).alias("digits"),
    )
    return pl.concat([mended, more])


@lru_cache(maxsize=16)
def _home(country: str) -> _Home | None:
    """How numbers are written in a country; None where its tables say something that is not understood."""
    from phonenumbers import (
        PhoneMetadata,
        PhoneNumber,
        PhoneNumberType,
        ValidationResult,
        is_possible_number_for_type_with_reason,
    )

    table: Any = PhoneMetadata.metadata_for_region(country)
    if table is None:
        return None
    code = str(table.country_code)
    own, plan = plan_from([table]), plan_of(code)
    abroad = begins_with(table.international_prefix) if table.international_prefix else None
    if own is None or plan is None or (table.international_prefix and abroad is None):
        return None

    def possible(length: int) -> bool:
        number = PhoneNumber(country_code=int(code), national_number=int("1" * length))
        said = is_possible_number_for_type_with_reason(number, PhoneNumberType.FIXED_LINE_OR_MOBILE)
        return bool(said == ValidationResult.IS_POSSIBLE)

    lengths = tuple(filter(possible, range(_FEWEST_DIGITS, _MOST_DIGITS + 1)))
    longest = max((*table.general_desc.possible_length, *table.general_desc.possible_length_local_only))
    return _Home(code, own, plan, abroad, lengths, longest)
