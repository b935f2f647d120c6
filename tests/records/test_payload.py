"""What is sent of a record."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    BUILT_IN,
    CheckContext,
    Field,
    FieldType,
    ObjectSchema,
    is_empty,
    payload_text,
    record_payload,
)
from leapgrid.superleap.requests import encode_records

SAMPLES = Path(__file__).parent.parent / "samples"
ANYWHERE = CheckContext()
EVERY_KIND = ObjectSchema(
    "deal",
    "Deal",
    (
        Field("title"),
        Field("mail", type=FieldType.EMAIL),
        Field("phone", type=FieldType.PHONE),
        Field("seats", type=FieldType.INTEGER),
        Field("amount", type=FieldType.NUMBER),
        Field("won", type=FieldType.BOOLEAN),
        Field("due", type=FieldType.DATE),
        Field("called_at", type=FieldType.DATETIME),
        Field("stage", type=FieldType.CHOICE, choices=("open",), choices_closed=True),
        Field("tags", type=FieldType.MULTI_CHOICE, choices=("op1", "op2"), choices_closed=True),
        Field("owner", type=FieldType.REFERENCE),
        Field("created_at", type=FieldType.DATETIME, read_only=True),
    ),
)


def test_every_kind_in_the_order_of_the_schema() -> None:
    values = {
        "created_at": "2026-01-01 00:00",
        "owner": "g1koYv_uLg11RFM",
        "tags": "op1; op2;",
        "stage": "open",
        "called_at": "2026-04-03 14:30",
        "due": "2026-04-03",
        "won": "Yes",
        "amount": "1234.50",
        "seats": "12345678901234567890",
        "phone": " 0171 2345678",
        "mail": "Anna@Firm.COM",
        "title": "  as typed\n",
    }
    record = record_payload(EVERY_KIND, values, CheckContext(timezone=ZoneInfo("Europe/Berlin")))
    assert list(record.items()) == [
        ("title", "  as typed\n"),
        ("mail", "Anna@Firm.COM"),
        ("phone", " 0171 2345678"),
        ("seats", 12345678901234567890),
        ("amount", 1234.5),
        ("won", True),
        ("due", "2026-04-03"),
        ("called_at", 1775219400000),
        ("stage", "open"),
        ("tags", ["op1", "op2"]),
        ("owner", "g1koYv_uLg11RFM"),
    ]


def test_empty_cells_and_unknown_names_are_left_out() -> None:
    assert record_payload(EVERY_KIND, {"title": "", "mail": "a@b.co", "other": "x"}, ANYWHERE) == {
        "mail": "a@b.co"
    }
    assert record_payload(EVERY_KIND, {}, ANYWHERE) == {}


def test_fields_that_came_from_a_file_are_sent() -> None:
    schema = BUILT_IN["lead"].with_extra(["city", "zip"])
    assert record_payload(schema, {"zip": "01099", "name": "Anna"}, ANYWHERE) == {
        "name": "Anna",
        "zip": "01099",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mail", "test .sok@gmail.com"),
        ("phone", "+91-887788778888"),
        ("seats", "many"),
        ("seats", "9" * 5000),
        ("amount", "NaN"),
        ("amount", "1e999"),
        ("won", "perhaps"),
        ("due", "2026-02-30"),
        ("called_at", "noon"),
        ("stage", "Opne"),
        ("tags", ";"),
        ("title", "[1]"),
    ],
)
def test_what_cannot_be_read_goes_as_it_was_typed(name: str, text: str) -> None:
    assert record_payload(EVERY_KIND, {name: text}, ANYWHERE) == {name: text}


def test_an_unknown_value_of_several_stays_in_its_array() -> None:
    assert record_payload(EVERY_KIND, {"tags": "op1;new one"}, ANYWHERE) == {"tags": ["op1", "new one"]}


def test_the_documented_request() -> None:
    documented = json.loads((SAMPLES / "bad_email.request.json").read_text("utf-8"))
    assert [record_payload(BUILT_IN["lead"], record, ANYWHERE) for record in documented] == documented


@pytest.mark.parametrize(
    ("values", "empty"),
    [({}, True), ({"a": ""}, True), ({"a": "", "b": ""}, True), ({"a": " "}, False), ({"a": "0"}, False)],
)
def test_is_empty(values: dict[str, str], empty: bool) -> None:
    assert is_empty(values) is empty


def test_the_text_is_readable_json() -> None:
    records = [{"name": "Jörg", "seats": 2, "won": True, "tags": ["a"]}, {"name": 'say "hi"\n'}]
    assert payload_text(records) == json.dumps(records, ensure_ascii=False, indent=2)
    assert payload_text([]) == "[]"


def test_lone_surrogates_become_escapes() -> None:
    text = payload_text([{"name": "a\ud800b"}])
    assert '"a\\ud800b"' in text
    assert json.loads(text.encode("utf-8")) == [{"name": "a\ud800b"}]
    assert text.encode("utf-8") == encode_records([{"name": "a\ud800b"}])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers() | st.booleans(), max_size=3),
        max_size=3,
    )
)
def test_the_text_carries_every_record(records: list[dict[str, object]]) -> None:
    assert json.loads(payload_text(records).encode("utf-8")) == records
    assert payload_text(records).encode("utf-8") == encode_records(records)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({f.name: st.text(max_size=12) for f in EVERY_KIND.fields}))
def test_any_texts_make_json_that_every_reader_takes(values: dict[str, str]) -> None:
    record = record_payload(EVERY_KIND, values, ANYWHERE)
    assert set(record) == {f.name for f in EVERY_KIND.fields if values[f.name] and not f.read_only}
    json.dumps(record, allow_nan=False)
