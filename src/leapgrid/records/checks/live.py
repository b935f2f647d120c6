"""The verdict while typing: what is not right yet is told apart from what typing on cannot mend."""

from __future__ import annotations

from leapgrid.records.checks.base import (
    FINE,
    CheckContext,
    Findings,
    Typing,
    TypingState,
    not_yet,
    wrong,
)
from leapgrid.records.checks.boolean import type_boolean
from leapgrid.records.checks.cells import check_cell
from leapgrid.records.checks.choice import type_choice, type_multi_choice
from leapgrid.records.checks.date import type_date, type_datetime
from leapgrid.records.checks.email import type_email
from leapgrid.records.checks.number import type_number
from leapgrid.records.checks.phone import type_phone
from leapgrid.records.issues import Severity
from leapgrid.records.schema import Field, FieldType


def check_typing(field: Field, text: str, context: CheckContext) -> Typing:
    """The verdict on what stands in an open editor, at every keystroke.

    It never calls an error what could become fine by typing on at the end, and never calls fine what
    :func:`check_cell` would call an error.

    Args: as for :func:`check_cell`.
    """
    findings = check_cell(field, text, context)
    if not text:
        return not_yet("a value is wanted here") if findings else FINE
    if field.read_only:
        return _finished(findings)
    too_long = next((f for f in findings if f.code == "too_long"), None)
    if too_long is not None:
        return wrong(too_long)
    return _by_type(field, text, context) or _finished(findings)


def _by_type(field: Field, text: str, context: CheckContext) -> Typing | None:
    """The verdict of the types that know beginnings; None for those that have none."""
    match field.type:
        case FieldType.EMAIL:
            return type_email(text)
        case FieldType.PHONE:
            return type_phone(text, context.default_country)
        case FieldType.INTEGER | FieldType.NUMBER:
            return type_number(text, field.type is FieldType.INTEGER)
        case FieldType.BOOLEAN:
            return type_boolean(text)
        case FieldType.DATE:
            return type_date(text, context.date_order)
        case FieldType.DATETIME:
            return type_datetime(text, context.date_order, context.timezone)
        case FieldType.CHOICE if field.choices_closed and field.choices:
            return type_choice(text, field.choices, True)
        case FieldType.MULTI_CHOICE:
            return type_multi_choice(text, field.choices, field.choices_closed)
        case _:
            return None


def _finished(findings: Findings) -> Typing:
    if not findings:
        return FINE
    first = findings[0]
    if first.severity is Severity.ERROR:
        # JSON in a text field: the next character may make text of it.
        return not_yet("a text; so far this is a list or an object")
    return Typing(TypingState.WARNING, first.message, first.fix, first.spans)
