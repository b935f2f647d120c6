"""The control path ``/_sandbox``: what a test or a demo in another process asks of a running sandbox.

====== =========================== ==================================================================
GET    ``/_sandbox/records``       objects and how many records each has
GET    ``/_sandbox/records/SLUG``  an object's records, in the order of their creation
DELETE ``/_sandbox/records``       forget all records
GET    ``/_sandbox/requests``      what has come, without keys
DELETE ``/_sandbox/requests``      forget what has come
GET    ``/_sandbox/faults``        the faults that are set
PUT    ``/_sandbox/faults``        set these and no others: ``{"faults": ["cut-after@2"]}``
DELETE ``/_sandbox/faults``        clear all faults
====== =========================== ==================================================================

It asks for no key; the server listens on loopback only. A web page that had its own name resolve to loopback
is kept out by the Host header.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leapgrid.sandbox.answers import JSONAnswer
from leapgrid.sandbox.body import BadBody, read_json
from leapgrid.sandbox.faults import BadFault, FaultBook
from leapgrid.sandbox.gate import CONTROL_PREFIX
from leapgrid.sandbox.requestlog import LoggedRequest, RequestLog
from leapgrid.sandbox.store import RecordStore

_OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class ControlEndpoints:
    """The handlers of the control path.

    Args:
        store: the records.
        log: what has come.
        faults: the faults that are set.
    """

    def __init__(self, store: RecordStore, log: RequestLog, faults: FaultBook) -> None:
        self._store = store
        self._log = log
        self._faults = faults

    def routes(self) -> list[Route]:
        """The routes of this path."""
        return [
            Route(f"{CONTROL_PREFIX}/records", self._records, methods=["GET", "DELETE"]),
            Route(f"{CONTROL_PREFIX}/records/{{slug}}", self._object, methods=["GET"]),
            Route(f"{CONTROL_PREFIX}/requests", self._requests, methods=["GET", "DELETE"]),
            Route(f"{CONTROL_PREFIX}/faults", self._set_faults, methods=["GET", "PUT", "DELETE"]),
        ]

    async def _records(self, request: Request) -> Response:
        if not _is_own(request):
            return _foreign()
        if request.method == "DELETE":
            self._store.clear()
        return JSONAnswer({"objects": {slug: self._store.count(slug) for slug in self._store.slugs()}})

    async def _object(self, request: Request) -> Response:
        if not _is_own(request):
            return _foreign()
        records = self._store.records(request.path_params["slug"])
        return JSONAnswer({"object": request.path_params["slug"], "count": len(records), "records": records})

    async def _requests(self, request: Request) -> Response:
        if not _is_own(request):
            return _foreign()
        if request.method == "DELETE":
            self._log.clear()
        return JSONAnswer({"requests": [_shown(entry) for entry in self._log.requests()]})

    async def _set_faults(self, request: Request) -> Response:
        if not _is_own(request):
            return _foreign()
        if request.method == "DELETE":
            self._faults.set(None)
        elif request.method == "PUT":
            try:
                body = await read_json(request)
                texts = body.get("faults") if isinstance(body, dict) else None
                if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                    raise BadBody('the body is {"faults": ["cut-after@2"]}')
                self._faults.set(texts)
            except (BadBody, BadFault) as bad:
                return JSONAnswer({"error": str(bad)}, 400)
        return JSONAnswer({"faults": [str(fault) for fault in self._faults.faults]})


def _shown(entry: LoggedRequest) -> dict[str, Any]:
    return asdict(entry) | {"body": entry.body.decode(errors="replace")}


def _is_own(request: Request) -> bool:
    return request.url.hostname in _OWN_HOSTS


def _foreign() -> Response:
    return JSONAnswer({"error": "Forbidden"}, 403)
