"""A JSON document whose long arrays are printed while they are made is the document it would be at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.cli.streams import json_pieces, json_text
from leapgrid.drafting import WorkingDraft, check_report, in_order, issue_list
from leapgrid.records import Frame, schema_for, set_cell
from leapgrid.workspace import StoredDraft

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=4), st.data())
def test_pieces_are_the_text_of_the_whole(document: dict[str, Any], data: st.DataObject) -> None:
    later = {
        name: iter(value) if isinstance(value, list) and data.draw(st.booleans()) else value
        for name, value in document.items()
    }
    assert "".join(json_pieces(later)) == json_text(document)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 2500])
def test_long_arrays_come_in_pieces(count: int) -> None:
    items = [{"row": n, "value": "a\nb\x1b"} for n in range(count)]
    pieces = list(json_pieces({"before": 1, "issues": iter(items), "after": [2]}))
    assert "".join(pieces) == json_text({"before": 1, "issues": items, "after": [2]})
    assert (len(pieces) > 5) == (count > 1000)


def test_nothing_is_made_before_it_is_printed() -> None:
    made = []

    def items() -> Iterator[int]:
        for n in range(5000):
            made.append(n)
            yield n

    pieces = json_pieces({"issues": items()})
    next(pieces)
    assert len(made) < 1500


def test_issues_come_in_the_order_of_the_list() -> None:
    rows = 6000
    columns = (
        [f"Lead {n}" if n % 5 else "" for n in range(rows)],
        [f"lead{n}@firm.com{' ' * (n % 3)}" if n % 7 else "x@gmial.com" for n in range(rows)],
        [f"0171 {2000000 + n}" if n % 2 else "+49 1" for n in range(rows)],
    )
    mapping = {"name": 0, "email": 1, "phone": 2}
    frame = Frame(tuple(mapping), columns)
    draft = WorkingDraft(StoredDraft("", "x", schema_for("lead"), frame, mapping, ""), None)
    draft.check_all()
    draft.apply(set_cell(4, "email", "nobody"), "Edit")
    draft.duplicate((10,))
    expected = issue_list(draft)
    report = check_report(draft)
    assert list(report["issues"]) == expected
    assert report["errors"] + report["warnings"] == len(expected)
    assert [(position + 1, issue.value) for position, issue in in_order(draft)] == [
        (issue["row"], issue["value"]) for issue in expected
    ]
