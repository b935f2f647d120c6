"""How much of a file is read. Beyond these a file is refused with a sentence, before memory runs out."""

from __future__ import annotations

MIB = 1024 * 1024

MAX_LINE = MIB
"""Characters in one physical line of a delimited file."""

MAX_CELL = 128 * 1024
"""Characters in one cell; also the csv module's own default limit."""

MAX_COLUMNS = 2_000
"""Columns of a table, or different keys of a JSON file."""

MAX_CELLS = 50_000_000
"""Cells of a table."""

MAX_KEYED_CELLS = 10_000_000
"""Cells of a table that is made of objects with keys, for the same reason as the next."""

MAX_MADE = 10_000_000
"""Empty cells that are made for lines that are too short: a small file can ask for very many of them."""

MAX_RECORD = 4 * MIB
"""Bytes of one record of a delimited file, over all its lines."""

MAX_STDIN = 1024 * MIB
"""Bytes that are taken from standard input."""

MAX_JSON = 64 * MIB
"""Bytes of a JSON file: it has to be read as a whole."""

MAX_OBJECTS = 500_000
"""Objects in a JSON text: each needs far more memory than its two brackets in the file."""

MAX_VALUES = 4_000_000
"""Values in a JSON text, for the same reason."""

MAX_JSON5 = MIB
"""Bytes of a JSON5 text: the json5 library needs about 7 seconds for 1 MiB."""

MAX_CURL = 16 * MIB
"""Bytes of a file with curl commands."""

MAX_DEPTH = 64
"""How deep lists and objects may be nested."""

MAX_NOTES = 1_000
"""Notes of one kind; what goes beyond is counted in one last note."""
