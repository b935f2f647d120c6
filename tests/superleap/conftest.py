"""Every call is tested through both clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from leapgrid.superleap import AsyncSuperleap, Superleap

TOKEN = "canary-7Qm2xV9tLw4Zr8Kp"

Call = Callable[..., Any]


@pytest.fixture(params=["async", "sync"])
def call(request: pytest.FixtureRequest) -> Call:
    """`await call(base_url, "bulk_create", "lead", records)`: one call of one of the two clients."""

    async def through(base_url: str, name: str, *args: Any, token: str = TOKEN, **settings: Any) -> Any:
        if request.param == "async":
            async with AsyncSuperleap(base_url, token, **settings) as client:
                return await getattr(client, name)(*args)

        def plain() -> Any:
            with Superleap(base_url, token, **settings) as client:
                return getattr(client, name)(*args)

        return await asyncio.to_thread(plain)

    return through
