"""The forms of the answers: the record endpoints' envelope and the connector's plain error.

Both are printed in the documentation, and so is the order of the keys in an error. How the record endpoints
answer a missing key, a limit or a wrong path is not shown: there the envelope with a code of our own stands
in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from leapgrid.superleap import wire

ORG_PREFIX = "/api/v1/org/"


class JSONAnswer(Response):
    """A JSON answer with text as it is, and ``\\u`` escapes only where UTF-8 cannot hold it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        try:
            return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON can name and UTF-8 cannot
            return json.dumps(content, separators=(",", ":")).encode()


def success(data: Any) -> JSONAnswer:
    """200 with ``{"success": true, "data": ...}``."""
    return JSONAnswer({"success": True, "data": data})


def validation_error(
    slug: str, field: str, message: str, error_code: str, record_index: int | None
) -> dict[str, Any]:
    """One entry of ``validation_errors``; without ``record_index`` where that is None."""
    index = {} if record_index is None else {"record_index": record_index}
    about = {"object_slug": slug, "field": field, "message": message, "error_code": error_code}
    return {**about, **index, "meta_data": None}


def org_error(
    status: int,
    error_code: str,
    message: str,
    meta_data: str | None = None,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONAnswer:
    """A failure of a record endpoint.

    Args:
        status: the HTTP status, which the body repeats.
        error_code: the general code.
        message: what failed, e.g. "Failed to create records".
        meta_data: free text.
        errors: the entries of ``validation_errors``; null where the failure is not about fields.
        headers: more headers.
    """
    data = {
        "message": message,
        "status_code": status,
        "error_code": error_code,
        "validation_errors": None if errors is None else list(errors),
        "meta_data": meta_data,
    }
    return JSONAnswer({"success": False, "data": data}, status, headers)


def connector_error(status: int, text: str, headers: Mapping[str, str] | None = None) -> JSONAnswer:
    """A failure of a connector endpoint: ``{"error": text}``."""
    return JSONAnswer({"error": text}, status, headers)


_GENERAL = {
    401: ("UNAUTHORIZED", wire.UNAUTHORIZED_ERROR),
    404: (wire.NOT_FOUND, "Not found"),
    405: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    413: ("PAYLOAD_TOO_LARGE", "Request body too large"),
    429: ("RATE_LIMITED", "Too many requests"),
    500: ("INTERNAL_ERROR", wire.SERVER_ERROR),
}


def general_error(path: str, status: int, headers: Mapping[str, str] | None = None) -> JSONAnswer:
    """A failure that has nothing to do with the records, in the form of the endpoint's family.

    The texts for 401 and 500 are the connector's documented ones; the others, and all codes, are inferences.
    """
    code, text = _GENERAL[status]
    if path.startswith(ORG_PREFIX):
        return org_error(status, code, text, headers=headers)
    return connector_error(status, text, headers)


def page(status: int) -> Response:
    """An HTML page, as a sign-in wall (200) or a gateway (502) puts one in the API's place."""
    title = "Sign in" if status == 200 else "502 Bad Gateway"
    text = f"<!doctype html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Response(text, status, media_type="text/html")
