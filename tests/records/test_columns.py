"""Checks of whole columns say what the precise rules say cell by cell."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import CheckContext, Field, FieldType, Finding, checks, schema_for
from leapgrid.records.checks.columns import check_column, check_rows, value_key, value_keys
from leapgrid.records.checks.columns.filters import SPACES
from leapgrid.records.schema import ObjectSchema
from tests.records.columns import FIELDS, STEMS, addresses, national_numbers, phone_numbers

GERMANY = CheckContext(default_country="DE")
CONTEXTS = st.builds(
    CheckContext,
    default_country=st.sampled_from((None, "DE", "US", "it", "XX")),
    timezone=st.sampled_from((UTC, ZoneInfo("Europe/Berlin"))),
    date_order=st.sampled_from((None, "dmy", "mdy")),
)
SHARED_OR_LARGE = (1, 7, 33, 39, 44, 47, 49, 52, 54, 55, 61, 81, 86, 91, 212, 262, 290, 358, 375, 590, 599)
DIGITS = st.sampled_from("0123456789")
HOSTILE = st.characters(exclude_categories=("Cs",))


def by_cell(field: Field, column: list[str], context: CheckContext) -> dict[int, tuple[Finding, ...]]:
    """What the precise rule says, by row."""
    found = ((row, checks.check_cell(field, text, context)) for row, text in enumerate(column))
    return {row: findings for row, findings in found if findings}


def alike(findings: Sequence[Finding]) -> tuple[tuple[str, ...], ...]:
    """What counts and groups need of findings."""
    return tuple((f.severity, f.code, f.group or f.message) for f in findings)


def by_column(
    field: Field, column: list[str] | pl.Series, context: CheckContext
) -> dict[int, tuple[Finding, ...]]:
    """The same from the column, after a look at the form of the answer."""
    found = check_column(field, column, context)
    assert found is not None
    assert list(found.rows) == sorted(set(found.rows))
    assert len(found.values) == len(set(found.values)) == len(found.findings)
    assert [found.values[n] for n in found.which] == [column[row] or "" for row in found.rows]
    assert len(found.kinds) == len(found.values)
    kinds = list(map(alike, found.examples))
    assert [kinds[kind] for kind in found.kinds] == list(map(alike, found.findings))
    assert len(set(kinds)) == len(kinds)
    return {row: found.findings[n] for row, n in zip(found.rows, found.which, strict=True)}


def written_from_patterns(code: int) -> st.SearchStrategy[tuple[list[str], list[str]]]:
    """Numbers that fit the library's patterns for a calling code, and what it takes for prefixes there."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    tables = [PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions]
    kinds = [kind for t in tables for kind in (t.general_desc, t.fixed_line, t.mobile, t.uan, t.voip) if kind]
    patterns = [kind.national_number_pattern for kind in kinds if kind.national_number_pattern]
    prefixes = [t.national_prefix_for_parsing for t in tables if t.national_prefix_for_parsing]

    def some(of: list[str]) -> st.SearchStrategy[list[str]]:
        texts = st.sampled_from(of).flatmap(lambda p: st.from_regex(p, fullmatch=True, alphabet=DIGITS))
        return st.lists(texts, min_size=4, max_size=12) if of else st.just([])

    return st.tuples(some(patterns), some(prefixes))


def listed(keys: Sequence[str | None] | pl.Series | None) -> list[str | None]:
    """Keys of either kind as a list."""
    assert keys is not None
    return list(keys)


def texts_for(field: Field) -> st.SearchStrategy[str]:
    """Texts near to the type's borders."""
    stems = st.sampled_from(STEMS[field.type])
    around = st.sampled_from((" ", "\u00a0", "\u2003", "\x1c", "\n", "0", ".", ""))
    changed = st.builds(
        lambda stem, sign, at: stem[: at % (len(stem) + 1)] + sign + stem[at % (len(stem) + 1) :],
        stems,
        HOSTILE | st.sampled_from("0123456789.-+/: ZTz;,@[{"),
        st.integers(0, 300),
    )
    return st.one_of(stems, changed, st.just(""), around.map(lambda s: s * 2), st.text(HOSTILE, max_size=20))


