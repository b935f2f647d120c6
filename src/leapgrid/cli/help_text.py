"""What the help of commands has in common, and how they end."""

from __future__ import annotations

import typer

from leapgrid.cli.given import Common
from leapgrid.cli.performing import Act, perform

CODES = "Exit codes: 0 all well, 1 invalid or rejected records, 2 wrong usage or unreadable input"


def examples(*lines: str, more: str = "") -> str:
    """The end of a command's help: how it is typed, each line as it stands."""
    word = "Example" if len(lines) == 1 else "Examples"
    text = f"{word}:\n\n\b\n" + "\n".join(f"  {line}" for line in lines)
    return f"{text}\n\n{more}" if more else text


def run(context: typer.Context, common: Common, act: Act) -> None:
    """Run what a command does, and end with its exit code."""
    raise typer.Exit(int(perform(context.obj, common, act)))
