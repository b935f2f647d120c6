"""The palette: every action that the screen can do now, and the themes. Made from the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from textual import events
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.types import IgnoreReturnCallbackType

from leapgrid.tui.actions import actions_of, binding_id, key_label
from leapgrid.tui.screens.page import Page
from leapgrid.tui.theming import Palette
from leapgrid.visible import visible


class Themed(Protocol):
    """What the palette needs of the app."""

    @property
    def palettes(self) -> Mapping[str, Palette]:
        """The themes there are, by name."""

    def choose_theme(self, name: str) -> None:
        """Draw everything in another theme."""


@dataclass(frozen=True)
class Command:
    """Something that the palette offers; texts are safe to draw."""

    title: str
    words: str
    do: IgnoreReturnCallbackType


class LeapGridCommands(Provider):
    """The actions of the screen below the palette."""

    def commands(self) -> Iterator[Command]:
        """What can be done now."""
        screen = self.screen
        app = self.app
        if isinstance(screen, Page):
            for action in actions_of(*screen.SCOPES):
                if not screen.can(action.id):
                    continue
                keys = screen.keymap.get(binding_id(action), action.keys)
                do = partial(app.run_action if action.scope == "app" else screen.run_action, action.id)
                yield Command(action.title, key_label(keys) if keys else "", do)
        themed = cast(Themed, app)
        for name, palette in themed.palettes.items():
            title = visible(palette.title, 40)
            words = "in use" if name == app.theme else visible(name, 40)
            yield Command(f"Theme: {title}", words, partial(themed.choose_theme, name))

    async def discover(self) -> Hits:
        for command in self.commands():
            yield DiscoveryHit(_display(Content(command.title), command.words), command.do, command.title)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self.commands():
            score = matcher.match(command.title)
            if score > 0:
                shown = _display(_highlighted(matcher, command.title), command.words)
                yield Hit(score, shown, command.do, command.title)


def _display(title: Content, words: str) -> Content:
    """Title and key as literal content: the palette would read a plain string as markup."""
    return Content.assemble(title, ("  " + words, "dim")) if words else title


def _highlighted(matcher: Matcher, title: str) -> Content:
    content = Content(title)
    score, offsets = matcher.fuzzy_search.match(matcher.query, title)
    if score:
        for offset in offsets:
            content = content.stylize(matcher.match_style, offset, offset + 1)
    return content


class CommandScreen(CommandPalette):
    """Textual's palette, brought to our grounds, without its boxes and its icon."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as the base class has it
    """Beside it in a narrow window half a row number would stand, as if it were of the list."""

    def takes(self, event: events.Event) -> bool:
        """Enter waits for the commands that fit what was typed: those before may be others."""
        enter = isinstance(event, events.Key) and event.key == "enter"
        return not enter or all(worker.is_finished for worker in self.workers if worker.node is self)

    # Of this screen and not of the app: it is parsed when the palette is opened first.
    CSS = """
    CommandScreen { background: transparent; }
    #--container { background: $lg-panel; margin-top: 2; width: 72; max-width: 90%; }
    CommandScreen.-narrow #--container { width: 100%; max-width: 100%; }
    #--input { border: none; background: $lg-header; height: 3; padding: 1 0; }
    #--input.--list-visible { border: none; }
    CommandInput, CommandInput:focus {
        border: none; height: 1; background: $lg-header; color: $lg-strong; padding: 0 2;
    }
    SearchIcon { display: none; }
    CommandList, CommandList:focus {
        border: none; background: $lg-panel; scrollbar-size-vertical: 1;
        scrollbar-color: $lg-rule; scrollbar-color-hover: $lg-rule; scrollbar-color-active: $lg-rule;
        scrollbar-background: $lg-panel; scrollbar-background-hover: $lg-panel;
        scrollbar-background-active: $lg-panel;
    }
    CommandList > .option-list--option { color: $lg-text; }
    CommandList > .option-list--option-highlighted {
        background: $lg-cell; color: $lg-on-cell; text-style: bold;
    }
    """
