"""The keyboard for ``leapgrid open -``, whose standard input is the file."""

from __future__ import annotations

import io
import os
import sys

from leapgrid.cli.exits import Code, Ended


def keyboard_from_terminal() -> None:
    """Let keys come from the terminal of the process, and ``sys.stdin`` stay what is piped in.

    The app's driver reads keys from the process's first descriptor, so that one becomes the terminal; what
    stood there goes on under another number, as ``sys.stdin``.

    Raises:
        Ended: the process has no terminal.
    """
    piped = sys.stdin
    try:
        if piped is None or piped.isatty():
            return  # nothing is piped in; who reads the file says so
        first = piped.fileno()
        terminal = os.open("/dev/tty", os.O_RDWR)
    except (OSError, ValueError, io.UnsupportedOperation) as problem:
        raise Ended(
            Code.USAGE,
            "no_terminal",
            "There is no terminal to take keys from. leapgrid check - works without one.",
        ) from problem
    data = os.dup(first)
    os.dup2(terminal, first)
    os.close(terminal)
    sys.stdin = os.fdopen(data, encoding="utf-8", errors="surrogateescape")
