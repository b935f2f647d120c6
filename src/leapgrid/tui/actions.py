"""Every action there is: one registry that keys, footer, menu, help and palette are all made from.

An action is data. What it does is the method ``action_<id>`` of the screen (or app) that declares its scope;
whether it does anything now is that screen's ``can(id)``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

Scope = Literal[
    "app", "grid", "cell", "start", "review", "result", "payload", "help", "open", "export", "menu",
    "mapping", "values", "picking", "reading", "rescue", "history", "receipt", "write_receipt",
    "unknown", "left_out", "connect",
]  # fmt: skip
Group = Literal["", "Edit", "Rows", "Look", "LeapGrid"]


class Action(NamedTuple):
    """One thing a person can do.

    Attributes:
        id: stable; the name in a keymap file.
        scope: the screen, or state of it, in which it exists.
        title: plain words, for help and palette.
        keys: Textual's key names, comma-separated; the first is the one that is shown.
        label: the footer's word for it; "" keeps it out of the footer.
        main: whether it is the screen's main step, which stands alone at the footer's right end.
        letter: its letter in the ``/`` menu.
        group: its column in the menu.
        help: one sentence more.
        priority: order in the footer from the left; those with the highest number drop their label first.
    """

    id: str
    scope: Scope
    title: str
    keys: str = ""
    label: str = ""
    main: bool = False
    letter: str = ""
    group: Group = ""
    help: str = ""
    priority: int = 50


ACTIONS: tuple[Action, ...] = (
    # The grid
    Action("help", "app", "Help for this screen", "f1", "Help", letter="h", group="LeapGrid", priority=0),
    Action(
        "menu", "grid", "Menu of all actions", "slash", "Menu", help="Then one letter does it.", priority=1
    ),
    Action("edit_cell", "grid", "Edit the cell", "f2,enter", "Edit", priority=2),
    Action("undo", "grid", "Undo", "ctrl+z", "Undo", letter="u", group="Edit", priority=8),
    Action("redo", "grid", "Redo", "ctrl+y", letter="y", group="Edit"),
    Action("clear_cell", "grid", "Clear the cell", "delete,backspace", group="Edit"),
    Action("insert_row", "grid", "Insert a row above", letter="a", group="Rows"),
    Action("duplicate_row", "grid", "Duplicate the row", letter="m", group="Rows"),
    Action("delete_row", "grid", "Delete the row", "ctrl+k", letter="k", group="Rows"),
    Action(
        "skip_row", "grid", "Skip, take back", letter="-", group="Rows", help="A skipped row is not sent."
    ),
    Action("go_to_row", "grid", "Go to row", "ctrl+g", letter="g", group="Rows"),
    Action("next_issue", "grid", "Next issue", "f4", "Next issue", letter="n", group="Look", priority=3),
    Action("previous_issue", "grid", "Previous issue", "f3", letter="p", group="Look"),
    Action("fix", "grid", "Fix this cell", "f8", "Fix", letter="x", group="Look", priority=6),
    Action(
        "payload",
        "grid",
        "Payload",
        "f7",
        "Payload",
        letter="j",
        group="Look",
        help="JSON of this record; again: curl; again: the whole chunk; again: closed.",
        priority=5,
    ),
    Action("only_problems", "grid", "Only problems, or all", letter="!", group="Look"),
    Action("only_rejected", "grid", "Only rejected, or all", letter="w", group="Look"),
    Action("not_sent", "grid", "Not sent yet, or all", letter=">", group="Look"),
    Action(
        "unknown",
        "grid",
        "Unknown rows",
        letter="?",
        group="Look",
        help="What may be at the server: look it up, or say what becomes of it.",
    ),
    Action("review", "grid", "Review & send", "f9", "Review & send", main=True, letter="s", group="LeapGrid"),
    Action(
        "resume",
        "grid",
        "Go on with what was cut off",
        letter="&",
        group="LeapGrid",
        help="Looks up what is unknown, then sends what never went out.",
    ),
    Action(
        "send_anyway",
        "grid",
        "Send all the same",
        letter="*",
        group="Rows",
        help="For a row that this workspace created before.",
    ),
    Action("result", "grid", "Result of the sending", letter="+", group="LeapGrid"),
    Action("history", "grid", "History: what was sent", letter="r", group="LeapGrid"),
    Action(
        "mapping",
        "grid",
        "Change the columns",
        letter="=",
        group="LeapGrid",
        help="Which column of the file is which field. After edits it makes a draft of its own.",
    ),
    Action("notes", "grid", "Notes on the file", letter=":", group="LeapGrid"),
    Action("leave_reading", "grid", "Read no further", "escape", "Stop reading", priority=2),
    Action("open_file", "grid", "Open a file", "ctrl+o", letter="o", group="LeapGrid"),
    Action("export", "grid", "Export to a file", letter=".", group="LeapGrid"),
    Action("connect", "grid", "Connect", letter="l", group="LeapGrid", help="Another key, or another host."),
    Action("start", "grid", "Drafts and start", letter="z", group="LeapGrid"),
    Action("quit", "app", "Quit", "ctrl+q", letter="q", group="LeapGrid", help="There is nothing to save."),
    # In a cell
    Action("keep_down", "cell", "Keep the text, go down", "enter", "Keep, down", priority=-4),
    Action("keep_right", "cell", "Keep the text, go right", "tab", "Keep, right", priority=-3),
    Action("restore", "cell", "Restore the old text", "escape", "Restore", priority=-2),
    Action("fix_text", "cell", "Take the fix", "f8", "Fix", priority=-1),
    # The menu
    Action("close_menu", "menu", "Close", "escape", "Close", priority=0),
    # Start
    Action("open_draft", "start", "Open the draft", "enter", "Open the draft", priority=1),
    Action("remove_draft", "start", "Remove the draft", "delete", "Remove", priority=2),
    Action("resume", "start", "Go on with what was cut off", "r", "Go on", priority=3),
    Action("new_draft", "start", "New leads", "n"),
    Action("open_file", "start", "Open a file", "o,ctrl+o"),
    Action("sample_leads", "start", "Try it with sample leads", "d"),
    Action("history", "start", "History: what was sent", "h"),
    Action("connect", "start", "Connect", "c"),
    # Open a file
    Action("open_path", "open", "Open", "enter", "Open", main=True),
    Action("complete_path", "open", "Complete the name", "tab", "Complete", priority=1),
    Action("back", "open", "Back", "escape", "Back", priority=2),
    # Bring in a file
    Action("import_file", "mapping", "Import", "enter", "Import", main=True),
    Action("change_field", "mapping", "Change the field of the column", "space", "Change field", priority=1),
    Action(
        "leave_out",
        "mapping",
        "Leave the column out, take the constant away",
        "delete,backspace",
        priority=7,
    ),
    Action("set_constant", "mapping", "Constant: one text for all records", "c", "Constant", priority=2),
    Action("join_columns", "mapping", "Join first and last name", "j", "Join names", priority=3),
    Action("match_values", "mapping", "Match the values of the column", "v", "Match values", priority=3),
    Action("preview_records", "mapping", "Preview of 20 records", "p", "Preview 20", priority=4),
    Action("back", "mapping", "Back, without importing", "escape", "Back", priority=5),
    Action("sheet", "mapping", "Another sheet", "s"),
    Action("encoding", "mapping", "Another encoding", "e"),
    Action("delimiter", "mapping", "Another delimiter", "d"),
    Action("header_line", "mapping", "Another line as the header", "h"),
    Action("show_lines", "mapping", "Short and long lines, and all other notes", "l"),
    Action("date_format", "mapping", "Day or month first", "f"),
    Action("default_country", "mapping", "Country of phones that have none", "n"),
    Action("forget_mapping", "mapping", "Forget what is remembered of these headers", "x"),
    Action("save_recipe", "mapping", "Save as a recipe file", "w"),
    # The values of a column
    Action("change_value", "values", "Say what the value becomes", "space,enter", "Change", priority=1),
    Action("keep_value", "values", "Keep the value as it is", "delete,backspace", "Keep", priority=2),
    Action("take_suggestions", "values", "Take all suggestions", "a", "Take all suggestions", priority=3),
    Action("close_values", "values", "Back", "escape", "Back", main=True),
    # A list over a page
    Action("take_option", "picking", "Take it", "enter", "Take", priority=1),
    Action("close_list", "picking", "Close", "escape", "Close", main=True),
    # While a file is read
    Action("back", "reading", "Back", "escape", "Back", main=True),
    # Export
    Action("write_file", "export", "Write the file", "enter", "Write", main=True),
    Action("next_part", "export", "Complete the path, or go on", "tab", "Next", priority=1),
    Action("back", "export", "Back; while it is written: cancel", "escape", "Back", priority=2),
    # Review & send
    Action("send", "review", "Send", "enter", "Send", main=True),
    Action("dry_run", "review", "Dry run: everything but the sending", "d", "Dry run", priority=2),
    Action("first_only", "review", "The first record only", "1", "First record only", priority=3),
    Action("show_payload", "review", "Payload of the first chunk", "p", "Payload", priority=4),
    Action("show_curl", "review", "The same as a curl command", "c", "curl", priority=5),
    Action("left_out", "review", "What is left out, and why", "l", "Left out", priority=6),
    Action(
        "on_refusal",
        "review",
        "What becomes of the good records of a refused chunk",
        "g",
        "If refused",
        priority=7,
    ),
    Action("look_up", "review", "Look up what is unknown", "r", "Look up unknown", priority=8),
    Action("first_issue", "review", "Back, to the first issue", "f4", priority=9),
    Action("back", "review", "Back", "escape", "Back", priority=1),
    # What is left out
    Action("to_row", "left_out", "Go to the row", "enter", "Go to the row", priority=1),
    Action(
        "send_anyway",
        "left_out",
        "Send all the same",
        "a",
        "Send all the same",
        priority=2,
        help="For a row that this workspace created before.",
    ),
    Action("close_left_out", "left_out", "Back", "escape", "Back", main=True),
    # Progress and result
    Action("go_to_cell", "result", "Go to the cell", "enter", "Go to the cell", priority=1),
    Action("pause_sending", "result", "Pause after this chunk, go on", "p", "Pause", priority=2),
    Action("stop_sending", "result", "Stop after this chunk", "x", "Stop", priority=3),
    Action("export_rejected", "result", "Export the rejected rows", "e", "Export rejected", priority=5),
    Action("receipt", "result", "Receipt of the sending", "h", "Receipt", priority=6),
    Action("look_up", "result", "Look up what is unknown", "r", "Look up unknown", priority=4),
    Action("connect_again", "result", "Connect again", "l", "Connect again", priority=3),
    Action("close_result", "result", "Close", "escape", "Close", priority=4),
    Action("send_edited", "result", "Send what was edited", "f9", "Send what was edited", main=True),
    # Unknown rows
    Action("look_again", "unknown", "Look again whether they are there", "l", "Look again", priority=1),
    Action("it_is_there", "unknown", "Say that it is there", "t", "It is there", priority=2),
    Action("send_again", "unknown", "Say that it is to be sent again", "s", "Send again", priority=3),
    Action("leave_it", "unknown", "Leave it: neither looked up nor sent", "x", "Leave", priority=4),
    Action(
        "to_row", "unknown", "Go to the row; open or close the chunk", "enter", "Go to the row", priority=5
    ),
    Action("close_unknown", "unknown", "Close", "escape", "Close", priority=6),
    # Connect
    Action("connect_now", "connect", "Connect", "enter", "Connect", main=True),
    Action("next_part", "connect", "The other field", "tab", "Next", priority=1),
    Action("back", "connect", "Back", "escape", "Back", priority=2),
    # History
    Action("open_receipt", "history", "Receipt of the submission", "enter", "Receipt", priority=1),
    Action("open_draft", "history", "Open the draft", "o", "Open the draft", priority=2),
    Action("look_up", "history", "Look up what is unknown", "r", "Look up unknown", priority=3),
    Action("export_rejected", "history", "Export the rejected rows", "e", "Export rejected", priority=4),
    Action(
        "filter",
        "history",
        "Filter",
        "f",
        "Filter",
        help="By file, host, object, person or day, and by the words rejected, unknown, open.",
        priority=5,
    ),
    Action("back", "history", "Back", "escape", "Back", priority=6),
    # Receipt
    Action("open_entry", "receipt", "Open or close the chunk; go to the record", "enter", "Open", priority=1),
    Action("show_sent", "receipt", "The record as it was sent", "p", "As sent", priority=4),
    Action("open_all", "receipt", "Open all chunks, or close them", "a", "Open all", priority=6),
    Action(
        "next_kind", "receipt", "Show only the refused, the unknown, or all", "f", "Only refused", priority=5
    ),
    Action("export_receipt", "receipt", "Export: text, JSON, CSV or HTML", "e", "Export", priority=2),
    Action("copy_receipt", "receipt", "Copy as text", "c", "Copy", priority=3),
    Action("open_draft", "receipt", "Open the draft", "o", "Open the draft", priority=7),
    Action("look_up", "receipt", "Look up what is unknown", "r", "Look up unknown", priority=8),
    Action("back", "receipt", "Back", "escape", "Back", main=True),
    # Export of a receipt
    Action("write_file", "write_receipt", "Write the file", "enter", "Write", main=True),
    Action("next_part", "write_receipt", "Complete the path, or go on", "tab", "Next", priority=1),
    Action("back", "write_receipt", "Back", "escape", "Back", priority=2),
    # A page of text: payload, curl, left out
    Action("turn_page", "payload", "JSON, curl, the whole chunk", "f7", "JSON, curl, all", priority=1),
    Action("close_page", "payload", "Close", "escape", "Close", main=True),
    # A damaged workspace
    Action("take_copy", "rescue", "Go on with the copy", "c", "Go on with the copy", main=True),
    Action("begin_anew", "rescue", "Begin with an empty workspace", "b", "Begin anew", priority=1),
    # Help
    Action("close_help", "help", "Close", "escape", "Close", main=True),
    Action("do_it", "help", "Do it", "enter", "Do it", priority=1),
)
"""In the order in which menu and help list them."""


def actions_of(*scopes: Scope) -> list[Action]:
    """The actions of these scopes, in the registry's order."""
    return [a for a in ACTIONS if a.scope in scopes]


