"""Rules of any text: length, line breaks, characters that are no text, lists and objects from JSON."""

from __future__ import annotations

import json
import re

from leapgrid.records.checks.base import Findings, error, runs, warning
from leapgrid.records.issues import Finding, Fix
from leapgrid.records.schema import Field
from leapgrid.visible import visible

_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]+")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_SUSPECT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def check_length(field: Field, text: str) -> Findings:
    """Whether a text is longer than its field takes, in characters."""
    limit = field.max_length
    if limit is None or len(text) <= limit:
        return ()
    over = len(text) - limit
    message = f"{over} character{'' if over == 1 else 's'} too long (limit {limit})."
    return (error("too_long", message, None, ((limit, len(text)),), group=f"Too long (limit {limit})."),)


def check_text(field: Field, text: str) -> Findings:
    """What is wrong with a text, its length apart.

    Args:
        field: says whether line breaks are meant.
        text: the whole cell, not empty.
    """
    findings: list[Finding] = []
    inside = _container(text)
    if inside is not None:
        findings.append(inside)
    if _SUSPECT.search(text):
        findings.extend(_unseen(field, text))
    return tuple(findings)


def _unseen(field: Field, text: str) -> list[Finding]:
    findings: list[Finding] = []
    noun = visible(field.name.replace("_", " "), 40)
    breaks = [] if field.multiline else [m.span() for m in _LINE_BREAK.finditer(text)]
    if breaks:
        many = len(breaks) > 1
        message = f"There {'are line breaks' if many else 'is a line break'} in the {noun}."
        fix = Fix(f"Replace {'them by spaces' if many else 'it by a space'}", _on_one_line(text))
        findings.append(warning("line_break", message, fix, tuple(breaks)))
    if "\t" in text and not field.multiline:
        places = [i for i, c in enumerate(text) if c == "\t"]
        fix = Fix("Replace it by a space", re.sub(r"\t+", " ", text))
        findings.append(warning("tab", f"There is a tab in the {noun}.", fix, runs(places)))
    strange = [m.start() for m in _NO_TEXT.finditer(text)]
    if strange:
        message = f"There is a character in the {noun} that is no text: {visible(text[strange[0]])}"
        fix = Fix("Remove what is no text", _NO_TEXT.sub("", text))
        findings.append(warning("control_character", f"{message}.", fix, runs(strange)))
    return findings


def _on_one_line(text: str) -> str:
    """The lines joined by single spaces; spaces elsewhere stay as they are."""
    lines = _LINE_BREAK.split(text)
    last = len(lines) - 1
    inner = [
        line[len(line) - len(line.lstrip(" \t")) if i else 0 : len(line.rstrip(" \t")) if i < last else None]
        for i, line in enumerate(lines)
    ]
    return " ".join(line for line in inner if line)


def _container(text: str) -> Finding | None:
    """A list or an object of a JSON file, which arrives as its JSON text.

    A person may well type "[draft] call back" or "{tbd}": that is no JSON and passes. What is JSON to the
    last character ("[1]" too) is taken for data, since the file's list would look the same; the message
    says what would be sent, and a person may overrule it.
    """
    bare = text.strip()
    if bare[:1] not in ("[", "{") or bare[-1:] not in ("]", "}"):
        return None
    try:
        value = json.loads(bare)
    except RecursionError:
        value = None
    except ValueError:
        return None
    what = "a list" if bare[0] == "[" else "an object"
    message = f"This is {what}, not text. It would be sent as the text that stands here."
    fix = None
    if isinstance(value, list) and value and all(isinstance(v, str) and v for v in value):
        joined = ", ".join(value)
        fix = Fix("Keep the value" if len(value) == 1 else "Join the values with commas", joined)
    return error("not_text", message, fix, ((0, len(text)),), group=f"This is {what}, not text.")
