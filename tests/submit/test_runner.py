"""The run against a real server over real HTTP: what each fault makes of the rows."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from leapgrid.records.outcomes import RowState
from leapgrid.sandbox import SandboxServer
from leapgrid.submit import (
    ChunkAnswered,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    Plan,
    Runner,
    RunPaused,
    RunResumed,
    RunStopped,
    RunSummary,
    SubmitOptions,
)
from leapgrid.superleap import AsyncSuperleap, ChunkOutcome
from leapgrid.superleap.requests import encode_records
from leapgrid.workspace import Workspace
from tests.submit.support import Clock, Listener, creates, make_draft, people, planned, stored_names

READY, CREATED, REJECTED, UNKNOWN = RowState.READY, RowState.CREATED, RowState.REJECTED, RowState.UNKNOWN
KEY = "a-key-that-must-not-be-kept"
BAD = {"name": "Bad", "email": "bad one@example.com"}


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


class Case:
    """A draft, a plan for it, and what came of running it."""

    def __init__(self, workspace: Workspace, url: str, records: list[dict[str, Any]], **options: Any) -> None:
        self.workspace = workspace
        self.url = url
        self.draft = make_draft(workspace, records)
        self.options = SubmitOptions(**options)
        self.plan: Plan = planned(records, **options)
        self.clock = Clock()
        self.listener = Listener(self.plan.rows, self._then)
        self.then: Any = None
        self.runner: Runner | None = None

    def _then(self, event: Any) -> None:
        if self.then is not None:
            self.then(event)

    async def run(self, **more: Any) -> RunSummary:
        async with AsyncSuperleap(self.url, KEY) as client:
            self.runner = Runner(
                self.workspace,
                client,
                self.draft,
                self.plan,
                object_slug="lead",
                options=self.options,
                publish=self.listener,
                **{
                    "clock": self.clock,
                    "monotonic": self.clock,
                    "sleep": self.clock.sleep,
                    "random": lambda: 0.5,
                    **more,
                },
            )
            summary = await self.runner.run()
        assert {row: o.state for row, o in summary.outcomes.items()} == self.listener.states
        assert summary.counts == self.listener.counts
        if not summary.unsaved:
            self.check_stored()
        return summary

    def check_stored(self) -> None:
        """What is on disk is what the events said."""
        stored = self.workspace.outcomes(self.draft)
        for row, state in self.listener.states.items():
            assert (stored[row].state if row in stored else READY) is state, row

    @property
    def states(self) -> list[RowState]:
        return [self.listener.states[row] for row in self.plan.rows]


async def test_all_created(workspace: Workspace, server: SandboxServer) -> None:
    case = Case(workspace, server.base_url, people(5), chunk_size=2)
    summary = await case.run()
    assert summary.counts == {CREATED: 5}
    assert stored_names(server) == [f"Person {n}" for n in range(1, 6)]
    assert case.listener.names == [
        "SubmissionStarted",
        *["ChunkStarted", "ChunkAnswered"] * 3,
        "RunFinished",
    ]
    assert [(c.chunk, c.records, c.outcome, c.status) for c in summary.chunks] == [
        (1, 2, ChunkOutcome.CREATED, 200),
        (2, 2, ChunkOutcome.CREATED, 200),
        (3, 1, ChunkOutcome.CREATED, 200),
    ]
    assert (summary.stopped, summary.unsaved, summary.issues) == (None, (), ())
    assert case.clock.slept == [], "nothing waits for a server on this computer"
    (stored,) = workspace.submissions(case.draft)
    assert (stored.id, stored.stopped) == (summary.submission, None)
    assert stored.finished_at is not None


async def test_the_body_on_disk_is_the_body_that_came(workspace: Workspace, server: SandboxServer) -> None:
    case = Case(workspace, server.base_url, people(2))
    summary = await case.run()
    (request,) = creates(server)
    (attempt,) = workspace.attempts(summary.submission)
    assert attempt.body == request.body == encode_records(people(2))
    assert attempt.intact
    assert (attempt.status, attempt.outcome, attempt.rows) == (200, "created", (0, 1))
    assert attempt.headers.keys() <= {"date", "retry-after", "content-type", "x-request-id"}
    assert attempt.answer.startswith(b"{")


async def test_the_key_is_nowhere_on_disk(
    workspace: Workspace, server: SandboxServer, tmp_path: Path
) -> None:
    server.set_fault("unauthorized-from=2")
    await Case(workspace, server.base_url, people(4), chunk_size=2).run()
    found = [path for path in _files(tmp_path) if KEY.encode() in path.read_bytes()]
    assert not found


async def test_the_intent_is_on_disk_before_the_server_sees_it(workspace: Workspace) -> None:
    """The server looks into the file by a connection of its own, before it reads the body."""
    seen: list[tuple[str, str, int]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        with sqlite3.connect(f"file:{workspace.path}?mode=ro", uri=True) as other:
            seen.extend(
                other.execute(
                    "SELECT chunk.state, row_outcome.state, length(attempt.body) FROM attempt"
                    " JOIN chunk ON chunk.number = attempt.chunk"
                    " JOIN row_outcome ON row_outcome.attempt_id = attempt.id"
                    " WHERE attempt.finished_at IS NULL"
                )
            )
        other.close()
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as raw:
        port = raw.sockets[0].getsockname()[1]
        records = people(2)
        case = Case(workspace, f"http://127.0.0.1:{port}", records)
        await case.run()
    assert seen == [("sending", "sending", len(encode_records(records)))] * 2
    assert case.states == [UNKNOWN] * 2


@pytest.mark.parametrize(
    ("fault", "stored", "status"),
    [
        ("cut-before", 0, None),
        ("reset-before", 0, None),
        ("cut-after", 2, None),
        ("reset-after", 2, None),
        ("cut-during", 2, None),
        ("error-500", 0, 500),
        ("error-500-after", 2, 500),
        ("html-502", 0, 502),
        ("html-502-after", 2, 502),
        ("html-200", 0, 200),
        ("html-200-after", 2, 200),
    ],
)
async def test_no_clear_answer_is_unknown_and_never_sent_again(
    workspace: Workspace, server: SandboxServer, fault: str, stored: int, status: int | None
) -> None:
    server.set_fault(f"{fault}@2")
    case = Case(workspace, server.base_url, people(6), chunk_size=2)
    summary = await case.run()
    assert case.states == [CREATED, CREATED, UNKNOWN, UNKNOWN, CREATED, CREATED]
    assert summary.chunks[1].status == status
    assert len(list(creates(server))) == 3
    assert Counter(stored_names(server)) == Counter(
        record["name"] for n, record in enumerate(people(6)) if n not in (2, 3) or stored
    )
    again = planned(people(6)[2:4], first_row=2)
    second = await Runner(
        workspace, AsyncSuperleap(server.base_url, KEY), case.draft, again, object_slug="lead"
    ).run()
    assert (second.stopped, second.counts) == ("in_flight", {READY: 2})
    assert len(list(creates(server))) == 3, "the workspace itself refuses what is unknown"


async def test_refused_in_the_middle_of_a_run(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("unauthorized-from=2")
    case = Case(workspace, server.base_url, people(7), chunk_size=2)
    summary = await case.run()
    assert case.states == [CREATED] * 2 + [READY] * 5
    assert summary.stopped == "unauthorized"
    assert summary.message == (
        "The key was refused (401). Nothing of this chunk was stored. Connect again. 3 records were not sent."
    )
    assert [c.outcome for c in summary.chunks] == [ChunkOutcome.CREATED, ChunkOutcome.NOT_SENT]
    assert case.listener.names[-2:] == ["RunStopped", "RunFinished"]

    server.set_fault()
    rest = Case(workspace, server.base_url, people(7))
    rest.draft, rest.plan = case.draft, planned(people(7)[2:], first_row=2)
    rest.listener = Listener(rest.plan.rows)
    await rest.run()
    assert sorted(stored_names(server)) == sorted(r["name"] for r in people(7)), "each record once"


async def test_patience_as_the_server_asks(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("rate-limit=7x2")
    case = Case(workspace, server.base_url, people(3), chunk_size=2)
    summary = await case.run()
    assert case.states == [CREATED] * 3
    assert case.clock.slept == [7.0, 7.0]
    assert [(e.seconds, e.reason, e.attempts) for e in case.listener.of(ChunkWaiting)] == [
        (7.0, "rate_limited", 1),
        (7.0, "rate_limited", 2),
    ]
    attempts = workspace.attempts(summary.submission, 1)
    assert [(a.number, a.status, a.outcome) for a in attempts] == [
        (1, 429, "not_sent"),
        (2, 429, "not_sent"),
        (3, 200, "created"),
    ]
    assert len({a.body for a in attempts}) == 1
    assert summary.chunks[0].attempts == 3


async def test_patience_ends_after_eight_tries(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("rate-limit=1")
    case = Case(workspace, server.base_url, people(3), chunk_size=2)
    summary = await case.run()
    assert case.states == [READY] * 3
    assert summary.stopped == "rate_limited"
    assert "Tried 8 times" in summary.message
    assert len(list(creates(server))) == 8


async def test_a_wait_of_more_than_fifteen_minutes_stops(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("rate-limit=901")
    summary = await Case(workspace, server.base_url, people(1)).run()
    assert summary.stopped == "rate_limited"
    assert "It asks for 901 s." in summary.message


async def test_with_a_person_there_it_pauses_instead(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("rate-limit=901x1")
    case = Case(workspace, server.base_url, people(1))

    def then(event: Any) -> None:
        if isinstance(event, RunPaused):
            assert event.until == case.clock.now + 901
            asyncio.get_running_loop().call_soon(case.runner.resume)  # type: ignore[union-attr]  # set by run

    case.then = then
    summary = await case.run(pausable=True)
    assert summary.counts == {CREATED: 1}
    assert len(case.listener.of(RunResumed)) == 1


async def test_where_nobody_listens_five_tries(workspace: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        case = Case(workspace, f"http://127.0.0.1:{port}", people(3), chunk_size=2)
        summary = await case.run()
    assert case.states == [READY] * 3
    assert summary.stopped == "not_sent"
    assert "Nothing left this computer. Tried 5 times. 1 record was not sent." in summary.message
    assert len(case.clock.slept) == 4
    assert all(0.5 <= wait <= 20 for wait in case.clock.slept)
    assert [a.outcome for a in workspace.attempts(summary.submission)] == ["not_sent"] * 5


async def test_too_large_is_halved_until_it_fits(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("too-large=2")
    case = Case(workspace, server.base_url, people(7), chunk_size=5)
    summary = await case.run()
    assert case.states == [CREATED] * 7
    assert [(e.chunk, e.into) for e in case.listener.of(ChunkSplit)] == [(1, (3, 4)), (3, (5, 6))]
    assert stored_names(server) == [f"Person {n}" for n in range(1, 8)], "in their order"
    assert workspace.submissions(case.draft)[0].chunks == {
        1: "split",
        2: "created",
        3: "split",
        4: "created",
        5: "created",
        6: "created",
    }
    assert summary.chunks[0].into == (3, 4)


async def test_one_record_that_is_too_large_is_rejected(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("too-large=0")
    case = Case(workspace, server.base_url, people(2))
    summary = await case.run()
    assert case.states == [REJECTED] * 2
    assert [issue.message for issue in summary.issues] == [
        "This record is too large for the server even alone (413)."
    ] * 2


async def test_a_refusal_marks_its_row_and_the_others_wait(
    workspace: Workspace, server: SandboxServer
) -> None:
    records = [*people(2), BAD, *people(2)]
    case = Case(workspace, server.base_url, records, chunk_size=4, on_refusal="leave")
    summary = await case.run()
    assert case.states == [READY, READY, REJECTED, READY, CREATED]
    (issue,) = summary.issues
    assert (issue.row_id, issue.field) == (2, "email")
    assert issue.message == 'The server says "invalid email format: bad one@example.com".'
    assert summary.chunks[0].message == "Failed to create records"
    loaded = workspace.load_draft(case.draft)
    assert loaded.outcomes[2].sent == BAD
    assert loaded.issues == (issue,)

    fixed = {**BAD, "email": "badone@example.com"}
    again = Case(workspace, server.base_url, records)
    again.draft, again.plan = case.draft, planned([*people(2), fixed, people(2)[0]])
    again.listener = Listener(again.plan.rows)
    await again.run()
    assert Counter(stored_names(server)) == Counter(r["name"] for r in records)
    assert workspace.server_issues(case.draft) == ()


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        # The value that the message quotes finds the row, whatever the number says.
        ("zero-based", [READY, READY, REJECTED, READY]),
        ("first-only", [READY, READY, REJECTED, READY]),
        # Record 3's value quoted as another's, or no number at all: nobody is blamed.
        ("no-index", [READY, READY, READY, READY]),
    ],
)
async def test_servers_that_name_rows_badly(
    workspace: Workspace, server: SandboxServer, fault: str, states: list[RowState]
) -> None:
    server.set_fault(fault)
    case = Case(workspace, server.base_url, [*people(2), BAD, people(3)[2]], on_refusal="leave")
    summary = await case.run()
    assert case.states == states
    assert summary.counts[REJECTED] == states.count(REJECTED)
    assert bool(summary.notes) == (fault == "zero-based")


async def test_a_server_that_is_not_atomic_is_believed_only_as_far_as_it_goes(
    workspace: Workspace, server: SandboxServer
) -> None:
    server.set_fault("not-atomic")
    case = Case(workspace, server.base_url, [*people(2), BAD])
    await case.run()
    assert case.states == [READY, READY, REJECTED]
    assert len(list(creates(server))) == 1, "the others wait for the person"
    assert "assumed" in case.listener.outcomes[0].evidence


async def test_two_web_pages_in_a_row_stop(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("html-200")
    case = Case(workspace, server.base_url, people(8), chunk_size=2)
    summary = await case.run()
    assert case.states == [UNKNOWN] * 4 + [READY] * 4
    assert summary.stopped == "web_page"
    assert summary.message.startswith("This does not look like the API.")


async def test_three_failures_in_a_row_pause_and_ask_first(
    workspace: Workspace, server: SandboxServer
) -> None:
    server.set_fault("error-500@1-3")
    case = Case(workspace, server.base_url, people(5), chunk_size=1)
    summary = await case.run()
    assert case.states == [UNKNOWN] * 3 + [CREATED] * 2
    assert case.clock.slept == [60.0, 2.0], "the pause, and the look-up at the end"
    assert [e.reason for e in case.listener.of(RunPaused)] == ["server_error"]
    assert "verify" in server.requests[3].path
    assert summary.stopped is None


async def test_three_more_failures_stop(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("error-500")
    case = Case(workspace, server.base_url, people(9), chunk_size=1)
    summary = await case.run()
    assert case.states == [UNKNOWN] * 6 + [READY] * 3
    assert summary.stopped == "server_error"


async def test_a_server_that_still_fails_is_sent_nothing(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("all:error-500")
    case = Case(workspace, server.base_url, people(9), chunk_size=1)
    summary = await case.run()
    assert case.states == [UNKNOWN] * 3 + [READY] * 6
    assert summary.stopped == "server_error"


async def test_stop_after_the_chunk(workspace: Workspace, server: SandboxServer) -> None:
    case = Case(workspace, server.base_url, people(6), chunk_size=2)

    def then(event: Any) -> None:
        if isinstance(event, ChunkStarted) and event.chunk == 2:
            case.runner.stop_after_chunk()  # type: ignore[union-attr]  # set by run

    case.then = then
    summary = await case.run()
    assert case.states == [CREATED] * 4 + [READY] * 2
    assert (summary.stopped, summary.message) == ("person", "Stopped by you. 2 records were not sent.")
    assert len(case.listener.of(RunStopped)) == 1


async def test_pause_and_resume(workspace: Workspace, server: SandboxServer) -> None:
    case = Case(workspace, server.base_url, people(4), chunk_size=2)
    sent_while_paused: list[int] = []

    def then(event: Any) -> None:
        if isinstance(event, ChunkStarted) and event.chunk == 1:
            case.runner.pause()  # type: ignore[union-attr]  # set by run
        if isinstance(event, ChunkAnswered) and event.chunk == 1:

            async def later() -> None:
                for _ in range(20):
                    await asyncio.sleep(0)
                sent_while_paused.append(len(list(creates(server))))
                case.runner.resume()  # type: ignore[union-attr]  # set by run

            tasks.append(asyncio.ensure_future(later()))

    tasks: list[asyncio.Task[None]] = []
    case.then = then
    await case.run()
    assert sent_while_paused == [1]
    assert case.states == [CREATED] * 4
    assert "RunPaused" in case.listener.names
    assert "RunResumed" in case.listener.names


async def test_cancelled_in_flight_is_unknown(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("silent@2")
    case = Case(workspace, server.base_url, people(6), chunk_size=2)
    task = asyncio.ensure_future(case.run())
    assert await asyncio.to_thread(server.wait_until, lambda: len(list(creates(server))) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert case.states == [CREATED] * 2 + [UNKNOWN] * 2 + [READY] * 2
    case.check_stored()
    assert workspace.submissions(case.draft)[0].stopped == "cancelled"


async def test_cancelled_before_anything_was_sent_is_ready(
    workspace: Workspace, server: SandboxServer
) -> None:
    """The cancel comes while the intent is being written: the write is finished, then taken back."""
    case = Case(workspace, server.base_url, people(2))
    task: asyncio.Task[Any] = asyncio.ensure_future(case.run())
    loop = asyncio.get_running_loop()
    real = workspace.record_intent

    def intent(*args: Any, **kwargs: Any) -> Any:
        made = real(*args, **kwargs)
        loop.call_soon_threadsafe(task.cancel)
        return made

    workspace.record_intent = intent  # type: ignore[method-assign]  # to cancel at that very moment
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(creates(server)) == []
    assert case.states == [READY] * 2
    case.check_stored()


async def test_a_second_press_sends_nothing(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("slow=0.2")
    case = Case(workspace, server.base_url, people(4), chunk_size=2)
    second = Case(workspace, server.base_url, people(4), chunk_size=2)
    second.draft = case.draft
    first_run = asyncio.ensure_future(case.run())
    await asyncio.to_thread(server.wait_until, lambda: len(list(creates(server))) == 1)
    async with AsyncSuperleap(server.base_url, KEY) as client:
        pressed = await Runner(
            workspace, client, case.draft, second.plan, object_slug="lead", publish=second.listener
        ).run()
    assert (pressed.stopped, pressed.submission) == ("in_flight", "")
    await first_run
    assert case.states == [CREATED] * 4
    assert Counter(stored_names(server)).most_common(1)[0][1] == 1


async def test_a_chunk_that_another_process_took_over_is_not_sent_again(
    workspace: Workspace, server: SandboxServer
) -> None:
    records = people(4)
    events: list[Any] = []
    with Workspace.open(workspace.path) as other:

        def hear(event: Any) -> None:
            events.append(event)
            if isinstance(event, ChunkStarted):
                assert other.record_intent(
                    runner.submission, 2, method="POST", path="/", body=b"", records=records[2:], version="0"
                )

        async with AsyncSuperleap(server.base_url, KEY) as client:
            runner = Runner(
                workspace,
                client,
                make_draft(workspace, records),
                planned(records, chunk_size=2),
                object_slug="lead",
                publish=hear,
            )
            summary = await runner.run()
    assert len(list(creates(server))) == 1
    assert summary.stopped == "in_flight"
    assert summary.counts == {CREATED: 2, RowState.SENDING: 2}
    (stopped,) = [event for event in events if isinstance(event, RunStopped)]
    assert {outcome.state for outcome in stopped.outcomes.values()} == {RowState.SENDING}


async def test_parallel_chunks(workspace: Workspace, server: SandboxServer) -> None:
    server.set_fault("slow=0.05")
    case = Case(workspace, server.base_url, people(12), chunk_size=2, parallel=3)
    await case.run()
    assert case.states == [CREATED] * 12
    flying = highest = 0
    for event in case.listener.events:
        flying += isinstance(event, ChunkStarted)
        flying -= isinstance(event, ChunkAnswered)
        highest = max(highest, flying)
    assert highest == 3
    assert Counter(stored_names(server)) == Counter(r["name"] for r in people(12))


async def test_a_listener_that_fails_does_not_lose_an_answer(
    workspace: Workspace, server: SandboxServer
) -> None:
    case = Case(workspace, server.base_url, people(4), chunk_size=2)

    def then(event: Any) -> None:
        if isinstance(event, ChunkStarted):
            raise ZeroDivisionError

    case.then = then
    with pytest.raises(ZeroDivisionError):
        await case.run()
    assert case.states == [CREATED] * 2 + [READY] * 2
    case.check_stored()


async def test_records_that_json_cannot_carry_are_not_sent(
    workspace: Workspace, server: SandboxServer
) -> None:
    case = Case(workspace, server.base_url, [{"name": "x", "score": float("nan")}])
    summary = await case.run()
    assert (summary.stopped, case.states) == ("bad_records", [READY])
    assert list(creates(server)) == []


async def test_a_lone_surrogate_survives_to_the_server_and_the_disk(
    workspace: Workspace, server: SandboxServer
) -> None:
    case = Case(workspace, server.base_url, [{"name": "a\ud800b", "email": "a b@example.com"}])
    await case.run()
    assert case.states == [REJECTED]
    assert workspace.outcomes(case.draft)[0].sent == {"name": "a\ud800b", "email": "a b@example.com"}


async def test_one_runner_one_run(workspace: Workspace, server: SandboxServer) -> None:
    case = Case(workspace, server.base_url, people(1))
    await case.run()
    assert case.runner is not None
    with pytest.raises(RuntimeError):
        await case.runner.run()
