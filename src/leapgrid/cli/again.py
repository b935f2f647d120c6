"""The next command, with what was said of the file said again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from leapgrid.cli.given import Common


def again(command: str, file: str, common: Common) -> str:
    """A command on the same file that reads it in the same way, to be typed as it stands.

    Args:
        command: its name.
        file: as it was given; ``-`` is told of as what it is.
        common: the options, of which those count that say how the file is read, what it is and where it goes.
    """
    name = file
    if not file.isprintable():
        name = "FILE"
    elif file != "-" and file.startswith("-"):
        name = f"./{file}"  # else it would be taken for an option
    words = ["leapgrid", command, name, *_options(common)]
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
        if value is None:
            continue
        text = str(value)
        if not text.isprintable():
            # What a terminal would obey is not printed; the person has it in the command before.
            yield f"{option}=..."
        elif text.startswith("-"):
            yield f"{option}={text}"
        else:
            yield option
            yield text
