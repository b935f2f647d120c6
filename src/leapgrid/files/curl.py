"""The curl commands of the API documentation: their bodies, and nothing else of them.

A command is read, never run: no variable is filled in, no file is opened, its address is not used, and
whatever authenticates is dropped before anything is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted

_BEGINS_WITH_CURL = re.compile(r"(?:\s|#[^\n]*\n)*(?:\$\s+)?curl(?:\.exe)?(?:\s|\Z)")
_SURELY_CURL = re.compile(
    r"(?:\s|#[^\n]*\n)*(?:\$\s+)?curl(?:\.exe)?(?:\s+\\\r?\n\s*|[ \t]+)"
    r"(?:-|['\"$]|https?:|localhost|[\w.\-]+[:/])"
)

_OBJECT = re.compile(r"/objects/([^/?#]+)/record")

_BODY = {"-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--json"}
_FROM_FILE = _BODY - {"--data-raw"}
_CREDENTIALS = {"-u", "--user", "-b", "--cookie", "--oauth2-bearer", "-U", "--proxy-user"}
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")

_REFUSED = {
    "-K": "reads other files", "--config": "reads other files",
    "-T": "sends a file", "--upload-file": "sends a file",
    "-F": "sends a form", "--form": "sends a form", "--form-string": "sends a form",
    "--data-urlencode": "sends a form",
    "-o": "writes a file", "--output": "writes a file", "-O": "writes a file",
    "--remote-name": "writes a file", "-D": "writes a file", "--dump-header": "writes a file",
    "-c": "writes a file", "--cookie-jar": "writes a file", "--output-dir": "writes a file",
    "--trace": "writes a file", "--trace-ascii": "writes a file",
    "-x": "goes through a proxy", "--proxy": "goes through a proxy", "--preproxy": "goes through a proxy",
    "--socks5": "goes through a proxy", "--socks5-hostname": "goes through a proxy",
    "--unix-socket": "goes elsewhere", "--next": "holds several requests",
}  # fmt: skip

_TAKES_VALUE = _BODY | _CREDENTIALS | {
    "-H", "--header", "-X", "--request", "-A", "--user-agent", "-e", "--referer", "--url", "-m", "--max-time",
    "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time", "-w", "--write-out", "--cacert",
    "--capath", "-E", "--cert", "--key", "--resolve", "--connect-to", "--limit-rate", "-r", "--range", "-y",
    "-Y", "--max-redirs", "--interface", "--ciphers", "-C", "-z", "-t", "-Q", "-P", "--noproxy",
}  # fmt: skip


def looks_like_curl(head: str, *, table: bool) -> bool:
    """Whether a text begins with a curl command, perhaps after comments or a prompt.

    Args:
        head: how the file begins.
        table: the file's name says that it is a table; then a first header "curl" is no command.
    """
    return (_SURELY_CURL if table else _BEGINS_WITH_CURL).match(head) is not None


@dataclass(frozen=True, slots=True)
class Body:
    """The body of one command.

    Attributes:
        text: exactly what the command would send.
        line: the physical line on which it begins.
        flat: its line breaks are not those of the file, since they were written as escapes.
    """

    text: str
    line: int
    flat: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    flat: bool = False


def read_curl(text: str, name: str, slug: str, notes: Notebook) -> list[Body]:
    """The bodies of the curl commands in a text, one a command.

    Args:
        text: commands as in a shell script: quotes, line continuations, comments.
        name: the file's name for messages.
        slug: the object that the records are read as; an address that names another one is noted.
        notes: takes what was dropped.

    Raises:
        UnreadableFile: not only curl commands, an option that would read or write something else, no body.
    """
    bodies: list[Body] = []
    for words in _commands(text, name):
        if words[0].text == "$" and len(words) > 1:
            words = words[1:]
        if words[0].text not in ("curl", "curl.exe"):
            raise UnreadableFile(
                f"Line {words[0].line} of {name} is not a curl command but {quoted(words[0].text)}. "
                "Leave only curl commands in the file.",
                words[0].line,
            )
        bodies.append(_Command(words, name).read(slug, notes))
    return bodies


class _Command:
    def __init__(self, words: list[_Word], name: str) -> None:
        self._words = words[1:]
        self._line = words[0].line
        self._name = name
        self._at = 0
        self._body: Body | None = None
        self._address = ""
        self._dropped = False

    def read(self, slug: str, notes: Notebook) -> Body:
        while self._at < len(self._words):
            word = self._words[self._at]
            self._at += 1
            if word.text.startswith("--") and len(word.text) > 2:
                self._option(word.text, None, word.line)
            elif word.text.startswith("-") and len(word.text) > 1:
                self._short_options(word)
            elif not self._address:
                self._address = word.text
        if self._body is None:
            raise UnreadableFile(
                f"The curl command in line {self._line} of {self._name} has no --data. "
                "Copy the command together with its body.",
                self._line,
            )
        if self._address.casefold().startswith("file:"):
            raise UnreadableFile(
                f"The command in line {self._line} of {self._name} has the address of a file. "
                "Open that file instead.",
                self._line,
            )
        if self._dropped:
            notes.add(
                "credentials_dropped",
                self._line,
                f"The key in the command of line {self._line} was left out; your own connection is used.",
            )
        named = _OBJECT.search(self._address)
        if named and unquote(named.group(1)) != slug:
            other = quoted(unquote(named.group(1)))
            notes.add(
                "other_object",
                self._line,
                f"The address in line {self._line} is for {other}; the records are read as {quoted(slug)}.",
            )
        return self._body

    def _short_options(self, word: _Word) -> None:
        """-sSLd '...' and -XPOST: flags may stand together, the last may have its value behind it."""
        for at, letter in enumerate(word.text[1:], 2):
            option = f"-{letter}"
            if option in _TAKES_VALUE or option in _REFUSED:
                self._option(option, word.text[at:] or None, word.line)
                return

    def _option(self, option: str, attached: str | None, line: int) -> None:
        if option in _REFUSED:
            raise UnreadableFile(
                f"Line {line} of {self._name} has {option}, which {_REFUSED[option]}. "
                "Leave it out and give the records in --data.",
                line,
            )
        if option not in _TAKES_VALUE:
            return
        value, value_line = attached, line
        if value is None:
            if self._at >= len(self._words):
                raise UnreadableFile(
                    f"Line {line} of {self._name} ends after {option}. Copy the whole command.", line
                )
            value, value_line = self._words[self._at].text, self._words[self._at].line
            self._at += 1
        if option in _BODY:
            self._take_body(option, value, value_line)
        elif option == "--url":
            self._address = value
        elif option in _CREDENTIALS:
            self._dropped = True
        elif option in ("-H", "--header"):
            if value.startswith("@"):
                raise self._reads_file(option, value_line)
            if value.partition(":")[0].strip().casefold() in _SECRET_HEADERS:
                self._dropped = True

    def _take_body(self, option: str, value: str, line: int) -> None:
        if value.startswith("@") and option in _FROM_FILE:
            raise self._reads_file(option, line)
        if self._body is not None:
            raise UnreadableFile(
                f"Line {line} of {self._name} has a second body in one command. Make it one list of records.",
                line,
            )
        self._body = Body(value, line)

    def _reads_file(self, option: str, line: int) -> UnreadableFile:
        return UnreadableFile(
            f"Line {line} of {self._name} takes {option} from another file. Open that file instead.", line
        )


def _commands(text: str, name: str) -> list[list[_Word]]:
    """The words of each command, as a shell would part them."""
    commands: list[list[_Word]] = []
    words: list[_Word] = []
    lexer = _Lexer(text, name)
    while (token := lexer.next()) is not None:
        if isinstance(token, _Word):
            words.append(token)
        elif words:
            commands.append(words)
            words = []
    if words:
        commands.append(words)
    return commands


class _End:
    """The end of a command: a line break, ; or &&."""


_END = _End()
_ESCAPES = {
    "a": 7, "b": 8, "e": 27, "E": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34,
    "?": 63,
}  # fmt: skip
_ANSI = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
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

    def next(self) -> _Word | _End | None:
        """The next word, the end of a command, or None at the end of the text."""
        text = self._text
        while self._at < len(text):
            char = text[self._at]
            if text.startswith(("\\\n", "\\\r\n"), self._at):
                self._at += 3 if text[self._at + 1] == "\r" else 2
            elif char in "\n;" or text.startswith("&&", self._at):
                self._at += 2 if char == "&" else 1
                return _END
            elif char.isspace():
                self._at += 1
            elif char == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            else:
                return self._word()
        return None

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = max(self._counted, at)
        return self._line

    def _word(self) -> _Word:
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
        return _Word("".join(parts), line)

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
                    return made.decode("utf-8", "surrogatepass")
                except UnicodeDecodeError as problem:
                    raise UnreadableFile(
                        f"The text that begins in line {line} of {self._name} is not UTF-8 once its escapes "
                        "are read. Give the records in single quotes.",
                        line,
                    ) from problem
            match = _ANSI.match(text, self._at)
            if match:
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
    byte, short, long, octal, char = match.groups()
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
