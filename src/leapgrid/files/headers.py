"""Which column becomes which field."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from leapgrid.files.aliases import ALIASES, FIRST_NAMES, LAST_NAMES, RECORD_IDS
from leapgrid.files.made import unique_names as unique_names
from leapgrid.files.model import UnreadableFile
from leapgrid.files.notebook import Notebook, quoted
from leapgrid.records.schema import FieldType, ObjectSchema
from leapgrid.visible import visible

_SIGNS = re.compile(r"[\s_.:*#/()\[\]\"'´`’“”,;°º\-\u2010-\u2015\ufeff]+")
_PLAIN = re.compile(r"[A-Za-z0-9 _\-]*", re.ASCII)


def normalise(header: str) -> str:
    """A header without what people vary: case, accents, spaces, and signs between the words."""
    if _PLAIN.fullmatch(header):
        return header.replace(" ", "").replace("_", "").replace("-", "").lower()
    whole = unicodedata.normalize("NFKC", header).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFD", whole) if unicodedata.category(c) != "Mn")
    return _SIGNS.sub("", unicodedata.normalize("NFC", bare))


class Word(NamedTuple):
    """A name that a field goes by.

    Attributes:
        field: which.
        text: the name, as a person writes it.
        rank: how likely it is among the names of its field, 0 the likeliest.
    """

    field: str
    text: str
    rank: int


class Words(NamedTuple):
    """All names of an object's fields, by their normalised form.

    Attributes:
        own: slugs and labels.
        other: what other programs and languages say.
    """

    own: Mapping[str, Word]
    other: Mapping[str, Word]


@lru_cache(maxsize=32)
def words_of(schema: ObjectSchema) -> Words:
    """The names of an object's fields."""
    own: dict[str, Word] = {}
    other: dict[str, Word] = {}
    for field in schema.fields:
        for word in (field.name, field.label):
            own.setdefault(normalise(word), Word(field.name, word, 0))
    for field in schema.fields:
        for rank, word in enumerate(ALIASES.get(field.name, ())):
            key = normalise(word)
            if key not in own:
                other.setdefault(key, Word(field.name, word, rank))
    return Words(own, other)


@lru_cache(maxsize=1)
def _halves() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(normalise, FIRST_NAMES)), frozenset(map(normalise, LAST_NAMES))


@lru_cache(maxsize=1)
def _record_ids() -> frozenset[str]:
    return frozenset(map(normalise, RECORD_IDS))


def is_record_id(header: str) -> bool:
    """Whether a header names the ids of the program that a file comes from."""
    return normalise(header) in _record_ids()


def halves_of_a_name(headers: Sequence[str]) -> tuple[int, int] | None:
    """The columns of a first and of a last name, where both are there."""
    firsts, lasts = _halves()
    keys = [normalise(header) for header in headers]
    first = next((i for i, key in enumerate(keys) if key in firsts), None)
    last = next((i for i, key in enumerate(keys) if key in lasts and i != first), None)
    return (first, last) if first is not None and last is not None else None


class Match(NamedTuple):
    """A header that is a name of a field.

    Attributes:
        field: which.
        word: the name that it is.
        own: it is the field's own slug or label.
    """

    field: str
    word: str
    own: bool


def match_headers(
    headers: Sequence[str], schema: ObjectSchema, filled: Sequence[bool] | None = None
) -> tuple[Match | None, ...]:
    """For each header the field of which it is a name, or None. No field is given twice.

    A field's own slug and label go before other names, likelier names before others, then the first column
    wins; but a column with nothing in it takes no field from one that has something.

    Args:
        headers: as in the file.
        schema: the object whose fields are wanted.
        filled: for each column whether it has any text; all have if None.
    """
    words = words_of(schema)
    halves = halves_of_a_name(headers) or ()
    found: list[tuple[bool, bool, int, int, Word]] = []
    for index, header in enumerate(headers):
        key = normalise(header)
        word = words.own.get(key) if key else None
        own = word is not None
        if word is None and key and index not in halves:
            word = words.other.get(key)
        if word is not None:
            empty = filled is not None and not filled[index]
            found.append((empty, not own, word.rank, index, word))
    matches: list[Match | None] = [None] * len(headers)
    taken: set[str] = set()
    for _, other, _, index, word in sorted(found):
        if word.field not in taken:
            taken.add(word.field)
            matches[index] = Match(word.field, word.text, not other)
    return tuple(matches)


def suggest_mapping(headers: Sequence[str], schema: ObjectSchema) -> tuple[str | None, ...]:
    """For each header the field of which it is a name, or None: see :func:`match_headers`."""
    return tuple(match.field if match else None for match in match_headers(headers, schema))


