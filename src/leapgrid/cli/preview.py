"""``leapgrid preview``: exactly what would be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from leapgrid.cli.check import looked_at
from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, PreviewFormat, Start
from leapgrid.cli.layout import plural
from leapgrid.cli.streams import Streams, escape_acting
from leapgrid.cli.wiring import Wiring, wire
from leapgrid.drafting import WorkingDraft
from leapgrid.records import curl_command, payload_text
from leapgrid.submit import LeftOut, SubmitOptions
from leapgrid.submit.options import SETTLE
from leapgrid.superleap import BadInput, bulk_create_path, check_base_url

NO_HOST = "https://HOST"


def preview(
    streams: Streams,
    start: Start,
    common: Common,
    file: str,
    *,
    form: PreviewFormat,
    rows: str | None,
    include_invalid: bool,
    chunk_size: int | None,
) -> Code:
    """Print the records as they would be sent.

    Args:
        form: the JSON array, or a curl command for each chunk.
        rows: which rows, e.g. "1-20,25"; all if None.
        include_invalid: also those with errors.
        chunk_size: the most records of one call; the profile's if None.

    Raises:
        Ended: wrong usage, or the file cannot be read.
    """
    wiring = wire(start, common)
    wanted = wanted_rows(rows) if rows is not None else None
    options = submit_options(wiring, chunk_size=chunk_size, include_invalid=include_invalid)
    url = _url(wiring) if form is PreviewFormat.CURL else ""
    draft = looked_at(streams, wiring, common, file)
    records, invalid = _records(draft, options, wanted)
    if wanted is not None and not any(wanted(number) for number in range(1, len(draft.batch) + 1)):
        raise Ended(
            Code.USAGE,
            "usage",
            f"--rows {rows}: there is no such row among {plural(len(draft.batch), 'record')}.",
        )
    if form is PreviewFormat.JSON:
        # To the byte what is sent where it is sent in one call, so without a line break at the end.
        _print(streams, payload_text(records), end="\n" if streams.out_is_terminal else "")
    else:
        size = options.chunk_size
        chunks = [records[at : at + size] for at in range(0, len(records), size)]
        _print(streams, "\n\n".join(curl_command(url, payload_text(chunk)) for chunk in chunks), end="\n")
    calls = -(-len(records) // options.chunk_size)
    if calls > 1 and form is PreviewFormat.JSON:
        streams.err(f"Sent as {calls} calls of at most {plural(options.chunk_size, 'record')}.")
    if invalid and not include_invalid:
        streams.err(f"{plural(invalid, 'record')} with errors left out; --include-invalid shows them too.")
    return Code.INVALID if invalid else Code.FINE


def submit_options(
    wiring: Wiring,
    *,
    chunk_size: int | None = None,
    parallel: int = 1,
    include_invalid: bool = False,
    first: bool = False,
    on_refusal: str = "auto",
    again: bool = False,
    settle: float | None = None,
) -> SubmitOptions:
    """The choices of a run, from options and profile.

    Raises:
        Ended: a number is out of its range.
    """
    try:
        return SubmitOptions(
            chunk_size=chunk_size if chunk_size is not None else wiring.profile.chunk_size,
            parallel=parallel,
            rate=wiring.rate,
            include_invalid=include_invalid,
            first=first,
            on_refusal=on_refusal,
            again=again,
            settle=SETTLE if settle is None else settle,
        )
    except ValueError as problem:
        raise Ended(Code.USAGE, "usage", str(problem)) from problem


def wanted_rows(text: str) -> Callable[[int], bool]:
    """Read "1-20", "7", "30-" or several of them parted by commas.

    Raises:
        Ended: it is not of that form.
    """
    spans: list[tuple[int, int | None]] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:(-)\s*([0-9]{1,9})?)?\s*", part)
        low = int(match[1]) if match else 0
        high = None if match is None or (match[2] and not match[3]) else int(match[3] or match[1])
        if match is None or low < 1 or (high is not None and high < low):
            raise Ended(Code.USAGE, "usage", f"--rows wants numbers like 1-20, and not {text!r}.")
        spans.append((low, high))
    return lambda number: any(low <= number and (high is None or number <= high) for low, high in spans)


def _records(
    draft: WorkingDraft, options: SubmitOptions, wanted: Callable[[int], bool] | None
) -> tuple[Sequence[dict[str, Any]], int]:
    """The records that would go, and how many of those that are asked for have errors."""

    def asked_for(row: int) -> bool:
        return wanted is None or wanted((draft.batch.position(row) or 0) + 1)

    plan = draft.plan(options)
    records = [
        dict(record)
        for chunk in plan.chunks
        for row, record in zip(chunk.rows, chunk.payloads, strict=True)
        if asked_for(row)
    ]
    going = (row for row in plan.rows if draft.issues.local_counts(row)[0])
    invalid = [*going, *plan.left_out.get(LeftOut.INVALID, ())]
    return records, sum(map(asked_for, invalid))


def _url(wiring: Wiring) -> str:
    """Where the call would go; a placeholder where nobody said."""
    base_url = wiring.connection.base_url
    try:
        host = check_base_url(base_url) if base_url is not None else NO_HOST
    except BadInput as problem:
        raise Ended(Code.NOT_CONNECTED, "not_connected", f"{problem} {problem.what_to_do}") from problem
    return host + bulk_create_path(wiring.schema.slug)


def _print(streams: Streams, text: str, *, end: str) -> None:
    if streams.out_is_terminal:
        shown = escape_acting(text)
        if shown != text:
            streams.err(
                "Characters that a terminal would obey are shown as \\u escapes, which mean the same; "
                "in a file or a pipe they stand as they are sent."
            )
        text = shown
    streams.raw(text + end)
