"""Yes or no."""

from __future__ import annotations

from leapgrid.records.checks.base import FINE, Findings, Typing, error, not_yet, wrong
from leapgrid.records.issues import Fix
from leapgrid.visible import visible

_VALUES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MEANT = {
    "true": (
        "t",
        "y",
        "on",
        "x",
        "ok",
        "checked",
        "ja",
        "j",
        "wahr",
        "oui",
        "vrai",
        "sí",
        "si",
        "verdadero",
        "✓",
    ),
    "false": ("f", "n", "off", "unchecked", "nein", "falsch", "non", "faux", "falso", "✗"),
}
_SUGGESTED = {word: value for value, words in _MEANT.items() for word in words}


def read_boolean(text: str) -> bool | None:
    """The value of a text, in any case and with spaces around it; None where it is none."""
    return _VALUES.get(text.strip().lower())


def check_boolean(text: str) -> Findings:
    """What is wrong with a yes or no.

    Args:
        text: the whole cell, not empty.
    """
    if read_boolean(text) is not None:
        return ()
    meant = _SUGGESTED.get(text.strip().lower())
    fix = Fix(f"Change to {meant}", meant) if meant else None
    message = f"'{visible(text, 40)}' is neither yes nor no. Write true or false, yes or no, 1 or 0."
    return (error("boolean_syntax", message, fix, group="Neither yes nor no."),)


def type_boolean(text: str) -> Typing:
    """The verdict on a yes or no that is being typed.

    Args:
        text: what stands in the editor, not empty.
    """
    findings = check_boolean(text)
    if not findings:
        return FINE
    begun = text.lstrip().lower()
    if any(word.startswith(begun) for word in _VALUES):
        return not_yet("true or false, yes or no, 1 or 0")
    return wrong(findings[0])