def resolve_wanted(
    names: Sequence[str],
    wanted: Mapping[str, str | None],
    name: str,
    may_lack: Collection[str] = (),
    *,
    schema: ObjectSchema,
) -> dict[str, str | None]:
    """``wanted`` with each header spelled as in the file, in its own order.

    Args:
        names: the headers, made unique.
        wanted: header -> field, or None to leave the column out.
        name: the file's name for messages.
        may_lack: headers that need not be there.
        schema: whose fields they are; columns may share those of :func:`may_join`.

    Raises:
        UnreadableFile: a header that is not there, or another field that was given to two columns.
    """
    by_key: dict[str, list[str]] = {}
    for column in names:
        by_key.setdefault(normalise(column), []).append(column)
    said: dict[str, str | None] = {}
    for header, field in wanted.items():
        alike = by_key.get(normalise(header), [])
        if header in names:
            column = header
        elif len(alike) == 1:
            column = alike[0]
        elif header in may_lack:
            continue
        else:
            raise UnreadableFile(no_such_header(header, names, name))
        field = field.strip() if field else None
        # A header that is spelled in two ways is no second column.
        if (
            field
            and not may_join(field, schema)
            and any(other == field and at != column for at, other in said.items())
        ):
            raise UnreadableFile(f"Two columns of {name} are mapped to {quoted(field)}. Map only one.")
        said[column] = field or None
    return said


def may_join(name: str, schema: ObjectSchema) -> bool:
    """Whether a field can take the texts of several columns as one: a text can, an address cannot."""
    known = schema.get(name)
    return known is None or known.type is FieldType.TEXT


def nearest_field(name: str, schema: ObjectSchema) -> str | None:
    """The known field that is spelled most like a name, or None where none is near."""
    keys = {normalise(field.name): field.name for field in schema.fields}
    near = difflib.get_close_matches(normalise(name), keys, n=1)
    return keys[near[0]] if near else None


def note_extra(field: str, schema: ObjectSchema, line: int | None, notes: Notebook) -> None:
    """Say that a field goes out which the schema does not know."""
    near = nearest_field(field, schema)
    hint = f" Closest: {near}." if near else ""
    notes.add(
        "extra_field",
        line,
        f"{quoted(field)} is not one of the known fields of {schema.label}; it is sent as it stands.{hint}",
    )


def no_such_header(header: str, names: Sequence[str], name: str) -> str:
    """The sentence for a header that a file does not have."""
    near = difflib.get_close_matches(header, names, n=1, cutoff=0.4)
    if not near:
        keys = {normalise(column): column for column in names}
        near = [keys[key] for key in difflib.get_close_matches(normalise(header), keys, n=1, cutoff=0.4)]
    closest = f"Closest: {quoted(near[0])}." if near else f"There are: {some(names)}."
    return f"{name} has no header {quoted(header)}. {closest}"


def some(names: Sequence[str]) -> str:
    """The first headers, for a message."""
    return ", ".join(quoted(n) for n in names[:8]) + (
        f" and {len(names) - 8:,} more" if len(names) > 8 else ""
    )


def nothing_matches(
    names: Sequence[str],
    schema: ObjectSchema,
    name: str,
    line: int | None,
    *,
    said: bool,
    candidates: Sequence[int] = (),
    guess: tuple[str, str] | None = None,
) -> UnreadableFile:
    """Why a file cannot be read of which no column is a field, and what to do.

    Args:
        names: the headers, made unique.
        schema: the object.
        name: the file's name for messages.
        line: the physical line of the header; 0 or None where there is none.
        said: a person said what columns are not.
        guess: a header and the field that its values look like.
        candidates: lines that could be the header instead, the likeliest first.
    """
    if said:
        return UnreadableFile(f"No column of {name} is left to be a field of {schema.label}.", line or None)
    first = visible(next((n for n in names if n.strip()), names[0] if names else "Header"))
    field = schema.fields[0].name
    if guess is not None:
        first, field = visible(guess[0]), guess[1]
    example = first if len(first) < 30 and "'" not in first else "Header"
    way = f"--map '{example}={field}' says what a column is."
    if not line:
        return UnreadableFile(f"Nothing says what the columns of {name} are: {some(names)}. {way}", None)
    other, take = "", ""
    if candidates:
        other, take = f" Or is it line {candidates[0]:,}?", f", --header-line {candidates[0]} takes that line"
    return UnreadableFile(
        f"None of these headers is a field of {schema.label}. Is line {line} the header?{other} "
        f"{name} has {some(names)}; {way.removesuffix('.')}{take}.",
        line,
    )
