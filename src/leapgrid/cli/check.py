"""``leapgrid check``: read, map, check; nothing is sent and nothing is kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from leapgrid.cli.about_file import said_of, write_recipe
from leapgrid.cli.again import again
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Format, Start
from leapgrid.cli.issues_text import FIRST, group_lines, issue_lines
from leapgrid.cli.layout import columns, plural
from leapgrid.cli.streams import Streams
from leapgrid.cli.wiring import Wiring, wire
from leapgrid.drafting import WorkingDraft
from leapgrid.files import ImportMapping, UnreadableFile, constants_in, joined_in
from leapgrid.records import ObjectSchema
from leapgrid.visible import visible
from leapgrid.workspace import WorkspaceError

if TYPE_CHECKING:
    from leapgrid.workspace import Workspace

MOST_NOTES = 20
_LONG = 20_000
"""Records whose check takes longer than a person waits without a word."""


def check(streams: Streams, start: Start, common: Common, file: str) -> Code:
    """Check a file and print what is wrong with it.

    Raises:
        Ended: wrong usage, or the file cannot be read.
    """
    draft = looked_at(streams, wire(start, common), common, file)
    if common.format is Format.JSON:
        from leapgrid.drafting import check_report

        streams.document(check_report(draft))
    else:
        streams.out(*check_lines(draft, file, common))
    return Code.INVALID if draft.issues.counts.errors else Code.FINE


def looked_at(streams: Streams, wiring: Wiring, common: Common, file: str) -> WorkingDraft:
    """A draft of a file, checked, that is kept nowhere; what was used is saved where that was asked for.

    Raises:
        Ended: the file cannot be read, or the recipe not written.
    """
    return checked(streams, wiring, common, file, None)


def checked(
    streams: Streams, wiring: Wiring, common: Common, file: str, workspace: Workspace | None
) -> WorkingDraft:
    """Make a draft of a file and check it.

    Raises:
        Ended: the file cannot be read, or the recipe not written.
    """
    said = said_of(common)
    # While the file is read, which is mostly not Python.
    threading.Thread(target=_load_rules, args=(wiring.schema,), daemon=True).start()
    try:
        draft = WorkingDraft.from_file(workspace, file, wiring.schema, said, context=wiring.context)
    except UnreadableFile as problem:
        raise Ended(Code.USAGE, "unreadable", problem.message) from problem
    write_recipe(common, said, draft.header_mapping, wiring.schema.slug)
    if workspace is not None and said.is_chosen:
        _remember(workspace, draft, said)
    if len(draft.batch) >= _LONG:
        streams.err(f"Checking {len(draft.batch):,} records.")
    draft.check_all()
    return draft


def _load_rules(schema: ObjectSchema) -> None:
    from leapgrid.records.checks import load_rules

    load_rules(schema)


def _remember(workspace: Workspace, draft: WorkingDraft, said: ImportMapping) -> None:
    """Let the app bring in the next file with the same headers in the same way."""
    frame = draft.batch.frame
    try:
        workspace.remember_mapping(
            draft.schema.slug, frame.headers[: frame.own], replace(said, columns=dict(draft.header_mapping))
        )
    except WorkspaceError:
        pass  # A convenience; whether the records themselves can be kept is found where they are.


def check_lines(draft: WorkingDraft, file: str, common: Common) -> list[str]:
    """What ``--format text`` prints."""
    from leapgrid.drafting import in_order

    counts, records = draft.issues.counts, len(draft.batch)
    number = counts.errors + counts.warnings
    issues = [issue for _, issue in islice(in_order(draft), FIRST)]
    lines = [f"{visible(draft.name, 60)}: {plural(records, 'record')} of {draft.schema.label.lower()}"]
    lines += _mapping_lines(draft)
    if issues:
        lines += ["", "What is wrong", *group_lines(draft)]
        if number > FIRST:
            lines += ["", f"The first {FIRST} of {number:,}"]
        else:
            lines += [""]
        lines += issue_lines(draft, issues)
    lines += note_lines(draft)
    lines += ["", _closing(draft, file, common)]
    return lines


def note_lines(draft: WorkingDraft) -> list[str]:
    """What a person should know of the file itself."""
    if not draft.notes:
        return []
    lines = ["", "Notes", *(f"  {visible(note.message, 400)}" for note in draft.notes[:MOST_NOTES])]
    if len(draft.notes) > MOST_NOTES:
        lines.append(f"  and {len(draft.notes) - MOST_NOTES:,} more (--format json lists all)")
    return lines


def _mapping_lines(draft: WorkingDraft) -> list[str]:
    """Which column became which field, as far as their names differ."""
    renamed = [(h, name) for h, name in draft.header_mapping.items() if name is not None and h != name]
    left_out = [header for header, name in draft.header_mapping.items() if name is None]
    frame, mapping = draft.batch.frame, draft.batch.mapping
    joins = joined_in(frame, mapping)
    first = {headers[0]: headers for headers in joins.values()}
    renamed = [(h, name) for h, name in renamed if name not in joins or h in first]
    lines = columns(
        [
            (" + ".join(visible(part, 40) for part in first.get(header, (header,))), "->", name)
            for header, name in renamed[:12]
        ],
        ("<", "<", "<"),
    )
    if len(renamed) > 12:
        lines.append(f"  and {len(renamed) - 12:,} more")
    constants = constants_in(frame, mapping)
    lines += columns(
        [(f"(constant) {visible(text, 40)}", "->", name) for name, text in constants.items()], ("<", "<", "<")
    )
    matched = [
        name
        for name, column in mapping.items()
        if column >= frame.own
        and name not in constants
        and (name not in joins or frame.headers.count(frame.headers[column]) > 1)
    ]
    if matched:
        lines.append(f"  values matched: {', '.join(visible(name, 40) for name in matched)}")
    if left_out:
        shown = ", ".join(visible(header, 40) for header in left_out[:8])
        more = f" and {len(left_out) - 8:,} more" if len(left_out) > 8 else ""
        lines.append(f"  left out: {shown}{more}")
    return lines


def _closing(draft: WorkingDraft, file: str, common: Common) -> str:
    """What it comes to, and the command that goes on from here."""
    counts, records = draft.issues.counts, len(draft.batch)
    wrong, warned = counts.rows_with_errors, counts.rows_with_warnings
    if not records:
        return "There is nothing to send."
    piped = ", with the same on standard input" if file == "-" else ""
    if counts.errors:
        fine = records - wrong
        rest = f"; the other {fine:,} can be sent" if fine > 1 else "; the other one can" if fine else ""
        kept = "is not sent" if wrong == 1 else "are not sent"
        repair = again("open", file, common)
        return f"{plural(wrong, 'record')} with errors {kept}{rest}. Repair them{piped}: {repair}"
    send = again("submit", file, common)
    if warned:
        return f"No errors; {plural(warned, 'record')} with a warning can be sent all the same{piped}: {send}"
    return f"Nothing is wrong. Send them{piped}: {send}"
