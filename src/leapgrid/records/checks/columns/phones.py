"""Numbers with a country code in whole columns: libphonenumber's rules and tables, as vectorised expressions.

What the library does with a number is done here a calling code at a time: the national prefix is taken off
where it would take it off, and the rest is held against the patterns and lengths of the regions in the order
in which it asks them. Whatever is written in an unusual way, or follows a rule that is not done here, is left
to the precise rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = (" ", "-", "(", ")", ".", "/", "\u00a0")
_SHAPE = r"^\+[-0-9 ()./\x{a0}]*[0-9][-0-9 ()./\x{a0}]*$"
LONGEST = 100
FEW = 16
"""A calling code that fewer numbers have is not worth reading its tables."""

_PATTERN_SIGNS = frozenset(r"0123456789()?:|[]-,{}\d$")
_OTHER_KINDS = (
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


class _Kind(NamedTuple):
    """What numbers of one kind look like: a pattern for all digits, and the numbers of digits there are."""

    pattern: str
    lengths: tuple[int, ...]


class _Region(NamedTuple):
    """The part of a calling code's numbers that belongs to one region.

    Attributes:
        general: what all its numbers look like.
        main: fixed lines and mobiles.
        other: all other kinds.
        leading: how its numbers begin, where that alone says that they are of this region.
    """

    general: _Kind
    main: tuple[_Kind, ...]
    other: tuple[_Kind, ...]
    leading: str | None


class Plan(NamedTuple):
    """The numbers of one calling code.

    Attributes:
        regions: in the order in which the library asks them.
        prefix: pattern of what is dialled before a number within the country, where there is such a thing.
        rewritten: whether a number is changed otherwise than by taking the prefix off.
        kept_lengths: of what is left behind a prefix; with these the prefix stays.
    """

    regions: tuple[_Region, ...]
    prefix: str | None
    rewritten: bool
    kept_lengths: tuple[int, ...]


def read_international(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The numbers of a column that are surely valid and written as numbers with a country code are.

    Args:
        texts: any strings, without nulls.

    Returns:
        Whether each text is such a number, and the numbers of those that are, as the digits of E.164.
    """
    import polars as pl

    shaped = texts.str.contains(_SHAPE) & (texts.str.len_bytes() <= LONGEST)
    table = pl.DataFrame({"row": shaped.arg_true(), "digits": digits_of(texts.filter(shaped))})
    parts = []
    for code, plan, part in _by_code(table):
        if plan is not None and len(part) >= FEW:
            parts.append(_valid(plan, code, part))
    accepted = pl.Series([False]).new_from_index(0, len(texts))
    if not parts:
        return accepted, pl.Series([], dtype=pl.String)
    numbers = pl.concat(parts).sort("row")
    return accepted.scatter(numbers["row"], True), numbers["digits"]


def _by_code(table: pl.DataFrame) -> Iterator[tuple[str, Plan | None, pl.DataFrame]]:
    """The rows of a table with ``digits`` by their calling code, without those that have none."""
    import polars as pl

    heads = table["digits"].str.slice(0, 3)
    code_of = {head: code for head in heads.unique().to_list() if (code := _calling_code(head))}
    if not code_of:
        return
    codes = heads.replace_strict(list(code_of), list(code_of.values()), default=None, return_dtype=pl.String)
    table = table.with_columns(codes.alias("code"))
    for (code,), part in table.drop_nulls("code").partition_by("code", as_dict=True).items():
        # The tables of many countries take long to read.
        yield str(code), plan_of(str(code)) if len(part) >= FEW else None, part


def surely_none(digits: pl.Series) -> pl.Series:
    """Whether digits are surely no valid number, read with a + before them.

    Args:
        digits: texts of digits alone, at least two.
    """
    import polars as pl

    table = pl.DataFrame({"digits": digits}).with_row_index("row")
    none = pl.Series([True]).new_from_index(0, len(digits))
    for code, plan, part in _by_code(table):
        if plan is not None:
            national = pl.col("national")
            part = part.select("row", pl.col("digits").str.slice(len(code)).alias("national"))
            part = part.with_columns(national.str.len_bytes().alias("length"))
            maybe = pl.any_horizontal(is_kind(region.general) for region in plan.regions)
            if plan.prefix is not None:
                maybe = maybe | national.str.contains(plan.prefix)
            part = part.filter(maybe)
        none = none.scatter(part["row"], False)
    return none


def digits_of(texts: pl.Series) -> pl.Series:
    """The digits of shaped texts."""
    if texts.str.contains("[^+0-9 ]").any():
        signs = ["+", *_SEPARATORS]
        return texts.str.replace_many(signs, [""] * len(signs))
    return texts.str.strip_prefix("+").str.replace_all(" ", "", literal=True)


def _valid(plan: Plan, code: str, part: pl.DataFrame) -> pl.DataFrame:
    """The rows of numbers that are valid, with the digits of E.164 without what a prefix adds."""
    import polars as pl

    part = part.select("row", pl.col("digits").str.slice(len(code)).alias("national"))
    if plan.prefix is not None:
        part = without_prefix(plan, part)
    return fitting(plan, code, part)


