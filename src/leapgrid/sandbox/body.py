"""Reading a request's JSON, strictly."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request


class BadBody(ValueError):
    """The body is not JSON in UTF-8, or nests too deeply; the message says what is wrong."""


def _refuse_constant(name: str) -> Any:
    raise BadBody(f"{name} is not JSON")


async def read_json(request: Request) -> Any:
    """The request's body as JSON values.

    Raises:
        BadBody: it is not JSON by the standard (so no trailing commas, no NaN), or not UTF-8.
    """
    body = await request.body()
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except BadBody:
        raise
    except ValueError as error:  # no JSON, no UTF-8, or a number of more digits than Python reads
        raise BadBody("request body is not valid JSON") from error
    except RecursionError as error:
        raise BadBody("request body nests too deeply") from error