def find(action_id: str, scope: Scope) -> Action:
    """The action with this id in a scope.

    Raises:
        KeyError: there is none.
    """
    for action in ACTIONS:
        if action.id == action_id and action.scope == scope:
            return action
    raise KeyError(f"{scope}.{action_id}")


def binding_id(action: Action) -> str:
    """The name of an action in a keymap file, e.g. ``grid.undo``."""
    return f"{action.scope}.{action.id}"


def bindings(*scopes: Scope) -> list[BindingType]:
    """Textual bindings for the actions of these scopes that have a key."""
    return [
        Binding(
            _in_both_cases(a.keys),
            a.id,
            a.label or a.title,
            id=binding_id(a),
            tooltip=a.help,
            show=bool(a.label),
        )
        for a in actions_of(*scopes)
        if a.keys
    ]


def _in_both_cases(keys: str) -> str:
    """Letters are shown as capitals, so they work as such too."""
    found = [key.strip() for key in keys.split(",")]
    return ",".join(found + [key.upper() for key in found if len(key) == 1 and key.isalpha()])


_KEY_NAMES = {
    "slash": "/",
    "enter": "Enter",
    "escape": "Esc",
    "delete": "Del",
    "backspace": "Bksp",
    "tab": "Tab",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
}


def key_label(keys: str) -> str:
    """The first of an action's keys as a person knows it: ``^Z``, ``F9``, ``Esc``."""
    key = keys.split(",")[0].strip()
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+").upper()
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    return key.upper() if len(key) <= 3 else key.capitalize()
