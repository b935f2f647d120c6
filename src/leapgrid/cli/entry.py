"""The entry point: what the console script and ``python -m leapgrid`` call."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from leapgrid.cli.exits import Code
from leapgrid.cli.given import Common, Format
from leapgrid.cli.performing import Act, begin_app, begin_check, begin_demo, begin_open, perform, started
from leapgrid.cli.streams import Streams, let_go
from leapgrid.config import take_token

if TYPE_CHECKING:
    import typer

_NOTHING = Common()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code.

    Args:
        arguments: those of the process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    code = _run(words)
    let_go()
    if arguments is None and words[:1] == ["check"]:
        # It keeps nothing and has printed everything. Taking a million records apart one by one, only for
        # the system to take the memory back, would be a tenth of the time that a check takes.
        os._exit(code)
    sys.exit(code)


def _run(words: list[str]) -> int:
    try:
        plain = _without_parser(words)
        return _parsed(words) if plain is None else perform(started(_NOTHING), *plain)
    except KeyboardInterrupt:
        return Code.INTERRUPTED
    except BrokenPipeError:
        return Code.FINE
    except Exception as error:  # a defect before any command began: a sentence and a report, no traceback
        from leapgrid.cli.crash import unexpected

        Streams().err(unexpected(error, take_token(os.environ)))
        return Code.UNEXPECTED


def _without_parser(words: list[str]) -> tuple[Common, Act] | None:
    """What is said in few words needs no parser, which takes as long to load as the whole screen.

    Returns:
        The options and what to do, just as the parser would find them; None where it has to be asked.
    """
    match words:
        case []:
            return _NOTHING, begin_app
        case ["demo"]:
            return _NOTHING, begin_demo
        case ["open", file] if _is_name(file):
            return _NOTHING, partial(begin_open, file=file)
        case ["check", file] if _is_name(file):
            return _NOTHING, partial(begin_check, file=file)
        case ["check", file, "--format", ("text" | "json") as form] if _is_name(file):
            return Common(format=Format(form)), partial(begin_check, file=file)
    return None


def _is_name(word: str) -> bool:
    """Whether a word can only be the name of a file."""
    return bool(word) and not word.startswith("-")


def _parsed(words: list[str]) -> int:
    """Let the parser find the command and run it."""
    import typer

    from leapgrid.cli.commands import app

    # The class that usage errors of the parser have in common; where it lives differs between releases.
    usage_error: type[Exception] = next(
        kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
    )
    try:
        return int(app(words, prog_name="leapgrid", standalone_mode=False) or 0)
    except typer.Abort:
        return Code.INTERRUPTED
    except usage_error as problem:
        Streams().err(_say(problem), _help_of(words, app))
        return Code.USAGE


def _say(problem: Exception) -> str:
    text = str(getattr(problem, "format_message", lambda: problem)()).strip()
    return text if text.endswith((".", "?")) else f"{text}."


def _help_of(words: list[str], app: typer.Typer) -> str:
    """Where to read on: the help of the command that was meant."""
    names = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    first = next((word for word in words if not word.startswith("-")), "")
    if first in names:
        return f"leapgrid {first} --help shows how."
    if first and os.path.isfile(first):
        return "To open a file: leapgrid open FILE. leapgrid --help shows all commands."
    return "leapgrid --help shows all commands."
