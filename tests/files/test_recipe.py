"""Recipes: written and read again they are the same, and nothing in them is passed over."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapgrid.files import (
    ImportMapping,
    ReadOptions,
    Recipe,
    UnreadableFile,
    UnwritableFile,
    load_recipe,
    save_recipe,
)
from leapgrid.files.recipe import _Reading, recipe_text
from leapgrid.records.checks.countries import COUNTRY_NAMES

WHOLE = ImportMapping(
    columns={"E-Mail": "email", "Notes": None, 'a "b" \\ = # \t\x7f\n': "name", "名前": "owner"},
    constants={"status": "new", "external id": ""},
    values={"status": {"MQL": "working", "": "new", "a.b": "x"}},
    default_country="DE",
    date_order="dmy",
    options=ReadOptions("cp1252", "\t", 3, "Leads 2026"),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(bool)
mappings = st.builds(
    ImportMapping,
    columns=st.dictionaries(texts, st.none() | names, max_size=5),
    constants=st.dictionaries(texts, texts, max_size=3),
    values=st.dictionaries(texts, st.dictionaries(texts, texts, min_size=1, max_size=3), max_size=2),
    default_country=st.none() | st.sampled_from(sorted(COUNTRY_NAMES)),
    date_order=st.sampled_from([None, "dmy", "mdy"]),
    options=st.builds(
        ReadOptions,
        encoding=st.sampled_from([None, "utf-8", "cp1252"]),
        delimiter=st.sampled_from([None, ",", ";", "\t", "|", "\x1f", " "]),
        header_line=st.none() | st.integers(0, 10**9),
        sheet=st.none() | texts,
    ),
)


@settings(max_examples=150, deadline=None)
@given(mappings, texts)
def test_what_is_written_is_read_again(mapping: ImportMapping, slug: str) -> None:
    table = tomllib.loads(recipe_text(mapping, slug))
    assert _Reading("r.toml").recipe(table) == Recipe(slug, mapping)


def test_it_is_a_file_that_a_person_can_read(tmp_path: Path) -> None:
    path = tmp_path / "crm.toml"
    save_recipe(path, WHOLE, "lead")
    assert load_recipe(path) == Recipe("lead", WHOLE)
    text = path.read_text()
    for line in (
        "recipe = 1",
        'object = "lead"',
        'default_country = "DE"',
        'date_format = "dmy"',
        'delimiter = "tab"',
        "header_line = 3",
        'E-Mail = "email"',
        'Notes = ""',
        '"名前" = "owner"',
        'MQL = "working"',
    ):
        assert line in text.splitlines()
    assert load_recipe(path).mapping.may_lack == {"Notes"}
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "r.toml is no recipe: a recipe begins with recipe = 1."),
        ("recipe = true", "r.toml is no recipe: a recipe begins with recipe = 1."),
        ("recipe = 2", "The recipe r.toml is of form 2; this LeapGrid knows form 1. Update LeapGrid."),
        ("recipe = 1\ncolunms = 1", "The recipe r.toml has an unknown key “colunms”. Closest: columns."),
        (
            "recipe = 1\n[file]\nencodin = 'x'",
            "The recipe r.toml has an unknown key “file.encodin”. Closest: encoding.",
        ),
        ("recipe = 1\ncolumns = 1", "The recipe r.toml: columns is a table, [columns] on a line of its own."),
        ("recipe = 1\n[columns]\nA = 1", "The recipe r.toml: “columns.A” is a text in quotes."),
        ("recipe = 1\n[values]\nstatus = 'x'", "The recipe r.toml: “values.status” is a table of texts."),
        ("recipe = 1\n[values.status]\nA = 2", "The recipe r.toml: “values.status.A” is a text in quotes."),
        ("recipe = 1\n[file]\nheader_line = '3'", "The recipe r.toml: “file.header_line” is a number."),
        (
            "recipe = 1\n[file]\nheader_line = -1",
            "The recipe r.toml: file.header_line wants the number of a line, 0 where there are no headers, "
            "and not -1.",
        ),
        (
            "recipe = 1\ndefault_country = 'Germany'",
            "The recipe r.toml: default_country wants the two letters of a country, like DE or US, and not "
            "'Germany'. Germany is DE.",
        ),
        (
            "recipe = 1\n[file]\nencoding = 'utf-9'",
            "The recipe r.toml: file.encoding does not know the encoding 'utf-9'. Closest: utf-8.",
        ),
        (
            "recipe = 1\n[file]\ndelimiter = 'ab'",
            "The recipe r.toml: file.delimiter wants one character, like ; or | or tab, and not 'ab'.",
        ),
        ("recipe 1", "The recipe r.toml is not well formed: Expected '=' after a key"),
        ("recipe = 1\nrecipe = 1", "The recipe r.toml is not well formed: "),
        ("\x00", "The recipe r.toml is not well formed: "),
        ("recipe = " + "[" * 50_000, "r.toml is no recipe: it is nested too deep."),
        ("#" * (1024 * 1024 + 1), "r.toml is no recipe: it is larger than 1 MiB."),
    ],
)
def test_what_it_cannot_mean_is_refused_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(UnreadableFile) as caught:
        load_recipe(path)
    assert caught.value.message.startswith(said)


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.toml", "The recipe none.toml cannot be read: No such file or directory."),
        (tmp_path, f"The recipe {tmp_path.name} cannot be read: Is a directory."),
    ):
        with pytest.raises(UnreadableFile, match=said):
            load_recipe(path)
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"recipe = 1 # \xff")
    with pytest.raises(UnreadableFile, match="not text in UTF-8"):
        load_recipe(bad)


def test_a_recipe_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    save_recipe(path, WHOLE, "lead")
    save_recipe(path, ImportMapping(), "user")
    assert load_recipe(path) == Recipe("user", ImportMapping())
    for name, text in (("leads.csv", "name\nAnna\n"), ("other.toml", "a = 1\n"), ("empty", "")):
        other = tmp_path / name
        other.write_text(text)
        with pytest.raises(UnwritableFile, match="is there already and is no recipe"):
            save_recipe(other, WHOLE, "lead")
        assert other.read_text() == text
    with pytest.raises(UnwritableFile):
        save_recipe(tmp_path, WHOLE, "lead")
    with pytest.raises(UnwritableFile):
        save_recipe(tmp_path / "no" / "r.toml", WHOLE, "lead")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "leads.csv", "other.toml", "r.toml"]


def test_half_a_character_is_no_text_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="half a character"):
        save_recipe(tmp_path / "r.toml", ImportMapping(columns={"\ud800": "name"}), "lead")
    assert list(tmp_path.iterdir()) == []