def fitting(plan: Plan, code: str, part: pl.DataFrame) -> pl.DataFrame:
    """The rows of national numbers, without prefixes, that are valid, with the digits of E.164."""
    import polars as pl

    national = pl.col("national")
    part = part.with_columns(national.str.len_bytes().alias("length"))
    good = [part.select("row", "national", "length").clear()]
    for region in plan.regions:
        if len(part) < FEW:
            break
        # The library takes the first region for a number's own that its beginning names, or where nothing
        # names the beginning, whose patterns it fits; then it has to fit the patterns of that region.
        asked = part if region.leading is None else part.filter(national.str.contains(region.leading))
        later = part if region.leading is None else part.filter(~national.str.contains(region.leading))
        for kinds, few in ((region.main, 1), (region.other, 4 * FEW)):
            if kinds and len(asked) >= few:
                fits = asked.select(
                    (is_kind(region.general) & pl.any_horizontal(map(is_kind, kinds))).alias("fits")
                )
                good.append(asked.filter(fits["fits"]))
                asked = asked.filter(~fits["fits"])
        part = asked if region.leading is None else later
    return pl.concat(good).select("row", (pl.lit(code) + national).alias("digits"))


def without_prefix(plan: Plan, part: pl.DataFrame) -> pl.DataFrame:
    """The numbers as they are without a national prefix; those of which that cannot be said left out."""
    import polars as pl

    assert plan.prefix is not None
    national, rest = pl.col("national"), pl.col("rest")
    begins = part["national"].str.contains(plan.prefix)
    if not begins.any():
        return part
    few = part.filter(begins).with_columns(national.str.replace(plan.prefix, "").alias("rest"))
    prefixed = rest.str.len_bytes() < national.str.len_bytes()
    if plan.rewritten:
        few = few.filter(~prefixed)
    # The library takes a prefix off, unless that makes of what looks like a number what does not, or leaves
    # too few digits. All this by the tables of the first region, also for numbers of the others.
    general = plan.regions[0].general.pattern
    taken = (
        prefixed
        & (rest.str.contains(general) | ~national.str.contains(general))
        & ~rest.str.len_bytes().is_in(plan.kept_lengths)
    )
    few = few.select("row", pl.when(taken).then(rest).otherwise(national).alias("national"))
    return pl.concat([part.filter(~begins), few])


def is_kind(kind: _Kind) -> pl.Expr:
    import polars as pl

    fits = pl.col("national").str.contains(kind.pattern)
    return fits & pl.col("length").is_in(kind.lengths) if kind.lengths else fits


def _calling_code(head: str) -> str:
    """The calling code that a number begins with, "" where it begins with none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    if head.startswith("0"):
        return ""
    return next((head[:n] for n in (1, 2, 3) if int(head[:n]) in COUNTRY_CODE_TO_REGION_CODE), "")


@lru_cache(maxsize=256)
def plan_of(code: str) -> Plan | None:
    """The plan of a calling code; None where its tables say something that is not understood here."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    names = COUNTRY_CODE_TO_REGION_CODE[int(code)]
    return plan_from([PhoneMetadata.metadata_for_region_or_calling_code(int(code), name) for name in names])


def plan_from(tables: Sequence[Any]) -> Plan | None:
    """A plan of the library's tables for some regions, of which the first says what prefixes there are."""
    regions = []
    for table in tables:
        region = None if table is None else region_of(table)
        if region is None:
            return None
        regions.append(region)
    main = tables[0]
    prefix = main.national_prefix_for_parsing
    begins = begins_with(prefix) if prefix else None
    if prefix and begins is None:
        return None
    rewritten = bool(main.national_prefix_transform_rule)
    return Plan(tuple(regions), begins, rewritten, kept_lengths(main.general_desc))


def kept_lengths(general: Any) -> tuple[int, ...]:
    """The lengths at which the library says "too short", "local" or "no such length", up to the longest."""
    possible = set(general.possible_length)
    local = set(general.possible_length_local_only)
    return tuple(n for n in range(max(possible)) if n not in possible or n in local)


def region_of(table: Any) -> _Region | None:
    general = _kind(table.general_desc)
    main = [_kind(table.fixed_line)]
    if not table.same_mobile_and_fixed_line_pattern:
        main.append(_kind(table.mobile))
    other = [_kind(getattr(table, name)) for name in _OTHER_KINDS]
    leading = begins_with(table.leading_digits) if table.leading_digits else None
    if general is None or (table.leading_digits and leading is None):
        return None
    return _Region(
        general, tuple(k for k in main if k is not None), tuple(k for k in other if k is not None), leading
    )


def _kind(table: Any) -> _Kind | None:
    """None where there is no such kind, or its pattern is not understood."""
    if table is None or not table.national_number_pattern or not _plain(table.national_number_pattern):
        return None
    pattern = table.national_number_pattern.replace(r"\d", "[0-9]")
    return _Kind(f"^(?:{pattern})$", tuple(table.possible_length))


def begins_with(pattern: str) -> str | None:
    return "^(?:" + pattern.replace(r"\d", "[0-9]") + ")" if _plain(pattern) else None


def _plain(pattern: str) -> bool:
    """Whether a pattern means the same to Python and to polars."""
    marks = [pattern[i + 2 : i + 3] for i in range(len(pattern)) if pattern[i : i + 2] == "(?"]
    return _PATTERN_SIGNS.issuperset(pattern) and all(mark == ":" for mark in marks)
