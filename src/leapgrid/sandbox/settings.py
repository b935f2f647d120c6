"""What can be set about a sandbox server before it starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from leapgrid.superleap import wire

FilterAnswer = Literal["records", "list", "data", "other"]
"""The form of the data in a filter answer; the documentation is cut before it, so clients take several."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Settings of one sandbox server.

    Attributes:
        token: the only API key that is let in; None lets any non-empty bearer key in.
        organisation: the first part of every record id, six alphanumerics as in the printed examples.
        user_id: the creator and, unless another is sent, the owner of records.
        blocked_email_domains: domains whose addresses are refused although they are well formed; stands for
            the validation rules of an organisation, which no local check can know.
        page_size: most records in one answer of the connector's pull; 3,000 by the documentation.
        filter_answer: the form of a filter answer, see :data:`FilterAnswer`; "other" is one that no client
            can understand.
        max_body: longest request body in bytes; longer ones are answered 413. No limit is documented.
        clock: seconds since the epoch, for ``created_at`` and ``updated_at``, the ``Date`` of answers and
            the age of records for the fault ``stale``.
    """

    token: str | None = field(default=None, repr=False)
    organisation: str = "sandbx"
    user_id: str = "sandbx_Owner001"
    blocked_email_domains: frozenset[str] = frozenset({"mailinator.com"})
    page_size: int = wire.PAGE_RECORDS
    filter_answer: FilterAnswer = "records"
    max_body: int = 64 * 1024 * 1024
    clock: Callable[[], float] = time.time
