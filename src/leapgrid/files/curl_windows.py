"""The words of curl commands for the Windows prompt, as browsers copy them: carets, and its own quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leapgrid.files.curl_words import Command, Word
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted

_FIRST_LINE = re.compile(r"""[^'\n]*?\s\^(?:"|[ \t]*\r?\n)""")


def is_for_windows(text: str) -> bool:
    """Whether a text of curl commands is meant for the Windows prompt: its first line has carets as there."""
    begin = text.find("curl")
    return begin >= 0 and _FIRST_LINE.match(text, begin) is not None


_CMD_PLAIN = re.compile(r'[^"^\r\n]+')


def windows_commands(text: str, name: str) -> Iterator[Command]:
    """The commands of a text that is meant for the Windows prompt, as browsers copy them: ``^`` escapes.

    First the prompt takes the carets away, then the program parts what is left into words.

    Raises:
        UnreadableFile: a quote that is never closed, or something that the prompt would act on.
    """
    at, line = 0, 1
    while at < len(text):
        chars: list[str] = []
        lines: list[int] = []
        inside = False
        while at < len(text):
            plain = _CMD_PLAIN.match(text, at)
            if plain:
                found = plain.group()
                if not inside:
                    _refuse_acting(found, line, name)
                at = plain.end()
            elif text[at] in "\r\n":
                at += 2 if text.startswith("\r\n", at) else 1
                line += 1
                break
            elif text[at] == '"' or inside:
                inside = inside != (text[at] == '"')
                found = text[at]
                at += 1
            else:
                at += 1
                if text[at : at + 1] in ("\r", "\n"):
                    # The caret takes the line break away, and with it what the next character means.
                    at += 2 if text.startswith("\r\n", at) else 1
                    line += 1
                found = text[at : at + 1]
                if text.startswith("\r\n", at):
                    found, at = "\n", at + 1
                at += 1
            chars += found
            lines += [line] * len(found)
            line += found == "\n"
        words = tuple(_program_words("".join(chars), lines, name))
        if words and not words[0].text.startswith("#"):
            yield Command(words)


def _refuse_acting(text: str, line: int, name: str) -> None:
    for char in text:
        if char in "|<>&":
            raise UnreadableFile(
                f"Line {line} of {name} has {quoted(char)} outside of quotes. "
                "Leave only plain curl commands in the file.",
                line,
            )


def _program_words(text: str, lines: list[int], name: str) -> Iterator[Word]:
    """As a Windows program parts its command line: backslashes count before a quote, two quotes are one."""
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        start = at
        parts: list[str] = []
        inside = False
        while at < len(text) and (inside or text[at] not in " \t"):
            if text[at] == "\\":
                end = at
                while end < len(text) and text[end] == "\\":
                    end += 1
                slashes = end - at
                if text[end : end + 1] == '"':
                    parts.append("\\" * (slashes // 2))
                    if slashes % 2:
                        parts.append('"')
                        end += 1
                else:
                    parts.append("\\" * slashes)
                at = end
            elif text[at] == '"':
                if inside and text[at + 1 : at + 2] == '"':
                    parts.append('"')
                    at += 1
                else:
                    inside = not inside
                at += 1
            else:
                parts.append(text[at])
                at += 1
        if inside:
            raise UnreadableFile(
                f"Line {lines[start]} of {name} opens a quote that is never closed. Copy the whole command.",
                lines[start],
            )
        # A line break in such a text takes two in the file.
        yield Word("".join(parts), lines[start], "\n" in text[start:at])
