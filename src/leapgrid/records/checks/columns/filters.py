"""Which texts of a column are surely without finding, by type: filters that may only accept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING

from leapgrid.records.checks.base import CheckContext
from leapgrid.records.schema import Field, FieldType

if TYPE_CHECKING:
    import polars as pl

Filter = Callable[["pl.Series"], "pl.Series"]
"""Strings without nulls -> for each whether it is surely fine."""

SPACES = r"\t-\r\x1c-\x1f \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
"""What Python takes for spaces, as the inside of a class in polars' patterns; polars' own differs."""

_NO_TEXT = r"\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}\x{fffe}\x{ffff}"
_ONE_LINE = rf"[{_NO_TEXT}\t-\r\x{{85}}\x{{2028}}\x{{2029}}\[{{]"
_LINES = rf"[{_NO_TEXT}\[{{]"

_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_SAFE_YEAR = r"[1-8][0-9]{3}"
_MONTH_DAY = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_DAY_MONTH = (
    r"(?:(?:0?[1-9]|1[0-9]|2[0-8])S(?:0?[1-9]|1[0-2])|(?:29|30)S(?:0?[13-9]|1[0-2])|31S(?:0?[13578]|1[02]))"
)
_MONTH_FIRST = (
    r"(?:(?:0?[1-9]|1[0-2])S(?:0?[1-9]|1[0-9]|2[0-8])|(?:0?[13-9]|1[0-2])S(?:29|30)|(?:0?[13578]|1[02])S31)"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_ZONE = r"(?:Z|[+\-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"


def filter_for(field: Field, context: CheckContext) -> Filter:
    """The filter of a field's type, without regard to length, emptiness and whether the field is filled by
    the server.

    Args:
        field: the column's field.
        context: as for :func:`~leapgrid.records.checks.check_cell`.
    """
    match field.type:
        case FieldType.EMAIL:
            from leapgrid.records.checks.columns.emails import Addresses

            return Addresses().fine
        case FieldType.CHOICE if field.choices_closed and field.choices:
            return lambda texts: texts.is_in(list(field.choices)) & _text(field, texts)
        case FieldType.TEXT | FieldType.CHOICE:
            return lambda texts: _text(field, texts)
        case FieldType.MULTI_CHOICE if field.choices_closed and field.choices:
            return lambda texts: texts.str.contains("[^;" + SPACES + "]") & texts.is_in(list(field.choices))
    pattern = _pattern(field, context)
    return lambda texts: texts.str.contains(pattern)


def _text(field: Field, texts: pl.Series) -> pl.Series:
    return ~texts.str.contains(_LINES if field.multiline else _ONE_LINE)


def _pattern(field: Field, context: CheckContext) -> str:
    match field.type:
        case FieldType.INTEGER:
            return r"^[+\-]?(?:0|[1-9][0-9]{0,99})$"
        case FieldType.NUMBER:
            # Fifteen digits always come back from a floating-point number as they went in.
            return r"^[+\-]?(?:0|[1-9][0-9]{0,99}|[0-9]{1,9}\.[0-9]{1,6})$"
        case FieldType.BOOLEAN:
            return "^(?:true|false|yes|no|TRUE|FALSE|YES|NO|True|False|Yes|No|1|0)$"
        case FieldType.DATE:
            return f"^(?:{'|'.join(_dates(context))})$"
        case FieldType.DATETIME:
            zone = f"{_ZONE}?" if context.timezone is UTC else _ZONE
            return rf"^(?:{_SAFE_YEAR}-{_MONTH_DAY}[T ]{_CLOCK}{zone}|[0-9]{{12,13}})$"
        case FieldType.MULTI_CHOICE:
            return f"[^;{SPACES}]"
        case FieldType.REFERENCE:
            return r"^[0-9A-Za-z_.:/#+=\-]+$"
    raise ValueError(f"There is no pattern for {field.type}.")


def _dates(context: CheckContext) -> list[str]:
    """How a date may be written without doubt in this order of day and month."""
    shapes = [f"{_YEAR}-{_MONTH_DAY}"]
    if context.date_order == "mdy":
        shapes += [f"{_MONTH_FIRST.replace('S', sign)}{sign}{_YEAR}" for sign in (r"\.", "/", "-")]
    else:
        # With dots the day is first wherever nobody has said otherwise.
        signs = (r"\.", "/", "-") if context.date_order == "dmy" else (r"\.",)
        shapes += [f"{_DAY_MONTH.replace('S', sign)}{sign}{_YEAR}" for sign in signs]
    return shapes
