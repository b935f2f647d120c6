"""The words of curl commands, as a POSIX shell with bash's $'...' would part them.

Nothing is run and nothing is filled in: what would do either is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import quoted


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command.

    Attributes:
        text: without its quotes.
        line: the physical line on which it begins.
        flat: its line breaks are not those of the file, since they were written as escapes.
    """

    text: str
    line: int
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """The words of one command, and the text that follows it for its standard input."""

    words: tuple[Word, ...]
    stdin: Word | None = None


def shell_commands(text: str, name: str) -> Iterator[Command]:
    """The commands of a text, and their words.

    Args:
        text: commands as people copy them, with line continuations, comments and several in a row.
        name: the file's name for messages.

    Raises:
        UnreadableFile: a quote that is never closed, or something that a shell would act on.
    """
    words: list[Word] = []
    stdin: Word | None = None
    lexer = _Lexer(text, name)
    while (token := lexer.next()) is not None:
        if isinstance(token, Word):
            words.append(token)
        else:
            stdin = token.stdin or stdin
            if words:
                yield Command(tuple(words), stdin)
            words, stdin = [], None
    if words:
        yield Command(tuple(words), stdin)


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a command: a line break, ; or &&, and what the lines after it give to its standard input."""

    stdin: Word | None = None


_ESCAPES = {
    "a": 7, "b": 8, "e": 27, "E": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34,
    "?": 63,
}  # fmt: skip
_ANSI = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_ANSI_PLAIN = re.compile(r"[^\\']+")
_PLAIN = re.compile(r"[^\s'\"\\$`|&;<>()#]+")
_IN_DOUBLE = re.compile(r'[^"\\]+')


class _Lexer:
    """Parts a text into words by the quoting rules of a POSIX shell and bash's $'...'."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._at = 0
        self._line = 1
        self._counted = 0
        self._heredoc: tuple[str, bool, int] | None = None

    def next(self) -> Word | _End | None:
        """The next word, the end of a command, or None at the end of the text."""
        text = self._text
        while self._at < len(text):
            char = text[self._at]
            if text.startswith(("\\\n", "\\\r\n"), self._at):
                self._at += 3 if text[self._at + 1] == "\r" else 2
            elif char in "\n;" or text.startswith("&&", self._at):
                self._at += 2 if char == "&" else 1
                return _End(self._read_heredoc() if char == "\n" else None)
            elif text.startswith("<<", self._at) and not text.startswith("<<<", self._at):
                self._begin_heredoc()
            elif char.isspace():
                self._at += 1
            elif char == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            else:
                return self._word()
        return _End(None) if self._heredoc is not None and self._fail_heredoc() else None

    def _begin_heredoc(self) -> None:
        """<<EOF: the lines after this one, up to one that is EOF, are the command's input."""
        line = self._line_at(self._at)
        indented = self._text.startswith("<<-", self._at)
        self._at += 3 if indented else 2
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        delimiter = self._word().text if self._text[self._at : self._at + 1].strip() else ""
        self._heredoc = (delimiter, indented, line)

    def _read_heredoc(self) -> Word | None:
        if self._heredoc is None:
            return None
        delimiter, indented, _ = self._heredoc
        line, at = self._line_at(self._at), self._at
        lines: list[str] = []
        while at < len(self._text):
            end = self._text.find("\n", at)
            end = len(self._text) if end < 0 else end
            found = self._text[at:end].removesuffix("\r")
            found = found.lstrip("\t") if indented else found
            at = end + 1
            if found == delimiter:
                self._at = min(at, len(self._text))
                self._heredoc = None
                return Word("\n".join(lines), line)
            lines.append(found)
        self._fail_heredoc()
        return None

    def _fail_heredoc(self) -> bool:
        line = self._heredoc[2] if self._heredoc is not None else 1
        raise UnreadableFile(
            f"Line {line} of {self._name} begins a text (<<) that is never ended. Copy the whole command.",
            line,
        )

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = max(self._counted, at)
        return self._line

    def _word(self) -> Word:
        text = self._text
        start = self._at
        line = self._line_at(start)
        parts: list[str] = []
        while self._at < len(text):
            char = text[self._at]
            plain = _PLAIN.match(text, self._at)
            if plain:
                parts.append(plain.group())
                self._at = plain.end()
            elif char == "'":
                parts.append(self._until_quote(line))
            elif char == '"':
                parts.append(self._double(line))
            elif text.startswith("$'", self._at):
                parts.append(self._ansi(line))
            elif text.startswith('$"', self._at):
                self._at += 1
            elif text.startswith(("\\\n", "\\\r\n"), self._at):
                self._at += 3 if text[self._at + 1] == "\r" else 2
            elif char == "\\":
                parts.append(text[self._at + 1 : self._at + 2])
                self._at += 2
            elif char == "#" or (char == "$" and not text.startswith("$(", self._at)):
                parts.append(char)
                self._at += 1
            elif char.isspace() or char == ";" or text.startswith("&&", self._at):
                break
            else:
                raise UnreadableFile(
                    f"Line {self._line_at(self._at)} of {self._name} has {quoted(char)} outside of quotes. "
                    "Leave only plain curl commands in the file.",
                    self._line_at(self._at),
                )
        whole = "".join(parts)
        # Escapes, and line breaks that the shell takes out, part the text's lines from those of the file.
        flat = whole.count("\n") != text.count("\n", start, self._at)
        return Word(whole, line, flat)

    def _until_quote(self, line: int) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise self._unclosed(line)
        inner = self._text[self._at + 1 : end]
        self._at = end + 1
        return inner

    def _double(self, line: int) -> str:
        text = self._text
        parts: list[str] = []
        self._at += 1
        while self._at < len(text):
            run = _IN_DOUBLE.match(text, self._at)
            if run:
                parts.append(run.group())
                self._at = run.end()
            elif text[self._at] == '"':
                self._at += 1
                return "".join(parts)
            elif text.startswith(("\\\n", "\\\r\n"), self._at):
                self._at += 3 if text[self._at + 1] == "\r" else 2
            else:
                escaped = text[self._at + 1 : self._at + 2]
                parts.append(escaped if escaped in '"\\$`' else f"\\{escaped}")
                self._at += 2
        raise self._unclosed(line)

    def _ansi(self, line: int) -> str:
        text = self._text
        made = bytearray()
        self._at += 2
        while self._at < len(text):
            char = text[self._at]
            if char == "'":
                self._at += 1
                try:
                    # Browsers write a character beyond \\uFFFF as the two halves that UTF-16 has for it.
                    halves = made.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass")
                    return halves.decode("utf-16", "surrogatepass")
                except UnicodeDecodeError as problem:
                    raise UnreadableFile(
                        f"The text that begins in line {line} of {self._name} is not UTF-8 once its escapes "
                        "are read. Give the records in single quotes.",
                        line,
                    ) from problem
            plain = _ANSI_PLAIN.match(text, self._at)
            match = None if plain else _ANSI.match(text, self._at)
            if plain:
                made += plain.group().encode("utf-8", "surrogatepass")
                self._at = plain.end()
            elif match:
                made += _escaped(match)
                self._at = match.end()
            else:
                made += char.encode("utf-8", "surrogatepass")
                self._at += 1
        raise self._unclosed(line)

    def _unclosed(self, line: int) -> UnreadableFile:
        return UnreadableFile(
            f"Line {line} of {self._name} opens a quote that is never closed. Copy the whole command.", line
        )


def _escaped(match: re.Match[str]) -> bytes:
    byte, short, long, octal, control, char = match.groups()
    if control:
        return bytes([ord(control.upper()) & 0x1F])
    if byte:
        return bytes([int(byte, 16)])
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if short or long:
        code = int(short or long, 16)
        return chr(min(code, 0x10FFFF)).encode("utf-8", "surrogatepass")
    if char in _ESCAPES:
        return bytes([_ESCAPES[char]])
    return match.group().encode("utf-8", "surrogatepass")
