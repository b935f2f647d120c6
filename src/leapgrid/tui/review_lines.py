"""The review page as lines of parts: what goes and stays, where to, and what happens then. Pure."""

from __future__ import annotations

import time

from rich.style import Style

from leapgrid.submit import LeftOut
from leapgrid.submit.options import OnRefusal
from leapgrid.superleap import bulk_create_path
from leapgrid.tui.review import REASONS, ReviewState
from leapgrid.tui.text import SIGNS, Part, cut, plural, wrap
from leapgrid.tui.theming import Palette, Role
from leapgrid.visible import visible
from leapgrid.workspace import Rule

LABEL, CONTENT = 2, 16
"""The cells where labels and contents begin."""
STACKED_BELOW = 90
"""The width from which the two halves stand beside each other."""
_SHOWN_CUT_OFF = 3


def review_lines(
    state: ReviewState, width: int, palette: Palette, room: int | None = None
) -> list[list[Part]]:
    """The page above what confirms it.

    Args:
        state: what is known of the plan.
        width: cells of a line.
        palette: its colours.
        room: how many lines there are; where they are too few the parts stand closer, before any is cut off.
    """
    lines = _with_air(state, width, palette)
    below = next(
        (i for i, line in enumerate(lines) if line[1:2] and line[1][0].startswith("To ")), len(lines)
    )
    for at in range(len(lines) - 1, below - 2, -1):
        if room is not None and len(lines) > room and not lines[at]:
            del lines[at]
    for may_go in (_is_bar, _is_air):
        for at in range(len(lines) - 1, -1, -1):
            if room is not None and len(lines) > room and may_go(lines[at]):
                del lines[at]
    return lines


def _is_bar(line: list[Part]) -> bool:
    """Whether it says only in length what a number beside it says."""
    text = "".join(part for part, _ in line).strip()
    return bool(text) and not text.strip(SIGNS("━") + " ")


def _is_air(line: list[Part]) -> bool:
    return not any(text.strip() for text, _ in line)


