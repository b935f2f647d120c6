"""When the next chunk may start."""

from __future__ import annotations

import asyncio

import pytest

from leapgrid.submit.pace import Pace
from leapgrid.submit.streak import Streak
from tests.submit.support import Clock


async def test_five_calls_a_second() -> None:
    clock = Clock()
    pace = Pace(5.0, clock, clock.sleep)
    began = clock.now
    for _ in range(11):
        assert await pace.turn()
    assert clock.now - began == pytest.approx(2.0)


async def test_what_the_server_asks_holds_everybody() -> None:
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    pace.hold(30)
    pace.hold(5)
    assert await pace.turn()
    assert clock.slept == [30.0]


async def test_a_stop_ends_every_wait() -> None:
    never = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await never.wait()

    pace = Pace(None, Clock(), sleep)
    pace.hold(1000)
    waiting = asyncio.ensure_future(pace.turn())
    pausing = asyncio.ensure_future(pace.wait(1000))
    await asyncio.sleep(0)
    pace.stop()
    assert await waiting is False
    await pausing
    assert await pace.turn() is False


async def test_a_pause_lasts_until_every_reason_is_gone() -> None:
    clock = Clock()
    pace = Pace(None, clock, clock.sleep)
    pace.pause("person")
    pace.pause("trouble")
    waiting = asyncio.ensure_future(pace.turn())
    for _ in range(5):
        await asyncio.sleep(0)
    pace.resume("trouble")
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    pace.resume("person")
    assert await waiting


@pytest.mark.parametrize(
    ("limits", "full"),
    [
        ([3, 3, 3], [False, False, True]),
        ([3, 3, None, 3], [False, False, False, False]),
        ([2, 3, 2, 2], [False, False, False, True]),
        ([3, 3, 3, 3], [False, False, True, False]),
        ([None, None, None], [False, False, False]),
    ],
)
def test_only_the_same_kind_in_a_row_counts(limits: list[int | None], full: list[bool]) -> None:
    streak = Streak()
    assert [streak.full(limit) for limit in limits] == full
