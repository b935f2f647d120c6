"""Plan chunks, run them, read answers into outcomes.

What a run is made of is loaded when there is one; a plan comes without the database.
"""

from typing import TYPE_CHECKING

from leapgrid.lazy import lazily
from leapgrid.submit.options import OnRefusal, SubmitOptions
from leapgrid.submit.plan import LeftOut, Plan, PlannedChunk, PlanRow, plan

if TYPE_CHECKING:
    from leapgrid.submit.events import (
        ChunkAnswered,
        ChunksPlanned,
        ChunkSplit,
        ChunkStarted,
        ChunkWaiting,
        Decided,
        LookedUp,
        LookingUp,
        RunFinished,
        RunPaused,
        RunResumed,
        RunStopped,
        SameAgain,
        SubmissionStarted,
        SubmitEvent,
    )
    from leapgrid.submit.mapping import MappedAnswer, map_answer
    from leapgrid.submit.resolver import LookUpReport, Resolver
    from leapgrid.submit.runner import Client, Runner
    from leapgrid.submit.summary import ChunkSummary, RunSummary

__all__ = [
    "ChunkAnswered",
    "ChunkSplit",
    "ChunkStarted",
    "ChunkSummary",
    "ChunkWaiting",
    "ChunksPlanned",
    "Client",
    "Decided",
    "LeftOut",
    "LookUpReport",
    "LookedUp",
    "LookingUp",
    "MappedAnswer",
    "OnRefusal",
    "Plan",
    "PlanRow",
    "PlannedChunk",
    "Resolver",
    "RunFinished",
    "RunPaused",
    "RunResumed",
    "RunStopped",
    "RunSummary",
    "Runner",
    "SameAgain",
    "SubmissionStarted",
    "SubmitEvent",
    "SubmitOptions",
    "map_answer",
    "plan",
]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "events": (
            "ChunkAnswered", "ChunkSplit", "ChunkStarted", "ChunkWaiting", "ChunksPlanned", "Decided",
            "LookedUp", "LookingUp", "RunFinished", "RunPaused", "RunResumed", "RunStopped", "SameAgain",
            "SubmissionStarted", "SubmitEvent",
        ),
        "mapping": ("MappedAnswer", "map_answer"),
        "resolver": ("LookUpReport", "Resolver"),
        "runner": ("Client", "Runner"),
        "summary": ("ChunkSummary", "RunSummary"),
    },
)  # fmt: skip
