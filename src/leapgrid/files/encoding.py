"""Which encoding a text is in. UTF-8 wherever it fits; where it does not, the file itself is asked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from leapgrid.files.blocks import NotInEncoding, told
from leapgrid.files.limits import MIB
from leapgrid.files.model import Detected, UnreadableFile
from leapgrid.files.notebook import quoted
from leapgrid.files.source import Source, wide_encoding

NAMES = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "cp932": "Shift-JIS",
    "gb18030": "GB18030",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
"""Encodings that are found out, by what Python calls them, and what people call them."""

_CHOICES = ("utf-8", "cp1252", "latin-1", "cp932", "gb18030", "utf-16-le", "utf-16-be")
_ALIKE = {"iso8859-1": "latin-1", "shift_jis": "cp932", "gbk": "gb18030", "gb2312": "gb18030"}
_NOT_FOR_FILES = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}

_SAMPLE = 64 * 1024
_LEAST = 0.35
"""Below this share of characters that make sense a text is in none of the encodings."""

_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(r"[\w'’.&-]*[^\x00-\x7f][\w'’.&-]*")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1e\x7f]")
_MOST_CONTROLS = 0.02
_OTHER = re.compile(r"[^\x00-\x7f]")
_WORDS = 200
"""Words among which the one is sought that shows best what an encoding means."""

_MARKS = "“”‘’„‚–—…€£¥§°©®™ªº«»¿¡·\xa0•"


class Evidence(NamedTuple):
    """What the bytes of a file that are not ASCII say.

    Attributes:
        sample: lines that hold such bytes, up to some ten thousand bytes of them.
        whole: characters of more than one byte that are right in UTF-8.
        broken: bytes that are not.
        fitting: the other encodings that fit everywhere.
    """

    sample: bytes
    whole: int
    broken: int
    fitting: tuple[str, ...]


def said_encoding(name: str) -> str:
    """The encoding that a person named.

    Raises:
        UnreadableFile: nobody knows it.
    """
    known = name.strip().lower().replace("windows-", "cp")
    try:
        canonical = codecs.lookup(known).name
        "".encode(known)  # some codecs are not for text
    except (LookupError, ValueError):
        canonical = "undefined"
    if canonical in _NOT_FOR_FILES:
        raise UnreadableFile(
            f"{quoted(name)} is no encoding. There are, among others: {', '.join(_CHOICES)}."
        )
    if canonical == "utf-8-sig":
        return "utf-8"
    return _ALIKE.get(canonical, canonical)


def first_guess(head: bytes) -> str:
    """The encoding that the beginning of a file shows: UTF-8 unless it has a mark or NULs say otherwise."""
    return wide_encoding(head) or "utf-8"


def find_encoding(source: Source, problem: NotInEncoding) -> str:
    """The encoding of a file that is not UTF-8.

    Args:
        source: is read as a whole, in little memory.
        problem: where UTF-8 does not fit.

    Raises:
        UnreadableFile: some of it is UTF-8 and some is not, or nothing fits.
    """
    seen = _gather(source)
    if seen.whole >= max(seen.broken, 1):
        # Read as anything else, what is right would become wrong.
        raise told(
            problem,
            source.name,
            "UTF-8",
            "Other lines are: correct that one, or say with --encoding in what the file is, such as cp1252.",
        )
    best, score = _likeliest(seen)
    garbled = seen.whole * 10 > seen.broken and best in ("cp1252", "latin-1")
    if score < _LEAST or garbled or _controls(seen.sample) > _MOST_CONTROLS:
        raise told(
            problem,
            source.name,
            "UTF-8",
            "No other encoding fits either. Save it as UTF-8, or say with --encoding in what it is.",
        )
    return best


def _gather(source: Source) -> Evidence:
    sample: list[bytes] = []
    room = _SAMPLE
    whole = broken = 0
    fitting = ["cp1252", "cp932", "gb18030", "latin-1"]
    source.rewind()
    rest = b""
    while piece := source.read():
        data = rest + piece
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) < 4 * MIB:
            rest = data
            continue
        data, rest = (data[:cut], data[cut:]) if cut else (data, b"")
        found = _lines_with_others(data)
        if not found:
            continue
        joined = b"\n".join(found)
        good, bad = _count(joined)
        whole += good
        broken += bad
        fitting = [codec for codec in fitting if _fits(joined, codec)]
        if room > 0:
            sample.append(joined[:room])
            room -= len(joined)
    if rest:
        found = _lines_with_others(rest)
        joined = b"\n".join(found)
        good, bad = _count(joined)
        whole += good
        broken += bad
        fitting = [codec for codec in fitting if _fits(joined, codec)]
        sample.append(joined[: max(room, 0)])
    return Evidence(b"\n".join(sample), whole, broken, tuple(fitting))


def _lines_with_others(data: bytes) -> list[bytes]:
    """The lines that are not ASCII alone."""
    found: list[bytes] = []
    if data.isascii():
        return found
    hit = _HIGH.search(data)
    while hit:
        start = data.rfind(b"\n", 0, hit.start()) + 1
        end = data.find(b"\n", hit.start())
        if end < 0:
            end = len(data)
        found.append(data[start:end])
        hit = _HIGH.search(data, end)
    return found


def _count(data: bytes) -> tuple[int, int]:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) - broken, broken


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(seen: Evidence) -> tuple[str, float]:
    """The encoding whose characters make most sense, and the share of them that do."""
    scores: dict[str, float] = {}
    for codec in seen.fitting:
        # The sample may end within a character.
        text = seen.sample.decode(codec, "ignore")
        scores[codec] = _eastern(text, codec) if codec in ("cp932", "gb18030") else _western(text)
    best = max(scores, key=lambda codec: scores[codec])
    close = [codec for codec in scores if scores[best] - scores[codec] < 0.25]
    if best == "latin-1" and "cp1252" in scores:
        best = "cp1252"
    if len(close) > 1 and set(close) != {"cp1252", "latin-1"}:
        # Our own measure leaves it open; the library knows languages.
        from charset_normalizer import from_bytes

        named = {"cp1252": "cp1252", "latin-1": "latin_1", "cp932": "cp932", "gb18030": "gb18030"}
        match = from_bytes(seen.sample, cp_isolation=[named[codec] for codec in close]).best()
        if match is not None:
            found = next((codec for codec in close if named[codec] == match.encoding), best)
            best = "cp1252" if found == "latin-1" and "cp1252" in scores else found
    return best, scores[best]


def _controls(data: bytes) -> float:
    """The share of control characters; text has none but tabs, line ends and perhaps a separator."""
    return len(_CONTROL.findall(data)) / len(data) if data else 0.0


def _western(text: str) -> float:
    """The share of characters beyond ASCII that are where Western European words have them."""
    good = all_ = 0.0
    for word in _WORD.findall(text):
        others = [character for character in word if character > "\x7f"]
        all_ += len(others)
        letters = sum(character.isalpha() and character not in "ªº" for character in others)
        marks = sum(character in _MARKS for character in others)
        # Words of a few letters and mostly accents are what other encodings look like.
        plain = len(word) - len(others)
        good += letters if letters <= max(plain, 1) else letters * 0.2
        good += marks * (0.8 if not letters else 0.4)
    return good / all_ if all_ else 0.0


def _eastern(text: str, codec: str) -> float:
    """The share of characters beyond ASCII that are common in Japanese or Chinese."""
    good = all_ = 0.0
    for character in text:
        if character <= "\x7f":
            continue
        all_ += 1
        if "\u3000" <= character <= "\u3017" or "\uff01" <= character <= "\uff5e":
            good += 1
        elif codec == "cp932":
            if "\u3041" <= character <= "\u30fe":
                good += 1
            elif "\uff61" <= character <= "\uff9f":
                good += 0.3
            else:
                lead = character.encode(codec, "ignore")[:1]
                good += 1 if b"\x88" <= lead <= b"\x97" else 0.5 if b"\x98" <= lead <= b"\xea" else 0
        else:
            pair = character.encode("gb2312", "ignore")
            # The first level are the 3,755 most common characters.
            good += 1 if b"\xb0" <= pair[:1] <= b"\xd7" else 0.4 if pair else 0
    return good / all_ if all_ else 0.0


def describe_encoding(codec: str, text: str, said: bool) -> Detected:
    """What a person is told of the encoding.

    Args:
        codec: the one in use.
        text: from the file, decoded; a word of it shows what the choice means.
        said: a person chose it.
    """
    name = NAMES.get(codec, codec)
    word = max(_words(text), key=_telling, default="")
    why = ""
    if word:
        other = _otherwise(word, codec)
        why = f"Reads {quoted(word, 24)}" + (f", not {quoted(other, 24)}." if other else ".")
    elif codec == "utf-8":
        why = "There are only plain letters, which read the same in most encodings."
    if codec in ("cp1252", "latin-1", "cp932", "gb18030") and not said:
        why = f"UTF-8 does not fit. {why}".strip()
    elif said:
        why = f"As you said. {why}".strip()
    choices = (codec, *(choice for choice in _CHOICES if choice != codec))
    return Detected("encoding", name, why, choices)


def _words(text: str) -> Iterator[str]:
    """Some words that hold more than ASCII."""
    at = 0
    for _ in range(_WORDS):
        found = _OTHER.search(text, at)
        if found is None:
            return
        # From the beginning of the word, or from so far in front that nobody would show more.
        start = found.start()
        while start > max(at, found.start() - 40) and text[start - 1] not in ' \t\r\n,;|"':
            start -= 1
        word = _WORD.search(text, start, found.start() + 40)
        if word is None:
            return
        yield word.group()
        at = max(word.end(), found.end())


def _telling(word: str) -> tuple[bool, int]:
    letters = sum(character.isalpha() for character in word)
    return 3 <= len(word) <= 16 and letters > len(word) * 0.7, min(letters, 8)


def _otherwise(word: str, codec: str) -> str:
    """The same bytes in the encoding that is most often taken by mistake."""
    try:
        data = word.encode(codec)
    except (UnicodeError, LookupError):
        return ""
    other = data.decode("cp1252" if codec != "cp1252" else "utf-8", "replace")
    return "" if other == word else other
