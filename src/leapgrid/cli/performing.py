"""Running what a command does, and the beginnings of those that do without the parser where they can."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

from leapgrid.cli.exits import Code, Ended
from leapgrid.cli.given import Common, Format, Start
from leapgrid.cli.streams import Streams
from leapgrid.config import Secret, take_token

Act = Callable[[Streams, Start, Common], Code]
"""What a command does."""


def started(common: Common) -> Start:
    """What holds for the whole process, with the key out of the environment."""
    # Whatever comes next, no child process and no library finds it there.
    token = take_token(os.environ)
    return Start(Secret(token) if token is not None else None, common)


def perform(start: Start, common: Common, act: Act) -> Code:
    """Run what a command does, and turn however it ends into its exit code and a sentence.

    Args:
        start: what holds for the whole process.
        common: the options behind the command.
        act: what it does.
    """
    streams = Streams()
    common = common.over(start.common)
    try:
        code = act(streams, start, common)
    except Ended as end:
        streams.err(end.message)
        if common.format is Format.JSON:
            streams.document(
                end.document if end.document is not None else {"error": _error(end.kind, end.message)}
            )
        code = end.code
    except KeyboardInterrupt:
        code = Code.INTERRUPTED
    except Exception as error:  # a defect of ours, whatever its class: a sentence and a report, no traceback
        from leapgrid.cli.crash import unexpected

        message = unexpected(error, start.token.reveal() if start.token is not None else None)
        streams.err(message)
        if common.format is Format.JSON:
            streams.document({"error": _error("unexpected", message)})
        code = Code.UNEXPECTED
    return code


def begin_app(streams: Streams, start: Start, common: Common) -> Code:
    """``leapgrid``: the app."""
    streams.need_terminal("leapgrid check FILE and leapgrid submit FILE work without one.")
    _load_in_one_go()
    from leapgrid.cli.app import start_app

    return start_app(streams, start, common)


def begin_open(streams: Streams, start: Start, common: Common, *, file: str) -> Code:
    """``leapgrid open FILE``: the app on a file."""
    if file == "-":
        from leapgrid.cli.keyboard import keyboard_from_terminal

        streams.need_screen("leapgrid check - works without one.")
        keyboard_from_terminal()
    else:
        streams.need_terminal("leapgrid check FILE works without one.")
    _load_in_one_go()
    from leapgrid.cli.reading import reading_begun

    with reading_begun(start, common, file) as reading:
        from leapgrid.cli.app import open_app

        return open_app(streams, common, reading)


def begin_check(streams: Streams, start: Start, common: Common, *, file: str) -> Code:
    """``leapgrid check FILE``: what is wrong with it, in text."""
    from leapgrid.cli.check import check

    return check(streams, start, common, file)


def begin_demo(streams: Streams, start: Start, common: Common, *, headless: bool = False) -> Code:
    """``leapgrid demo``: the app on the sample leads, or the same in text."""
    if headless or not streams.can_show:
        from leapgrid.cli.demo_text import demo_text

        return demo_text(streams)
    _load_in_one_go()
    from leapgrid.cli.app import demo_app

    return demo_app(streams)


def _load_in_one_go() -> None:
    """Keep the garbage collector from looking through what is being loaded, which stays anyway.

    It took a tenth of the time to the first paint. The app turns it on again at its first frame.
    """
    gc.disable()


def _error(kind: str, message: str) -> dict[str, str]:
    from leapgrid.visible import visible

    return {"code": kind, "message": visible(message)}
