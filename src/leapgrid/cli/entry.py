"""The entry point: what the console script and ``python -m leapgrid`` call."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from leapgrid.cli.commands import app
from leapgrid.cli.crash import unexpected
from leapgrid.cli.exits import Code
from leapgrid.cli.streams import Streams, let_go
from leapgrid.config import take_token

# The class that usage errors of the parser have in common; where it lives differs between releases.
_UsageError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code.

    Args:
        arguments: those of the process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    code = _run(words)
    let_go()
    sys.exit(code)


def _run(words: list[str]) -> int:
    try:
        return int(app(words, prog_name="leapgrid", standalone_mode=False) or 0)
    except _UsageError as problem:
        Streams().err(_say(problem), _help_of(words))
        return Code.USAGE
    except (typer.Abort, KeyboardInterrupt):
        return Code.INTERRUPTED
    except BrokenPipeError:
        return Code.FINE
    except Exception as error:  # a defect before any command began: a sentence and a report, no traceback
        Streams().err(unexpected(error, take_token(os.environ)))
        return Code.UNEXPECTED


def _say(problem: Exception) -> str:
    text = str(getattr(problem, "format_message", lambda: problem)()).strip()
    return text if text.endswith((".", "?")) else f"{text}."


def _help_of(words: list[str]) -> str:
    """Where to read on: the help of the command that was meant."""
    names = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    first = next((word for word in words if not word.startswith("-")), "")
    if first in names:
        return f"leapgrid {first} --help shows how."
    if first and os.path.isfile(first):
        return "To open a file: leapgrid open FILE. leapgrid --help shows all commands."
    return "leapgrid --help shows all commands."
