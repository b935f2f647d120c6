from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import (
    DeleteRows,
    InsertRows,
    Issue,
    IssueCounts,
    IssueIndex,
    Place,
    Severity,
    Source,
)
from tests.records.batches import LEAD, leads, three_leads

FIELDS = LEAD.names


def issue(
    row: int,
    field: str | None = "email",
    severity: Severity = Severity.ERROR,
    source: Source = Source.LOCAL,
    code: str = "email_syntax",
    value: str = "",
) -> Issue:
    return Issue(row, field, severity, source, code, "The address has a space before the @.", value)


def test_a_cell_has_the_issues_that_were_put_there_last() -> None:
    index = IssueIndex()
    index.replace_cell(3, "email", [issue(3)])
    index.replace_cell(3, "email", [issue(3, severity=Severity.WARNING, code="email_typo")])
    assert [i.code for i in index.at(3, "email")] == ["email_typo"]
    assert index.counts == IssueCounts(0, 1, 0, 1)
    index.replace_cell(3, "email", [])
    assert index.at(3, "email") == ()
    assert index.counts == IssueCounts()


def test_checking_again_leaves_what_the_server_said() -> None:
    index = IssueIndex()
    server = issue(0, source=Source.SERVER, code="INVALID_FIELD_DATA")
    index.replace_cell(0, "email", [server], Source.SERVER)
    index.replace_cell(0, "email", [issue(0)])
    assert index.at(0, "email") == (server, issue(0))
    index.replace_cell(0, "email", [])
    assert index.at(0, "email") == (server,)
    index.replace_cell(0, "email", [], Source.SERVER)
    assert index.at(0, "email") == ()


def test_row_rules_and_cells_do_not_disturb_each_other() -> None:
    index = IssueIndex()
    missing = issue(0, "name", Severity.WARNING, code="name_missing")
    index.replace_row(0, [missing])
    index.replace_cell(0, "name", [])
    assert index.at(0, "name") == (missing,)
    index.replace_cell(0, "name", [issue(0, "name")])
    index.replace_row(0, [])
    assert index.at(0, "name") == (issue(0, "name"),)


def test_a_row_shows_its_errors_first() -> None:
    index = IssueIndex()
    warning = issue(0, "phone", Severity.WARNING)
    whole = issue(0, None, source=Source.SERVER)
    index.replace_cell(0, "phone", [warning])
    index.replace_cell(0, "email", [issue(0)])
    index.replace_cell(0, None, [whole], Source.SERVER)
    assert index.of_row(0) == (whole, issue(0), warning)
    assert index.at(0, None) == (whole,)
    assert index.row_counts(0) == (2, 1)
    assert index.row_counts(1) == (0, 0)


def test_a_dropped_row_takes_its_counts_along() -> None:
    index = IssueIndex()
    index.replace_cell(0, "email", [issue(0)])
    index.replace_row(0, [issue(0, "name", Severity.WARNING)])
    index.replace_row(0, [issue(0, None, source=Source.SERVER)], Source.SERVER)
    assert index.counts == IssueCounts(2, 1, 1, 1)
    index.drop_row(0)
    assert index.counts == IssueCounts()
    assert list(index) == []


def test_one_source_can_be_forgotten() -> None:
    index = IssueIndex()
    index.replace_cell(0, "email", [issue(0)])
    index.replace_cell(1, "email", [issue(1, source=Source.SERVER)], Source.SERVER)
    index.clear(Source.LOCAL)
    assert [i.row_id for i in index] == [1]
    assert index.counts.errors == 1


def test_the_issues_of_a_check_made_elsewhere_take_the_place_of_the_local_ones() -> None:
    batch, index, made = three_leads(), IssueIndex(), IssueIndex()
    said = issue(0, source=Source.SERVER)
    index.replace_cell(0, "email", [said], Source.SERVER)
    index.replace_cell(1, "email", [issue(1)])
    assert index.next((0, 0), batch, FIELDS) is not None
    made.replace_cell(0, "email", [issue(0, severity=Severity.WARNING)])
    made.replace_cell(2, "name", [issue(2, "name")])
    revision = index.revision
    index.adopt(made)
    assert index.revision > revision
    assert index.at(0, "email") == (said, issue(0, severity=Severity.WARNING))
    assert index.of_row(1) == ()
    assert index.counts == IssueCounts(2, 1, 2, 1)
    assert (index.row_counts(0), index.local_counts(0), index.local_counts(2)) == ((1, 1), (0, 1), (1, 0))
    assert index.next((0, 3), batch, FIELDS) == Place(2, "name", 2, 0)


