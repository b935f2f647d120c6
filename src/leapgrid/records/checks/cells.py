"""The verdict on a finished cell and on a record: which rules a field's type brings together."""

from __future__ import annotations

from collections.abc import Mapping

from leapgrid.records.checks.base import CheckContext, Findings, error, warning
from leapgrid.records.checks.boolean import check_boolean
from leapgrid.records.checks.choice import check_choice, check_multi_choice
from leapgrid.records.checks.date import check_date, check_datetime
from leapgrid.records.checks.email import check_email
from leapgrid.records.checks.number import check_number
from leapgrid.records.checks.phone import check_phone
from leapgrid.records.checks.reference import check_reference
from leapgrid.records.checks.text import check_length, check_text
from leapgrid.records.issues import Finding
from leapgrid.records.schema import Field, FieldType, ObjectSchema
from leapgrid.visible import visible


def check_cell(field: Field, text: str, context: CheckContext) -> Findings:
    """What is wrong with a cell. Pure, without network, and quick: verdicts are kept by value.

    Args:
        field: the cell's field.
        text: exactly what stands in the cell.
        context: what a value without country, zone or order of day and month means.

    Returns:
        The findings, errors first; none for a cell that is fine. An empty cell is fine unless the field is
        required. Cells of a record that is empty as a whole are not to be checked: it is never sent.
    """
    if not text:
        if field.required:
            return (error("required", f"The {visible(field.label, 40)} is missing. Fill this cell."),)
        return ()
    if field.read_only:
        return (warning("read_only", "The server fills this field; what stands here is not sent."),)
    findings = _by_type(field, text, context)
    if field.max_length is not None and len(text) > field.max_length:
        findings = (*check_length(field, text), *findings)
    if len(findings) > 1:
        # Errors first: the first finding is the one that the issue line tells.
        return tuple(sorted(findings, key=lambda f: f.severity))
    return findings


def load_rules(schema: ObjectSchema) -> None:
    """Load the libraries that judge an object's values, so that the first check need not: 40 ms of Python."""
    types = {field.type for field in schema.fields}
    if FieldType.EMAIL in types:
        import email_validator  # noqa: F401  # only loaded
    if FieldType.PHONE in types:
        import phonenumbers  # noqa: F401  # only loaded


def _by_type(field: Field, text: str, context: CheckContext) -> Findings:
    match field.type:
        case FieldType.TEXT:
            return check_text(field, text)
        case FieldType.EMAIL:
            return check_email(text)
        case FieldType.PHONE:
            return check_phone(text, context.default_country)
        case FieldType.INTEGER | FieldType.NUMBER:
            return check_number(text, field.type is FieldType.INTEGER)
        case FieldType.BOOLEAN:
            return check_boolean(text)
        case FieldType.DATE:
            return check_date(text, context.date_order)
        case FieldType.DATETIME:
            return check_datetime(text, context.date_order, context.timezone)
        case FieldType.CHOICE:
            return check_choice(text, field.choices, field.choices_closed) or check_text(field, text)
        case FieldType.MULTI_CHOICE:
            return check_multi_choice(text, field.choices, field.choices_closed)
        case FieldType.REFERENCE:
            return check_text(field, text) or check_reference(text)


def check_record(
    schema: ObjectSchema, values: Mapping[str, str], context: CheckContext
) -> tuple[Finding, ...]:
    """What is wrong with a record beyond its cells.

    Args:
        schema: the record's object.
        values: texts by field; missing ones are empty.
        context: as for :func:`check_cell`.
    """
    if not any(values.values()):
        return ()
    findings = []
    for field in schema.fields:
        if field.recommended and not field.read_only and not values.get(field.name, "").strip():
            noun = visible(field.name.replace("_", " "), 40)
            record = visible(schema.label.lower(), 40)
            found = warning(
                f"{field.name}_missing", f"This {record} has no {noun} and will be hard to find again."
            )
            findings.append(Finding(found.severity, found.code, found.message, field=field.name))
    return tuple(findings)
