"""The issue index against a plain one that holds every issue and counts by looking at all of them."""

from __future__ import annotations

from array import array
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import DeleteRows, Finding, Issue, IssueCounts, IssueIndex, Severity, Source
from leapgrid.records.found import Found, found_in_rows
from tests.records.batches import LEAD, leads

FIELDS = LEAD.names
ROWS = 12

FINDINGS = (
    (Finding(Severity.ERROR, "email_syntax", "The address 'x' has no @.", group="The address has no @."),),
    (Finding(Severity.WARNING, "email_typo", "Did you mean gmail.com?"),),
    (
        Finding(Severity.ERROR, "too_long", "This is too long."),
        Finding(Severity.WARNING, "spaces", "There is a space at the end."),
    ),
)
MISSING = (Finding(Severity.WARNING, "name_missing", "This lead has no name.", field="name"),)

_cells = st.dictionaries(st.tuples(st.integers(0, ROWS - 1), st.sampled_from(FIELDS)), st.integers(0, 2))
_rules = st.sets(st.integers(0, ROWS - 1))
_check = st.tuples(st.just("check"), _cells, _rules)
_cell = st.tuples(
    st.just("cell"), st.integers(0, ROWS + 2), st.sampled_from(FIELDS), st.sampled_from([None, 0, 1, 2])
)
_rule = st.tuples(st.just("rule"), st.integers(0, ROWS + 2), st.booleans())
_answer = st.tuples(
    st.just("answer"), st.integers(0, ROWS - 1), st.lists(st.sampled_from((*FIELDS, None)), max_size=2)
)
_drop = st.tuples(st.just("drop"), st.integers(0, ROWS - 1))
_clear = st.tuples(st.just("clear"), st.sampled_from(Source))
_steps = st.lists(st.one_of(_check, _cell, _rule, _answer, _drop, _clear), max_size=25)


def said(row: int, field: str | None) -> Issue:
    return Issue(row, field, Severity.ERROR, Source.SERVER, "INVALID", "No.", group="No.")


def made(row: int, field: str | None, number: int | None) -> list[Issue]:
    if number is None:
        return []
    return [Issue.local(row, field, f"v{number}", finding) for finding in FINDINGS[number]]


def checked(cells: dict[tuple[int, str], int], rules: set[int]) -> IssueIndex:
    """An index as a check of columns makes it."""
    layers = []
    for field in FIELDS:
        here = sorted((row, number) for (row, name), number in cells.items() if name == field)
        if here:
            rows, which = array("q", (row for row, _ in here)), array("q", (number for _, number in here))
            layers.append(
                Found(field, rows, which, ("v0", "v1", "v2"), FINDINGS, array("i", (0, 1, 2)), FINDINGS)
            )
    if rules:
        layers.append(found_in_rows(array("q", sorted(rules)), MISSING))
    return IssueIndex.of_columns(FIELDS, ROWS, layers)