@pytest.mark.parametrize("kind", FIELDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_column_says_what_its_cells_say(kind: str, data: st.DataObject) -> None:
    field = FIELDS[kind]
    column = data.draw(st.lists(texts_for(field), max_size=40))
    column += data.draw(st.lists(st.sampled_from(column), max_size=10)) if column else []
    context = data.draw(CONTEXTS)
    expected = by_cell(field, column, context)
    assert by_column(field, column, context) == expected
    assert by_column(field, pl.Series(column, dtype=pl.String), context) == expected


@pytest.mark.parametrize("kind", FIELDS)
def test_every_stem_and_every_sign_in_a_column(kind: str) -> None:
    """All texts of the table in all contexts, and every character that may mean something in every place."""
    field = FIELDS[kind]
    blocks = (range(0x300), range(0x1680, 0x1700), range(0x2000, 0x2100), range(0xFE00, 0x10000))
    signs = [chr(n) for block in blocks for n in block]
    some = STEMS[field.type][0]
    placed = [text for sign in signs for text in (sign, sign + some, some + sign)]
    column = list(dict.fromkeys((*STEMS[field.type], *placed)))
    zones: tuple[tzinfo, ...] = (UTC, ZoneInfo("Europe/Berlin"))
    for order in (None, "dmy", "mdy"):
        for zone in zones:
            context = CheckContext("DE", zone, order)
            assert by_column(field, pl.Series(column), context) == by_cell(field, column, context)
            if field.type not in (FieldType.DATE, FieldType.DATETIME):
                return


@pytest.mark.parametrize("order", [None, "dmy", "mdy"])
def test_dates_in_a_column(order: checks.DateOrder | None) -> None:
    rng = random.Random(7)
    context = CheckContext(date_order=order)
    column = []
    for _ in range(4000):
        day, month = rng.randint(0, 32), rng.choice((rng.randint(0, 13), 2, 2))
        year = rng.choice((2024, 2026, 1900, 2000, 0, 1, 9999))
        sign, way, hour, minute = rng.choice("-/."), rng.choice("+-"), rng.randint(0, 25), rng.randint(0, 61)
        iso, clock = f"{year:04}-{month:02}-{day:02}", f"{hour:02}:{minute:02}"
        spellings = (
            iso,
            f"{day}{sign}{month}{sign}{year:04}",
            f"{day:02}{sign}{month:02}{sign}{year:04}",
            f"{iso}T{clock}",
            f"{iso} {clock}:{rng.randint(0, 61):02}{way}{clock}",
        )
        column.append(rng.choice(spellings))
    for field in (FIELDS["date"], FIELDS["datetime"]):
        assert by_column(field, pl.Series(column), context) == by_cell(field, column, context)


def test_phones_of_every_calling_code_in_a_column() -> None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    rng = random.Random(20261124)
    column = [text for code in COUNTRY_CODE_TO_REGION_CODE for text in phone_numbers(code, 24, rng)]
    expected = by_cell(FIELDS["phone"], column, GERMANY)
    assert by_column(FIELDS["phone"], pl.Series(column), GERMANY) == expected
    keys = value_keys(FIELDS["phone"], pl.Series(column), GERMANY)
    assert listed(keys) == [value_key(FIELDS["phone"], text, GERMANY) for text in column]


def test_usual_values_need_no_second_look() -> None:
    """The filters do let through what most columns hold: else they would be right, and of no use."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    from leapgrid.records.checks.columns.emails import Addresses
    from leapgrid.records.checks.columns.phones import read_international

    slow = []
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        tables = [PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions]
        numbers = [t.mobile.example_number for t in tables if t.mobile and t.mobile.example_number]
        texts = pl.Series([f"+{code} {number}" for number in numbers] * 16, dtype=pl.String)
        if not read_international(texts)[0].all():
            slow.append(code)
    assert slow == []
    names = pl.Series(
        [
            "ann@gmail.com",
            "bob@gmail.com",
            "Ann.Lee+1@a-b.co.uk",
            "x@firm.com",
            "x@münchen.de",
            "x@münchen.de",
        ]
    )
    assert Addresses().fine(names).all()


@pytest.mark.parametrize(
    "begin",
    [
        "+375 8100 99",  # fits a pattern of Belarus, but 8 is a prefix there
        "+049 171 234",  # no calling code begins with 0
        "+49 0171 234",
        "+1 1650 253 ",
        "+1 1310 ",  # seven digits are a number of Canada, but too short for the 1 to be a prefix
        "+7 8 812 345",
        "+54 9 11 15 234",
        "+39 06698 1",  # the Vatican's, within Italy
    ],
)
def test_prefixes_in_a_column(begin: str) -> None:
    column = [f"{begin}{n:04}" for n in range(0, 10_000, 97)]
    field = FIELDS["phone"]
    assert by_column(field, pl.Series(column), GERMANY) == by_cell(field, column, GERMANY)
    assert listed(value_keys(field, pl.Series(column), GERMANY)) == [
        value_key(field, text, GERMANY) for text in column
    ]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SHARED_OR_LARGE), st.integers(0, 2**32), st.data())
def test_phones_of_a_shared_or_large_code_in_a_column(code: int, seed: int, data: st.DataObject) -> None:
    numbers, prefixes = data.draw(written_from_patterns(code))
    column = list(phone_numbers(code, 150, random.Random(seed), numbers, prefixes))
    context = CheckContext()
    assert by_column(FIELDS["phone"], pl.Series(column), context) == by_cell(FIELDS["phone"], column, context)
    keys = value_keys(FIELDS["phone"], pl.Series(column), context)
    assert listed(keys) == [value_key(FIELDS["phone"], text, context) for text in column]


NATIONAL = ("DE", "US", "IN", "GB", "BA", "CA", "IT", "BR", "AR", "KZ", "RU", "FR", "GG", "SG", "BE", "XX")


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(NATIONAL), st.booleans(), st.integers(0, 2**32))
def test_phones_without_a_country_code_in_a_column(region: str, said: bool, seed: int) -> None:
    field, context = FIELDS["phone"], CheckContext(default_country=region if said else None)
    column = list(national_numbers(region if region != "XX" else "DE", 150, random.Random(seed)))
    assert by_column(field, pl.Series(column), context) == by_cell(field, column, context)
    keys = value_keys(field, pl.Series(column), context)
    assert listed(keys) == [value_key(field, text, context) for text in column]


@pytest.mark.parametrize(("region", "begin"), [("DE", "030 1234"), ("US", "(650) 253-"), ("IN", "98765 4")])
def test_usual_numbers_without_a_country_code_need_no_second_look(region: str, begin: str) -> None:
    from leapgrid.records.checks.columns.national import read_national

    texts = pl.Series([f"{begin}{n:04}" for n in range(100)])
    for country in (region, None):
        read = read_national(texts, country)
        assert read.known.all()
        assert read.labels.n_unique() == 1
        assert read.labels[0] > 0
        key = value_key(FIELDS["phone"], texts[7], CheckContext(default_country=country))
        assert read.digits[7] == (key[1:] if key is not None else None)


@pytest.mark.parametrize("before", ["", " ", "  ", "\u00a0"])
@pytest.mark.parametrize("after", ["", " ", "   ", "\t", "\n"])
def test_spaces_around_addresses_in_a_column(before: str, after: str) -> None:
    stems = ("a@b.de", "a@gmial.com", "a@b.test", "nobody", "a b@c.de", "ä@b.de", "a@b@c.de", "A@b.de")
    column = [f"{before}{stem}{after}" for stem in (*stems, "a" * 64 + "@b.de", "a@" + "b." * 120 + "de")]
    for kind in ("email", "short email"):
        field = FIELDS[kind]
        assert by_column(field, pl.Series(column), GERMANY) == by_cell(field, column, GERMANY)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_addresses_near_to_right_ones_in_a_column(seed: int) -> None:
    column = list(addresses(250, random.Random(seed)))
    column += [text.replace("a", "b") for text in column[:60]] + column[:10]
    for kind in ("email", "short email"):
        assert by_column(FIELDS[kind], pl.Series(column), GERMANY) == by_cell(FIELDS[kind], column, GERMANY)
    keys = value_keys(FIELDS["email"], pl.Series(column), GERMANY)
    assert listed(keys) == [value_key(FIELDS["email"], text, GERMANY) for text in column]


def test_every_single_mistake_in_a_common_domain_is_found_in_a_column() -> None:
    from leapgrid.records.checks.domains import COMMON

    domains = set()
    for right in COMMON:
        for at in range(len(right) + 1):
            swapped = right[:at] + right[at : at + 2][::-1] + right[at + 2 :]
            domains.update((right[:at] + right[at + 1 :], swapped))
            for sign in "agz0.-":
                domains.update((right[:at] + sign + right[at:], right[:at] + sign + right[at + 1 :]))
    column = [f"ann@{domain}" for domain in sorted(domains)] * 2
    assert by_column(FIELDS["email"], pl.Series(column), GERMANY) == by_cell(FIELDS["email"], column, GERMANY)


@pytest.mark.parametrize("kind", ["email", "phone", "external id", "unique", "text", "read only"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_keys_of_a_column_are_those_of_its_cells(kind: str, data: st.DataObject) -> None:
    field = FIELDS[kind]
    column = data.draw(st.lists(texts_for(field), max_size=40))
    context = data.draw(CONTEXTS)
    expected = [value_key(field, text, context) for text in column]
    for given_column in (column, pl.Series(column, dtype=pl.String)):
        keys = value_keys(field, given_column, context)
        if keys is None:
            assert not any(expected)
        else:
            assert list(keys) == expected


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_row_rules_of_a_batch_are_those_of_its_records(data: st.DataObject) -> None:
    fields = data.draw(
        st.lists(
            st.builds(
                Field,
                name=st.sampled_from(("name", "row", "filled", "0", "email")),
                recommended=st.booleans(),
                read_only=st.booleans(),
            ),
            max_size=4,
            unique_by=lambda field: field.name,
        )
    )
    schema = ObjectSchema("lead", "Lead", tuple(fields))
    height = data.draw(st.integers(0, 30))
    cell = st.sampled_from(("", "", "x", " ", "\u2003", "\x1f", "\u200b", "a b"))
    names = data.draw(st.lists(st.sampled_from([f.name for f in fields] or ["x"]), unique=True))
    columns = {name: data.draw(st.lists(cell, min_size=height, max_size=height)) for name in names}
    rows = [{name: column[row] for name, column in columns.items()} for row in range(height)]
    filled = [any(values.values()) for values in rows]
    expected = [checks.check_record(schema, values, GERMANY) for values in rows]
    series = {name: pl.Series(column, dtype=pl.String) for name, column in columns.items()}
    mixed = {name: series[name] if n % 2 else columns[name] for n, name in enumerate(columns)}
    for given_columns in (columns, series, mixed):
        for given_filled in (filled, bytearray(filled), pl.Series(filled, dtype=pl.Boolean)):
            found: dict[int, tuple[Finding, ...]] = {}
            for indices, findings in check_rows(schema, given_columns, given_filled, GERMANY):
                assert list(indices) == sorted(set(indices))
                assert not found.keys() & set(indices)
                found.update(dict.fromkeys(indices, findings))
            assert found == {row: findings for row, findings in enumerate(expected) if findings}


def test_spaces_are_those_of_python() -> None:
    every = pl.Series([chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000])
    assert every.filter(every.str.contains(f"[{SPACES}]")).to_list() == [c for c in every if c.isspace()]


def test_a_long_list_and_half_a_surrogate_pair() -> None:
    column = ["a@b.de", "a@gmial.com", "", "nobody"] * 1500
    expected = by_cell(FIELDS["email"], column, GERMANY)
    assert by_column(FIELDS["email"], column, GERMANY) == expected
    column[0] = "\ud83d@b.de"
    expected[0] = checks.check_cell(FIELDS["email"], column[0], GERMANY)
    assert by_column(FIELDS["email"], column, GERMANY) == expected
    keys = value_keys(FIELDS["email"], column, GERMANY)
    assert listed(keys)[:4] == ["\ud83d@b.de", "a@gmial.com", None, None]
    names = {"name": ["\ud83d", *([""] * 5999)]}
    ((rows, _),) = check_rows(schema_for("lead"), names, [True] * 6000, GERMANY)
    assert list(rows) == list(range(1, 6000))


def test_none_in_a_column_is_an_empty_cell() -> None:
    column = pl.Series(["", None, "2026-01-01", None])
    assert sorted(by_column(FIELDS["date"], column, GERMANY)) == [0, 1, 3]
    assert by_column(FIELDS["datetime"], pl.Series([None, ""], dtype=pl.String), GERMANY) == {}


def test_rows_are_told_apart_beyond_one_slab() -> None:
    column = pl.Series(["Ann"] * 1_100_000)
    for row in (0, 524_287, 524_288, 1_099_999):
        column[row] = "a\nb"
    found = check_column(FIELDS["text"], column, GERMANY)
    assert found is not None
    assert list(found.rows) == [0, 524_287, 524_288, 1_099_999]
    assert list(found.which) == [0] * 4


@pytest.mark.parametrize("make", [list, pl.Series], ids=["list", "series"])
@pytest.mark.parametrize("last", [0.0, 0.2, 0.6])
def test_a_check_can_be_stopped(make: type, last: float) -> None:
    column = make([f"nobody {n}" for n in range(3000)])
    told: list[float] = []

    def go_on(done: float) -> bool:
        told.append(done)
        return done < last

    assert check_column(FIELDS["email"], column, GERMANY, go_on) is None
    assert told == sorted(told)
    assert told[-1] >= last
    assert max(told) <= 1
    assert check_column(FIELDS["email"], column, GERMANY, lambda done: 0 <= done <= 1) is not None


def test_looking_for_keys_can_be_stopped() -> None:
    column, told = pl.Series([f"0171 {n:07} ext. 5" for n in range(500)]), []

    def go_on(done: float) -> bool:
        told.append(done)
        return done < 0.5

    assert value_keys(FIELDS["phone"], column, GERMANY, None, go_on) is None
    assert told == sorted(told)
    assert 0.5 <= told[-1] < 0.6
    keys = value_keys(FIELDS["phone"], column, GERMANY, None, lambda done: 0 <= done <= 1)
    assert listed(keys) == [value_key(FIELDS["phone"], text, GERMANY) for text in column]


def test_the_keys_of_a_checked_column_are_the_same() -> None:
    field, column = FIELDS["phone"], pl.Series(phone_numbers(49, 400, random.Random(1)))
    checked = check_column(field, column, GERMANY)
    assert checked is not None
    assert listed(value_keys(field, column, GERMANY, checked)) == listed(value_keys(field, column, GERMANY))
    empty = column.clear()
    assert listed(value_keys(field, empty, GERMANY, check_column(field, empty, GERMANY))) == []


def test_a_fault_that_many_values_share_is_kept_once() -> None:
    column = pl.Series([f"+49 4999 {n:07}" for n in range(1000)])
    found = check_column(Field("id", read_only=True), column, GERMANY)
    assert found is not None
    assert len(found.values) == 1000
    assert len(found.examples) == 1
    assert set(found.kinds) == {0}


def test_keys_are_the_same_for_spellings_of_one_value() -> None:
    email, phone = FIELDS["email"], FIELDS["phone"]
    assert value_keys(email, ["A@B.de", "a@b.de", "none", ""], GERMANY) == ["a@b.de", "a@b.de", None, None]
    spellings = ["+49 171 2345678", "+49 (0)171-2345678", "0171 2345678", "0049 171 2345678", "n/a", ""]
    assert value_keys(phone, spellings, GERMANY) == ["+491712345678"] * 4 + [None, None]
    assert value_key(phone, "+49 171 2345678 ext. 12", GERMANY) == "+491712345678"
    assert value_key(phone, "0171 2345678", CheckContext()) is None
    assert value_key(phone, "+49 1", GERMANY) is None
    assert value_key(phone, "5" * 300, GERMANY) is None
    assert value_key(Field("external_id"), " A1", GERMANY) == " A1"
    assert value_key(Field("external_id"), " ", GERMANY) is None
    assert value_keys(Field("name"), ["x"], GERMANY) is None


def test_a_short_column_is_checked_without_polars() -> None:
    program = """
import sys
from leapgrid.records import CheckContext, FieldType, Field, schema_for
from leapgrid.records.checks.columns import check_column, check_rows, value_keys
column = ["nobody"] * 1000
assert check_column(Field("email", type=FieldType.EMAIL), column, CheckContext()).rows
assert value_keys(Field("email", type=FieldType.EMAIL), column, CheckContext())
assert not check_rows(schema_for("lead"), {"name": column}, [True] * 1000, CheckContext())
assert "polars" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
