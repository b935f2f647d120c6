"""Bad JSON, JSONL and curl files: each is refused with one sentence that says where and what to do."""

from __future__ import annotations

import codecs
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leapgrid.files import UnreadableFile
from leapgrid.files.reader import read_raw
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")
RECORD = b'{"name": "Anna", "email": "anna@firm.com"}'
MIB = 1024 * 1024

Make = Callable[[Path], None]


def holds(data: bytes | str) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    return make


def sparse(begin: bytes, size: int) -> Make:
    """A file of this size that takes no room: NULs behind its beginning."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(begin)
            file.truncate(size)

    return make


DEEP = 200_000
BAD: dict[str, tuple[str, Make, str, int | None]] = {
    "lists nested 200,000 deep": ("x.json", holds("[" * DEEP), "Line 1 of x.json is nested deeper", 1),
    "and closed again": ("x.json", holds("[" * DEEP + "]" * DEEP), "Line 1 of x.json is nested deeper", 1),
    "objects nested 200,000 deep": ("x.json", holds('[\n{"a":' * DEEP), "Line 33 of x.json is nested", 33),
    "deep in a value": (
        "x.json",
        holds('[{"name": ' + "[" * 900 + "]" * 900 + "}]"),
        "deeper than 64 levels",
        1,
    ),
    "deep in a line": ("x.jsonl", holds(RECORD + b"\n" + b'{"a":' * DEEP), "Line 2 of x.jsonl is nested", 2),
    "deep in JSON5": ("x.json5", holds("[{a: " + "[" * DEEP), "is nested deeper than 64 levels", 1),
    "deep in a command": (
        "x.txt",
        holds("curl h -d '" + "[" * DEEP + "'"),
        "Line 1 of x.txt is nested deeper",
        1,
    ),
    "cut short": ("x.json", holds(b"[" + RECORD + b",\n" + RECORD[:-3]), "in line 2", 2),
    "a line cut short": ("x.jsonl", holds(RECORD + b"\n" + RECORD[:-3]), "Line 2 of x.jsonl is not JSON", 2),
    "two lists": ("x.json", holds(b"[" + RECORD + b"]\n[" + RECORD + b"]"), "more text follows", 2),
    "a web page": (
        "x.json",
        holds("<!DOCTYPE html>\n<html>"),
        "x.json is a web page under another name",
        None,
    ),
    "only a comment": ("x.json", holds("// leads\n"), "x.json is not JSON", 2),
    "a number of 200,000 digits": (
        "x.json",
        holds('{"a": ' + "9" * 200_000 + "}"),
        "more than 131,072 characters in “a”",
        1,
    ),
    "values that are no records": (
        "x.json",
        holds(f"[{'1,' * 100_000}1]"),
        "Record 1 of x.json is a number",
        None,
    ),
    "a lone bracket": ("x.json", holds("["), "in line 1, character 2", 1),
    "half a text": ("x.json", holds('[{"name": "An'), "it ends too early in line 1, character 14", 1),
    "a line break in a text": (
        "x.json",
        holds('[{"name": "An\nna"}]'),
        "a line break or control character",
        1,
    ),
    "half UTF-8": ("x.json", holds(b'[{"name": "M\xfc'), "x.json", None),
    "half UTF-16": (
        "x.json",
        holds(codecs.BOM_UTF16_LE + '[{"name": "A"}]'.encode("utf-16-le")[:-1]),
        "x.json",
        None,
    ),
    "NULs": ("x.json", holds(b"[" + b"\0" * 100_000), "x.json", None),
    "1 GB of nothing": ("x.json", sparse(b"[", 1024 * MIB), "x.json is", None),
    "1 GB in a line": ("x.jsonl", sparse(b'{"name": "', 1024 * MIB), "x.jsonl", 1),
    "100 MB of a list": ("x.json", sparse(b"[" + RECORD, 100 * MIB), "x.json is", None),
    "a line of 2 MB": (
        "x.jsonl",
        holds(RECORD + b'\n{"name": "' + b"x" * 2 * MIB + b'"}'),
        "Line 2 of x.jsonl",
        2,
    ),
    "a value of 200 KB": (
        "x.jsonl",
        holds(b'{"name": "' + b"x" * 200_000 + b'"}'),
        "more than 131,072 characters",
        1,
    ),
    "600,000 objects": ("x.json", holds("[" + "{}," * 600_000 + "{}]"), "more than 500,000 objects", None),
    "3,000 keys": (
        "x.json",
        holds(json.dumps([{f"k{n}": 1} for n in range(3_000)])),
        "2,000 different keys",
        1,
    ),
    "3,000 keys in lines": (
        "x.jsonl",
        holds("\n".join(json.dumps({f"k{n}": 1}) for n in range(3_000))),
        "2,000 different keys up to record 2001",
        2001,
    ),
    "JSON5 that is too long": ("x.json5", holds("[" + "{name: 'A'}," * 100_000 + "]"), "only up to 1 MiB", 1),
    "a command without a body": ("x.txt", holds("curl https://h/x -H 'a: b'"), "has no --data", 1),
    "a command that reads a file": ("x.txt", holds("curl h -d @/etc/passwd"), "from another file", 1),
    "a command that runs another": ("x.txt", holds('curl h -d "$(id)" | sh'), "outside of quotes", 1),
    "a text for a command without end": (
        "x.txt",
        holds("curl h -d @- <<X\n[]\n" + "y\n" * 100_000),
        "never ended",
        1,
    ),
    "a quote without end": (
        "x.txt",
        holds("curl h -d '[" + "\n" * 100_000),
        "opens a quote that is never closed",
        1,
    ),
    "40 MB of a command": ("x.txt", sparse(b"curl h -d '", 40 * MIB), "x.txt is", None),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path: Path, bad: str) -> None:
    name, make, said, line = BAD[bad]
    path = tmp_path / name
    make(path)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        read_raw(path, schema=LEAD)
    problem = caught.value
    assert said in problem.message
    assert line is None or problem.line == line
    assert name in problem.message
    assert problem.message.isprintable()
    assert problem.message.endswith((".", "]."))
    assert len(problem.message) < 300
    assert time.monotonic() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KiB


ODD: dict[str, tuple[str, bytes | str, list[list[str]]]] = {
    "NaN and infinities": ("x.json", '[{"name": NaN}, {"name": -Infinity}]', [["NaN"], ["-Infinity"]]),
    "a number of 5,000 digits": ("x.json", '[{"name": ' + "9" * 5_000 + "}]", [["9" * 5_000]]),
    "numbers as they are spelled": ("x.jsonl", '{"name": 1.50}\n{"name": 1E+2}', [["1.50"], ["1E+2"]]),
    "a key twice": ("x.json", '[{"name": "A", "name": "B"}]', [["B"]]),
    "a lone surrogate": ("x.json", '[{"name": "a\\ud800"}]', [["a\ufffd"]]),
    "a pair of them": ("x.jsonl", '{"name": "\\ud83d\\ude00"}\n{}', [["😀"], [""]]),
    "a BOM": ("x.json", "\ufeff[" + RECORD.decode() + "]", [["Anna", "anna@firm.com"]]),
    "a BOM before lines": ("x.jsonl", "\ufeff" + RECORD.decode(), [["Anna", "anna@firm.com"]]),
    "UTF-16 with a mark": ("x.json", '[{"name": "Müller"}]'.encode("utf-16"), [["Müller"]]),
    "UTF-16 without": (
        "x.json",
        '[{"name": "Muller"}, {"name": "Anna"}]'.encode("utf-16-be"),
        [["Muller"], ["Anna"]],
    ),
    "UTF-16 lines": ("x.jsonl", '{"name": "Müller"}\n{"name": "B"}'.encode("utf-16"), [["Müller"], ["B"]]),
    "a NUL in a text": ("x.json", '[{"name": "a\\u0000b"}]', [["a\x00b"]]),
    "only CR": ("x.json", '[\r{"name": "A"},\r{"name": "B"}\r]', [["A"], ["B"]]),
    "an empty list": ("x.json", "[]", []),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_is_read_right(tmp_path: Path, odd: str) -> None:
    name, data, rows = ODD[odd]
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    frame = read_raw(path, schema=LEAD).frame
    columns = [frame.column(index) for index in range(len(frame.headers))]
    assert [list(row) for row in zip(*columns, strict=True)] == rows