def _with_air(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    name = "Go on with what was cut off" if state.going_on else "Review & send"
    lines: list[list[Part]] = [[], [(" " * LABEL, _plain(palette)), _heading(name, palette)], []]
    if state.going_on:
        lines += [*_cut_off(state, width, palette), []]
    lines += _halves(state, width, palette)
    lines += [[], *_to(state, width, palette)]
    if state.plan.records:
        lines += [[], *_in(state, width, palette)]
        lines += [[], *_if_refused(state, width, palette)]
    if state.plan.records and state.look_ups is not None:
        lines += [[], *_if_no_answer(state, width, palette)]
    return lines


def _cut_off(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    """What was cut off, when and why; a submission a line."""
    room = max(10, width - CONTENT - 2)
    lines: list[list[Part]] = []
    for one in state.going_on[:_SHOWN_CUT_OFF]:
        at = time.strftime("%H:%M", time.localtime(one.started_at))
        day = time.strftime("%Y-%m-%d", time.localtime(one.started_at))
        when = at if day == time.strftime("%Y-%m-%d") else f"{day} {at}"
        why = visible(one.message, 300) or "It was cut off."
        lines.append(
            _labelled(
                "Sent" if not lines else "",
                [(when, palette.style("strong")), (f"  {cut(why, room - len(when) - 2)}", _plain(palette))],
                palette,
            )
        )
    more = len(state.going_on) - _SHOWN_CUT_OFF
    if more > 0:
        words = f"and {plural(more, 'more submission')}"
        lines.append(_labelled("", [(words, palette.style("muted"))], palette))
    if state.first:
        sign: list[Part] = [
            (f"{state.first:,} ", palette.style("strong")),
            (SIGNS("?") + " ", palette.style("unknown", bold=True)),
            ("unknown: looked up, and sent only if proven not there.", _plain(palette)),
        ]
        lines += [[], _labelled("First", sign, palette)]
    return lines


_WHAT_BECOMES = {
    OnRefusal.RESEND: "Good records are looked up once, then sent again at once.",
    OnRefusal.LEAVE: "The good records of a refused chunk wait for you.",
}
_WAIT = _WHAT_BECOMES[OnRefusal.LEAVE]
_GO_AGAIN = "The good records of a refused chunk go again by themselves."


def _if_refused(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    """What becomes of the good records of a refused chunk, what that rests on, and the key."""
    chosen = OnRefusal(state.options.on_refusal)
    rule = state.rule.rule if state.rule is not None else None
    sandbox = state.link is not None and state.link.sandbox and rule is None
    known = "Not yet known what this host does."
    what = _WHAT_BECOMES.get(chosen, _WAIT)
    if rule is Rule.PROVEN or sandbox:
        host = "The sandbox" if sandbox else "This host"
        known = f"{host} stores nothing of a refused chunk."
        what = _GO_AGAIN if chosen is OnRefusal.AUTO else what
    elif rule is Rule.REFUTED:
        known = "This host stored good records of a refused chunk before."
    room = max(10, width - CONTENT - 2)
    plain, muted = _plain(palette), palette.style("muted")
    lines = [
        _labelled("If refused" if not number else "", [(line, plain)], palette)
        for number, line in enumerate(wrap(what, room))
    ]
    basis: list[Part] = [
        (f"{known} ", muted),
        (state.on_refusal_key, palette.style("accent", bold=True)),
        (" changes this", muted),
    ]
    return [*lines, _labelled("", basis, palette)]


def _if_no_answer(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    """How many could be looked up, should no answer come."""
    found = state.look_ups
    assert found is not None  # the caller looked
    total = state.plan.records
    parts: list[Part] = []
    plain, strong = _plain(palette), palette.style("strong")

    def add(number: int, words: str, role: Role | None = None) -> None:
        if parts:
            parts.append((", ", plain))
        shown = "all" if number == total and number > 1 else f"{number:,}"
        style = palette.style(role, bold=True) if role else strong
        parts.append((shown, style))
        parts.append((f" {words}", plain))

    for field, number in found.by.items():
        add(number, f"by {visible(field, 30)}")
    for field, number in found.hints.items():
        add(number, f"by {visible(field, 30)} only, for you to confirm")
    if found.none:
        add(found.none, "could not be looked up", "warning")
    return [_labelled("No answer", [("is looked up: ", plain), *parts], palette)]


def confirm_line(name: str, palette: Palette) -> list[Part]:
    """What has to be done before records go to production."""
    plain = _plain(palette)
    words: list[Part] = [
        ("This writes to production. ", plain),
        ("Tab", palette.style("accent", bold=True)),
        (", then type ", plain),
        (visible(name, 40), palette.style("strong", bold=True)),
        (" to send.", plain),
    ]
    return _labelled("Confirm", words, palette)


def _plain(palette: Palette) -> Style:
    return palette.style("text")


def _heading(text: str, palette: Palette) -> Part:
    return (text, palette.style("strong", bold=True))


def _labelled(label: str, content: list[Part], palette: Palette) -> list[Part]:
    return [
        (" " * LABEL, _plain(palette)),
        (label.ljust(CONTENT - LABEL), palette.style("muted")),
        *content,
    ]


Entry = tuple[int, str, Role, str]
"""Number, glyph, its role, words."""


def _halves(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    plan = state.plan
    going: list[Entry] = [
        (plan.ready, "", "muted", "ready"),
        (plan.warnings, "~", "warning", "with a warning"),
        (plan.edited, "*", "edited", "rejected, edited since"),
        (plan.invalid, "!", "error", "with an error, sent anyway"),
    ]
    staying: list[Entry] = [
        (len(plan.left_out.get(reason, ())), *REASONS[reason], reason.words) for reason in LeftOut
    ]
    going = [e for e in going if e[0]]
    staying = [e for e in staying if e[0]]
    total, left = plan.records, plan.left_out_count()
    digits = max(2, len(f"{max(total, left):,}"))
    most = max(total, left, 1)
    stacked = width < STACKED_BELOW
    half = width - CONTENT - 4 if stacked else (width - CONTENT - 4) // 2
    first = _half(total, "record" if total == 1 else "records", "accent", going, digits, half, most, palette)
    second = _half(left, "Left out", "rule", staying, digits, half, most, palette)
    lines: list[list[Part]] = []
    if stacked:
        label = "Will send"
        for block in (first, second) if left else (first,):
            for i, line in enumerate(block):
                lines.append(_labelled(label if i == 0 else "", line, palette))
            lines.append([])
            label = ""
        return lines[:-1]
    for i in range(max(len(first), len(second) if left else 0)):
        here = first[i] if i < len(first) else []
        used = sum(len(text) for text, _ in here)  # our own words and digits: a cell each
        there = second[i] if left and i < len(second) else []
        gap: list[Part] = [(" " * (half + 1 - used), _plain(palette))] if there else []
        lines.append(_labelled("Will send" if i == 0 else "", [*here, *gap, *there], palette))
    return lines


def _half(
    total: int,
    noun: str,
    role: Role,
    entries: list[Entry],
    digits: int,
    room: int,
    most: int,
    palette: Palette,
) -> list[list[Part]]:
    strong = palette.style("strong", bold=True)
    going = role == "accent"
    number = palette.style("accent", bold=True) if going else strong
    head: list[Part] = [
        (f"{total:,}".rjust(digits), number),
        ("    ", _plain(palette)),
        (noun, strong if going else _plain(palette)),
    ]
    cells = max(1, room * total // most) if total else 0
    lines: list[list[Part]] = [head]
    if total:
        lines.append([(SIGNS("━") * cells, palette.style(role))])
    for count, glyph, glyph_role, words in entries:
        lines.append(
            [
                (f"{count:,}".rjust(digits), palette.style("strong")),
                (" ", _plain(palette)),
                (SIGNS(glyph) or " ", palette.style(glyph_role, bold=True)),
                ("  ", _plain(palette)),
                (cut(words, room - digits - 4), _plain(palette)),
            ]
        )
    return lines


def _to(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    link = state.link
    room = max(10, width - CONTENT - 2)
    muted = palette.style("muted")
    if link is None:
        lines = [_labelled("To", [("Not connected", palette.style("strong", bold=True))], palette)]
    else:
        name = visible(link.profile, 30)
        kind: list[Part] = []
        if link.production:
            words = f"{name} · production" if name else "production"
            kind = [(SIGNS(f"   {words}"), palette.style("warning"))]
        elif link.sandbox or name:
            kind = [(f"   {'sandbox' if link.sandbox else name}", muted)]
        lines = [_labelled("To", [(link.host, palette.style("strong", bold=True)), *kind], palette)]
    path = cut(f"POST {visible(bulk_create_path(state.slug), 300)}", room)
    return [*lines, _labelled("", [(path, muted)], palette)]


def _in(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    plan, options = state.plan, state.options
    plain, muted = _plain(palette), palette.style("muted")
    at_once = "one at a time" if options.parallel == 1 else f"up to {options.parallel} at a time"
    how = f" of at most {options.chunk_size:,}, {at_once}."
    if options.first:
        how = ", with the first record only."
    lines = [
        _labelled(
            "In",
            [(plural(len(plan.chunks), "chunk"), palette.style("strong")), (how, plain)],
            palette,
        ),
        _labelled("", [("Nothing is sent twice without an answer.", muted)], palette),
    ]
    if options.first:
        lines.append(
            _labelled(
                "",
                [("1", palette.style("accent", bold=True)), (" takes all records again.", muted)],
                palette,
            )
        )
    return lines
