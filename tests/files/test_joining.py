"""Several columns that a person gives to one text field: joined, in that order, and in no other case."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.files import (
    FileRead,
    ImportMapping,
    UnreadableFile,
    header_mapping_of,
    joined_in,
    load_recipe,
    map_raw,
    propose,
    read_file,
    save_recipe,
)
from leapgrid.files.joining import joined
from leapgrid.records.frame import Frame
from leapgrid.records.importing import mapping_from_json, mapping_to_json
from leapgrid.records.schema import schema_for

LEAD = schema_for("lead")
TEXT = (
    "Last Name,First Name,E-mail\nKeller,Anna,anna@kellerbau.de\n,Cher,c@d.de\nO  Neill,,o@d.de\n,,x@d.de\n"
)
FIRST_LAST = ImportMapping(columns={"First Name": "name", "Last Name": "name"})
NAMES = ["Anna Keller", "Cher", "O  Neill", ""]


def read(
    tmp_path: Path, text: str = TEXT, said: ImportMapping = FIRST_LAST, name: str = "in.csv"
) -> FileRead:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_file(path, schema=LEAD, said=said)


def column(found: FileRead, field: str) -> list[str]:
    return found.frame.column(found.mapping[field])


def test_two_columns_of_a_text_field_are_joined_in_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert column(found, "name") == NAMES
    # The file's own columns stay as they were read.
    assert found.frame.own == 3
    assert found.frame.column(0) == ["Keller", "", "O  Neill", ""]
    assert found.frame.column(1) == ["Anna", "Cher", "", ""]
    assert list(found.header_mapping.items()) == [
        ("First Name", "name"), ("Last Name", "name"), ("E-mail", "email"),
    ]  # fmt: skip
    (note,) = found.notes
    assert (note.code, note.line) == ("joined", 1)
    assert note.message == "“First Name” and “Last Name” were joined to name, with a space between."


def test_in_the_other_order_they_stand_in_the_other_order(tmp_path: Path) -> None:
    said = ImportMapping(columns={"Last Name": "name", "First Name": "name"})
    assert column(read(tmp_path, said=said), "name")[0] == "Keller Anna"


def test_nothing_is_joined_that_nobody_asked_for(tmp_path: Path) -> None:
    found = read(tmp_path, said=ImportMapping())
    assert "name" not in found.mapping
    assert found.frame.own == len(found.frame.headers)
    (note,) = found.notes
    assert note.code == "name_in_parts"
    assert note.message.endswith("--map 'First Name=name' --map 'Last Name=name' joins them.")


def test_more_than_two_and_a_field_that_only_the_organisation_knows(tmp_path: Path) -> None:
    said = ImportMapping(columns={"a": "remark", "c": "remark", "b": "remark"})
    found = read(tmp_path, "name,a,b,c\nX,1,2,3\nY,,2,\n", said)
    assert column(found, "remark") == ["1 3 2", "2"]
    assert [note.message for note in found.notes if note.code == "joined"] == [
        "“a”, “c” and “b” were joined to remark, with a space between."
    ]


@pytest.mark.parametrize("field", ["email", "phone", "status", "owner"])
def test_a_field_that_is_no_text_is_given_to_one_column_only(tmp_path: Path, field: str) -> None:
    said = ImportMapping(columns={"First Name": field, "Last Name": field})
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path, said=said)
    assert caught.value.message == f"Two columns of in.csv are mapped to “{field}”. Map only one."


def test_a_constant_for_a_joined_field_is_refused(tmp_path: Path) -> None:
    said = ImportMapping(columns=FIRST_LAST.columns, constants={"name": "x"})
    with pytest.raises(UnreadableFile, match="which gets a constant as well"):
        read(tmp_path, said=said)


def test_keys_of_objects_are_joined_too(tmp_path: Path) -> None:
    said = ImportMapping(columns={"first": "name", "last": "name"})
    found = read(tmp_path, '[{"last": "B", "first": "A", "x": 1}, {"last": "C"}]', said, "in.json")
    assert column(found, "name") == ["A B", "C"]
    assert dict(found.header_mapping) == {"first": "name", "last": "name", "x": "x"}


def test_a_full_name_beside_the_halves_is_left_out_with_a_note(tmp_path: Path) -> None:
    found = read(tmp_path, "First Name,Last Name,name\nA,B,Old\n")
    assert column(found, "name") == ["A B"]
    assert [n.message for n in found.notes if n.code == "second_column"] == [
        "“First Name” and “name” are both name; “name” was left out."
    ]


def test_values_are_matched_on_the_joined_text(tmp_path: Path) -> None:
    said = ImportMapping(columns=FIRST_LAST.columns, values={"name": {"Cher": "Cher B.", "Anna": "x"}})
    found = read(tmp_path, said=said)
    assert column(found, "name") == ["Anna Keller", "Cher B.", "O  Neill", ""]
    missing = next(note.message for note in found.notes if note.code == "no_match")
    assert missing == ("“Anna” does not stand in “First Name” and “Last Name”; nothing was matched there.")
    assert joined_in(found.frame, found.mapping) == {"name": ("First Name", "Last Name")}


def test_what_is_kept_of_it_gives_the_same_again(tmp_path: Path) -> None:
    found = read(tmp_path)
    # By what was said in the end, by a recipe, as remembered, and by the stored frame.
    save_recipe(tmp_path / "r.toml", found.said, "lead")
    recipe = load_recipe(tmp_path / "r.toml").mapping
    kept = mapping_from_json(mapping_to_json(found.said))
    for said, remembered in ((found.said, None), (recipe, None), (ImportMapping(), kept)):
        again = read_file(tmp_path / "in.csv", schema=LEAD, said=said, remembered=remembered)
        assert column(again, "name") == NAMES
        assert list(again.header_mapping.items()) == list(found.header_mapping.items())
    found.frame.to_arrow(tmp_path / "f.arrow")
    stored = Frame.from_arrow(tmp_path / "f.arrow")
    assert list(header_mapping_of(stored, found.mapping).items()) == list(found.header_mapping.items())


def test_who_speaks_of_one_of_the_remembered_columns_takes_it_out(tmp_path: Path) -> None:
    kept = read(tmp_path).said
    said = ImportMapping(columns={"Last Name": None})
    again = read_file(tmp_path / "in.csv", schema=LEAD, said=said, remembered=kept)
    assert column(again, "name") == ["Anna", "Cher", "", ""]
    said = ImportMapping(columns={"Last Name": "name"})
    again = read_file(tmp_path / "in.csv", schema=LEAD, said=said, remembered=kept)
    assert column(again, "name") == ["Keller", "", "O  Neill", ""]


def test_the_proposal_tells_the_parts_and_fits() -> None:
    from leapgrid.files import RawFile, ReadOptions

    frame = Frame.from_rows(["Last Name", "First Name", "Mail"], [["Keller", "Anna", "a@b.de"]])
    raw = RawFile(frame, "csv", "in.csv", "in.csv", 1, ReadOptions(header_line=1))
    asked = propose(raw, LEAD)
    assert (asked.halves, asked.fits(), asked.joins) == (("First Name", "Last Name"), False, {})
    told = propose(raw, LEAD, FIRST_LAST)
    assert told.fits()
    assert told.halves is None
    assert told.joins == {"name": ("First Name", "Last Name")}
    assert [(c.header, c.field, c.why, c.joined) for c in told.columns] == [
        ("Last Name", "name", "joined with “First Name”", ("First Name", "Last Name")),
        ("First Name", "name", "joined with “Last Name”", ("First Name", "Last Name")),
        ("Mail", "email", "like “mail”", ()),
    ]
    assert told.fields_from_columns == 2
    assert map_raw(raw, LEAD, ImportMapping(columns=told.mapping)).frame.column(3) == ["Anna Keller"]


def test_headers_that_look_like_a_made_column_are_not_taken_for_one(tmp_path: Path) -> None:
    text = "(joined) 1 2,First Name,(joined) 2 1\nA,B,c@d.de\n"
    said = ImportMapping(columns={"(joined) 1 2": "name", "First Name": "name", "(joined) 2 1": "email"})
    found = read(tmp_path, text, said)
    assert column(found, "name") == ["A B"]
    assert header_mapping_of(found.frame, found.mapping) == dict(said.columns)
    alone = read(tmp_path, text, ImportMapping(columns={"(joined) 1 2": "name", "(joined) 2 1": "email"}))
    assert joined_in(alone.frame, alone.mapping) == {}


# Whitespace alone is a text too; half a character only fits into lists.
_TEXTS = st.one_of(
    st.just(""), st.text(st.characters(codec="utf-8"), max_size=4), st.sampled_from([" ", "\n"])
)


@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.tuples(*[_TEXTS] * n), max_size=6).map(lambda r: (n, r)))
)
def test_lists_and_series_are_joined_alike(table: tuple[int, list[tuple[str, ...]]]) -> None:
    width, rows = table
    lists = [[row[place] for row in rows] for place in range(width)]
    wanted = [" ".join(text for text in row if text) for row in rows]
    assert list(joined(lists)) == wanted
    # A Series may hold a null as well as an empty text where there was none.
    series = [
        pl.Series([text or (None if row % 2 else "") for row, text in enumerate(texts)], dtype=pl.String)
        for texts in lists
    ]
    mixed = [lists[0], *series[1:]]
    made = joined(series)  # type: ignore[arg-type]  # a Series of texts stands for a sequence of them
    assert isinstance(made, pl.Series)
    assert made.to_list() == wanted
    assert list(joined(mixed)) == wanted  # type: ignore[arg-type]
