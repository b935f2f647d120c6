"""What is kept of an unexpected error: where it happened, and nothing of what was worked on."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from leapgrid import __version__
from leapgrid.config import data_dir
from leapgrid.visible import visible

_MOST_TEXT = 500
_SHORTEST_SECRET = 4
"""A shorter text is not searched for: it would hit words."""

_ADDRESS = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|“[^”]*”""")
_NAME = re.compile(r"[\"'“][A-Za-z_][A-Za-z0-9_.]*[\"'”]")
_SAFE = "Nothing that was sent is forgotten: what was on its way is kept as unknown."
_COMMANDS = frozenset({"demo", "open", "check", "preview", "submit", "sandbox"})


def unexpected(error: BaseException, token: str | None) -> str:
    """Keep a report and say so, in one sentence.

    Args:
        error: what came.
        token: the key, which must not stand in the report.
    """
    path = keep_report(error, [token] if token is not None else [])
    safe = "".join(f" {note}" for note in getattr(error, "__notes__", ()) if note.startswith(_SAFE))
    if path is None:
        what = type(error).__name__
        return f"Something unexpected happened ({what}), and no report of it could be kept.{safe}"
    return f"Something unexpected happened. What is known, without your records and key, is in {path}.{safe}"


@contextmanager
def while_sending(command: Callable[[], str]) -> Iterator[None]:
    """An unexpected error in here also says what is safe: whoever sees it must not send everything again.

    Args:
        command: gives the command that goes on, once something was sent; "" before that.
    """
    try:
        yield
    except Exception as error:  # only told more of: it goes on as it is, whatever it is
        going_on = command()
        if going_on:
            error.add_note(f"{_SAFE} To look it up and go on, without sending anything twice: {going_on}")
        raise


def keep_report(error: BaseException, secrets: Iterable[str] = ()) -> Path | None:
    """Write a report of an unexpected error, which only its owner may read.

    It has the stack without any values, and the errors' own texts without addresses, long numbers and
    secrets.

    Args:
        error: what came.
        secrets: texts that must not stand in it, such as the key.

    Returns:
        The file, or None where nothing can be written.
    """
    text = report(error, secrets)
    for folder in (data_dir() / "reports", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = time.strftime("leapgrid-%Y%m%d-%H%M%S-", time.gmtime())
            # mkstemp makes it with the rights 0600, and never follows what stands there already.
            handle, path = tempfile.mkstemp(prefix=name, suffix=".txt", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return Path(path)
    return None


def report(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """The text of the report."""
    lines = [
        f"LeapGrid {__version__}",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        f"command: {_command()}",
        "",
        "Values of variables are left out on purpose; so are addresses and long numbers in messages.",
    ]
    hidden = [secret for secret in map(str.strip, secrets) if len(secret) >= _SHORTEST_SECRET]
    for link, how in _chain(error):
        lines += ["", f"{how}{type(link).__module__}.{type(link).__qualname__}: {_message(link, hidden)}"]
        for frame, number in traceback.walk_tb(link.__traceback__):
            code = frame.f_code
            lines.append(f"  {code.co_filename}:{number} in {code.co_qualname}")
    return _without(hidden, "\n".join(lines) + "\n")


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _command() -> str:
    """The command's own words: options by name, and nothing that was given to them."""
    words = [word.split("=", 1)[0] for word in sys.argv[1:] if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)]
    first = next((word for word in sys.argv[1:] if word in _COMMANDS), "")
    return " ".join([first, *words]).strip() or "none"


def _message(error: BaseException, secrets: Iterable[str]) -> str:
    # First the secrets, whole: what follows would leave parts of them.
    text = _without(secrets, str(error)).partition("\n")[0]
    # What stands in quotes is a value, unless it looks like the name of something in the program.
    text = _QUOTED.sub(lambda match: match[0] if _NAME.fullmatch(match[0]) else "…", text)
    return visible(_NUMBER.sub("…", _ADDRESS.sub("…", text)), _MOST_TEXT)


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    seen: set[int] = set()
    how = ""
    link: BaseException | None = error
    while link is not None and id(link) not in seen and len(seen) < 10:
        seen.add(id(link))
        yield link, how
        how = "because of " if link.__cause__ is not None else "while handling "
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
