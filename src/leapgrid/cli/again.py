"""The next command, with what was said of the file said again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from leapgrid.cli.given import Common

if TYPE_CHECKING:
    from leapgrid.config import Connection


def again(command: str, file: str, common: Common, *more: str) -> str:
    """A command on the same file that reads it in the same way, to be typed as it stands.

    Args:
        command: its name.
        file: as it was given; ``-`` is told of as what it is.
        common: the options, of which those count that say how the file is read, what it is and where it goes.
        more: words to stand at its end.
    """
    name = file
    if not file.isprintable():
        name = "FILE"
    elif file != "-" and file.startswith("-"):
        name = f"./{file}"  # else it would be taken for an option
    return _line("leapgrid", command, name, *_options(common), *more)


def resuming(
    submissions: Iterable[str],
    base_url: str,
    connection: Connection | None = None,
    *,
    yes: bool = False,
    settle: float | None = None,
) -> str:
    """The command that goes on with submissions.

    Args:
        submissions: their ids; all that are open there if there is none.
        base_url: where they went to.
        connection: as it was used, if it was; its profile is named where that says where to go.
        yes: whether it is not to ask.
        settle: seconds, where they were given.
    """
    more: list[tuple[str, str]] = []
    profile = connection.profile_name if connection is not None else None
    if profile is not None:
        more.append(("--profile", profile))
    if profile is None or connection is None or connection.profile.base_url is None:
        more.append(("--base-url", base_url))
    if settle is not None:
        more.append(("--settle", f"{settle:g}"))
    options = [word for option, value in more for word in _option(option, value)]
    return _line("leapgrid", "resume", *submissions, *options, *(["--yes"] if yes else []))


def _line(*words: str) -> str:
    return " ".join(shlex.quote(word) for word in words)


def _options(common: Common) -> Iterator[str]:
    file = common.file
    given: list[tuple[str, str | int | None]] = [
        ("--object", common.object_slug),
        ("--recipe", file.recipe),
        ("--sheet", file.sheet),
        ("--header-line", file.header_line),
        ("--encoding", file.encoding),
        ("--delimiter", "tab" if file.delimiter == "\t" else file.delimiter),
        *(("--map", text) for text in common.mapping),
        *(("--constant", text) for text in file.constants),
        ("--default-country", file.default_country),
        ("--date-format", file.date_format),
        ("--profile", common.profile),
        ("--base-url", common.base_url),
    ]
    for option, value in given:
        if value is not None:
            yield from _option(option, str(value))


def _option(option: str, text: str) -> Iterator[str]:
    if not text.isprintable():
        # What a terminal would obey is not printed; the person has it in the command before.
        yield f"{option}=..."
    elif text.startswith("-"):
        yield f"{option}={text}"
    else:
        yield option
        yield text
