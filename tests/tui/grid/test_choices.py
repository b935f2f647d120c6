"""The list under a choice field: nothing is ever taken by itself."""

from leapgrid.tui.grid.choices import ChoiceList

STATUS = ("new", "working", "qualified")


def offered(typed: str, *, fresh: bool = True) -> ChoiceList:
    choices = ChoiceList()
    choices.narrow(STATUS, typed, fresh=fresh)
    return choices


def test_an_only_match_is_taken_and_of_several_none() -> None:
    assert offered("q").taken() == "qualified"
    assert offered("").shown == STATUS
    assert offered("").taken() is None


def test_a_text_that_matches_nothing_stays_as_typed() -> None:
    assert offered("lost").shown == ()
    assert offered("lost").taken() is None


def test_a_match_in_the_middle_is_offered_but_not_taken() -> None:
    middle = offered("ork")
    assert middle.shown == ("working",)
    assert middle.taken() is None


def test_a_highlighted_one_is_taken() -> None:
    choices = offered("")
    choices.step(1)
    assert choices.taken() == "new"
    choices.step(-1)
    assert choices.taken() == "qualified"


def test_a_cell_opened_with_its_text_shows_all_values() -> None:
    assert offered("new", fresh=False).shown == STATUS
    assert offered("new", fresh=False).taken() is None
    assert offered("new").shown == ()
