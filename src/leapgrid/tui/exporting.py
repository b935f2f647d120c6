"""What can be exported, as the screen for it offers it: records with their counts, forms, names of files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from leapgrid.drafting.export import FORMS, MEANING, SUFFIX, Exported, Form, refused_words, rows_of
from leapgrid.tui.folders import READABLE
from leapgrid.tui.session import Session
from leapgrid.tui.text import plural
from leapgrid.visible import visible

Records = Literal["all", "rejected", "unsent", "view"]

_NAMES: dict[Form, tuple[str, str]] = {
    "csv": ("CSV", "exact, to be read again"),
    "spreadsheet": ("CSV for Excel", "nothing in it is calculated"),
    "xlsx": ("XLSX", "every cell a text"),
    "tsv": ("TSV", "exact, tabs between the values"),
    "jsonl": ("JSONL", "exact, an object a line"),
    "json": ("JSON", "the payload, as it would be sent"),
}
"""What a form is called, and in a few words what it is."""

ORDER: tuple[Form, ...] = tuple(sorted(FORMS, key=list(_NAMES).index))
"""The forms as they are offered."""

_KNOWN = frozenset(SUFFIX.values())


class Offer(NamedTuple):
    """Some records that can be exported.

    Attributes:
        records: which.
        number: how many.
        name: for a person.
        words: what they are.
    """

    records: Records
    number: int
    name: str
    words: str


def offers(session: Session) -> tuple[Offer, ...]:
    """The records that a draft can give now, those that there are none of left out."""
    draft = session.draft
    found = [Offer("all", len(draft.batch), "all", "by field, in the order of sending")]
    rejected = rows_of(draft, "rejected")
    if rejected:
        edited = sum(map(draft.edited_since_answer, rejected))
        words = f"{refused_words(len(rejected), edited)}; " if edited else "the file's columns, and "
        found.append(Offer("rejected", len(rejected), "rejected", f"{words}what was wrong"))
    if draft.outcomes:
        unsent = len(rows_of(draft, "unsent"))
        if unsent:
            found.append(Offer("unsent", unsent, "not sent", "ready, with errors, edited since"))
    view = session.rows.view
    if view is not None and len(view):
        found.append(Offer("view", len(view), "what is shown", f"the view {view.name}"))
    return tuple(found)


def form_name(form: Form) -> str:
    """What a form is called."""
    return _NAMES[form][0]


def form_words(form: Form) -> str:
    """What a form is, in a few words."""
    return _NAMES[form][1]


def form_meaning(form: Form) -> str:
    """What a form means, in a sentence."""
    return MEANING[form]


def suggested(source: str, name: str, records: Records, form: Form) -> Path:
    """Where a file is proposed to stand: beside the one that the records came from, under a name of its own.

    Args:
        source: the file that the records came from, or "".
        name: of the draft.
    """
    folder = Path(source).parent if source not in ("", "-") else Path.cwd()
    if not folder.is_dir():
        folder = Path.cwd()
    named = source if source not in ("", "-") else name
    stem = Path(named).stem if Path(named).suffix.lower() in READABLE else Path(named).name
    plain = "".join(char if char.isalnum() or char in "-_. " else "_" for char in stem).strip(" .")[:60]
    ending = {"all": "export", "rejected": "rejected", "unsent": "not_sent", "view": "view"}[records]
    return folder.absolute() / f"{plain or 'records'}_{ending}{SUFFIX[form]}"


def with_suffix(text: str, form: Form) -> str:
    """A path as typed, with the ending that a form has; an ending of another kind stays."""
    head, ending = os.path.splitext(text)
    return head + SUFFIX[form] if ending.lower() in _KNOWN or ending.lower() in (".tab", ".ndjson") else text


def told(written: Exported) -> str:
    """What was written, where, and what should be known of it, in sentences."""
    what = f"{plural(written.records, 'record')} written to {visible(written.path, 120)}"
    notes = " ".join(note.message for note in written.notes)
    return f"{what} ({form_name(written.form)})." + (f" {notes}" if notes else "")
