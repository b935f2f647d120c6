"""Exports of drafts: every form that is exact comes back as the same records, also after any edits."""

from __future__ import annotations

import csv
import json
import random
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.drafting import Export, WorkingDraft
from leapgrid.drafting.export import Form, WritingCancelled, export, form_of
from leapgrid.files import UnwritableFile
from leapgrid.records import (
    DeleteRows,
    Frame,
    InsertRows,
    RowOutcome,
    RowState,
    payload_text,
    schema_for,
    set_cell,
)
from leapgrid.workspace import StoredDraft
from tests.drafting.desk import LEAD, draft_of

TEXTS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=6
) | st.sampled_from(
    [
        "",
        " ",
        "=1",
        "+49",
        "'x",
        "a,b",
        "a\nb",
        "a\r\nb",
        '"',
        "007",
        "1.50",
        "name",
        "null",
        "\ufeff",
        "佐藤 😀",
    ]
)
RECORDS = st.lists(
    st.fixed_dictionaries({"name": TEXTS}, optional={"email": TEXTS, "phone": TEXTS}), min_size=1, max_size=5
)


def records_of(draft: WorkingDraft) -> list[dict[str, str]]:
    return [draft.batch.values(row) for row in draft.batch]


@settings(max_examples=40, deadline=None)
@given(RECORDS, st.sampled_from(["csv", "spreadsheet", "tsv", "jsonl"]))
def test_every_form_reads_back_as_the_same_records(records: list[dict[str, str]], form: Form) -> None:
    draft = draft_of(None, *records)
    suffix = {"spreadsheet": "csv"}.get(form, form)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x.{suffix}")
        written = export(draft, path, form=form)
        assert written.records == len(records)
        back = WorkingDraft.from_file(None, path, LEAD)
    assert records_of(back) == records_of(draft)


def test_xlsx_reads_back_as_the_same_records(tmp_path: Path) -> None:
    records = [{"name": "=1+1", "phone": "+49 171"}, {"name": "007", "email": "a\nb"}, {"status": " 1.50 "}]
    draft = draft_of(None, *records)
    export(draft, tmp_path / "x.xlsx")
    assert records_of(WorkingDraft.from_file(None, tmp_path / "x.xlsx", LEAD)) == records_of(draft)


def test_edits_new_rows_and_deleted_ones_are_as_they_are_now(tmp_path: Path) -> None:
    draft = draft_of(None, *({"name": f"N{number}", "email": f"n{number}@b.de"} for number in range(5)))
    draft.apply(set_cell(1, "phone", "+49"), "edit")
    draft.apply(DeleteRows((2,)), "delete")
    (new,) = draft.batch.new_row_ids(1)
    draft.apply(InsertRows(1, (new,), {"name": ("new",)}), "insert")
    prepared = Export(draft, tmp_path / "x.jsonl")
    draft.apply(set_cell(0, "name", "later"), "edit")
    prepared.run()
    found = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    assert [record["name"] for record in found] == ["N0", "new", "N1", "N3", "N4"]
    assert found[2] == {"name": "N1", "email": "n1@b.de", "phone": "+49"}


def test_the_payload_is_what_would_be_sent(tmp_path: Path) -> None:
    draft = draft_of(None, {"name": "A\ud800"}, {}, {"name": "B", "email": "é"})
    written = export(draft, tmp_path / "x.json")
    assert written.records == 2
    assert (tmp_path / "x.json").read_text("utf-8") == payload_text([draft.payload(0), draft.payload(2)])


def test_rows_of_a_view_go_in_the_order_of_the_view(tmp_path: Path) -> None:
    draft = draft_of(None, {"name": "A"}, {"name": "B", "phone": "+1"}, {"name": "C"})
    export(draft, tmp_path / "x.csv", rows=[2, 0])
    assert (tmp_path / "x.csv").read_text() == "name\nC\nA\n"


def test_a_draft_without_records_has_a_header(tmp_path: Path) -> None:
    draft = WorkingDraft.new(None, LEAD, "empty")
    for name in ("x.csv", "x.jsonl", "x.json", "x.xlsx"):
        assert export(draft, tmp_path / name).records == 0
    assert (tmp_path / "x.csv").read_text().startswith("name,email,phone")
    assert (tmp_path / "x.json").read_text() == "[]"


