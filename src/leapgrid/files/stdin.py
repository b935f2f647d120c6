"""Standard input as a file: copied first, because telling what a text holds takes looking at it twice."""

from __future__ import annotations

import io
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from leapgrid.files.limits import MAX_STDIN, MIB
from leapgrid.files.model import ReadingCancelled, UnreadableFile

NAME = "standard input"
_PATIENCE = 0.05
"""Seconds after which a silent pipe is left for a moment to ask whether to go on."""


def open_stdin(
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    limit: int = MAX_STDIN,
) -> BinaryIO:
    """Copy standard input into a temporary file that has no name, and give it back rewound.

    Args:
        progress: called now and then with the bytes that came and 0, since nobody knows how many will.
        cancelled: asked now and then, also while nothing comes.
        limit: the most bytes that are taken.

    Raises:
        UnreadableFile: it is a terminal, or closed, or gives more than the limit.
        ReadingCancelled: ``cancelled`` said so.
    """
    stdin = sys.stdin
    if stdin is None or stdin.closed:
        raise UnreadableFile("There is no standard input. Name a file, or pipe one in.")
    if stdin.isatty():
        raise UnreadableFile(
            "Standard input is a terminal. Name a file, or pipe one in: leapgrid check - < leads.csv"
        )
    # On disk from the first byte on: memory is for the records.
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        done = 0
        for block in _blocks(cancelled):
            done += len(block)
            if done > limit:
                raise UnreadableFile(
                    f"Standard input gives more than {limit // MIB:,} MiB. Save it in a file, and name that."
                )
            copy.write(block)
            if progress is not None:
                progress(done, 0)
        copy.seek(0)
    except OSError as problem:
        copy.close()
        raise UnreadableFile(
            f"Standard input cannot be read ({problem.strerror}). Save it in a file, and name that."
        ) from problem
    except BaseException:
        copy.close()
        raise
    return copy


def _blocks(cancelled: Callable[[], bool] | None) -> Iterator[bytes]:
    stream = sys.stdin.buffer
    try:
        handle: int | None = stream.fileno()
    except (OSError, io.UnsupportedOperation):
        handle = None  # bytes in memory, as tests and programs that embed this one have them
    if os.name == "nt":
        handle = None  # select knows sockets only there
    while True:
        if cancelled is not None and cancelled():
            raise ReadingCancelled("The reading of standard input was cancelled.")
        if handle is None:
            block = stream.read(MIB)
        elif select.select([handle], [], [], _PATIENCE)[0]:
            block = os.read(handle, MIB)
        else:
            continue
        if not block:
            return
        yield block
