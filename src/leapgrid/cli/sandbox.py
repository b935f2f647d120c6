"""``leapgrid sandbox``: the server alone."""

from __future__ import annotations

from collections.abc import Sequence

from leapgrid.cli.exits import Code, Ended
from leapgrid.sandbox import BadFault, SandboxUnavailable, run


def serve(port: int, faults: Sequence[str]) -> Code:
    """Serve until Ctrl+C; the first line on stdout is the base URL.

    Raises:
        Ended: the port is taken, or there is no such fault.
    """
    if not 0 <= port <= 65535:
        raise Ended(Code.USAGE, "usage", f"--port: {port} is no port; give 0 to 65535.")
    try:
        run(port, faults=faults)
    except (BadFault, SandboxUnavailable) as problem:
        raise Ended(Code.USAGE, "usage", str(problem)) from problem
    except BrokenPipeError:
        # Whoever started it went away before reading the address.
        return Code.FINE
    return Code.FINE
