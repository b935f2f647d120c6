"""How speed is measured: processor time of one action, and time to a program's first paint.

Wall time of a key in a test is mostly the test's own waiting, so actions are measured by the processor time
of the whole process, and only ratios within one run are asserted: they hold on slow and busy machines too.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from textual.app import App
from textual.widget import Widget

from leapgrid.drafting import WorkingDraft
from leapgrid.records import schema_for
from leapgrid.tui.app import LeapGridApp
from leapgrid.tui.desk import Desk
from leapgrid.tui.launch import Launch
from leapgrid.tui.screens.grid import GridScreen
from leapgrid.tui.theming import load_themes
from leapgrid.workspace import Workspace

SIZE = (120, 40)
"""Columns and lines of every terminal here."""

FEW, MANY = 1_000, 100_000
ROUNDS = 21
_WARM_UP = 5
_HOPS = 3
"""How far what an action causes travels: widget, screen, and what the screen tells its widgets."""

FIELDS = ("name", "email", "phone", "status", "owner", "external_id")


def cells(row: int) -> tuple[str, ...]:
    """The texts of a record, one for each of ``FIELDS``; all are fine, and no two rows are alike."""
    return (
        f"Lead {row:06}",
        f"lead{row:06}@firm.com",
        f"+49 30 90182{row % 1000:03}",
        ("new", "working", "qualified")[row % 3],
        f"usr_{row:011}",
        f"EXT-{row:06}",
    )


def draft_of(count: int, workspace: Workspace | None) -> WorkingDraft:
    """A checked draft of so many records."""
    records = [dict(zip(FIELDS, cells(row), strict=True)) for row in range(count)]
    draft = WorkingDraft.from_records(workspace, schema_for("lead"), f"{count} leads", records)
    draft.check_all()
    return draft


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep the garbage collector, which runs when it likes, out of what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def settled(widget: Widget) -> None:
    """Wait until what an action caused is done and on the screen."""
    for _ in range(_HOPS):
        for at in (widget, widget.screen):
            painted = asyncio.Event()
            at.call_after_refresh(painted.set)
            await painted.wait()


async def cost_of(widget: Widget, action: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """The processor time of an action and of all that it causes up to the repaint.

    Args:
        widget: where it happens.
        action: gets the number of the round, so that no round repeats another.

    Returns:
        Milliseconds: the median of the rounds, without what waiting for the screen costs by itself.
    """
    times: dict[str, list[float]] = {"act": [], "wait": []}
    with no_collections():
        for number in range(-_WARM_UP, rounds):
            for kind, spent in times.items():
                began = time.process_time()
                if kind == "act":
                    action(number + _WARM_UP)
                await settled(widget)
                if number >= 0:
                    spent.append(time.process_time() - began)
    return 1000 * (statistics.median(times["act"]) - statistics.median(times["wait"]))


@contextmanager
def grid_app(count: int, folder: Path) -> Iterator[LeapGridApp]:
    """The app on a draft of so many records in a real workspace; to be run by the caller."""
    folder.mkdir(parents=True)
    with Workspace.open(None, data_dir=folder) as workspace:
        draft = draft_of(count, workspace)

        class Prepared(Launch):
            def make(self, desk: Desk) -> Callable[[], WorkingDraft]:
                return lambda: draft

        palettes, _ = load_themes()
        yield LeapGridApp(Desk(workspace), Prepared(palettes, kind="draft"))


async def grid_screen(app: App[None]) -> GridScreen:
    """The grid screen of a running app, once everything is checked and painted."""
    while True:
        await asyncio.sleep(0.01)
        if isinstance(app.screen, GridScreen) and app.screen.session.checking is None:
            break
    await app.workers.wait_for_complete()
    await settled(app.screen.grid)
    return app.screen


# -- first paint ------------------------------------------------------------------------------------------


def first_paint(
    argv: Sequence[str],
    mark: str,
    environment: Mapping[str, str],
    look: Callable[[int], object] | None = None,
) -> float:
    """Seconds from starting a program in a terminal of its own until it wrote ``mark`` there.

    Args:
        look: is given the number of its process at that moment.
    """
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    seen = b""
    began = time.perf_counter()
    child = subprocess.Popen(argv, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True)
    os.close(its)
    try:
        while mark.encode() not in seen:
            ready, _, _ = select.select([ours], [], [], 30)
            assert ready, f"{argv} painted nothing more: {seen[-2000:]!r}"
            try:
                seen += os.read(ours, 65536)
            except OSError as ended:
                raise AssertionError(f"{argv} ended: {seen[-2000:]!r}") from ended
        seconds = time.perf_counter() - began
        if look is not None:
            look(child.pid)
        return seconds
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def terminal_environment(home: Path) -> dict[str, str]:
    """The environment of a person at a terminal with full colour, whose settings and data lie in ``home``."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


# -- telling ----------------------------------------------------------------------------------------------


def table(title: str, figures: Mapping[str, float], ratios: Mapping[str, tuple[float, float]]) -> str:
    """Figures in milliseconds, and ratios beside what they may be at most."""
    lines = [f"\n{title}", *(f"  {name:<44}{value:>9.2f} ms" for name, value in figures.items())]
    lines += [f"  {name:<44}{value:>9.2f} of {most:g}" for name, (value, most) in ratios.items()]
    return "\n".join(lines)