def test_alike_issues_are_grouped_errors_first_then_the_largest_group() -> None:
    index = IssueIndex()
    for row in range(3):
        index.replace_cell(row, "phone", [issue(row, "phone", Severity.WARNING, code="phone_country")])
    index.replace_cell(7, "email", [issue(7)])
    found = [(g.field, g.code, [i.row_id for i in g.issues]) for g in index.groups()]
    assert found == [("email", "email_syntax", [7]), ("phone", "phone_country", [0, 1, 2])]
    assert index.groups() is index.groups()
    index.replace_cell(7, "email", [])
    assert len(index.groups()) == 1


def test_next_goes_across_columns_and_round() -> None:
    batch, index = three_leads(), IssueIndex()
    index.replace_cell(0, "phone", [issue(0, "phone")])
    index.replace_cell(2, "name", [issue(2, "name")])
    index.replace_cell(2, "email", [issue(2)])
    email, phone = FIELDS.index("email"), FIELDS.index("phone")
    stops = [Place(0, "phone", 0, phone), Place(2, "name", 2, 0), Place(2, "email", 2, email)]
    at = (0, 0)
    for stop in [*stops, stops[0]]:
        place = index.next(at, batch, FIELDS)
        assert place == stop
        at = (stop.position, stop.field_index)
    for stop in [stops[2], stops[1], stops[0]]:
        place = index.next(at, batch, FIELDS, backwards=True)
        assert place == stop
        at = (stop.position, stop.field_index)


def test_next_follows_rows_that_come_and_go() -> None:
    batch, index = three_leads(), IssueIndex()
    index.replace_cell(2, "email", [issue(2)])
    assert index.next((0, 0), batch, FIELDS) == Place(2, "email", 2, 1)
    batch.apply(InsertRows(0, batch.new_row_ids(2)))
    assert index.next((0, 0), batch, FIELDS) == Place(2, "email", 4, 1)
    batch.apply(DeleteRows((2,)))
    assert index.next((0, 0), batch, FIELDS) is None


def test_without_issues_there_is_no_next() -> None:
    assert IssueIndex().next((0, 0), three_leads(), FIELDS) is None


def test_the_only_issue_is_its_own_next() -> None:
    batch, index = three_leads(), IssueIndex()
    index.replace_cell(1, None, [issue(1, None, source=Source.SERVER)], Source.SERVER)
    for backwards in (False, True):
        assert index.next((1, 0), batch, FIELDS, backwards) == Place(1, None, 1, 0)


_updates = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(FIELDS),
        st.integers(0, 2),
        st.sampled_from(list(Severity)),
        st.sampled_from(list(Source)),
    ),
    max_size=30,
)


@given(_updates, st.tuples(st.integers(0, 5), st.integers(0, 5)), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_counts_and_next_are_what_counting_and_looking_at_every_cell_give(
    updates: list[tuple[int, str, int, Severity, Source]],
    after: tuple[int, int],
    backwards: bool,
    reorder: bool,
) -> None:
    batch, index = leads(6), IssueIndex()
    if reorder:
        batch.apply(batch.apply(DeleteRows((0, 3))).inverse)
        batch.apply(DeleteRows((1,)))
        index.next((0, 0), batch, FIELDS)
    held: dict[tuple[int, str, Source], list[Issue]] = {}
    for number, (row, field, count, severity, source) in enumerate(updates):
        if row not in batch:
            continue
        held[row, field, source] = [issue(row, field, severity, source)] * count
        index.replace_cell(row, field, held[row, field, source], source)
        if number % 3 == 0:
            index.next(after, batch, FIELDS)
    flat = [i for issues in held.values() for i in issues]
    errors = [i for i in flat if i.severity is Severity.ERROR]
    warnings = [i for i in flat if i.severity is Severity.WARNING]
    assert index.counts == IssueCounts(
        len(errors), len(warnings), len({i.row_id for i in errors}), len({i.row_id for i in warnings})
    )
    assert sorted(map(str, index)) == sorted(map(str, flat))

    cells = [(position, column) for position in range(len(batch)) for column in range(len(FIELDS))]
    bad = [c for c in cells if index.at(batch.row_at(c[0]), FIELDS[c[1]])]
    beyond = [c for c in bad if (c < after if backwards else c > after)] or bad
    expected = (beyond[-1] if backwards else beyond[0]) if bad else None
    place = index.next(after, batch, FIELDS, backwards)
    assert (None if place is None else (place.position, place.field_index)) == expected


def test_a_hundred_thousand_issues_are_walked_and_updated_quickly() -> None:
    batch, index = leads(100_000), IssueIndex()
    for row in range(100_000):
        index.replace_cell(row, "email", [issue(row)])
    index.next((0, 0), batch, FIELDS)
    began = time.perf_counter()
    at = (0, 0)
    for step in range(500):
        place = index.next(at, batch, FIELDS)
        assert place is not None
        at = (place.position, place.field_index)
        index.replace_cell(step * 7, "email", [])
        assert index.counts.errors == 100_000 - step - 1
    # A pass over all rows takes some 10 ms on a fast machine; 500 of them would take seconds.
    assert time.perf_counter() - began < 1.0
