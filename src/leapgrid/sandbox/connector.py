"""The connector endpoints, which only read: verify, list, describe, pull.

The same four calls answer under both prefixes. Their forms are those of the vendor's connectors. The flags
``is_writable`` and ``is_queryable`` are false, as printed, although writing and filtering work. Inferences:
the labels of the types of ``owner``, ``created_by`` and of fields that were only ever sent, and that an
object nobody has used yet can be described.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leapgrid.sandbox.answers import JSONAnswer, connector_error, general_error, success
from leapgrid.sandbox.body import BadBody, read_json
from leapgrid.sandbox.gate import striking
from leapgrid.sandbox.query import TIME_FIELDS, BadQuery, compile_filter, iso_time, project, read_fields
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.store import Record, RecordStore
from leapgrid.superleap import wire

_OBJECTS = {
    "lead": "Leads",
    "user": "Users",
    "opportunity": "Opportunities",
    "communication": "Communications",
}

_FIELDS = {
    "id": ("String", "varchar", "ID"),
    "name": ("String", "varchar", "Name"),
    "email": ("String", "email", "Email"),
    "phone": ("String", "phone", "Phone"),
    "status": ("String", "enum", "Status"),
    "owner": ("String", "relation", "Owner"),
    "external_id": ("String", "varchar", "External ID"),
    "search_field": ("String", "varchar", "Search Field"),
    "created_at": ("DateTime", "timestamp", "Created At"),
    "created_by": ("String", "relation", "Created By"),
    "updated_at": ("DateTime", "timestamp", "Updated At"),
    "updated_by": ("String", "relation", "Updated By"),
}
"""Field to its data type, the label of that type, and its own label."""


class ConnectorEndpoints:
    """The handlers under ``/api/v1/appflow`` and ``/api/v1/airbyte``.

    Args:
        store: where records are kept.
        settings: how many records a page of the pull holds.
    """

    def __init__(self, store: RecordStore, settings: SandboxSettings) -> None:
        self._store = store
        self._page_size = settings.page_size

    async def verify(self, request: Request) -> Response:
        """The cheap check of a key; not enveloped."""
        return JSONAnswer({"status": "ok"})

    async def list_objects(self, request: Request) -> Response:
        """The built-in objects, then others that have records. The body does not matter."""
        slugs = dict.fromkeys((*_OBJECTS, *self._store.slugs()))
        return success([_object(slug) for slug in slugs])

    async def describe(self, request: Request) -> Response:
        """An object and its fields: the known ones, then others that its records have."""
        slug = request.path_params["slug"]
        fields = [_field(name, *about) for name, about in _FIELDS.items()]
        samples: dict[str, Any] = {}
        for record in self._store.records(slug):
            samples.update((k, v) for k, v in record.items() if v is not None or k not in samples)
        fields += [_field(k, *_kind(v), _label(k)) for k, v in sorted(samples.items()) if k not in _FIELDS]
        return success({**_object(slug), "fields": fields})

    async def pull(self, request: Request) -> Response:
        """Records that satisfy ``query.filter``, in the order of their ids, a page at a time."""
        faults = striking(request.scope)
        if "no-pull" in faults:
            return general_error(request.url.path, 404)
        try:
            body = await read_json(request)
            query = body.get("query") if isinstance(body, dict) else None
            if not isinstance(query, dict):
                raise BadQuery
            matches = compile_filter(query.get("filter"))
            fields = read_fields(query.get("fields"))
            after = _read_token(body.get("next_token"))
        except (BadBody, BadQuery):
            return connector_error(400, wire.BAD_QUERY_ERROR)
        records = self._store.records(request.path_params["slug"], faults.number("stale"))
        found = [record for record in records if record["id"] > after and matches(record)]
        found.sort(key=lambda record: str(record["id"]))
        if after and "skip-page" in faults:
            found = found[1:]
        if after and "repeat-page" in faults:
            found = [record for record in records if record["id"] == after] + found
        chosen = found[: self._page_size]
        token = _write_token(chosen) if len(found) > len(chosen) else None
        return success({"records": [_pulled(record, fields) for record in chosen], "next_token": token})


def _object(slug: str) -> dict[str, Any]:
    return {
        "entity_identifier": slug,
        "label": _OBJECTS.get(slug, _label(slug)),
        "description": "",
        "has_nested_entities": False,
        "is_writable": False,
    }


def _field(name: str, data_type: str, type_label: str, label: str) -> dict[str, Any]:
    return {
        "field_name": name,
        "data_type": data_type,
        "data_type_label": type_label,
        "label": label,
        "description": "",
        "is_primary_key": name == "id",
        "is_deprecated": False,
        "read_properties": {
            "is_retrievable": True,
            "is_nullable": name != "id",
            "is_queryable": False,
            "is_timestamp_field_for_incremental_queries": name in TIME_FIELDS,
        },
    }


def _kind(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "Boolean", "bool"
    if isinstance(value, int):
        return "Integer", "integer"
    if isinstance(value, float):
        return "Float", "float"
    return "String", "varchar"


def _label(slug: str) -> str:
    return slug.replace("_", " ").strip().title() or slug


def _pulled(record: Mapping[str, Any], fields: tuple[str, ...] | None) -> Record:
    chosen = project(record, fields)
    for name in TIME_FIELDS:
        if isinstance(chosen.get(name), int):
            chosen[name] = iso_time(chosen[name])
    return chosen


def _write_token(page: list[Record]) -> str:
    # The printed token decodes to these two keys, so pages go on after the last id.
    text = json.dumps({"id": page[-1]["id"], "number_of_records": len(page)}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def _read_token(value: Any) -> str:
    if value is None or value == "":
        return ""
    try:
        found = json.loads(base64.b64decode(value, validate=True))["id"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadQuery from error
    if not isinstance(found, str):
        raise BadQuery
    return found
