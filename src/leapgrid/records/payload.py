"""What is sent of a record: the table "Cells and payloads", right column."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from leapgrid.records.checks.base import CheckContext
from leapgrid.records.schema import Field, FieldType, ObjectSchema

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def is_empty(values: Mapping[str, str]) -> bool:
    """Whether a record has no text at all; such a record is never sent and is no error."""
    return not any(values.values())


def record_payload(schema: ObjectSchema, values: Mapping[str, str], context: CheckContext) -> dict[str, Any]:
    """The JSON object of a record, its keys in the order of the schema.

    Empty cells are left out, and so are fields that the server fills. Text goes as it was typed, never
    trimmed or re-cased. A text that cannot be read as its field's type goes as it was typed too: it is only
    sent where a person has overruled the error, and the server is the judge.

    Args:
        schema: the record's object.
        values: texts by field; names that the schema does not know are ignored.
        context: as for ``check_cell``: a payload means the same as the check that let it pass.
    """
    record: dict[str, Any] = {}
    for field in schema.fields:
        text = values.get(field.name, "")
        if text and not field.read_only:
            record[field.name] = _value(field, text, context)
    return record


def _value(field: Field, text: str, context: CheckContext) -> Any:
    # The readers of types that most objects do not have are loaded where one has them.
    value: Any = None
    match field.type:
        case FieldType.INTEGER | FieldType.NUMBER:
            from leapgrid.records.checks.number import read_number

            value = read_number(text, field.type is FieldType.INTEGER)
        case FieldType.BOOLEAN:
            from leapgrid.records.checks.boolean import read_boolean

            value = read_boolean(text)
        case FieldType.DATE:
            from leapgrid.records.checks.date import read_date

            value = read_date(text, context.date_order)
        case FieldType.DATETIME:
            from leapgrid.records.checks.date import read_datetime

            value = read_datetime(text, context.date_order, context.timezone)
        case FieldType.MULTI_CHOICE:
            from leapgrid.records.checks.choice import split_choices

            value = list(split_choices(text)) or None
        case _:
            pass
    return text if value is None else value


def payload_text(records: Sequence[Mapping[str, Any]]) -> str:
    """The body of a call as text: a readable JSON array, the same to the byte as what the client sends.

    Lone surrogates, which UTF-8 cannot carry, stand as ``\\uXXXX`` escapes.

    Args:
        records: payloads of :func:`record_payload`, in the order of sending.
    """
    text = json.dumps(list(records), ensure_ascii=False, indent=2)
    return _LONE_SURROGATES.sub(lambda m: f"\\u{ord(m.group()):04x}", text)
