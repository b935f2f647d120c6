"""What the review page says of a plan, as lines of parts. Pure: plan and place in, lines out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rich.style import Style

from leapgrid.submit import LeftOut, Plan, SubmitOptions
from leapgrid.superleap import bulk_create_path
from leapgrid.tui.text import SIGNS, Part, cut, plural
from leapgrid.tui.theming import Palette, Role
from leapgrid.visible import visible

LABEL, CONTENT = 2, 16
"""The cells where labels and contents begin."""
STACKED_BELOW = 90
"""The width from which the two halves stand beside each other."""

_IF_REFUSED = "The good records of a refused chunk wait for you."

REASONS: dict[LeftOut, tuple[str, Role]] = {
    LeftOut.CREATED: ("✓", "created"),
    LeftOut.ALREADY_THERE: ("=", "created"),
    LeftOut.IN_FLIGHT: (">", "sending"),
    LeftOut.UNKNOWN: ("?", "unknown"),
    LeftOut.SKIPPED: ("-", "muted"),
    LeftOut.EMPTY: ("", "muted"),
    LeftOut.REJECTED: ("✗", "error"),
    LeftOut.INVALID: ("!", "error"),
    LeftOut.NOT_FIRST: ("", "muted"),
}


class Destination(Protocol):
    """Where records go, as far as the page tells of it."""

    @property
    def base_url(self) -> str:
        """The organisation's address."""

    @property
    def host(self) -> str:
        """Its host and port, safe to draw."""

    @property
    def profile(self) -> str:
        """The profile's name, or ""."""

    @property
    def production(self) -> bool:
        """Whether sending asks for the profile's name first."""

    @property
    def sandbox(self) -> bool:
        """Whether it is the sandbox on this computer."""


@dataclass(frozen=True)
class ReviewState:
    """What the page shows.

    Attributes:
        plan: who goes and who does not.
        options: how.
        slug: the object's slug.
        link: where to, or None.
        why_not_connected: what to do about that.
        sending: whether another sending still goes on.
        checking: how many cells of how many were checked so far; None when all are.
    """

    plan: Plan
    options: SubmitOptions
    slug: str
    link: Destination | None
    why_not_connected: str
    sending: bool = False
    checking: tuple[int, int] | None = None

    @property
    def has_issues(self) -> bool:
        """Whether rows stay because of something that can be mended."""
        return self.plan.left_out_count(LeftOut.INVALID, LeftOut.REJECTED) > 0

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now and what to do, in a sentence; "" where it can."""
        if self.sending:
            return "A sending is still going on; what is left can be sent after it. Esc goes back."
        if self.checking is not None:
            done, total = self.checking
            return f"The records are still being checked: {done:,} of {total:,} cells. Sending comes after."
        if not self.plan.records:
            return f"Nothing to send: {_why_nothing(self.plan)}"
        if self.link is None:
            return self.why_not_connected
        return ""


ATTENTION = (
    LeftOut.INVALID,
    LeftOut.REJECTED,
    LeftOut.UNKNOWN,
    LeftOut.IN_FLIGHT,
    LeftOut.SKIPPED,
    LeftOut.EMPTY,
    LeftOut.NOT_FIRST,
    LeftOut.CREATED,
    LeftOut.ALREADY_THERE,
)
"""The order of the list of what stays: first what a person can do something about."""


def _why_nothing(plan: Plan) -> str:
    invalid = plan.left_out_count(LeftOut.INVALID)
    rejected = plan.left_out_count(LeftOut.REJECTED)
    unknown = plan.left_out_count(LeftOut.UNKNOWN)
    done = plan.left_out_count(LeftOut.CREATED, LeftOut.ALREADY_THERE)
    if invalid:
        return f"{plural(invalid, 'row has', 'rows have')} errors. F4 goes to the first."
    if rejected:
        refused = plural(rejected, "row was", "rows were")
        return f"{refused} refused and not edited. F4 goes to the first."
    if unknown:
        return f"of {plural(unknown, 'row')} it is unknown whether the server has them."
    if done:
        return f"the server has {'it' if done == 1 else f'all {done:,}'} already."
    return "there is no record yet. Type one, or open a file."


def production_name(link: Destination | None) -> str:
    """What has to be typed before records go to a production profile; "" where nothing has to."""
    if link is None or not link.production:
        return ""
    return link.profile or link.host


def review_lines(state: ReviewState, width: int, palette: Palette) -> list[list[Part]]:
    """The page above what confirms it."""
    lines: list[list[Part]] = [[], [(" " * LABEL, _plain(palette)), _heading("Review & send", palette)], []]
    lines += _halves(state, width, palette)
    lines += [[], *_to(state, width, palette)]
    if state.plan.records:
        lines += [[], *_in(state, width, palette)]
        lines += [[], _labelled("If refused", [(_IF_REFUSED, _plain(palette))], palette)]
    return lines


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
