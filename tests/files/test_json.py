"""JSON as the API takes it and as people keep it: values stay as they are spelled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import ImportMapping, UnreadableFile, read_file
from leapgrid.files.jsontext import compact, parse_json
from leapgrid.files.notebook import Notebook
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records, rows

SAMPLES = Path(__file__).parents[1] / "samples"
Refusal = Callable[..., UnreadableFile]


@pytest.mark.parametrize("sample", ["bad_email.request.json", "create_two_leads.request.json"])
def test_reads_the_documented_requests(sample: str) -> None:
    found = read_file(SAMPLES / sample, schema=schema_for("lead"))
    assert records(found) == json.loads((SAMPLES / sample).read_text())
    assert found.kind == "json"
    text = (SAMPLES / sample).read_text()
    assert found.frame.lines == [n for n, line in enumerate(text.split("\n"), 1) if line.strip() == "{"]
    assert found.notes == ()
    assert found.header_mapping == {"name": "name", "email": "email"}


def test_reads_over_the_trailing_commas_of_the_documentation() -> None:
    found = read_file(SAMPLES / "multiple_fields.request.json5", schema=schema_for("lead"))
    assert records(found) == [
        {"name": "John Smith", "email": "john.smith@example.com", "phone": "+1-555-123-4567",
         "status": "new", "external_id": "EXT-001"},
        {"name": "Jane Doe", "email": "jane.doe@example.com", "phone": "+1-555-987-6543",
         "status": "qualified", "external_id": "EXT-002"},
    ]  # fmt: skip
    assert codes(found) == ["json5"]


@pytest.mark.parametrize("sample", sorted(p.name for p in SAMPLES.glob("*.response.*.json")))
def test_an_answer_of_the_server_is_no_list_of_records(sample: str) -> None:
    with pytest.raises(UnreadableFile, match=r"none of its keys is a field of Lead"):
        read_file(SAMPLES / sample, schema=schema_for("lead"))


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("1.10", "1.10"), ("1e5", "1e5"), ("-0", "-0"), ("1E+2", "1E+2"), ("9" * 5000, "9" * 5000),
        ("12345678901234567890123", "12345678901234567890123"), ("true", "true"), ("false", "false"),
        ("null", ""), ('""', ""), ('" a "', " a "), ('"\\u0000"', "\x00"), ('"a\\nb"', "a\nb"),
        ('"\\ud83d\\ude00"', "😀"), ('"007"', "007"), ("NaN", "NaN"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["]", ",]", ", // a comment\n]"])
def test_values_keep_their_spelling(read: Read, spelled: str, text: str, end: str) -> None:
    assert rows(read("in.json", f'[{{"name": {spelled}}}{end}')) == [[text]]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ("[{'name': 'A'}, {name: \"B\"}]", ["A", "B"]),
        ("[{name: 'http://a/*b'}]", ["http://a/*b"]),
        ('[{"name": "// no /* comment */"}, /* [ */ ]', ["// no /* comment */"]),
        ('// leads\n[{"name": "A, ]"},]', ["A, ]"]),
        ('/* x */ {"values": [{"name": "A"}]}', ["A"]),
        ('[{"name": "a,]", "email": "\\",}"},]', ["a,]"]),
    ],
)
def test_reads_json5(read: Read, data: str, names: list[str]) -> None:
    found = read("in.json", data)
    assert [record["name"] for record in records(found)] == names
    assert "json5" in codes(found)


def test_a_long_text_with_trailing_commas_is_read_without_the_slow_parser(read: Read) -> None:
    data = "[" + '{"name": "A", "email": "a@b.de",},\n' * 40_000 + "]"
    assert len(data) > 1024 * 1024
    assert read("in.json", data).frame.height == 40_000


def test_a_long_text_that_is_not_json_is_refused_without_the_slow_parser(refusal: Refusal) -> None:
    problem = refusal("in.json", "[" + '{"name": "A"},\n' * 80_000 + "{name: 'B'}]")
    assert problem.line == 80_001
    assert "only up to 1 MiB" in problem.message


def test_keys_that_the_schema_does_not_know_are_sent(read: Read) -> None:
    found = read("in.json", '[{"name": "A", "size": 3}, {"multiselect_1": ["op3"], "Email": "x"}]')
    assert found.schema.extra_names == ("size", "multiselect_1", "Email")
    assert records(found) == [{"name": "A", "size": "3"}, {"multiselect_1": '["op3"]', "Email": "x"}]
    assert codes(found) == ["extra_field", "extra_field", "extra_field", "nested_value"]
    assert found.notes[2].message.endswith("Closest: email.")


def test_a_key_that_looks_like_a_secret_is_sent_and_told_of(read: Read) -> None:
    text = '[{"name": "A", "password": "x", "API key": "y", "keyword": "z", "tokyo": "t"}]'
    found = read("in.json", text)
    assert records(found) == [
        {"name": "A", "password": "x", "API key": "y", "keyword": "z", "tokyo": "t"},
    ]
    assert [note.message for note in found.notes if note.code == "secret_field"] == [
        "“password” looks like a secret and is sent as it stands; leave it out with --map 'password='.",
        "“API key” looks like a secret and is sent as it stands; leave it out with --map 'API key='.",
    ]
    said = ImportMapping(columns={"password": None, "API key": "API key"})
    found = read("in.json", text, said=said)
    assert "secret_field" not in codes(found)  # somebody said it
    assert "password" not in records(found)[0]


def test_lists_and_objects_become_their_json_text(read: Read) -> None:
    found = read("in.json", '[{"name": "A", "x": {"b": [1.50, "é", null, true], "a": {}}}]')
    assert records(found)[0]["x"] == '{"b":[1.50,"é",null,true],"a":{}}'
    assert found.notes[1].line == 1
    assert found.notes[1].message == "Record 1 (line 1) has an object in “x”; it was read as its JSON text."


def test_half_a_character_is_replaced_and_noted(read: Read) -> None:
    found = read("in.json", '[{"name": "A"}, {"name": "x\\ud800y"}]')
    assert rows(found)[1] == ["x\ufffdy"]
    assert codes(found) == ["half_character"]
    assert "Record 2" in found.notes[0].message


def test_a_repeated_key_is_noted_and_its_last_value_counts(read: Read) -> None:
    found = read("in.json", '[{"name": "A", "name": "B"}]')
    assert records(found) == [{"name": "B"}]
    assert codes(found) == ["repeated_key"]


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ('{"name": "A"}', None),
        ('{"values": [{"name": "A"}]}', "wrapped"),
        ('{"records": [{"name": "A"}]}', "wrapped"),
        ('{"leads": [{"name": "A"}]}', "wrapped"),
        ('{"success": true, "data": [{"name": "A"}]}', "wrapped"),
        ('\ufeff [{"name": "A"}]', None),
    ],
)
def test_finds_the_records_in_what_is_around_them(read: Read, data: str, note: str | None) -> None:
    found = read("in.json", data)
    assert records(found) == [{"name": "A"}]
    assert codes(found) == ([note] if note else [])


def test_an_empty_list_has_no_records(read: Read) -> None:
    found = read("in.json", "[]")
    assert found.frame.height == 0
    assert codes(found) == ["no_records"]


def test_maps_keys_as_a_person_says(read: Read) -> None:
    said = ImportMapping(columns={"mail": "email", "x": None})
    found = read("in.json", '[{"mail": "a", "email": "b", "x": "c"}]', said=said)
    assert found.header_mapping == {"mail": "email", "email": None, "x": None}
    assert records(found) == [{"email": "a"}]
    assert found.schema.extra_names == ()


@pytest.mark.parametrize(
    ("data", "said", "line"),
    [
        ('["a"]', "Record 1 of in.json is text, not an object with fields.", None),
        ('[{"name": "A"}, 3]', "Record 2 of in.json is a number,", None),
        ('[[{"name": "A"}]]', "Record 1 of in.json is a list,", None),
        ("[null]", "Record 1 of in.json is null,", None),
        ('{"values": ["a", "b"]}', "Record 1 of “values” in in.json is text,", None),
        ('{"error": "x"}', "none of its keys is a field of Lead.", None),
        ('{"Name": "x"}', "“Name” is spelled otherwise.", None),
        ('"abc"', "in.json holds text, not records.", None),
        ("12", "in.json holds a number, not records.", None),
        ('[{"name": "A"}\n,{"name": "B" "email": 1}]', "a closing bracket is missing in line 2", 2),
        ('[\n{"name": "A"},\n', "it ends too early in line", 3),
        ('[\n{"name": "A\n', "a line break or control character stands within a text in line 2", 2),
        ('{"name": "A"}\n["B"]\n', "more text follows where it should end in line 2, character 1.", 2),
        ('[\r\n{"name": "A"},\r\n{"name": B}]', "a value is missing in line 3, character 10.", 3),
        ('[\r{"name": "A"},\r{"name": B}]', "a value is missing in line 3, character 10.", 3),
        ('[/*\n\n*/{"name": "A"},\n{"name": {"a": 1}, "b": [}]', "in line 4, character 26.", 4),
        ("name,email\nA,b\n", "in.json is not JSON", 1),
        ("[" * 200_000, "Line 1 of in.json is nested deeper than 64 levels.", 1),
        ("\n" + '[{"a":' * 200_000, "Line 2 of in.json is nested deeper than 64 levels.", 2),
        ('[{"name": ' + "[" * 70 + "]" * 70 + "}]", "is nested deeper than 64 levels in “name”.", 1),
        ("[{a: " + "[" * 5000, "is nested deeper than 64 levels.", 1),
        ('[{"name": "' + "x" * 140_000 + '"}]', "more than 131,072 characters in “name”.", 1),
        (json.dumps([{f"k{n}": 1} for n in range(2_001)]), "more than 2,000 different keys", 1),
        ("[" + "{}," * 500_001 + "{}]", "more than 500,000 objects", None),
    ],
)  # fmt: skip
def test_says_what_is_wrong_with_json_and_where(
    refusal: Refusal, data: str, said: str, line: int | None
) -> None:
    problem = refusal("in.json", data)
    assert said in problem.message
    assert "in.json" in problem.message
    assert problem.line == line
    assert len(problem.message) < 250


def test_a_table_of_mostly_empty_cells_is_refused_before_it_is_made(refusal: Refusal) -> None:
    data = "[" + ",".join(f'{{"k{n % 1000}": 1}}' for n in range(20_000)) + "]"
    assert "more than 10,000,000 cells" in refusal("in.json", data).message


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_JSON)
def test_compact_text_means_the_same(value: object) -> None:
    read = parse_json(json.dumps(value), "x", Notebook())
    assert json.loads(compact(read)) == value


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_text_makes_anything_but_a_sentence(data: st.DataObject) -> None:
    text = list(SAMPLES.joinpath("multiple_fields.request.json5").read_text()[:160])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from("[]{}\"',:\\\n/*0-.eu\x00é\ud800"))
    said = ""
    try:
        parse_json("".join(text), "x", Notebook())
    except UnreadableFile as problem:
        said = problem.message
    assert said.isprintable()
