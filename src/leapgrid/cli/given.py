"""What was given to a command besides its own arguments, whoever read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from leapgrid.cli.exits import Code, Ended
from leapgrid.config import Secret

if TYPE_CHECKING:
    from leapgrid.files.model import ImportMapping


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class PreviewFormat(StrEnum):
    """How a preview is printed."""

    JSON = "json"
    CURL = "curl"


class Only(StrEnum):
    """Which records of a draft are exported."""

    ALL = "all"
    REJECTED = "rejected"
    UNSENT = "unsent"


class Form(StrEnum):
    """How a file of records is written."""

    CSV = "csv"
    SPREADSHEET = "spreadsheet"
    TSV = "tsv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Common:
    """What was said of the connection and the file, before or behind the command.

    Attributes:
        object_slug: ``--object``.
        base_url: ``--base-url``.
        profile: ``--profile``.
        mapping: ``--map``, as given.
        format: ``--format``.
    """

    object_slug: str | None = None
    base_url: str | None = None
    profile: str | None = None
    mapping: Sequence[str] = ()
    format: Format | None = None

    def over(self, before: Common) -> Common:
        """These options; where they say nothing, those that stood before the command."""
        return Common(
            self.object_slug if self.object_slug is not None else before.object_slug,
            self.base_url if self.base_url is not None else before.base_url,
            self.profile if self.profile is not None else before.profile,
            (*before.mapping, *self.mapping),
            self.format or before.format,
        )

    def header_mapping(self) -> dict[str, str | None]:
        """Header -> field, None to leave a column out.

        Raises:
            Ended: one of them is not of the form HEADER=FIELD.
        """
        mapping: dict[str, str | None] = {}
        for text in self.mapping:
            # A header may hold the sign, a field's name cannot.
            header, sign, name = text.rpartition("=")
            if not sign or not header:
                raise Ended(
                    Code.USAGE, "usage", f"--map wants HEADER=FIELD, like 'E-mail=email', and not {text!r}."
                )
            mapping[header] = name.strip() or None
        return mapping

    def said(self) -> ImportMapping:
        """What was said of a file, in all.

        Raises:
            Ended: something of it cannot be meant.
        """
        from leapgrid.files.model import ImportMapping

        return ImportMapping(columns=self.header_mapping())


@dataclass(slots=True)
class Start:
    """What holds for the whole process.

    Attributes:
        token: the key, taken out of the environment before anything else happens.
        common: the options before the command.
    """

    token: Secret | None = None
    common: Common = field(default_factory=Common)
