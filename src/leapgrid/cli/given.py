"""What was given to a command besides its own arguments, whoever read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from leapgrid.cli.exits import Code, Ended
from leapgrid.config import Secret


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class PreviewFormat(StrEnum):
    """How a preview is printed."""

    JSON = "json"
    CURL = "curl"


class HistoryFormat(StrEnum):
    """How the history is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class ReceiptFormat(StrEnum):
    """How a receipt is printed or written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


class OnRefused(StrEnum):
    """What becomes of the good records of a refused chunk."""

    AUTO = "auto"
    RESEND = "resend"
    LEAVE = "leave"


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
class AboutFile:
    """What was said of a file, as given.

    Attributes:
        constants: ``--constant``, each FIELD=TEXT.
        default_country: ``--default-country``.
        date_format: ``--date-format``.
        header_line: ``--header-line``.
        encoding: ``--encoding``.
        delimiter: ``--delimiter``.
        sheet: ``--sheet``.
        recipe: ``--recipe``, a file.
    """

    constants: Sequence[str] = ()
    default_country: str | None = None
    date_format: str | None = None
    header_line: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    recipe: str | None = None

    def over(self, before: AboutFile) -> AboutFile:
        """These options; where they say nothing, those that stood before the command."""
        mine = {f.name: getattr(self, f.name) for f in fields(self)}
        given = {name: value for name, value in mine.items() if value is not None and name != "constants"}
        return replace(before, constants=(*before.constants, *self.constants), **given)


@dataclass(frozen=True, slots=True)
class Common:
    """What was said of the connection and the file, before or behind the command.

    Attributes:
        object_slug: ``--object``.
        base_url: ``--base-url``.
        profile: ``--profile``.
        mapping: ``--map``, as given.
        format: ``--format``.
        file: all else that was said of the file.
        save_recipe: ``--save-recipe``, a file.
    """

    object_slug: str | None = None
    base_url: str | None = None
    profile: str | None = None
    mapping: Sequence[str] = ()
    format: Format | None = None
    file: AboutFile = AboutFile()
    save_recipe: str | None = None

    def over(self, before: Common) -> Common:
        """These options; where they say nothing, those that stood before the command."""
        return Common(
            self.object_slug if self.object_slug is not None else before.object_slug,
            self.base_url if self.base_url is not None else before.base_url,
            self.profile if self.profile is not None else before.profile,
            (*before.mapping, *self.mapping),
            self.format or before.format,
            self.file.over(before.file),
            self.save_recipe if self.save_recipe is not None else before.save_recipe,
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


@dataclass(slots=True)
class Start:
    """What holds for the whole process.

    Attributes:
        token: the key, taken out of the environment before anything else happens.
        common: the options before the command.
    """

    token: Secret | None = None
    common: Common = field(default_factory=Common)
