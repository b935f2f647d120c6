"""The parts of the README that are made from the code: run ``python -m tests.readme`` to write them anew."""

from __future__ import annotations

import re
from pathlib import Path

from leapgrid.tui.actions import Action, Scope, actions_of, key_label

README = Path(__file__).parent.parent / "README.md"
_BETWEEN = re.compile(r"(<!-- keys -->\n).*?(\n<!-- end of keys -->)", re.DOTALL)

_SCREENS: tuple[tuple[str, tuple[Scope, ...]], ...] = (
    ("The grid", ("app", "grid")),
    ("An open cell", ("cell",)),
    ("Start", ("start",)),
    ("Open a file", ("open",)),
    ("Bring in a file", ("mapping",)),
    ("The values of a column", ("values",)),
    ("A list over a page", ("picking",)),
    ("Export", ("export",)),
    ("Review & send", ("review",)),
    ("What is left out", ("left_out",)),
    ("Progress and result", ("result",)),
    ("Unknown rows", ("unknown",)),
    ("Connect", ("connect",)),
    ("History", ("history",)),
    ("Receipt", ("receipt",)),
    ("Export of a receipt", ("write_receipt",)),
    ("A page of payload", ("payload",)),
    ("A damaged workspace", ("rescue",)),
    ("Help", ("help",)),
)
_MOVES = (
    "Arrows, `Tab`, `Shift+Tab`, `Home`, `End`, `PgUp`, `PgDn` move; `Ctrl` with an arrow goes to the edge\n"
    "of the data; `Ctrl+Home` and `Ctrl+End` to the first and the last cell. The mouse works too: click,\n"
    "double click, wheel, a click on a key in the footer."
)


def _row(action: Action) -> str:
    keys = " ".join(f"`{key_label(key)}`" for key in action.keys.split(",") if key)
    letter = f"`/{action.letter}`" if action.letter else ""
    title = action.title + (f". {action.help}" if action.help else "")
    return f"| {keys} | {letter} | {title} | `{action.scope}.{action.id}` |"


def keys_table() -> str:
    """The keys of every screen, as the registry of actions has them."""
    parts = [_MOVES]
    for name, scopes in _SCREENS:
        rows = [_row(a) for a in actions_of(*scopes)]
        parts.append(f"\n**{name}**\n\n| key | menu | action | name in `keymap.toml` |\n|---|---|---|---|")
        parts[-1] += "\n" + "\n".join(rows)
    return "\n".join(parts)


def with_keys(text: str) -> str:
    """The README with the table of keys made anew."""
    return _BETWEEN.sub(lambda match: match.group(1) + keys_table() + match.group(2), text)


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text("utf-8")), "utf-8")
