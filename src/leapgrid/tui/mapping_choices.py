"""In which ways a file could be read instead: what the keys of the facts on the import screen go through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leapgrid.files.model import Detected, Fact, RawFile, ReadOptions
from leapgrid.tui.mapping import MappingState


def detected(raw: RawFile, fact: Fact) -> Detected | None:
    """What was found out about a file, by which fact it is."""
    return next((d for d in raw.detected if d.fact == fact), None)


OPTION_OF: dict[Fact, str] = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "header": "header_line",
    "sheet": "sheet",
}
"""The fact -> its name in :class:`ReadOptions`."""


def choices_for(state: MappingState, fact: Fact) -> tuple[str | int, ...]:
    """How a file could be read instead, and how it is read; empty where there is nothing to choose."""
    found = detected(state.raw, fact)
    choices: list[str | int] = list(found.choices) if found is not None else []
    if fact == "header" and state.raw.options.header_line is not None:
        candidates = [c for c in state.proposal.header_candidates if c not in choices]
        used = state.raw.options.header_line
        choices = [used, *state.proposal.header_candidates, *(c for c in choices if c not in candidates)]
    return tuple(dict.fromkeys(choices))


def next_choice(choices: Sequence[str | int], used: str | int | None) -> str | int | None:
    """The choice after the one in use, from the last back to the first; None where there is only one."""
    if len(choices) < 2:
        return None
    at = choices.index(used) if used in choices else -1
    return choices[(at + 1) % len(choices)]


def used_choice(raw: RawFile, fact: Fact) -> str | int | None:
    """How a file was read."""
    found: str | int | None = getattr(raw.options, OPTION_OF[fact])
    return found


def options_with(said: ReadOptions, fact: Fact, choice: str | int) -> ReadOptions:
    """How to read the file next: what was said, and one fact otherwise."""
    match fact, choice:
        case "encoding", str():
            return replace(said, encoding=choice)
        case "delimiter", str():
            return replace(said, delimiter=choice)
        case "sheet", str():
            return replace(said, sheet=choice, header_line=None)  # the other sheet has another header
        case "header", int():
            return replace(said, header_line=choice)
    return said