class Plain:
    """What the index should answer, from lists."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, str | None], list[Issue]] = {}
        self.rules: dict[int, list[Issue]] = {}
        self.server: dict[int, list[Issue]] = {}

    def all(self) -> list[Issue]:
        layers = (self.cells, self.rules, self.server)
        return [issue for layer in layers for issues in layer.values() for issue in issues]

    def counts(self) -> IssueCounts:
        errors = [issue for issue in self.all() if issue.severity is Severity.ERROR]
        warnings = [issue for issue in self.all() if issue.severity is Severity.WARNING]
        rows = ({issue.row_id for issue in found} for found in (errors, warnings))
        return IssueCounts(len(errors), len(warnings), *map(len, rows))

    def step(self, index: IssueIndex, step: tuple) -> None:  # type: ignore[type-arg]  # of seven kinds
        match step:
            case ("check", cells, rules):
                index.adopt(checked(cells, rules))
                self.cells = {(row, field): made(row, field, n) for (row, field), n in cells.items()}
                self.rules = {row: [Issue.local(row, None, "", MISSING[0])] for row in rules}
            case ("cell", row, field, number):
                index.replace_cell(row, field, made(row, field, number))
                self.cells[row, field] = made(row, field, number)
            case ("rule", row, wrong):
                issues = [Issue.local(row, None, "", MISSING[0])] if wrong else []
                index.replace_row(row, issues)
                self.rules[row] = issues
            case ("answer", row, fields):
                self.server[row] = [said(row, field) for field in fields]
                index.replace_row(row, self.server[row], Source.SERVER)
            case ("drop", row):
                index.drop_row(row)
                self.cells = {cell: found for cell, found in self.cells.items() if cell[0] != row}
                self.rules.pop(row, None)
                self.server.pop(row, None)
            case ("clear", source):
                index.clear(source)
                if source is Source.SERVER:
                    self.server.clear()
                else:
                    self.cells.clear()
                    self.rules.clear()


@given(_steps, st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_index_says_what_a_plain_one_says(steps: list[tuple], gone: bool) -> None:  # type: ignore[type-arg]  # see step
    batch, index, plain = leads(ROWS + 3), IssueIndex(FIELDS), Plain()
    if gone:
        batch.apply(DeleteRows((2, 3, 9)))
    for step in steps:
        before = index.revision
        plain.step(index, step)
        assert index.revision >= before
        everything = plain.all()
        assert index.counts == plain.counts()
        assert sorted(map(repr, index)) == sorted(map(repr, everything))
        assert sorted(index.rows()) == sorted({issue.row_id for issue in everything})
    for row in range(ROWS + 4):
        here = [issue for issue in plain.all() if issue.row_id == row]
        assert sorted(map(repr, index.of_row(row))) == sorted(map(repr, here))
        errors = [issue.severity is Severity.ERROR for issue in here]
        assert index.row_counts(row) == (sum(errors), len(errors) - sum(errors))
        local = [issue.severity for issue in here if issue.source is Source.LOCAL]
        assert index.local_counts(row) == (local.count(Severity.ERROR), local.count(Severity.WARNING))
        assert index.has_local(row) == (Severity.ERROR in local, Severity.WARNING in local)
    groups = Counter((i.field, i.severity, i.source, i.code, i.group or i.message) for i in plain.all())
    found = {(g.field, g.severity, g.source, g.code, g.group): g for g in index.groups()}
    assert {key: group.count for key, group in found.items()} == groups
    for group in found.values():
        assert len(list(group.issues)) == len(group.issues) == group.count
    bad = [at for at in range(len(batch)) if index.of_row(batch.row_at(at))]
    for at in range(len(batch)):
        place = index.next((at, len(FIELDS)), batch, FIELDS)
        beyond = [position for position in bad if position > at] or bad
        assert (place.position if place else None) == (beyond[0] if beyond else None)
        place = index.next((at, -1), batch, FIELDS, backwards=True)
        before_it = [position for position in bad if position < at] or bad
        assert (place.position if place else None) == (before_it[-1] if before_it else None)


def test_many_rows_with_issues_are_found_in_an_order_of_any_kind() -> None:
    batch = leads(5000)
    layer = Found(
        "email",
        array("q", range(0, 5000, 7)),
        array("q", bytes(8 * 715)),
        ("x",),
        FINDINGS[:1],
        array("i", [0]),
        FINDINGS[:1],
    )
    index = IssueIndex.of_columns(FIELDS, 5000, (layer,))
    batch.apply(DeleteRows(tuple(range(100, 4900, 2))))
    bad = [at for at in range(len(batch)) if batch.row_at(at) % 7 == 0]
    at = 0
    for expected in [*bad[1:], bad[0]]:
        place = index.next((at, 5), batch, FIELDS)
        assert place is not None
        assert place.position == expected
        at = expected
    for expected in reversed(bad):
        place = index.next((at, 0), batch, FIELDS, backwards=True)
        assert place is not None
        assert place.position == expected
        at = expected
