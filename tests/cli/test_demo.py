"""``leapgrid demo`` without a terminal: the main job in text."""

from __future__ import annotations

import pytest

from leapgrid.records import RowState
from leapgrid.workspace import Workspace
from tests.cli.conftest import Command


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--headless")])
def test_the_main_job_is_played_through(leapgrid: Command, arguments: tuple[str, ...]) -> None:
    ran = leapgrid.run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    titles = [line for line in ran.out.splitlines() if line[:1].isdigit()]
    assert titles == [
        "1  Check",
        "2  Repair",
        "3  Send",
        "4  Repair what the server refused",
        "5  Send again",
    ]
    parts = {title: ran.out.split(f"{title}\n", 1)[1].split("\n\n", 1)[0].splitlines() for title in titles}
    assert parts["1  Check"][0].strip().startswith("3 errors and ")
    assert any("test .sok@gmail.com" in line for line in parts["1  Check"])
    fixed = next(line for line in parts["2  Repair"] if line.strip().startswith("row 8"))
    assert fixed.endswith("->  test.sok@gmail.com         (fix: Remove the space)")
    assert parts["2  Repair"][-1].strip().startswith("Left: 0 errors")
    assert any("refused (400)" in line for line in parts["3  Send"])
    assert parts["3  Send"][-1].split()[:4] == ["1", "!", "email", "anna.keller@mailinator.com"]
    assert any("anna@kellerbau.de" in line for line in parts["4  Repair what the server refused"])
    assert any("1 record · created (200)" in line for line in parts["5  Send again"])
    assert "Done: 12 of 12 records created, none of them twice." in ran.out


def test_its_workspace_is_thrown_away(leapgrid: Command) -> None:
    assert leapgrid.run("demo").code == 0
    assert [path.name for path in leapgrid.home.iterdir()] == ["tmp"]
    assert list((leapgrid.home / "tmp").iterdir()) == []


def test_a_workspace_that_is_named_is_kept(leapgrid: Command) -> None:
    path = leapgrid.home / "kept.db"
    leapgrid.environ["LEAPGRID_WORKSPACE"] = f"sqlite:///{path}"
    assert leapgrid.run("demo").code == 0
    with Workspace.open(path) as workspace:
        (draft,) = workspace.drafts()
        assert {state: count for state, count in draft.counts.items() if count} == {RowState.CREATED: 12}


def test_settings_of_the_person_do_not_change_it(leapgrid: Command) -> None:
    leapgrid.settings(
        'default_profile = "a"\n[profiles.a]\nbase_url = "https://firm.example"\nproduction = true'
    )
    ran = leapgrid.run("demo", "--headless")
    assert ran.code == 0
    assert "firm.example" not in ran.out
