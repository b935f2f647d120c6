"""The curl commands of the API documentation: their bodies, and nothing else of them.

A command is read, never run: no variable is filled in, no file is opened, its address is not used, and
whatever authenticates is dropped before anything is kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote

from leapgrid.files.curl_windows import is_for_windows, windows_commands
from leapgrid.files.curl_words import Command, Word, shell_commands
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted

_BEGINS_WITH_CURL = re.compile(r"(?:\s|#[^\n]*\n)*(?:\$\s+)?(?:[A-Za-z_]\w*=\S*\s+)*curl(?:\.exe)?(?:\s|\Z)")
_SURELY_CURL = re.compile(
    r"(?:\s|#[^\n]*\n)*(?:\$\s+)?curl(?:\.exe)?(?:\s+\\\r?\n\s*|[ \t]+)"
    r"(?:-|['\"$^]|https?:|localhost|[\w.\-]+[:/])"
)

_OBJECT = re.compile(r"/objects/([^/?#]+)/record")

Secret = Literal["key", "cookie", "password", "certificate"]
"""What authenticates, by its kind; its value is never kept."""

_SECRETS: tuple[Secret, ...] = get_args(Secret)

_BODY = {"-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--json"}
_FROM_FILE = _BODY - {"--data-raw"}
_CREDENTIALS: dict[str, Secret] = {
    **dict.fromkeys(("-b", "--cookie"), "cookie"),
    **dict.fromkeys(("--oauth2-bearer", "--aws-sigv4", "--delegation"), "key"),
    **dict.fromkeys(
        ("-u", "--user", "-U", "--proxy-user", "--pass", "--proxy-pass", "--tlspassword",
         "--proxy-tlspassword", "--login-options"),
        "password",
    ),
    **dict.fromkeys(("-E", "--cert"), "certificate"),
}  # fmt: skip
_SECRET_HEADER = re.compile(r"auth|cookie|key|token|secret|passw|session|csrf|xsrf|signature", re.IGNORECASE)
_SECRET_ADDRESS = re.compile(r"//[^/?#]*@|[?&][^=&#]*(?:key|token|secret|passw|sig)[^=&#]*=", re.IGNORECASE)
_BASIC = re.compile(r"\s*basic\s", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")

_REFUSED = {
    "-K": "reads other files", "--config": "reads other files", "--netrc-file": "reads other files",
    "--variable": "fills in variables", "--expand-data": "fills in variables",
    "--expand-json": "fills in variables", "--expand-url": "fills in variables",
    "--expand-header": "fills in variables",
    "-T": "sends a file", "--upload-file": "sends a file",
    "-F": "sends a form", "--form": "sends a form", "--form-string": "sends a form",
    "--data-urlencode": "sends a form",
    "-o": "writes a file", "--output": "writes a file", "-O": "writes a file",
    "--remote-name": "writes a file", "-D": "writes a file", "--dump-header": "writes a file",
    "-c": "writes a file", "--cookie-jar": "writes a file", "--output-dir": "writes a file",
    "--remote-name-all": "writes a file", "--trace": "writes a file", "--trace-ascii": "writes a file",
    "--libcurl": "writes a file", "--stderr": "writes a file", "--etag-save": "writes a file",
    "--hsts": "writes a file", "--alt-svc": "writes a file",
    "-x": "goes through a proxy", "--proxy": "goes through a proxy", "--preproxy": "goes through a proxy",
    "--proxy1.0": "goes through a proxy", "--proxy-header": "goes through a proxy",
    "--socks4": "goes through a proxy", "--socks4a": "goes through a proxy",
    "--socks5": "goes through a proxy", "--socks5-hostname": "goes through a proxy",
    "--unix-socket": "goes elsewhere", "--abstract-unix-socket": "goes elsewhere",
    "--next": "holds several requests", "-:": "holds several requests",
}  # fmt: skip

_TAKES_VALUE = _BODY | set(_CREDENTIALS) | {
    "-H", "--header", "-X", "--request", "-A", "--user-agent", "-e", "--referer", "--url", "-m", "--max-time",
    "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time", "-w", "--write-out", "--cacert",
    "--capath", "--key", "--cert-type", "--key-type", "--proto", "--proto-default", "--tls-max",
    "--keepalive-time", "--doh-url", "--dns-servers", "--happy-eyeballs-timeout-ms", "--speed-limit",
    "--speed-time", "--expect100-timeout", "--local-port", "--url-query", "--request-target",
    "--max-filesize", "--parallel-max", "--rate", "--curves", "--tls13-ciphers", "--service-name",
    "--pinnedpubkey", "--resolve", "--connect-to", "--limit-rate", "-r", "--range", "-y",
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
    commands = windows_commands if is_for_windows(text) else shell_commands
    for command in commands(text, name):
        words = list(command.words)
        if words[0].text == "$" and len(words) > 1:
            words = words[1:]
        assigned = 0
        while assigned < len(words) and _ASSIGNMENT.match(words[assigned].text):
            assigned += 1
        if assigned == len(words) or words[assigned].text not in ("curl", "curl.exe"):
            # The word is not shown: in a file with keys in it, it may be one.
            raise UnreadableFile(
                f"Line {words[0].line} of {name} is not a curl command. "
                "Leave only curl commands in the file.",
                words[0].line,
            )
        dropped = {_kind_of(word.text.partition("=")[0]) for word in words[:assigned]}
        bodies.append(_Reading(words[assigned:], command, name, dropped).read(slug, notes))
    return bodies


def _kind_of(name: str) -> Secret:
    """The kind of a secret, by the name under which it stands in a command."""
    low = name.casefold()
    return "cookie" if "cookie" in low else "password" if "passw" in low else "key"


class _Reading:
    """Goes through the words of one command and keeps its body."""

    def __init__(self, words: list[Word], command: Command, name: str, dropped: set[Secret]) -> None:
        self._words = words[1:]
        self._stdin = command.stdin
        self._line = words[0].line
        self._name = name
        self._at = 0
        self._bodies: list[tuple[str, Word]] = []
        self._address = ""
        self._dropped = dropped

    def read(self, slug: str, notes: Notebook) -> Body:
        while self._at < len(self._words):
            word = self._words[self._at]
            self._at += 1
            if word.text.startswith("--") and len(word.text) > 2:
                self._option(word.text, None, word.line)
            elif word.text.startswith("-") and len(word.text) > 1:
                self._short_options(word)
            else:
                self._take_address(word)
        if not self._bodies:
            raise UnreadableFile(
                f"The curl command in line {self._line} of {self._name} has no --data. "
                "Copy the command together with its body.",
                self._line,
            )
        body = self._body()
        if self._dropped:
            kinds = [f"the {kind}" for kind in _SECRETS if kind in self._dropped]
            named = ", ".join(kinds[:-1]) + " and " + kinds[-1] if kinds[1:] else kinds[0]
            were = "were" if kinds[1:] else "was"
            notes.add(
                "credentials_dropped",
                self._line,
                f"{named[0].upper()}{named[1:]} in the command of line {self._line} {were} left out; "
                "your own connection is used.",
            )
        object_in = _OBJECT.search(self._address)
        if object_in and unquote(object_in.group(1)) != slug:
            other = quoted(unquote(object_in.group(1)))
            notes.add(
                "other_object",
                self._line,
                f"The address in line {self._line} is for {other}; the records are read as {quoted(slug)}.",
            )
        return body

    def _take_address(self, word: Word) -> None:
        if word.text.casefold().startswith("file:"):
            raise UnreadableFile(
                f"The command in line {self._line} of {self._name} has the address of a file. "
                "Open that file instead.",
                self._line,
            )
        for found in _SECRET_ADDRESS.finditer(word.text):
            self._dropped.add("password" if found.group().startswith("//") else _kind_of(found.group()))
        if not self._address:
            self._address = word.text

    def _body(self) -> Body:
        """What the command would send: several bodies joined as curl joins them."""
        _, first = self._bodies[0]
        if len(self._bodies) == 1:
            return Body(first.text, first.line, first.flat)
        text = first.text
        for option, word in self._bodies[1:]:
            text += word.text if option == "--json" else f"&{word.text}"
        try:
            json.loads(text)
        except (ValueError, RecursionError) as problem:
            line = self._bodies[1][1].line
            raise UnreadableFile(
                f"Line {line} of {self._name} has a second body in one command. Make it one list of records.",
                line,
            ) from problem
        return Body(text, first.line, flat=True)

    def _short_options(self, word: Word) -> None:
        """-sSLd '...' and -XPOST: flags may stand together, the last may have its value behind it."""
        for at, letter in enumerate(word.text[1:], 2):
            option = f"-{letter}"
            if option in _TAKES_VALUE or option in _REFUSED:
                self._option(option, word.text[at:] or None, word.line, word.flat)
                return

    def _option(self, option: str, attached: str | None, line: int, flat: bool = False) -> None:
        if option in _REFUSED:
            raise UnreadableFile(
                f"Line {line} of {self._name} has {option}, which {_REFUSED[option]}. "
                "Leave it out and give the records in --data.",
                line,
            )
        if option not in _TAKES_VALUE:
            return
        value = Word(attached, line, flat) if attached is not None else None
        if value is None:
            if self._at >= len(self._words):
                raise UnreadableFile(
                    f"Line {line} of {self._name} ends after {option}. Copy the whole command.", line
                )
            value = self._words[self._at]
            self._at += 1
        if option in _BODY:
            self._take_body(option, value)
        elif option == "--url":
            if value.text.startswith("@"):
                raise self._reads_file(option, value.line)
            self._take_address(value)
        elif option in _CREDENTIALS:
            self._dropped.add(_CREDENTIALS[option])
        elif option in ("-H", "--header"):
            if value.text.startswith("@"):
                raise self._reads_file(option, value.line)
            header, _, content = value.text.partition(":")
            if _SECRET_HEADER.search(header):
                self._dropped.add("password" if _BASIC.match(content) else _kind_of(header))

    def _take_body(self, option: str, value: Word) -> None:
        if value.text == "@-" and option in _FROM_FILE and self._stdin is not None:
            value = self._stdin
        elif value.text.startswith("@") and option in _FROM_FILE:
            raise self._reads_file(option, value.line)
        self._bodies.append((option, value))

    def _reads_file(self, option: str, line: int) -> UnreadableFile:
        return UnreadableFile(
            f"Line {line} of {self._name} takes {option} from another file. Open that file instead.", line
        )
