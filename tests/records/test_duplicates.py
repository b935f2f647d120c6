from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.records import Duplicates
from leapgrid.records.shared_keys import shared_keys

KEYS = st.sampled_from([None, "a", "b", "c"])


def duplicates(keys: list[str | None], compact: bool = False) -> Duplicates:
    column = pl.Series(keys, dtype=pl.String) if compact else keys
    shared = {"email": shared_keys(column)}
    return Duplicates(shared, lambda row: row, lambda row, field: f"{field} {row}", lambda: 0)


def sentence(found: Duplicates, row: int) -> str:
    return found.issue(row, "email").message


def test_two_rows_are_both_named() -> None:
    found = duplicates(["a", None, "b", "a"])
    assert dict(found.found()) == {"email": [0, 3]}
    assert sentence(found, 0) == sentence(found, 3) == "Rows 1 and 4 have the same email."
    assert (found.fields_of(0), found.fields_of(1), found.fields_of(2)) == (("email",), (), ())
    issue = found.issue(3, "email")
    assert (issue.code, issue.value, issue.group) == (
        "duplicate",
        "email 3",
        "Several rows have the same email.",
    )


def test_of_many_rows_the_own_and_the_first_other_are_named() -> None:
    found = duplicates(["a", "a", "a"])
    assert sentence(found, 1) == "Rows 1, 2 and 3 have the same email."
    found = duplicates(["b", *["a"] * 1500])
    assert sentence(found, 1) == "Rows 2, 3 and 1,498 others have the same email."
    assert sentence(found, 1200) == "Rows 2, 1,201 and 1,498 others have the same email."


def test_the_numbers_are_those_of_now() -> None:
    moved, versions = {0: 5, 3: 8}, [1]
    shared = {"external_id": shared_keys(["a", None, "b", "a"])}
    found = Duplicates(shared, moved.get, lambda row, field: "", lambda: versions[0])
    assert found.issue(0, "external_id").message == "Rows 6 and 9 have the same external id."
    assert found.issue(0, "external_id") is found.issue(0, "external_id")
    moved[3] = 2
    versions[0] += 1
    assert found.issue(0, "external_id").message == "Rows 3 and 6 have the same external id."


def test_an_edit_tells_whose_warning_came_and_whose_went() -> None:
    found = duplicates(["a", "a", "b"])
    assert sorted(found.update(1, "email", "b")) == [(0, -1), (1, -1), (1, 1), (2, 1)]
    assert sorted(found.update(1, "email", "a")) == [(0, 1), (1, -1), (1, 1), (2, -1)]
    assert found.update(1, "email", "a") == []
    assert sorted(found.update(0, "email", None)) == [(0, -1), (1, -1)]


@pytest.mark.parametrize("compact", [False, True])
@given(
    keys=st.lists(KEYS, max_size=12),
    updates=st.lists(st.tuples(st.integers(0, 14), KEYS), max_size=25),
)
@settings(max_examples=100, deadline=None)
def test_what_is_kept_is_what_looking_at_every_row_gives(
    compact: bool, keys: list[str | None], updates: list[tuple[int, str | None]]
) -> None:
    found = duplicates(keys, compact)
    now = dict(enumerate(keys))
    shared: dict[int, int] = dict.fromkeys(dict(found.found())["email"], 1)

    def expected() -> list[int]:
        texts = [key for key in now.values() if key is not None]
        return sorted(row for row, key in now.items() if key is not None and texts.count(key) > 1)

    assert sorted(shared) == expected()
    for row, key in updates:
        for other, more in found.update(row, "email", key):
            shared[other] = shared.get(other, 0) + more
        now[row] = key
        assert sorted(row for row, number in shared.items() if number) == expected()
        assert set(shared.values()) <= {0, 1}
        assert dict(found.found())["email"] == expected()
        assert [row for row in range(15) if found.fields_of(row)] == expected()


def test_keys_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leapgrid.records.shared_keys._hash", lambda key: 7)
    found = duplicates(["a", "b", "a", None, "c", "b", "a", "d"], compact=True)
    assert dict(found.found()) == {"email": [0, 1, 2, 5, 6]}
    assert sentence(found, 1) == "Rows 2 and 6 have the same email."
    assert found.fields_of(4) == ()
    assert sorted(found.update(4, "email", "d")) == [(4, 1), (7, 1)]
    assert sorted(found.update(3, "email", "e")) == []
