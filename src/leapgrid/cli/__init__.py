"""The command line: ``leapgrid`` and its commands."""

from leapgrid.cli.entry import main

__all__ = ["main"]
