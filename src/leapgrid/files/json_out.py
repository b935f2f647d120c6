"""JSON out: a record a line, which reads back exactly, or the array that is the body of a call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from json.encoder import encode_basestring
from typing import Any, BinaryIO

_HALVES = re.compile("[\ud800-\udfff]")
_BLOCK = 4096
"""Records that are turned into bytes together."""


def write_lines(file: BinaryIO, keys: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a JSON object a line (JSONL), every value a text and every key in every line.

    So the columns and their order are the same when it is read, also where cells are empty.

    Args:
        file: to write bytes to.
        keys: one a column, no two alike.
        rows: each as long as ``keys``; gone through once.

    Returns:
        The number of records.
    """
    begins = [f"{'{' if at == 0 else ','}{encode_basestring(key)}:" for at, key in enumerate(keys)]
    encode, coming, count = encode_basestring, iter(rows), 0
    while block := list(islice(coming, _BLOCK)):
        count += len(block)
        lines = [
            "".join([begin + encode(cell) for begin, cell in zip(begins, row, strict=True)]) or "{"
            for row in block
        ]
        file.write(_bytes("}\n".join(lines) + "}\n"))
    return count


def write_payload(file: BinaryIO, records: Iterable[Mapping[str, Any]]) -> int:
    """Write payloads as the JSON array that a call would send, to the byte as
    :func:`leapgrid.records.payload_text` has it, without holding them all at once.

    Returns:
        The number of records.
    """
    count = 0
    for record in records:
        text = json.dumps(record, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        file.write(_bytes(f"{',' if count else '['}\n  {text}"))
        count += 1
    file.write(b"\n]" if count else b"[]")
    return count


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALVES.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()
