"""Options that several commands share, as the parser knows them."""

from __future__ import annotations

from typing import Annotated

import typer

from leapgrid.cli.given import Format

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
