"""The ways to find out which field a column could be: its key, its name, what it is like, its values."""

from __future__ import annotations

import difflib
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Literal, NamedTuple

from leapgrid.files.headers import halves_of_a_name, match_headers, normalise, words_of
from leapgrid.files.values import Look, look_of
from leapgrid.records.schema import Field, FieldType, ObjectSchema
from leapgrid.visible import visible

Code = Literal["said", "remembered", "name", "alias", "similar", "values", "key", "left_out"]
"""Why a column becomes a field: a person said so, now or earlier; it is called so, by us or by others; it is
called nearly so; its values look so; it is the key of an object. Or it becomes none."""

SURE = 0.85
"""A header that is at least so similar to a name of one field, and of no other, is taken for it."""

_APART = 0.05
"""So much liker a field has to be than the next one."""

_LONG_ENOUGH = 6
"""Letters; of shorter words one in another place makes another word: "fname" is no "name"."""

_PERHAPS = 0.75
_COMPARED = 100
"""So many headers are compared with every name; a file with more unknown columns is asked about anyway."""

_LONGEST_WORD = 40
_NOT_THESE = ("fax", "optout", "optin", "bounce", "username", "companyname")
"""What a header is about that has a name of a field in it and is none."""

HALF = "half of a name"
_LOOKS: tuple[tuple[FieldType, Look], ...] = (
    (FieldType.EMAIL, "emails"),
    (FieldType.PHONE, "phones"),
    (FieldType.CHOICE, "choices"),
)


class Choice(NamedTuple):
    """What a column becomes and why, before its values were looked at."""

    field: str | None
    code: Code
    why: str = ""


def by_key(headers: Sequence[str], choices: list[Choice | None], taken: set[str]) -> None:
    """Keys of objects are names of fields as they stand; those that the schema does not know are sent too."""
    for index, key in enumerate(headers):
        if choices[index] is not None:
            continue
        if key in taken:
            choices[index] = Choice(None, "left_out", "another key is mapped to it")
        elif key.strip():
            taken.add(key)
            choices[index] = Choice(key, "key")
        else:
            choices[index] = Choice(None, "left_out", "a key without a name")


def by_name(
    headers: Sequence[str],
    names: Sequence[str],
    schema: ObjectSchema,
    filled: Sequence[bool],
    choices: list[Choice | None],
    taken: set[str],
) -> None:
    """Headers that are names of fields; ``choices`` and ``taken`` say what is chosen, before and after."""
    # A column that was spoken of takes no field away from the others.
    unspoken = ["" if choices[i] is not None else header for i, header in enumerate(headers)]
    for index, match in enumerate(match_headers(unspoken, schema, filled)):
        if match is not None and match.field not in taken:
            taken.add(match.field)
            word = visible(match.word.lower(), 40)
            same = headers[index] == match.field
            why = "named so" if same else f"like “{word}”"
            choices[index] = Choice(match.field, "name" if match.own else "alias", why)
    # The second of two columns that are called alike is no guess, but a loser; it may say to whom.
    holder = {choice.field: names[i] for i, choice in enumerate(choices) if choice and choice.field}
    for index, header in enumerate(unspoken):
        if choices[index] is None and header:
            alone = match_headers([header], schema)[0]
            if alone is not None and alone.field in taken:
                by = holder.get(alone.field)
                why = f"{alone.field} is “{visible(by, 30)}”" if by else f"{alone.field} is a constant"
                choices[index] = Choice(None, "left_out", why)


def halves_in(
    names: Sequence[str], schema: ObjectSchema, choices: list[Choice | None], taken: set[str]
) -> tuple[str, str] | None:
    """A first and a last name where nothing is the full one: joining them is not for a program to decide."""
    if "name" not in schema or "name" in taken:
        return None
    open_names = ["" if choices[i] is not None else name for i, name in enumerate(names)]
    both = halves_of_a_name(open_names)
    if both is None:
        return None
    first, last = (names[index] for index in both)
    choices[both[0]] = Choice(None, "left_out", f"{HALF}, with “{visible(last, 30)}”")
    choices[both[1]] = Choice(None, "left_out", f"{HALF}, with “{visible(first, 30)}”")
    return first, last


def by_likeness(
    names: Sequence[str],
    schema: ObjectSchema,
    choices: list[Choice | None],
    taken: set[str],
    *,
    but: Sequence[str],
) -> None:
    """Headers that are nearly a name of one field, and of no other.

    Args:
        but: fields that no header is to get for being like their names.
    """
    barred = taken.union(but)
    unknown = [i for i, choice in enumerate(choices) if choice is None][:_COMPARED]
    found: list[tuple[float, int, str, str]] = []
    for index in unknown:
        key = normalise(names[index])[:_LONGEST_WORD]
        if len(key) >= 4 and not any(part in key for part in _NOT_THESE):
            best = _likest(key, schema, barred)
            if best is not None and (best[0] >= SURE or len(key) >= _LONG_ENOUGH):
                found.append((-best[0], index, best[1], best[2]))
    for likeness, index, name, word in sorted(found):
        if name not in taken:
            taken.add(name)
            sure = -likeness >= SURE and len(normalise(names[index])) >= _LONG_ENOUGH
            code: Code = "similar" if sure else "values"
            choices[index] = Choice(name, code, f"similar to “{visible(word.lower(), 40)}”")


def _likest(key: str, schema: ObjectSchema, taken: Set[str]) -> tuple[float, str, str] | None:
    """How alike, which field, which of its names; None where no field or more than one is like it."""
    ranked = _ranked(key, schema)
    if not ranked or ranked[0][1] in taken:
        return None
    if len(ranked) > 1 and (ranked[1][0] >= SURE or ranked[0][0] - ranked[1][0] < _APART):
        return None
    return ranked[0]


@lru_cache(maxsize=4096)
def _ranked(key: str, schema: ObjectSchema) -> tuple[tuple[float, str, str], ...]:
    """The fields that a header is like, the likest first; a screen asks for it again with every key."""
    words = words_of(schema)
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    best: dict[str, tuple[float, str]] = {}
    for table in (words.own, words.other):
        for other, word in table.items():
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() < _PERHAPS or matcher.quick_ratio() < _PERHAPS:
                continue
            ratio = matcher.ratio()
            if ratio >= _PERHAPS and ratio > best.get(word.field, (0.0, ""))[0]:
                best[word.field] = (ratio, word.text)
    return tuple(sorted(((ratio, name, word) for name, (ratio, word) in best.items()), reverse=True))


def by_look(
    names: Sequence[str],
    samples: Sequence[list[str]],
    schema: ObjectSchema,
    choices: list[Choice | None],
    taken: set[str],
) -> None:
    """Give fields that nothing else is like to the first column whose values look like them."""
    wanted: dict[Look, Field] = {}
    for kind, look in _LOOKS:
        free = next((f for f in schema.fields if f.type is kind and f.name not in taken), None)
        if free is not None and not free.read_only:
            wanted[look] = free
    if not wanted:
        return
    for index, sample in enumerate(samples):
        if not wanted:
            return
        if choices[index] is not None or "fax" in normalise(names[index]):
            continue
        listed = wanted.get("choices")
        seen = look_of(sample, listed.choices if listed else ())
        chosen = wanted.pop(seen, None) if seen is not None else None
        if chosen is not None:
            taken.add(chosen.name)
            words = "its values are known" if seen == "choices" else f"looks like {seen}"
            choices[index] = Choice(chosen.name, "values", words)
