"""From what was given about a file, as words, to what is meant: options, and the recipe under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common
from leapgrid.files import FileError, ImportMapping, ReadOptions, spelled
from leapgrid.visible import visible

_Value = TypeVar("_Value")
_Given = TypeVar("_Given")


def said_of(common: Common) -> ImportMapping:
    """All that was said of a file: the recipe, and the options over it.

    Raises:
        Ended: an option is spelled so that nobody knows what is meant, or the recipe cannot be read.
    """
    file = common.file
    base = _recipe_of(common)
    own = common.header_mapping()
    columns = _over(base.columns, own)
    constants = dict(base.constants)
    given = _constants(common)
    constants.update(given)
    named = {name for name in own.values() if name is not None}
    # Who names another source for a field takes it from the one that the recipe names.
    columns = {
        header: None if name in given and header not in own else name for header, name in columns.items()
    }
    constants = {
        name: text for name, text in constants.items() if text and (name in given or name not in named)
    }
    options = base.options
    return replace(
        base,
        columns=columns,
        constants=constants,
        default_country=_spelled("--default-country", file.default_country, spelled.country)
        or base.default_country,
        date_order=_spelled("--date-format", file.date_format, spelled.date_order)
        if file.date_format is not None
        else base.date_order,
        options=ReadOptions(
            encoding=_spelled("--encoding", file.encoding, spelled.encoding) or options.encoding,
            delimiter=_spelled("--delimiter", file.delimiter, spelled.delimiter) or options.delimiter,
            header_line=_spelled("--header-line", file.header_line, spelled.header_line)
            if file.header_line is not None
            else options.header_line,
            sheet=file.sheet if file.sheet is not None else options.sheet,
        ),
        may_lack=base.may_lack | {header for header in base.columns if not columns.get(header)},
    )


def object_of(common: Common) -> str | None:
    """The object that was named: by an option, or by the recipe.

    Raises:
        Ended: the recipe cannot be read.
    """
    if common.object_slug is not None or common.file.recipe is None:
        return common.object_slug
    return _loaded(common.file.recipe)[0] or None


def write_recipe(
    common: Common, said: ImportMapping, header_mapping: Mapping[str, str | None], slug: str
) -> None:
    """Write what was used to the file of ``--save-recipe``, if there is one.

    How the file was read is written as far as it was said: the next file may have other lines before its
    headers, and is looked at for itself.

    Raises:
        Ended: it cannot be written there.
    """
    if common.save_recipe is None:
        return
    from leapgrid.files import save_recipe

    try:
        save_recipe(common.save_recipe, replace(said, columns=dict(header_mapping)), slug)
    except FileError as problem:
        raise Ended(Code.USAGE, "usage", f"--save-recipe: {problem.message}") from problem


def _recipe_of(common: Common) -> ImportMapping:
    return ImportMapping() if common.file.recipe is None else _loaded(common.file.recipe)[1]


def _loaded(path: str) -> tuple[str, ImportMapping]:
    from leapgrid.files import load_recipe

    try:
        return load_recipe(path)
    except FileError as problem:
        raise Ended(Code.USAGE, "usage", f"--recipe: {problem.message}") from problem


def _over(recipe: Mapping[str, str | None], options: Mapping[str, str | None]) -> dict[str, str | None]:
    """The columns of a recipe with those of options over them: no header and no field twice."""
    if not options or not recipe:
        return {**recipe, **options}
    from leapgrid.files.headers import normalise

    keys = {normalise(header) for header in options}
    named = {name for name in options.values() if name is not None}
    kept = {
        header: None if name in named else name
        for header, name in recipe.items()
        if normalise(header) not in keys
    }
    return {**kept, **options}


def _constants(common: Common) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in common.file.constants:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise Ended(
                Code.USAGE,
                "usage",
                f"--constant wants FIELD=TEXT, like status=new, and not '{visible(text, 60)}'.",
            )
        found[name] = value
    return found


def _spelled(option: str, given: _Given | None, read: Callable[[_Given], _Value | None]) -> _Value | None:
    if given is None:
        return None
    try:
        return read(given)
    except spelled.Misspelled as problem:
        raise Ended(Code.USAGE, "usage", f"{option} {problem}") from problem
