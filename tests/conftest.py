from __future__ import annotations

import signal

from tests.postgres import postgres_server, postgres_url, prepared_database, team_url

__all__ = ["postgres_server", "postgres_url", "prepared_database", "team_url"]


def pytest_configure() -> None:
    """Let Ctrl+C and a hang-up reach the programs under test.

    A shell starts what runs in the background with SIGINT ignored, and nohup with SIGHUP; a program that is
    started with them ignored leaves them so, as it should. A handler of ours, unlike that, is not inherited.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_IGN:
        signal.signal(hang_up, signal.SIG_DFL)
