"""Texts whose records are objects with keys: JSON, JSON5, JSONL and curl commands, each to one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from leapgrid.files.curl import read_curl
from leapgrid.files.jsonlines import read_json_lines
from leapgrid.files.jsonscan import Object, Several
from leapgrid.files.jsontext import parse_json
from leapgrid.files.model import Kind
from leapgrid.files.notebook import Notebook
from leapgrid.files.objects import records_of, tabulate
from leapgrid.records.frame import Frame
from leapgrid.records.schema import ObjectSchema


class Keyed(NamedTuple):
    """Records read from a text.

    Attributes:
        frame: one column a key, in the order in which the keys come first.
        kind: what the text held.
        single: it was one object only, which may be something else than a record.
    """

    frame: Frame
    kind: Kind
    single: bool = False


def read_json(text: str, name: str, schema: ObjectSchema, notes: Notebook) -> Keyed:
    """Read JSON or JSON5: a list of objects, an object around one, one object, or several in a row.

    Args:
        text: the whole text, decoded.
        name: the file's name for messages.
        schema: the object whose records they should be.
        notes: takes what a person should know.

    Raises:
        UnreadableFile: with a sentence, and the line where one can be named.
    """
    value = parse_json(text, name, notes)
    records = records_of(value, name, schema, notes)
    single = isinstance(value, Object) and len(records) == 1 and records[0] is value
    return Keyed(tabulate(records, name, notes), "jsonl" if isinstance(value, Several) else "json", single)


def read_lines(
    lines: Iterable[str], name: str, notes: Notebook, go_on: Callable[[], None] | None = None
) -> Keyed:
    """Read JSONL; see :func:`leapgrid.files.jsonlines.read_json_lines`."""
    return Keyed(read_json_lines(lines, name, notes, go_on), "jsonl")


def read_curl_commands(text: str, name: str, schema: ObjectSchema, notes: Notebook) -> Keyed:
    """Read the bodies of curl commands as one list of records; nothing else of them is kept.

    Args and errors as for :func:`read_json`.
    """
    records: list[Object] = []
    for body in read_curl(text, name, schema.slug, notes):
        value = parse_json(body.text, name, notes, first_line=body.line, flat=body.flat)
        records += records_of(value, name, schema, notes)
    return Keyed(tabulate(records, name, notes), "curl")
