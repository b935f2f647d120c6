"""The record endpoints: bulk_create, bulk_upsert, one record, filter.

Printed in the documentation, and so to the letter here: the answers of bulk_create and of its refusal, of one
record, of a missing one and of a refused update, and the start of bulk_upsert's. Inferences, each beside its
code: what a body of the wrong form, an empty list or an unknown id in an update is answered, how bulk_upsert
names what failed, and the whole answer of filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leapgrid.sandbox.answers import general_error, org_error, success, validation_error
from leapgrid.sandbox.body import BadBody, read_json
from leapgrid.sandbox.faults import Striking
from leapgrid.sandbox.gate import striking
from leapgrid.sandbox.query import BadQuery, compile_filter, project, read_fields, sort_records
from leapgrid.sandbox.rules import Refusal, judge
from leapgrid.sandbox.settings import FilterAnswer, SandboxSettings
from leapgrid.sandbox.store import Record, RecordStore
from leapgrid.superleap import wire

_MAX_FILTER_PAGE = 1000


class RecordEndpoints:
    """The handlers under ``/api/v1/org/objects/{slug}``.

    Args:
        store: where records are kept.
        settings: the creator's id, what is not allowed, the form of a filter answer.
    """

    def __init__(self, store: RecordStore, settings: SandboxSettings) -> None:
        self._store = store
        self._settings = settings

    async def bulk_create(self, request: Request) -> Response:
        """A bare array in; all or nothing. A refusal names every bad field of every bad record, from 1."""
        slug, faults = request.path_params["slug"], striking(request.scope)
        try:
            records = _read_records(await read_json(request))
        except BadBody as bad:
            return _refused(wire.CREATE_FAILED_MESSAGE, str(bad))
        if "too-large" in faults and len(records) > faults.number("too-large"):
            return general_error(request.url.path, 413)
        refusals = [self._judge(record) for record in records]
        if any(refusals):
            if "not-atomic" in faults:
                good = [record for record, bad in zip(records, refusals, strict=True) if not bad]
                self._store.add(slug, good, self._settings.user_id)
            errors = _validation_errors(slug, records, refusals, faults)
            return _refused(wire.CREATE_FAILED_MESSAGE, wire.BULK_META, errors)
        self._store.add(slug, records, self._settings.user_id)
        return success({"message": wire.CREATED_MESSAGE})

    async def bulk_upsert(self, request: Request) -> Response:
        """``{"values": [...]}`` in; an element with an id changes that record, one without makes a new one.

        ``failed_records`` was never seen with content. Its existence means that some may fail while others
        are stored, so that is what happens here; its entries have the form of ``validation_errors``.
        """
        slug = request.path_params["slug"]
        try:
            body = await read_json(request)
            records = _read_records(body.get("values") if isinstance(body, dict) else None)
        except BadBody as bad:
            return _refused("Failed to upsert records", str(bad))
        created: list[Record] = []
        failed: list[dict[str, Any]] = []
        updated = 0
        for index, record in enumerate(records, 1):
            refusals = self._judge(record)
            if not refusals and record.get("id") is not None:
                if self._store.merge(slug, str(record["id"]), record, self._settings.user_id) is not None:
                    updated += 1
                else:
                    refusals = (Refusal("id", wire.MISSING_META, wire.NOT_FOUND),)
            elif not refusals:
                created.extend(self._store.add(slug, [record], self._settings.user_id))
            failed += [validation_error(slug, r.field, r.message, r.error_code, index) for r in refusals]
        return success(
            {
                "records_created": len(created),
                "records_updated": updated,
                "failed_records": failed or None,
                "created_records": [_as_created(slug, record) for record in created] or None,
            }
        )

    async def get(self, request: Request) -> Response:
        """One record; a missing one is answered 400, not 404, as printed."""
        slug, record_id = request.path_params["slug"], request.path_params["record_id"]
        record = self._store.get(slug, record_id, striking(request.scope).number("stale"))
        return _missing(wire.GET_FAILED_MESSAGE) if record is None else success(record)

    async def update(self, request: Request) -> Response:
        """Change the fields that are sent and keep the others. In a refusal the record has the index 1."""
        slug, record_id = request.path_params["slug"], request.path_params["record_id"]
        try:
            changes = await read_json(request)
            if not isinstance(changes, dict):
                raise BadBody("request body is not an object")
        except BadBody as bad:
            return _refused(wire.UPDATE_FAILED_MESSAGE, str(bad))
        if self._store.get(slug, record_id) is None:
            return _missing(wire.UPDATE_FAILED_MESSAGE)
        refusals = self._judge(changes)
        if refusals:
            errors = _validation_errors(slug, [changes], [refusals], striking(request.scope))
            return _refused(wire.UPDATE_FAILED_MESSAGE, wire.SINGLE_META, errors)
        record = self._store.merge(slug, record_id, changes, self._settings.user_id)
        return _missing(wire.UPDATE_FAILED_MESSAGE) if record is None else success(record)

    async def filter(self, request: Request) -> Response:
        """Records that satisfy ``query.filters``, a page of them. Pages count from 1 (an inference)."""
        slug, min_age = request.path_params["slug"], striking(request.scope).number("stale")
        try:
            body = await read_json(request)
            query = body.get("query") if isinstance(body, dict) else None
            if not isinstance(query, dict):
                raise BadQuery
            page, page_size = _read_page(query.get("pagination"))
            matches = compile_filter(query.get("filters"))
            fields = read_fields(query.get("fields"))
            found = [record for record in self._store.records(slug, min_age) if matches(record)]
            found = sort_records(found, query.get("sort"))
        except (BadBody, BadQuery):
            return _refused("Failed to get records", "invalid query")
        chosen = [project(r, fields) for r in found[(page - 1) * page_size : page * page_size]]
        return success(_filter_data(self._settings.filter_answer, chosen, len(found), page, page_size))

    def _judge(self, record: Mapping[str, Any]) -> tuple[Refusal, ...]:
        return judge(record, self._settings.blocked_email_domains)


def _read_records(value: Any) -> list[dict[str, Any]]:
    # Nothing is documented about a wrong form or an empty list: refused as a whole, no validation errors.
    if not isinstance(value, list):
        raise BadBody("request body is not an array of records")
    if not value:
        raise BadBody("there are no records")
    for index, record in enumerate(value, 1):
        if not isinstance(record, dict):
            raise BadBody(f"record {index} is not an object")
    return value


def _validation_errors(
    slug: str,
    records: Sequence[Mapping[str, Any]],
    refusals: Sequence[tuple[Refusal, ...]],
    faults: Striking,
) -> list[dict[str, Any]]:
    errors = []
    for position, found in enumerate(refusals):
        index: int | None = position if "zero-based" in faults else position + 1
        if "no-index" in faults:
            index = None
        for refusal in found:
            message = refusal.message
            if "other-value" in faults:
                message = _quoting_another(message, refusal.field, records, position)
            errors.append(validation_error(slug, refusal.field, message, refusal.error_code, index))
        if found and "first-only" in faults:
            break
    return errors


def _quoting_another(message: str, field: str, records: Sequence[Mapping[str, Any]], position: int) -> str:
    own = records[position][field]
    others = [record[field] for record in records if record.get(field) not in (None, "", own)]
    start, colon, _ = message.partition(": ")
    return f"{start}{colon}{others[0] if others else 'nobody@example.org'}" if colon else message


def _refused(message: str, meta_data: str, errors: Sequence[Mapping[str, Any]] | None = None) -> Response:
    return org_error(400, wire.VALIDATION_FAILED, message, meta_data, errors)


def _missing(message: str) -> Response:
    return org_error(400, wire.NOT_FOUND, message, wire.MISSING_META)


def _as_created(slug: str, record: Mapping[str, Any]) -> dict[str, Any]:
    # In the printed answer null fields are left out, and the keys are sorted.
    given = {key: value for key, value in record.items() if value is not None}
    return dict(sorted({**given, "action": "CREATED", "object_slug": slug}.items()))


def _read_page(value: Any) -> tuple[int, int]:
    if value is None:
        return 1, 100
    if not isinstance(value, dict):
        raise BadQuery
    page, page_size = value.get("page", 1), value.get("page_size", 100)
    if type(page) is not int or type(page_size) is not int:
        raise BadQuery
    if page < 1 or not 1 <= page_size <= _MAX_FILTER_PAGE:
        raise BadQuery
    return page, page_size


def _filter_data(form: FilterAnswer, records: list[Record], total: int, page: int, page_size: int) -> Any:
    if form == "list":
        return records
    if form == "other":
        return {"message": f"{total} found"}
    return {form: records, "page": page, "page_size": page_size, "total": total}
