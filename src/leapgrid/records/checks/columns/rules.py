"""The rules of a record beyond its cells, for a whole batch."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from leapgrid.records.checks.base import CheckContext
from leapgrid.records.checks.cells import check_record
from leapgrid.records.checks.columns.column import texts_of
from leapgrid.records.issues import Finding
from leapgrid.records.schema import ObjectSchema


def check_rows(
    schema: ObjectSchema,
    columns: Mapping[str, Sequence[str]],
    filled: Sequence[bool],
    context: CheckContext,
) -> list[tuple[array[int], tuple[Finding, ...]]]:
    """What is wrong with records beyond their cells: the same as :func:`check_record` says one by one.

    Args:
        schema: the records' object.
        columns: texts by field, lists or polars Series, all of one length; missing ones are empty.
        filled: for each record whether it has any text; the others are never in the answer.
        context: as for :func:`check_record`.

    Returns:
        Row indices, ascending, with the findings they have in common.
    """
    watched = [f.name for f in schema.fields if f.recommended and not f.read_only]
    texts = {name: texts_of(columns[name]) for name in watched if name in columns}
    found: dict[tuple[bool, ...], array[int]] = {}
    for row, any_text in enumerate(filled):
        if any_text:
            blank = tuple(not (name in texts and texts[name][row].strip()) for name in watched)
            if any(blank):
                found.setdefault(blank, array("q")).append(row)
    answer = []
    for blank, rows in found.items():
        # Any text for the others: the rule only asks whether there is one.
        values = {f.name: "x" for f in schema.fields} | {"": "x"}
        values.update({name: "" for name, none in zip(watched, blank, strict=True) if none})
        answer.append((rows, check_record(schema, values, context)))
    return answer
