"""A thousand made-up histories in which the promise holds; and planted bugs, with which it does not."""

from __future__ import annotations

import pytest

from tests.faults import bugs
from tests.faults.simulation import Place, World, Wrong, histories

HISTORIES, PARTS = 1000, 4
ENOUGH = 150
"""Histories in which a planted bug must have shown itself."""


@pytest.mark.parametrize("part", range(PARTS))
def test_the_promise_holds_in_every_history(part: int) -> None:
    ends = histories(HISTORIES // PARTS, part * HISTORIES)
    print(dict(ends))
    assert ends["settled"] > ends["waits for a person"]
    assert ends["deaths"] > HISTORIES // PARTS // 4
    assert ends["bad servers"] > HISTORIES // PARTS // 2


@pytest.mark.parametrize("bug", bugs.BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bugs.plant(bug, monkeypatch.setattr)
    with pytest.raises(Wrong) as caught:
        histories(ENOUGH, 0)
    print(bug, "->", str(caught.value)[:120])


def test_a_history_can_be_had_again() -> None:
    ends = []
    for _ in range(2):
        with Place() as place:
            world = World(place, "again")
            ends.append((world.play(), world.server.creates, world.clock.now))
    assert ends[0] == ends[1]
