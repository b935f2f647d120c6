"""The commands that open the app: ``leapgrid``, ``leapgrid open`` and ``leapgrid demo`` in a terminal."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Start
from leapgrid.cli.host import run_app
from leapgrid.cli.layout import listing, plural
from leapgrid.cli.stored import throwaway_workspace, workspace_on_demand
from leapgrid.cli.streams import Streams
from leapgrid.cli.wiring import Wiring, destination, schema_of, wire
from leapgrid.config import (
    ConfigError,
    Connection,
    Profile,
    Settings,
    config_dir,
    data_dir,
    load_settings,
    theme_name,
    workspace_url,
)
from leapgrid.files import FileError, ImportMapping
from leapgrid.records import CheckContext, RowState
from leapgrid.tui.desk import NOT_CONNECTED, Desk, Link, Preferences, SandboxHandle
from leapgrid.tui.keymap import read_keymap
from leapgrid.tui.launch import Launch
from leapgrid.tui.text import use_plain_signs_where_needed
from leapgrid.tui.theming import DEFAULT_THEME, MONOCHROME_THEME, SIXTEEN_THEME, Palette, load_themes
from leapgrid.visible import visible
from leapgrid.workspace import DiskFull, Locked, ReadOnly, WorkspaceError

if TYPE_CHECKING:
    from leapgrid.cli.reading import Reading
    from leapgrid.drafting.opening import Opening
    from leapgrid.workspace import Workspace
    from leapgrid.workspace.rescue import Findings

_PASSING = (Locked, DiskFull, ReadOnly)
"""What is over by itself, or once a person has done something about it."""

_FOR_A_SMALL_FILE = 5.0
"""Seconds within which a small file is read, or something is in the way; then the app goes on waiting."""


@dataclass
class Prepared(Launch):
    """A launch whose file is being read already, so that one that cannot be read opens no app.

    Attributes:
        begun: the opening of the file, which began before there was an app.
    """

    begun: Opening | None = None

    def opening(self, desk: Desk) -> Opening:
        """What opens the file."""
        return self.begun if self.begun is not None else super().opening(desk)


def start_app(streams: Streams, start: Start, common: Common) -> Code:
    """The app on the draft that was worked on last, or on the start screen."""
    wiring, problems = _wire_forgiving(start, common)
    with workspace_on_demand() as open_it:
        launch, workspace = _first_sight(open_it, problems)
        return _run(streams, workspace if workspace is not None else open_it, wiring, common, launch)


def _first_sight(open_it: Callable[[], Workspace], problems: list[str]) -> tuple[Prepared, Workspace | None]:
    """The last draft; the start screen where there is none; what can be saved of a damaged workspace.

    Returns:
        That, and the workspace if it could be opened.

    Raises:
        WorkspaceError: it cannot be used, and waiting would not help.
    """
    try:
        workspace = open_it()
        problems += [*filter(None, [workspace.read_only or workspace.warning]), *_recovered(workspace)]
        drafts = workspace.drafts()
    except WorkspaceError as problem:
        findings = _findings(problem)
        if findings is not None:
            return Prepared({}, kind="rescue", findings=findings, problems=tuple(problems)), None
        if isinstance(problem, _PASSING):
            # The start screen says so, and goes on by itself when it is over.
            return Prepared({}, problems=tuple(problems)), None
        raise
    kind: Literal["start", "draft"] = "start"
    last = ""
    try:
        if drafts and workspace.hold_draft(drafts[0].id):
            kind, last = "draft", drafts[0].id
        elif drafts:
            problems.append(f"Another LeapGrid works on {visible(drafts[0].name, 60)}.")
    except WorkspaceError as problem:
        problems.append(str(problem))
    return Prepared({}, kind=kind, draft_id=last, problems=tuple(problems)), workspace


def _findings(problem: WorkspaceError) -> Findings | None:
    """What can be saved, where the problem is damage to a file of ours."""
    from leapgrid.workspace.addresses import path_of
    from leapgrid.workspace.rescue import can_help, examine

    try:
        path = path_of(workspace_url(os.environ), data_dir()).absolute()
    except WorkspaceError:
        return None  # in a database of a team
    return examine(path, problem) if can_help(problem, path) else None


def open_app(streams: Streams, common: Common, reading: Reading) -> Code:
    """The app on a file that is being read."""
    opening, wiring = reading.opening, reading.wiring
    problem = opening.failure(_FOR_A_SMALL_FILE)
    if isinstance(problem, FileError):
        raise Ended(Code.USAGE, "unreadable", problem.message) from problem
    launch = Prepared({}, kind="file", file=Path(opening.wanted.path), begun=opening)
    return _run(streams, reading.workspace, wiring, common, launch)


def demo_app(streams: Streams) -> Code:
    """The app on the sample leads, with a sandbox on this computer to send them to."""
    settings, problems = Settings(), []
    try:
        settings = load_settings()
    except ConfigError as problem:
        problems.append(problem.message)
    # The leads are on the screen before there is a workspace to keep them in: it takes longer to load.
    with throwaway_workspace() as url, workspace_on_demand(url) as workspace:
        # The samples are checked as they are meant to be, whatever a profile says of countries and zones.
        wiring = _unconnected(settings, "lead")
        launch = Prepared({}, kind="samples", problems=tuple(problems))
        return _run(streams, workspace, wiring, Common(), launch)


def _said_of(common: Common) -> ImportMapping:
    if common == Common():
        return ImportMapping()
    from leapgrid.cli.about_file import said_of

    return said_of(common)


def _sandbox() -> SandboxHandle:
    from leapgrid.sandbox import SandboxServer  # a web server, which only the sample leads need

    return SandboxServer()


def _run(
    streams: Streams,
    workspace: Workspace | Callable[[], Workspace],
    wiring: Wiring,
    common: Common,
    launch: Prepared,
) -> Code:
    settings = wiring.settings
    palettes, wrong_themes = load_themes(config_dir() / "themes")
    keymap, wrong_keys = read_keymap(settings.keymap_path)
    theme, wrong_theme = _theme(settings, palettes)
    launch.palettes = palettes
    launch.theme = theme
    launch.keymap = keymap
    launch.problems += (*wrong_theme, *wrong_themes, *wrong_keys)
    use_plain_signs_where_needed(True if settings.ascii else None)
    link, why_not = _link(wiring)
    desk = Desk(
        workspace,
        link=link,
        why_not_connected=why_not,
        preferences=Preferences(
            object_slug=wiring.schema.slug,
            said=_said_of(common),
            default_country=wiring.profile.default_country,
            timezone=wiring.profile.zone,
        ),
        make_sandbox=_sandbox,
    )
    desk.report = partial(_report, desk)
    crash = run_app(lambda hosted: hosted(desk, launch))
    if crash is not None:
        raise crash
    if desk.lost:
        streams.err(desk.lost)
    if desk.is_open:
        _tell_unknown(streams, desk.workspace)
    return Code.FINE


def _report(desk: Desk, error: Exception) -> str:
    from leapgrid.cli.crash import unexpected

    return unexpected(error, desk.link.token.reveal() if desk.link is not None else None)


def _wire_forgiving(start: Start, common: Common) -> tuple[Wiring, list[str]]:
    """As :func:`wire`; but settings that cannot be used cost the connection, and not the app."""
    try:
        load_settings()
    except ConfigError as problem:
        # Without the settings nobody knows what is production, so nothing can be sent until they are right.
        return _unconnected(Settings(), common.object_slug or "lead"), [problem.message]
    return wire(start, common), []


def _unconnected(settings: Settings, slug: str) -> Wiring:
    return Wiring(
        settings, Connection(None, None, None, None, Profile(), False), schema_of(slug), CheckContext()
    )


def _link(wiring: Wiring) -> tuple[Link | None, str]:
    connection = wiring.connection
    try:
        where = destination(connection)
    except Ended as problem:
        why = problem.message.removeprefix("Not connected: ")
        return None, visible(f"{NOT_CONNECTED} {why[:1].upper()}{why[1:]}")
    return (
        Link(
            where.base_url,
            where.token,
            profile=connection.profile_name or "",
            production=connection.production,
            rate=wiring.rate,
            chunk_size=wiring.profile.chunk_size,
        ),
        "",
    )


def _theme(
    settings: Settings, palettes: Mapping[str, Palette], environ: MutableMapping[str, str] = os.environ
) -> tuple[str, list[str]]:
    """The theme to begin with, and a sentence where the one that was asked for is none."""
    # Taken out, because Textual would turn the terminal's own colour, which is all that our theme without
    # colours uses, into black: on a dark ground nothing could be read.
    if environ.pop("NO_COLOR", ""):
        return MONOCHROME_THEME, []
    asked = theme_name(settings, environ)
    if asked is None:
        return (SIXTEEN_THEME if _has_sixteen_colors() else DEFAULT_THEME), []
    if asked in palettes:
        return asked, []
    near = difflib.get_close_matches(asked, palettes, n=1, cutoff=0.5)
    known = f"The nearest is {near[0]}." if near else f"There are: {', '.join(sorted(palettes))}."
    return DEFAULT_THEME, [f"There is no theme {visible(asked, 40)}. {known}"]


def _has_sixteen_colors() -> bool:
    from rich.console import Console

    return Console().color_system == "standard"


def _recovered(workspace: Workspace) -> list[str]:
    unknown = workspace.recovered.unknown
    if not unknown:
        return []
    return [f"An earlier run was cut off: {plural(unknown, 'record')} may exist. Look before sending again."]


def _tell_unknown(streams: Streams, workspace: Workspace) -> None:
    """One quiet line about what should not be forgotten."""
    found = [
        f"{plural(count, 'record')} of {visible(draft.name, 60)}"
        for draft in workspace.drafts()
        if (count := draft.counts.get(RowState.UNKNOWN, 0))
    ]
    if found:
        more = [f"{len(found) - 3:,} more drafts"] if len(found) > 3 else []
        streams.err(f"Unknown, to be looked up before they are sent again: {listing(found[:3] + more)}.")
