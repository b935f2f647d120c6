"""Options that several commands share, as the parser knows them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from leapgrid.cli.given import AboutFile, Common, Format
from leapgrid.files.kinds import ALL_KINDS

FileArgument = Annotated[
    str,
    typer.Argument(metavar="FILE", help=f"{ALL_KINDS}; - is standard input."),
]
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
ConstantOption = Annotated[
    list[str] | None,
    typer.Option(
        "--constant",
        metavar="FIELD=TEXT",
        help="The same text in a field of each record. May be given again.",
    ),
]
CountryOption = Annotated[
    str | None,
    typer.Option("--default-country", metavar="CC", help="Of phones without a country code, like DE."),
]
DateFormatOption = Annotated[
    str | None,
    typer.Option(
        "--date-format", metavar="FORM", help="How 03/04/2026 is read: dmy, mdy, or like DD.MM.YYYY."
    ),
]
HeaderLineOption = Annotated[
    int | None, typer.Option("--header-line", metavar="N", help="The line of the headers; 0: there are none.")
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="Of a text file, like cp1252; else found out."),
]
DelimiterOption = Annotated[
    str | None, typer.Option("--delimiter", metavar="C", help="What parts the values, like ; or tab.")
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a spreadsheet.")
]
RecipeOption = Annotated[
    str | None,
    typer.Option(
        "--recipe", metavar="FILE", help="All of this as it was saved; single options go before it."
    ),
]
SaveRecipeOption = Annotated[
    str | None, typer.Option("--save-recipe", metavar="FILE", help="Write what was used as a recipe.")
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
SettleOption = Annotated[
    float | None,
    typer.Option("--settle", metavar="SECONDS", help='After how long "not found" counts; else 300.'),
]

_ABOUT_FILE: dict[str, Any] = {
    "mapping": MapOption,
    "constants": ConstantOption,
    "default_country": CountryOption,
    "date_format": DateFormatOption,
    "header_line": HeaderLineOption,
    "encoding": EncodingOption,
    "delimiter": DelimiterOption,
    "sheet": SheetOption,
    "recipe": RecipeOption,
}
_COMMON: dict[str, Any] = {"object_slug": ObjectOption, "base_url": BaseUrlOption, "profile": ProfileOption}
_OTHERS: dict[str, Any] = {"output": FormatOption, "save_recipe": SaveRecipeOption}


def with_common(*others: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the connection and the file, as its one argument ``common``.

    Args:
        others: which of ``output`` and ``save_recipe`` it has as well.
    """
    added = {**_ABOUT_FILE, **{name: _OTHERS[name] for name in others}, **_COMMON}

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(**given: Any) -> None:
            words = {name: given.pop(name) for name in added}
            file = {name: words[name] for name in _ABOUT_FILE if name != "mapping"}
            file["constants"] = tuple(file["constants"] or ())
            common = Common(
                words["object_slug"],
                words["base_url"],
                words["profile"],
                tuple(words["mapping"] or ()),
                words.get("output"),
                AboutFile(**file),
                words.get("save_recipe"),
            )
            command(**given, common=common)

        own = inspect.signature(command, eval_str=True)
        shown = [p for p in own.parameters.values() if p.name != "common"]
        keyword = inspect.Parameter.KEYWORD_ONLY
        shown = [p.replace(kind=keyword) for p in shown]
        shown += [inspect.Parameter(n, keyword, default=None, annotation=a) for n, a in added.items()]
        # The parser reads what a command takes from its signature.
        run.__signature__ = own.replace(parameters=shown)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in shown}
        return run

    return wrap
