"""Who sits at this computer, as far as the system knows: kept beside what was decided and sent."""

from __future__ import annotations

import getpass


def person() -> str:
    """The system's name of the user; "" where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no entry for the user's number, by version and system
        return ""
