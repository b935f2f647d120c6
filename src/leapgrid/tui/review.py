"""What the review page knows of a plan: who goes, who stays and why, and what keeps it from going. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from leapgrid.drafting.lookable import Lookable
from leapgrid.submit import LeftOut, Plan, SubmitOptions
from leapgrid.tui.text import plural
from leapgrid.tui.theming import Role
from leapgrid.visible import visible
from leapgrid.workspace import OpenSubmission, RefusalRule

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
        rule: what is known of refusals at that host, or None.
        look_ups: how many could be looked up; None where nobody counted yet.
        going_on: the submissions that it goes on with; empty where it begins one.
        on_refusal_key: the key that changes what becomes of good records of a refused chunk.
        look_up_key: the key that looks up what is unknown.
        issue_key: the key that goes to the first issue.
        back_key: the key that leaves the page.
        connect_key: the keys that connect, from the grid.
    """

    plan: Plan
    options: SubmitOptions
    slug: str
    link: Destination | None
    why_not_connected: str
    sending: bool = False
    checking: tuple[int, int] | None = None
    rule: RefusalRule | None = None
    look_ups: Lookable | None = None
    going_on: tuple[OpenSubmission, ...] = ()
    on_refusal_key: str = "G"
    look_up_key: str = "R"
    issue_key: str = "F4"
    back_key: str = "Esc"
    connect_key: str = "/l"

    @property
    def first(self) -> int:
        """How many unknown records are looked up before anything is sent, where it goes on."""
        return sum(one.unknown for one in self.going_on)

    @property
    def has_issues(self) -> bool:
        """Whether rows stay because of something that can be mended."""
        return self.plan.left_out_count(LeftOut.INVALID, LeftOut.REJECTED) > 0

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent now and what to do, in a sentence; "" where it can."""
        if self.sending:
            return (
                f"A sending is still going on; what is left can be sent after it. {self.back_key} goes back."
            )
        if self.checking is not None:
            done, total = self.checking
            return f"The records are still being checked: {done:,} of {total:,} cells. Sending comes after."
        if not self.plan.records and not self.first:
            return f"Nothing to send: {_why_nothing(self.plan, self.look_up_key, self.issue_key)}"
        if self.link is None:
            return self.why_not_connected
        elsewhere = [one.origin for one in self.going_on if one.origin != self.link.base_url]
        if self.going_on and len(elsewhere) == len(self.going_on):
            host = visible(elsewhere[0].split("://", 1)[-1], 60)
            return f"It was sent to {host}. Connect there to go on: {self.back_key}, then {self.connect_key}."
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


def _why_nothing(plan: Plan, look_up_key: str, issue_key: str) -> str:
    invalid = plan.left_out_count(LeftOut.INVALID)
    rejected = plan.left_out_count(LeftOut.REJECTED)
    unknown = plan.left_out_count(LeftOut.UNKNOWN)
    done = plan.left_out_count(LeftOut.CREATED, LeftOut.ALREADY_THERE)
    if invalid:
        return f"{plural(invalid, 'row has', 'rows have')} errors. {issue_key} goes to the first."
    if rejected:
        refused = plural(rejected, "row was", "rows were")
        return f"{refused} refused and not edited. {issue_key} goes to the first."
    if unknown:
        them = "it" if unknown == 1 else "them"
        of = plural(unknown, "row")
        return f"of {of} it is unknown whether the server has {them}. {look_up_key} looks {them} up."
    if done:
        return f"the server has {'it' if done == 1 else f'all {done:,}'} already."
    return "there is no record yet. Type one, or open a file."


def production_name(link: Destination | None) -> str:
    """What has to be typed before records go to a production profile; "" where nothing has to."""
    if link is None or not link.production:
        return ""
    return link.profile or link.host
