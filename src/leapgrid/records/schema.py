"""Objects and their fields: what a record may hold.

The six fields of the built-in objects are those that the documentation of ``bulk_create`` lists; it marks
none of them required and gives every one the type string. The finer types here (email, phone, choice,
reference) are what the names and the printed refusals imply; the server stays the judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """What a cell's text is read as. The rules are the table "Cells and payloads" of the README."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    MULTI_CHOICE = "multi-choice"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object.

    Attributes:
        name: the slug, the key in the payload.
        label: what people call it.
        type: how its cells are checked and turned into JSON.
        required: an empty cell is an error.
        recommended: an empty cell of a record that has any text is a warning.
        unique: no two records of the object may share a value; the best key for look-ups.
        read_only: filled by the server; never sent.
        choices: the values that are allowed (closed) or usual (open).
        choices_closed: whether a value outside ``choices`` is an error.
        max_length: longest text, in characters; None where no limit is known.
        multiline: whether a line break in the text is meant.
        default: the text that a new record starts with.
        help: one sentence for a person.
        extra: the field came from a file and is unknown to the schema; it is sent all the same.
    """

    name: str
    label: str = ""
    type: FieldType = FieldType.TEXT
    required: bool = False
    recommended: bool = False
    unique: bool = False
    read_only: bool = False
    choices: tuple[str, ...] = ()
    choices_closed: bool = False
    max_length: int | None = None
    multiline: bool = False
    default: str = ""
    help: str = ""
    extra: bool = False

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name.replace("_", " ").strip().capitalize() or self.name)


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """An object of the organisation: its slug, what people call it, and its fields in their order."""

    slug: str
    label: str
    fields: tuple[Field, ...]
    plural: str = ""
    _by_name: dict[str, Field] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.plural:
            object.__setattr__(self, "plural", f"{self.label}s")
        self._by_name.update({f.name: f for f in self.fields})

    @property
    def names(self) -> tuple[str, ...]:
        """The slugs of the fields, in order."""
        return tuple(f.name for f in self.fields)

    def get(self, name: str) -> Field | None:
        """The field with this slug, or None."""
        return self._by_name.get(name)

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def with_extra(self, names: Iterable[str]) -> ObjectSchema:
        """This schema with a text field for each name that it does not know, after the known ones."""
        added = tuple(Field(n, label=n, extra=True) for n in dict.fromkeys(names) if n not in self)
        return replace(self, fields=self.fields + added, _by_name={}) if added else self

    @property
    def extra_names(self) -> tuple[str, ...]:
        """The slugs of the fields that came from a file, in order."""
        return tuple(f.name for f in self.fields if f.extra)


def _documented(name_help: str) -> tuple[Field, ...]:
    return (
        Field("name", "Full name", recommended=True, help=name_help),
        Field("email", "E-mail", FieldType.EMAIL, help="One address, like carla@firm.com."),
        Field("phone", "Phone", FieldType.PHONE, help="With + and the country: +49 171 2345678."),
        Field(
            "status",
            "Status",
            FieldType.CHOICE,
            choices=("new", "working", "qualified"),
            help="One of the values your organisation uses.",
        ),
        Field("owner", "Owner", FieldType.REFERENCE, help="The record id of a user, like g1koYv_uLg11RFM."),
        Field("external_id", "External id", help="Your own reference, for integrations and look-ups."),
    )


BUILT_IN: dict[str, ObjectSchema] = {
    s.slug: s
    for s in (
        ObjectSchema("lead", "Lead", _documented("A lead without a name is hard to find again.")),
        ObjectSchema("user", "User", _documented("The name of the user.")),
        ObjectSchema(
            "opportunity", "Opportunity", _documented("The title of the opportunity."), plural="Opportunities"
        ),
        ObjectSchema("communication", "Communication", _documented("The title of the communication.")),
    )
}
"""The objects that the API documentation names for ``bulk_create``."""


def schema_for(slug: str) -> ObjectSchema:
    """The schema of an object: built in, or for an object of the organisation's own the documented fields.

    Args:
        slug: as in the path of the API, e.g. ``lead``.
    """
    known = BUILT_IN.get(slug)
    if known is not None:
        return known
    label = slug.replace("_", " ").replace("-", " ").strip().capitalize() or slug
    return ObjectSchema(slug, label, _documented("Name or title."))


def schema_to_json(schema: ObjectSchema) -> dict[str, Any]:
    """What the workspace keeps of a draft's schema: the slug and the fields that a file added."""
    return {"slug": schema.slug, "extra": list(schema.extra_names)}


def schema_from_json(data: dict[str, Any]) -> ObjectSchema:
    """The inverse of :func:`schema_to_json`."""
    return schema_for(str(data["slug"])).with_extra(str(n) for n in data.get("extra", ()))
