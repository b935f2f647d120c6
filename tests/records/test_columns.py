"""Checks of whole columns say what the precise rules say cell by cell."""

from __future__ import annotations

from leapgrid.records import CheckContext, Field, FieldType, checks, schema_for
from leapgrid.records.checks.columns import check_column, check_rows, value_key, value_keys

CONTEXT = CheckContext(default_country="DE")


def test_findings_of_a_column_are_told_once_a_distinct_value() -> None:
    field = Field("email", type=FieldType.EMAIL)
    column = ["a@b.de", "a@gmial.com", "", "nobody", "a@gmial.com"]
    found = check_column(field, column, CONTEXT)
    assert found is not None
    assert list(found.rows) == [1, 3, 4]
    assert [found.values[i] for i in found.which] == ["a@gmial.com", "nobody", "a@gmial.com"]
    assert found.findings == tuple(checks.check_cell(field, v, CONTEXT) for v in found.values)


def test_an_empty_cell_is_a_finding_where_the_field_is_required() -> None:
    found = check_column(Field("name", required=True), ["", "x", ""], CONTEXT)
    assert found is not None
    assert list(found.rows) == [0, 2]
    assert found.values == ("",)


def test_records_without_a_name_are_found_but_not_empty_ones() -> None:
    columns = {"name": ["", "Ann", " \u2003", ""], "email": ["a@b.de", "", "c@d.de", ""]}
    (group,) = check_rows(schema_for("lead"), columns, [True, True, True, False], CONTEXT)
    assert list(group[0]) == [0, 2]
    assert group[1] == checks.check_record(schema_for("lead"), {"email": "a@b.de"}, CONTEXT)


def test_keys_are_the_same_for_spellings_of_one_value() -> None:
    email, phone = Field("email", type=FieldType.EMAIL), Field("phone", type=FieldType.PHONE)
    assert value_keys(email, ["A@B.de", "a@b.de", "none", ""], CONTEXT) == ["a@b.de", "a@b.de", None, None]
    spellings = ["+49 171 2345678", "+49 (0)171-2345678", "0171 2345678", "0049 171 2345678", "n/a", ""]
    assert value_keys(phone, spellings, CONTEXT) == ["+491712345678"] * 4 + [None, None]
    assert value_key(Field("external_id"), " A1", CONTEXT) == " A1"
    assert value_key(Field("external_id"), " ", CONTEXT) is None
    assert value_keys(Field("name"), ["x"], CONTEXT) is None
