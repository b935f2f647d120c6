"""By which field a record can be found again at the server. Pure.

The ladder: a field that the schema calls unique; else ``external_id``; else the e-mail, which finds records
that may be it and proves nothing; else none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from leapgrid.records.schema import ObjectSchema
from leapgrid.superleap.lookup import compare_key

EXTERNAL_ID = "external_id"
EMAIL = "email"


class Rung(NamedTuple):
    """A field that records may be found by.

    Attributes:
        field: its slug.
        proves: whether a record that is found by it is the one that was sent.
    """

    field: str
    proves: bool


class Key(NamedTuple):
    """What a record is looked for by.

    Attributes:
        field: the field.
        value: what the record has there, as it was sent.
        proves: as for :class:`Rung`.
    """

    field: str
    value: str | int | float
    proves: bool

    @property
    def folded(self) -> str:
        """The value as it is compared."""
        return compare_key(self.value)


def ladder(schema: ObjectSchema) -> tuple[Rung, ...]:
    """The fields of an object that a record may be found by, the best first."""
    rungs = [Rung(field.name, True) for field in schema.fields if field.unique]
    for field, proves in ((EXTERNAL_ID, True), (EMAIL, False)):
        if field not in {rung.field for rung in rungs}:
            rungs.append(Rung(field, proves))
    return tuple(rungs)


def key_of(record: Mapping[str, Any] | None, rungs: Iterable[Rung]) -> Key | None:
    """What a record can be looked for by, or None.

    Args:
        record: as it is sent; None where that is not known.
        rungs: from :func:`ladder`.
    """
    if record is None:
        return None
    for field, proves in rungs:
        value = record.get(field)
        if isinstance(value, str) and value.strip():
            return Key(field, value, proves)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Key(field, value, proves)
    return None
