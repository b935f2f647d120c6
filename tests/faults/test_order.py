"""The intent to send is in the database before the server sees the first byte: a second process reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leapgrid.workspace import Workspace
from tests.faults.crew import Crew
from tests.faults.jobs import draft_of, record
from tests.faults.recorder import Manners, Recorder

CHUNKS = 1000


@pytest.mark.parametrize("parallel", [1, 4])
def test_the_intent_is_durable_before_the_first_byte(
    recorder: Recorder, crew: Crew, path: Path, parallel: int
) -> None:
    prefix, chunks = f"order{parallel}", CHUNKS // 2
    with Workspace.open(path) as workspace:
        draft = draft_of(workspace, [record(prefix, number) for number in range(chunks)])
    recorder.behave(Manners(ledger=str(path)))
    since = recorder.place()
    crew.start(
        "submit",
        url=str(path),
        draft=draft,
        to=recorder.base_url,
        size=1,
        parallel=parallel,
    ).wait().check()
    calls = recorder.calls(since)
    assert len(calls) == chunks
    late = [call for call in calls if call.open_attempts is None or call.sha256 not in call.open_attempts]
    assert late == []
    most = max(len(call.open_attempts or ()) for call in calls)
    assert 1 < most <= parallel if parallel > 1 else most == 1
