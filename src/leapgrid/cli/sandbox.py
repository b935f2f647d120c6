"""``leapgrid sandbox``: the server alone."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from leapgrid.cli.exits import Code, Ended
from leapgrid.sandbox import BadFault, SandboxUnavailable, run


def serve(port: int, faults: Sequence[str]) -> Code:
    """Serve until Ctrl+C or SIGTERM; the first line on stdout is the base URL.

    Raises:
        Ended: the port is taken, or there is no such fault.
    """
    if not 0 <= port <= 65535:
        raise Ended(Code.USAGE, "usage", f"--port: {port} is no port; give 0 to 65535.")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread, where signals do not come
        pass
    try:
        run(port, faults=faults)
    except (BadFault, SandboxUnavailable) as problem:
        raise Ended(Code.USAGE, "usage", str(problem)) from problem
    except KeyboardInterrupt:
        return Code.FINE
    except BrokenPipeError:
        # Whoever started it went away before reading the address.
        return Code.FINE
    return Code.FINE
