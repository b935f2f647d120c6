"""Options that several commands share, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import typer

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


FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="CSV, TSV, JSON or a curl command.")]
ObjectOption = Annotated[
    str | None, typer.Option("--object", metavar="SLUG", help="The object of the records; else lead.")
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Where to send to; else LEAPGRID_BASE_URL.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A profile of the settings file.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="'HEADER=FIELD'",
        help="Which field a column becomes; without a field it is left out. May be given again.",
    ),
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="text for people, json for programs: one document on stdout."),
]
IncludeInvalidOption = Annotated[
    bool, typer.Option("--include-invalid", help="Also records with errors: the server is the judge.")
]
ChunkSizeOption = Annotated[
    int | None, typer.Option("--chunk-size", metavar="N", help="The most records of one call; else 100.")
]


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


@dataclass(slots=True)
class Start:
    """What holds for the whole process.

    Attributes:
        token: the key, taken out of the environment before anything else happens.
        common: the options before the command.
    """

    token: Secret | None = None
    common: Common = field(default_factory=Common)
