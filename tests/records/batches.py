"""Batches, random edits, and a plain model of a batch to compare with, for the tests of this folder."""

from __future__ import annotations

from hypothesis import strategies as st

from leapgrid.records import (
    Batch,
    Compound,
    DeleteRows,
    Edit,
    Frame,
    InsertRows,
    RestoreRows,
    SetCells,
    schema_for,
)

LEAD = schema_for("lead")

Seen = list[tuple[int, dict[str, str]]]
"""Ids in order, with all texts: what a person would call the batch."""


def three_leads() -> Batch:
    """Anna, Bảo and Carla, from lines 2 to 4 of a file with a column that is not mapped."""
    frame = Frame.from_rows(
        ("Full name", "E-mail", "Notes"),
        [
            ("Anna Keller", "anna@kellerbau.de", "met in Ulm"),
            ("Bảo Phở", "bao@phohanoi.vn", ""),
            ("Carla Díaz", "carla.diaz@", ""),
        ],
        lines=[2, 3, 4],
    )
    return Batch(LEAD, frame, {"name": 0, "email": 1})


def leads(height: int) -> Batch:
    """A batch of many rows whose cells tell where they are."""
    columns = ([f"name {i}" for i in range(height)], [f"n{i}@firm.com" for i in range(height)])
    return Batch(LEAD, Frame(("name", "email"), columns), {"name": 0, "email": 1})


def seen(batch: Batch) -> Seen:
    return [(row, {name: batch.text(row, name) for name in LEAD.names}) for row in batch.order]


class Model:
    """A batch as one would write it first: a list of ids and a dictionary of texts."""

    def __init__(self, batch: Batch) -> None:
        self.rows = list(batch.order)
        self.texts = dict(seen(batch))
        self.next_id = len(batch)

    def seen(self) -> Seen:
        return [(row, self.texts[row]) for row in self.rows]

    def copy(self) -> Model:
        other = object.__new__(Model)
        other.rows, other.next_id = list(self.rows), self.next_id
        other.texts = {row: dict(texts) for row, texts in self.texts.items()}
        return other

    def apply(self, edit: Edit) -> None:
        match edit:
            case SetCells():
                for name, texts in edit.columns.items():
                    for row, text in zip(edit.rows, texts, strict=True):
                        self.texts[row][name] = text
            case InsertRows():
                self.rows[edit.at : edit.at] = edit.rows
                self.next_id = max([self.next_id, *(row + 1 for row in edit.rows)])
                for number, row in enumerate(edit.rows):
                    self.texts[row] = dict.fromkeys(LEAD.names, "")
                    self.texts[row].update({name: texts[number] for name, texts in edit.columns.items()})
            case DeleteRows():
                self.rows = [row for row in self.rows if row not in edit.rows]
            case RestoreRows():
                for row, position in zip(edit.rows, edit.positions, strict=True):
                    self.rows.insert(position, row)
            case Compound():
                for part in edit.edits:
                    self.apply(part)


texts = st.sampled_from(["", "Anna Keller", "Bảo Phở", "x", "carla.diaz@", "0171 2345678", "日本", "a\nb"])


def _columns(draw: st.DrawFn, count: int) -> dict[str, tuple[str, ...]]:
    fields = draw(st.lists(st.sampled_from(["name", "email", "phone"]), min_size=1, max_size=2, unique=True))
    return {name: tuple(draw(st.lists(texts, min_size=count, max_size=count))) for name in fields}


@st.composite
def edits_for(draw: st.DrawFn, model: Model, most: int = 12) -> list[Edit]:
    """Edits that fit the model one after the other; the model goes along."""
    edits: list[Edit] = []
    for _ in range(draw(st.integers(1, most))):
        edit = draw(_edit(model, compounds=True))
        model.apply(edit)
        edits.append(edit)
    return edits


@st.composite
def _edit(draw: st.DrawFn, model: Model, compounds: bool) -> Edit:
    kinds = ["insert", *(["set", "delete"] if model.rows else []), *(["compound"] if compounds else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "compound":
        later = model.copy()
        parts: list[Edit] = []
        for _ in range(draw(st.integers(0, 4))):
            parts.append(draw(_edit(later, compounds=False)))
            later.apply(parts[-1])
        return Compound(tuple(parts))
    if kind == "insert":
        rows = tuple(range(model.next_id, model.next_id + draw(st.integers(0, 4))))
        return InsertRows(draw(st.integers(0, len(model.rows))), rows, _columns(draw, len(rows)))
    rows = tuple(draw(st.lists(st.sampled_from(model.rows), min_size=1, max_size=6, unique=True)))
    return SetCells(rows, _columns(draw, len(rows))) if kind == "set" else DeleteRows(rows)
