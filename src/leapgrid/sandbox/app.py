"""The application: the documented paths, and the gate around them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leapgrid.sandbox.answers import general_error
from leapgrid.sandbox.connector import ConnectorEndpoints
from leapgrid.sandbox.control import ControlEndpoints
from leapgrid.sandbox.faults import FaultBook
from leapgrid.sandbox.gate import Gate
from leapgrid.sandbox.records import RecordEndpoints
from leapgrid.sandbox.requestlog import RequestLog
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.store import RecordStore
from leapgrid.sandbox.wires import Wires
from leapgrid.superleap import wire


def create_app(
    settings: SandboxSettings | None = None,
    *,
    store: RecordStore | None = None,
    faults: FaultBook | None = None,
    log: RequestLog | None = None,
    wires: Wires | None = None,
    failures: list[Exception] | None = None,
) -> Starlette:
    """A sandbox as an ASGI application.

    Faults that cut or hold a connection need ``wires`` that the server beneath keeps up to date, as
    :class:`leapgrid.sandbox.SandboxServer` does.

    Args:
        settings: what can be set; the defaults where None.
        store: where records are kept; an empty one where None.
        faults: the faults that are set.
        log: where requests are noted.
        wires: the connections of the server that runs the application.
        failures: where unexpected exceptions are put.
    """
    settings = settings or SandboxSettings()
    store = store or RecordStore(settings.organisation, settings.clock)
    faults = faults or FaultBook()
    log = log or RequestLog()
    gate = Middleware(
        Gate,
        settings=settings,
        faults=faults,
        log=log,
        wires=wires or Wires(),
        failures=failures if failures is not None else [],
    )
    app = Starlette(
        routes=[
            *_record_routes(RecordEndpoints(store, settings)),
            *_connector_routes(ConnectorEndpoints(store, settings)),
            *ControlEndpoints(store, log, faults).routes(),
        ],
        middleware=[gate],
        exception_handlers={404: _http_error, 405: _http_error},
    )
    app.router.redirect_slashes = False
    return app


def _record_routes(records: RecordEndpoints) -> list[Route]:
    return [
        Route(wire.BULK_CREATE_PATH, records.bulk_create, methods=["POST"]),
        Route(wire.BULK_UPSERT_PATH, records.bulk_upsert, methods=["POST"]),
        Route(wire.RECORD_PATH, records.get, methods=["GET"]),
        Route(wire.RECORD_PATH, records.update, methods=["PUT"]),
        Route(wire.FILTER_PATH, records.filter, methods=["POST"]),
    ]


def _connector_routes(connector: ConnectorEndpoints) -> list[Route]:
    routes = []
    for prefix in wire.CONNECTOR_PREFIXES:
        routes += [
            Route(f"{prefix}/verify", connector.verify, methods=["GET"]),
            Route(f"{prefix}/objects/list", connector.list_objects, methods=["POST"]),
            Route(f"{prefix}/objects/{{slug}}", connector.describe, methods=["GET"]),
            Route(f"{prefix}/objects/{{slug}}/records", connector.pull, methods=["POST"]),
        ]
    return routes


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return general_error(request.url.path, status)
