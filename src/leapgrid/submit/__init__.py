"""Plan chunks, run them, read answers into outcomes."""

from leapgrid.submit.events import (
    ChunkAnswered,
    ChunkSplit,
    ChunkStarted,
    ChunkWaiting,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStopped,
    SubmissionStarted,
    SubmitEvent,
)
from leapgrid.submit.mapping import MappedAnswer, map_answer
from leapgrid.submit.options import SubmitOptions
from leapgrid.submit.plan import LeftOut, Plan, PlannedChunk, PlanRow, plan
from leapgrid.submit.runner import Client, Runner
from leapgrid.submit.summary import ChunkSummary, RunSummary

__all__ = [
    "ChunkAnswered",
    "ChunkSplit",
    "ChunkStarted",
    "ChunkSummary",
    "ChunkWaiting",
    "Client",
    "LeftOut",
    "MappedAnswer",
    "Plan",
    "PlanRow",
    "PlannedChunk",
    "RunFinished",
    "RunPaused",
    "RunResumed",
    "RunStopped",
    "RunSummary",
    "Runner",
    "SubmissionStarted",
    "SubmitEvent",
    "SubmitOptions",
    "map_answer",
    "plan",
]
