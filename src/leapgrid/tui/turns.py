"""Keys in turn: none is given away before all that the one before it led to is done.

Textual gives a key to what has the focus and goes on with the next one at once. What the first one opens
comes some messages later, so keys that arrive in one go, from a fast typist or over a slow line, would all
end in what lay on the screen before: in a cell, where they stay. Here the next one waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen

from leapgrid.tui.actions import find
from leapgrid.tui.keymap import keys_in_use
from leapgrid.tui.screens.page import Page

_ROUNDS = 4
"""How often all that lies between the focus and the app is waited for. Each time one more message of a chain
is dealt with: a key, a choice in the menu, the asking for a page, the page itself."""

_TICK = 0.05
"""Seconds between two looks at what has not answered, or is not ready."""

_LONGEST = 100
"""Looks that a key is held for; a loop that is busy does not count as looking."""

_QUIT_AFTER = 6
"""Looks after which the key that quits waits no longer for those before it."""

_MOST = 10_000
"""Keys that are held; the text of a clipboard can come as keys."""

TOO_LONG = "What was typed while this was opening is not used, it took too long. Type it again."

_Where = tuple[Screen[object] | None, MessagePump | None]

TOO_MUCH = f"More than {_MOST:,} keys were waiting. Those behind them are not used: look where the text ends."


@runtime_checkable
class TakesKeys(Protocol):
    """A screen that knows whether it can be given a key."""

    def takes(self, event: events.Event) -> bool:
        """Whether it is far enough for this one; what it does not take waits."""


@runtime_checkable
class KeepsKeys(Protocol):
    """A widget that knows which keys end in it."""

    def keeps(self, event: events.Key) -> bool:
        """Whether it takes this one, and nothing is opened or left by it."""


class TurnsApp(App[None]):
    """An app that gives keys, pastes and clicks away one by one."""

    keymap: dict[str, str]
    _held: deque[events.Event]
    _at_it: asyncio.Task[None] | None = None
    _way: list[MessagePump]
    _openings = 0
    _given_up = False
    _is_full = False
    _looks = 0

    def __init__(self) -> None:
        super().__init__()
        self._held = deque()
        self._way = []

    # -- what others may ask ------------------------------------------------------------------------------

    @property
    def is_settled(self) -> bool:
        """Whether nothing is held, and all that was typed is dealt with."""
        return self._at_it is None

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Hold what is typed while something is on its way to the screen that no message waits for.

        It is for workers. Where one takes too long, what was held is dropped, and keys are for what is on the
        screen again: a person who sees that nothing comes goes on there.
        """
        self._openings += 1
        try:
            yield
        finally:
            self._openings -= 1
            self._given_up = self._given_up and self._openings > 0

    # -- giving -------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        if event.is_forwarded or not _has_a_turn(event):
            await super().on_event(event)
        elif isinstance(event, events.Key) and event.key.startswith("alt+") and event.is_printable:
            for key in _escape_and(event):
                await self.on_event(key)
        elif self._at_it is None and self._may(event):
            await self._give(event)
        elif self._looks >= _QUIT_AFTER and self._quits(event):
            self._held.clear()
            await super().on_event(event)
        elif self._is_full or len(self._held) >= _MOST:
            self._is_full = True  # none of the later ones either, or they would end in the middle of a text
        else:
            self._held.append(event)
            self._begin_turns()

    async def _give(self, event: events.Event) -> None:
        """Give one away, in the turn of the app's own messages."""
        screen = self._top
        if isinstance(screen, Page):
            if isinstance(event, events.MouseEvent) and event.time < screen.shown_at:
                return  # it was for what stood there before
            if reason := screen.refuses(event):
                self._held.clear()
                self._tell(reason)
                return
        if self._ends_there(event):
            await super().on_event(event)
            return
        self._way = self._way_of(event)
        await super().on_event(event)
        self._begin_turns()

    async def _give_held(self, given: asyncio.Future[None]) -> None:
        try:
            while self._held and not self._way and self._may(self._held[0]):
                await self._give(self._held.popleft())
        finally:
            if not given.done():
                given.set_result(None)

    def _begin_turns(self) -> None:
        if self._at_it is None:
            self._at_it = asyncio.create_task(self._take_turns(), name="keys in turn")

    async def _take_turns(self) -> None:
        """Wait until all is done, give the next one away, until there is none."""
        try:
            while self.is_running:
                self._looks = 0
                if not (await self._done() and await self._wait_to_give()):
                    self._drop()
                if not self._held:
                    if self._is_full:
                        self._tell(TOO_MUCH)
                    return
                given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                if not self.call_later(self._give_held, given):
                    return
                await asyncio.wait({given})
        finally:
            self._at_it = None
            self._is_full = False
            self._looks = 0

    def on_unmount(self) -> None:
        if self._at_it is not None:
            self._at_it.cancel()

    def _drop(self) -> None:
        self._given_up = self._openings > 0
        if self._held:
            self._held.clear()
            self._tell(TOO_LONG)

    def _tell(self, sentence: str) -> None:
        screen = self._top
        if isinstance(screen, Page):
            screen.say(sentence, sign="~", role="warning")

    # -- waiting ------------------------------------------------------------------------------------------

    async def _done(self) -> bool:
        """Wait until what was given, and all that it led to, is over; False where that takes too long."""
        way, self._way = self._way, []
        rounds = 0
        before: _Where | None = None
        while rounds < _ROUNDS or before != self._where:
            before = self._where
            for pump in way or self._way_up(self.focused or self._top):
                if not await self._passes(pump):
                    return False
            way = []
            rounds += 1
        return True

    async def _wait_to_give(self) -> bool:
        """Wait until what lies on top takes the next one; False where that takes too long."""
        while self._held and not self._may(self._held[0]):
            if self._looks >= _LONGEST or not self.is_running:
                return False
            self._looks += 1
            await asyncio.sleep(_TICK / 5 if self._looks < _QUIT_AFTER else _TICK)
        return True

    async def _passes(self, pump: MessagePump) -> bool:
        """Wait until a widget has dealt with what is in its queue now; one that goes away has."""
        passed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def here() -> None:
            if not passed.done():
                passed.set_result(None)

        if not pump.call_later(here):
            return True
        while True:
            await asyncio.wait({passed}, timeout=_TICK)
            # A screen that is being put up is attached before it runs.
            if passed.done() or not self.is_running or not (pump.is_running or pump.is_attached):
                return True
            if self._looks >= _LONGEST:
                return False
            self._looks += 1

    # -- what is so ---------------------------------------------------------------------------------------

    @property
    def _top(self) -> Screen[object] | None:
        return self.screen_stack[-1] if self.screen_stack else None

    @property
    def _where(self) -> _Where:
        return self._top, self.focused

    def _may(self, event: events.Event) -> bool:
        screen = self._top
        if (self._openings and not self._given_up) or screen is None:
            return False
        return not isinstance(screen, TakesKeys) or screen.takes(event)

    def _ends_there(self, event: events.Event) -> bool:
        """Whether nothing that takes the keys can come of it: a held arrow stays as fast as ever."""
        focused: object = self.focused
        return isinstance(event, events.Key) and isinstance(focused, KeepsKeys) and focused.keeps(event)

    def _quits(self, event: events.Event) -> bool:
        keys = keys_in_use(find("quit", "app"), self.keymap).split(",")
        return isinstance(event, events.Key) and event.key in keys

    def _way_of(self, event: events.Event) -> list[MessagePump]:
        if isinstance(event, events.MouseEvent) and self._top is not None:
            found = self._top.get_widgets_at(event.x, event.y)
            return self._way_up(next((widget for widget, _ in found), self._top))
        return self._way_up(self.focused or self._top)

    def _way_up(self, node: MessagePump | None) -> list[MessagePump]:
        """The way of a key: what has the focus, all that it lies in, the app."""
        above = node.ancestors_with_self if isinstance(node, DOMNode) else []
        return [*(pump for pump in above if pump is not self), self]


def _has_a_turn(event: events.Event) -> bool:
    if isinstance(event, events.MouseMove):
        return False
    return isinstance(event, events.InputEvent | events.Paste)


def _escape_and(event: events.Key) -> tuple[events.Key, events.Key]:
    """Escape and a letter in one go come as Alt and the letter, which means nothing here: both again."""
    keys = events.Key("escape", None), events.Key(event.key.removeprefix("alt+"), event.character)
    for key in keys:
        key.time = event.time
    return keys
