"""stdout and stderr: the only place that writes to them.

What goes to stdout is the result; progress, notes and questions go to stderr. Nothing from outside reaches a
terminal with a character in it that the terminal would obey, and nobody who stops reading makes a command
fail: sending goes on when its progress is no longer read.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import Any, TextIO

from leapgrid.cli.exits import Code, Ended
from leapgrid.visible import visible


class Streams:
    """The three streams of the process as they are now."""

    def __init__(self) -> None:
        self._in: TextIO | None = sys.stdin
        self._out: TextIO | None = sys.stdout
        self._err: TextIO | None = sys.stderr
        # A locale that lacks a character must not end a command half-way.
        for stream in (self._out, self._err):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")

    # -- what they are ------------------------------------------------------------------------------------

    @property
    def can_ask(self) -> bool:
        """Whether a person can read a question and answer it."""
        return _is_terminal(self._in) and _is_terminal(self._err)

    @property
    def can_show(self) -> bool:
        """Whether the app can run: it reads keys from stdin and draws on stdout."""
        return _is_terminal(self._in) and _is_terminal(self._out)

    @property
    def out_is_terminal(self) -> bool:
        """Whether a person sees what is printed."""
        return _is_terminal(self._out)

    def need_terminal(self, instead: str) -> None:
        """Refuse to begin the app where it cannot run.

        Raises:
            Ended: with what to do instead.
        """
        if not self.can_show:
            raise Ended(Code.USAGE, "no_terminal", f"The app needs a terminal on stdin and stdout. {instead}")

    def need_screen(self, instead: str) -> None:
        """Refuse to begin the app where it cannot draw.

        Raises:
            Ended: with what to do instead.
        """
        if not self.out_is_terminal:
            raise Ended(Code.USAGE, "no_terminal", f"The app needs a terminal on stdout. {instead}")

    # -- writing ------------------------------------------------------------------------------------------

    def out(self, *lines: str) -> None:
        """Print lines of the result. Each is one line: what would act on a terminal is shown instead."""
        self._out = _write(self._out, "".join(f"{visible(line)}\n" for line in lines or ("",)))

    def err(self, *lines: str) -> None:
        """Print lines about what happens."""
        self._err = _write(self._err, "".join(f"{visible(line)}\n" for line in lines or ("",)))

    def ask(self, question: str) -> str:
        """Ask a person on stderr; the answer without spaces around it, "" when there is none."""
        self._err = _write(self._err, f"{visible(question)} ")
        if self._in is None:
            return ""
        try:
            return self._in.readline().strip()
        except (OSError, ValueError, UnicodeDecodeError):
            return ""

    def document(self, value: Any) -> None:
        """Print one JSON document.

        Args:
            value: what JSON knows; the values of its outermost object may be iterables too, which become
                arrays, made and printed piece by piece.
        """
        for piece in json_pieces(value):
            if self._out is None:
                return  # Nobody reads it any more, and what follows may take long to make.
            self.raw(piece)
        self.raw("\n")

    def raw(self, text: str) -> None:
        """Print text exactly, as UTF-8 whatever the locale says: it is for programs.

        The caller has taken care of characters that act.
        """
        stream = self._out
        if stream is None:
            return
        try:
            stream.flush()
            binary = getattr(stream, "buffer", None)
            if binary is None:
                stream.write(text)
            else:
                binary.write(text.encode("utf-8", "backslashreplace"))
                binary.flush()
            stream.flush()
        except (OSError, ValueError):
            self._out = None


def json_text(value: Any) -> str:
    """Indented JSON in which every character that could act on a terminal is an escape."""
    return escape_acting(json.dumps(value, ensure_ascii=False, indent=2))


def json_pieces(value: Any) -> Iterator[str]:
    """The text of :func:`json_text` in pieces; iterables in an object are arrays, which it does not know."""
    listed = isinstance(value, dict) and any(_is_made_later(each) for each in value.values())
    if not listed:
        yield json_text(value)
        return
    lead = "{"
    for name, each in value.items():
        head = f"{lead}\n  {json_text(str(name))}: "
        lead = ","
        if not _is_made_later(each):
            yield head + json_text(each).replace("\n", "\n  ")
            continue
        pieces, between = [head + "["], ""
        for item in each:
            pieces.append(f"{between}\n    {escape_acting(_indented(item, '    '))}")
            between = ","
            if len(pieces) >= _AT_ONCE:
                yield "".join(pieces)
                pieces = []
        yield "".join((*pieces, "\n  ]" if between else "]"))
    yield "\n}"


_plain = json.JSONEncoder(ensure_ascii=False).encode


def _indented(value: Any, margin: str) -> str:
    """What ``json.dumps`` with an indent of two makes of objects with names for keys, much sooner."""
    if isinstance(value, str):
        return encode_basestring(value)
    if not value or not isinstance(value, dict | list | tuple):
        return _plain(value)
    inner = margin + "  "
    if isinstance(value, dict):
        found = [
            f"{inner}{encode_basestring(name)}: {_indented(each, inner)}" for name, each in value.items()
        ]
        return "{\n" + ",\n".join(found) + f"\n{margin}}}"
    return "[\n" + ",\n".join(inner + _indented(each, inner) for each in value) + f"\n{margin}]"


def _is_made_later(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | dict | list | tuple)


_AT_ONCE = 1000
"""Items of an array that are printed together."""


def escape_acting(text: str) -> str:
    """JSON text with the characters that could act on a terminal as ``\\u`` escapes; it means the same.

    Such characters can only stand inside the strings of JSON. Line breaks between values stay.
    """
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(_escaped(char) if _acts(char) else char for char in text)


def _acts(char: str) -> bool:
    # Other, all of it (control, format, surrogate, private, unassigned), and separators of lines.
    return char != "\n" and unicodedata.category(char) in _ACTING


_ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escaped(char: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _utf16(char))


def _utf16(char: str) -> Iterable[int]:
    code = ord(char)
    if code < 0x10000:
        return (code,)
    code -= 0x10000
    return 0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it was closed
        return False


def _write(stream: TextIO | None, text: str) -> TextIO | None:
    """Write and flush; what comes back is the stream to use from now on, None once nobody reads it."""
    if stream is None:
        return None
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        # EPIPE, EIO of a terminal that is gone, a closed stream: no reader, and no reason to fail.
        return None
    return stream


def let_go() -> None:
    """Keep the interpreter from complaining at its end about streams that nobody reads any more."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except (OSError, ValueError):
            try:
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)
            except (OSError, ValueError):
                pass
