"""200 SIGKILLs during submissions and their recovery: nothing lost, nothing twice, all resolved right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.crew import Crew
from tests.faults.kills import loop
from tests.faults.recorder import Recorder

KILLS = 200


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random(recorder: Recorder, crew: Crew, tmp_path: Path, seed: int) -> None:
    tally = loop(KILLS // 2, recorder, crew, tmp_path, seed)
    print(tally)
    assert (tally.lost, tally.twice) == (0, 0)
    assert tally.in_recovery >= tally.kills / 5
    # Else the kills hit nothing, and show nothing.
    assert tally.cut_chunks > tally.kills / 20
    assert tally.found > 0
    assert tally.absent > 0