def rejected(frame: Frame, mapping: dict[str, int]) -> WorkingDraft:
    """A draft whose first row was refused."""
    outcomes = {0: RowOutcome(RowState.REJECTED, 1.0, "said", "S", 1, 1)}
    return WorkingDraft(StoredDraft("", "x", LEAD, frame, mapping, "", outcomes=outcomes), None)


def test_matched_values_stand_in_their_column_and_constants_behind(tmp_path: Path) -> None:
    frame = Frame(("Name", "State", "x"), (["Anna"], ["Qualifed"], ["kept"]), [2])
    frame = frame.with_made("State", ["qualified"]).with_made("constant owner", ["me"])
    draft = rejected(frame, {"name": 0, "status": 3, "owner": 4})
    export(draft, tmp_path / "x.csv", what="rejected")
    with (tmp_path / "x.csv").open(newline="") as file:
        header, row = csv.reader(file)
    assert header == ["Name", "State", "x", "owner", "line", "field", "value", "message"]
    assert row[:5] == ["Anna", "qualified", "kept", "me", "2"]


def test_rejected_records_in_other_forms(tmp_path: Path) -> None:
    draft = rejected(Frame(("Mail", "", ""), (["=a"], ["b"], [""]), [7]), {"email": 0})
    export(draft, tmp_path / "x.jsonl", what="rejected")
    assert json.loads((tmp_path / "x.jsonl").read_text()) == {
        "Mail": "=a", "(column 2)": "b", "(column 3)": "", "line": "7", "field": "", "value": "",
        "message": "",
    }  # fmt: skip
    written = export(draft, tmp_path / "x.csv", what="rejected", form="spreadsheet")
    assert [note.code for note in written.notes] == ["made_harmless"]


@pytest.mark.parametrize(
    ("path", "form", "found"),
    [("x.CSV", None, "csv"), ("x.tab", None, "tsv"), ("x.ndjson", None, "jsonl"),
     ("x.csv", "spreadsheet", "spreadsheet"), ("x.txt", "json", "json"), ("x", "xlsx", "xlsx")],
)  # fmt: skip
def test_the_form_is_said_or_seen_from_the_name(path: str, form: Form | None, found: Form) -> None:
    assert form_of(path, form) == found


@pytest.mark.parametrize(
    ("path", "form"), [("x.txt", None), ("x", None), ("x.csv", "xlsx"), ("x.json", "jsonl")]
)
def test_a_name_that_says_nothing_or_something_else_is_refused(path: str, form: Form | None) -> None:
    with pytest.raises(UnwritableFile, match=r"Let it end in \."):
        form_of(path, form)


def large(rows: int) -> WorkingDraft:
    import polars as pl

    chance = random.Random(1)
    names = ("name", "email", "phone", "status", "owner", "external_id")
    columns = [pl.Series([f"{name} {chance.random():.6f}" for _ in range(rows)]) for name in names]
    frame = Frame(names, tuple(columns), range(2, rows + 2))  # type: ignore[arg-type]  # a frame takes Series
    mapping = {name: index for index, name in enumerate(names)}
    return WorkingDraft(StoredDraft("", "x", schema_for("lead"), frame, mapping, ""), None)


def test_many_records_are_never_held_at_once_and_it_can_be_cancelled(tmp_path: Path) -> None:
    rows = 60_000
    draft = large(rows)
    draft.apply(DeleteRows((5,)), "delete")
    told: list[tuple[int, int]] = []
    prepared = Export(draft, tmp_path / "x.csv")
    tracemalloc.start()
    written = prepared.run(lambda done, total: told.append((done, total)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written.records == rows - 1
    assert peak < 12 * 1024 * 1024
    assert told[-1] == (rows - 1, rows - 1)
    assert len(told) > 20
    with pytest.raises(WritingCancelled, match=r"Cancelled; y\.csv was not written"):
        Export(draft, tmp_path / "y.csv").run(cancelled=lambda: len(told) > 0)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
