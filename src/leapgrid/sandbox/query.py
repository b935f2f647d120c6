"""The query language of the filter and pull endpoints: conditions, order, and which keys come back.

Operators and their meaning are those that the vendor's connector documents: ``eq``, ``neq``, ``gt``, ``gte``,
``lt``, ``lte`` (epoch milliseconds for times), ``contains`` with ``%`` wildcards from the caller, ``leq``
("lower equal": equal but for case) and ``in``. Inferences: ``contains`` without a wildcard finds the text
anywhere; wildcards heed case; a comparison of unlike types, or with null, holds for no record.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Predicate = Callable[[Mapping[str, Any]], bool]

TIME_FIELDS = ("created_at", "updated_at")
_MAX_DEPTH = 16
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class BadQuery(ValueError):
    """The query is not in a form that this server knows."""


def compile_filter(node: Any, depth: int = 0) -> Predicate:
    """Turn a filter into a test of one record.

    Args:
        node: None, ``{}``, a condition ``{field, operator, value}``, or ``and`` / ``or`` lists of nodes.
        depth: how many lists it stands in.

    Raises:
        BadQuery: it has another form, or nests deeper than 16.
    """
    if node is None or node == {}:
        return lambda record: True
    if not isinstance(node, dict) or depth > _MAX_DEPTH:
        raise BadQuery
    if "field" in node:
        return _condition(node)
    if not node.keys() <= {"and", "or"} or not all(isinstance(part, list) for part in node.values()):
        raise BadQuery
    every = [compile_filter(part, depth + 1) for part in node.get("and", ())]
    some = [compile_filter(part, depth + 1) for part in node.get("or", ())]
    return lambda record: (
        all(test(record) for test in every) and (not some or any(test(record) for test in some))
    )


def _condition(node: Mapping[str, Any]) -> Predicate:
    field, name = node["field"], node.get("operator")
    if not isinstance(field, str) or not isinstance(name, str) or "value" not in node:
        raise BadQuery
    value = node["value"]
    if name == "eq":
        return lambda record: _same(record.get(field), value)
    if name == "neq":
        return lambda record: not _same(record.get(field), value)
    if name == "in" and isinstance(value, list):
        return lambda record: any(_same(record.get(field), one) for one in value)
    if name == "leq" and isinstance(value, str):
        folded = value.casefold()
        return lambda record: isinstance(record.get(field), str) and record[field].casefold() == folded
    if name == "contains" and isinstance(value, str):
        return lambda record: isinstance(record.get(field), str) and _contains(record[field], value)
    if name in _ORDERINGS:
        ordered = _ORDERINGS[name]
        return lambda record: _comparable(record.get(field), value) and ordered(record[field], value)
    raise BadQuery


def _contains(text: str, pattern: str) -> bool:
    if "%" not in pattern:
        return pattern in text
    start, *middle, end = pattern.split("%")
    if not text.startswith(start):
        return False
    position = len(start)
    for part in middle:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(end) and len(text) - len(end) >= position


def _same(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _comparable(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return True
    return _is_number(left) and _is_number(right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_fields(value: Any) -> tuple[str, ...] | None:
    """The keys that a query asks for; None for all, where it names none.

    Raises:
        BadQuery: it is not a list of text.
    """
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadQuery
    return tuple(value)


def project(record: Mapping[str, Any], fields: Sequence[str] | None) -> dict[str, Any]:
    """The record with only these keys and its id, sorted; a key that it lacks comes as null."""
    if fields is None:
        return dict(record)
    return {name: record.get(name) for name in sorted({*fields, "id"})}


def sort_records(records: list[dict[str, Any]], sort: Any) -> list[dict[str, Any]]:
    """The records in the order of a query's ``sort``: numbers before text, nulls last either way.

    Raises:
        BadQuery: it is not a list of ``{field, direction}`` with "asc" or "desc" (which is an inference).
    """
    if sort is None:
        return records
    if not isinstance(sort, list):
        raise BadQuery
    for part in reversed(sort):
        field = part.get("field") if isinstance(part, dict) else None
        direction = part.get("direction", "asc") if isinstance(part, dict) else None
        if not isinstance(field, str) or direction not in ("asc", "desc"):
            raise BadQuery
        given = [record for record in records if record.get(field) is not None]
        missing = [record for record in records if record.get(field) is None]
        given.sort(key=lambda record: _sort_key(record[field]), reverse=direction == "desc")
        records = given + missing
    return records


def _sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, int | float):
        return 0, value
    return 1, value if isinstance(value, str) else repr(value)


def iso_time(epoch_ms: int) -> str:
    """Epoch milliseconds as the connector prints them: ISO 8601 in UTC, no trailing zeros in the fraction."""
    moment = datetime.fromtimestamp(epoch_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{epoch_ms % 1000:03d}".rstrip("0").rstrip(".")
    return f"{moment}{fraction}Z"
