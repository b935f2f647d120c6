"""JSONL: an object a line, with the line of each, and of what is wrong."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import UnreadableFile, read_file
from leapgrid.files.jsonlines import looks_like_json_lines, read_json_lines
from leapgrid.files.notebook import Notebook
from leapgrid.records.schema import schema_for

from .conftest import Read, codes, records, rows

Refusal = Callable[..., UnreadableFile]
ANNA, BO = '{"name": "Anna", "size": 1.50}', '{"email": "b@b.de", "name": "Bo", "ok": true}'


@pytest.mark.parametrize("name", ["in.jsonl", "in.ndjson", "in.json", "in.txt", "in", "in.csv"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n"], ids=["", "BOM", "blank"])
def test_reads_an_object_a_line(read: Read, name: str, end: str, start: str) -> None:
    text = start + end.join([ANNA, "", "  ", BO])
    found = read(name, text)
    assert found.kind == "jsonl"
    assert records(found) == [
        {"name": "Anna", "size": "1.50"},
        {"name": "Bo", "email": "b@b.de", "ok": "true"},
    ]
    above = start.count("\n")
    assert list(found.frame.lines or ()) == [1 + above, 4 + above]
    assert found.header_mapping == {"name": "name", "size": "size", "email": "email", "ok": "ok"}


def test_objects_over_several_lines_are_read_too(read: Read) -> None:
    for name in ("in.json", "in.jsonl"):
        found = read(name, '{\n  "name": "A"\n}\n{\n  "name": "B"\n}\n{"name": "C"}')
        assert (found.kind, records(found)) == ("jsonl", [{"name": "A"}, {"name": "B"}, {"name": "C"}])
        assert found.frame.lines == [1, 4, 7]


def test_one_line_is_json_unless_the_name_says_otherwise(read: Read, refusal: Refusal) -> None:
    assert read("in.json", ANNA).kind == "json"
    assert read("in.jsonl", ANNA).kind == "jsonl"
    assert read("in.jsonl", f"[{ANNA}]").kind == "json"
    # A single object of a .json file may be anything; a line of a .jsonl file is a record.
    assert "none of its keys" in refusal("in.json", '{"error": "x"}').message
    assert records(read("in.jsonl", '{"error": "x"}')) == [{"error": "x"}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"name": "B" "email": 1}', "a comma or a closing bracket is missing at character 14"),
        ('{"name": }', "a value is missing at character 10"),
        ("{name: 1}", "a key in double quotes is missing at character 2"),
        ('{"name": "B"} {"name": "C"}', "more text follows where it should end at character 15"),
        ('{"name": "B', "a text begins that is never closed at character 10"),
        ('{"name": "a\tb"}', "a line break or control character stands within a text at character 12"),
        ("plain", "a value is missing at character 1"),
        ('["B"]', "holds a list, not an object"),
        ("3", "holds a number, not an object"),
        ("null", "holds null, not an object"),
        ('{"a":' * 100_000, "is nested deeper than 64 levels"),
        ('{"name": ' + "[" * 70 + "]" * 70 + "}", "is nested deeper than 64 levels"),
        ('{"name": "' + "x" * 140_000 + '"}', "more than 131,072 characters"),
    ],
)
def test_a_bad_line_is_named(refusal: Refusal, line: str, said: str) -> None:
    problem = refusal("in.jsonl", f"{ANNA}\n\n{line}\n{BO}\n")
    assert problem.line == 3
    assert said in problem.message
    assert "in.jsonl" in problem.message
    assert len(problem.message) < 250


def test_notes_have_the_line(read: Read) -> None:
    found = read("in.jsonl", f'{ANNA}\n{{"name": {{"a": 1}}, "name": ["\\ud800"], "x": "\\ud800"}}\n')
    noted = {note.code: note.line for note in found.notes if note.code != "extra_field"}
    assert noted == {"repeated_key": 2, "nested_value": 2, "half_character": 2}
    assert rows(found)[1] == ['["\ufffd"]', "", "\ufffd"]


def test_a_file_with_only_empty_objects_keeps_them(read: Read) -> None:
    found = read("in.jsonl", "{}\n{}\n")
    assert found.frame.height == 2


@pytest.mark.parametrize(
    ("head", "suffix", "is_lines"),
    [
        ('{"a": 1}\n{"a"', ".json", True),
        ('{"a": 1}\n\n{', "", True),
        ('{"a": 1}\n,{', ".json", False),
        ('{"a": 1}', ".json", False),
        ('{"a": "' + "x" * 70_000, ".jsonl", True),
        ('{"a": "' + "x" * 70_000, ".json", False),
        ("{\n", ".jsonl", False),
        ('{"a": [\n', ".jsonl", False),
        ('{"a" 1}\n', ".jsonl", True),
        ("name,email\n", ".jsonl", False),
    ],
)
def test_what_it_is_is_seen_from_its_beginning(head: str, suffix: str, is_lines: bool) -> None:
    assert looks_like_json_lines(head, suffix) is is_lines


def test_many_lines_are_never_held_at_once_and_keys_may_come_late() -> None:
    count = 120_000

    def lines() -> Iterator[str]:
        for number in range(count):
            late = ', "late": "x"' if number == count - 1 else ', "odd": "y"' if number % 2 else ""
            yield f'{{"name": "N{number}", "email": "n{number}@firm.de"{late}}}\n'

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    frame = read_json_lines(lines(), "in.jsonl", Notebook())
    assert frame.headers == ("name", "email", "odd", "late")
    assert frame.height == count
    assert [frame.cell(count - 1, column) for column in range(4)] == ["N119999", "n119999@firm.de", "", "x"]
    assert [frame.cell(60_001, column) for column in range(4)] == ["N60001", "n60001@firm.de", "y", ""]
    assert [frame.cell(0, column) for column in range(4)] == ["N0", "n0@firm.de", "", ""]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200 * 1024  # KiB, with polars


def test_reading_can_be_ended_in_the_middle() -> None:
    class Enough(Exception):
        pass

    def go_on() -> None:
        raise Enough

    with pytest.raises(Enough):
        read_json_lines(("{}" for _ in range(2_000)), "in.jsonl", Notebook(), go_on)


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["name", "email", "x"]), _VALUES, min_size=1), min_size=2))
def test_it_means_the_same_as_a_list(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, object]]
) -> None:
    folder = Path(tmp_path_factory.mktemp("same"))
    (folder / "a.json").write_text(json.dumps(items), "utf-8")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, items)), "utf-8")
    one, other = (read_file(folder / name, schema=schema_for("lead")) for name in ("a.json", "a.jsonl"))
    assert one.frame.headers == other.frame.headers
    assert rows(one) == rows(other)
    assert list(other.frame.lines or ()) == list(range(1, len(items) + 1))
    assert codes(one) == codes(other)
