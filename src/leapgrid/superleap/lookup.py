"""Finding records by the values of a field, and saying honestly what the search proves.

What is found is proof. What is not found proves something only if every answer was understood and every
page was read (`complete`), and even then only once the server's replicas have caught up.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leapgrid.superleap import protocol
from leapgrid.superleap.answers import Answer, BodyKind, read_body
from leapgrid.superleap.limits import DEFAULT_LIMITS, Limits
from leapgrid.superleap.raising import error_for_read, must_stop
from leapgrid.superleap.requests import Request, filter_request, pull_request

Exchange = Callable[[Request], Awaitable[Answer]]

FILTER_PAGE = 100
"""Records a page that we ask the org filter for; its own limit is unknown."""

_ENDS = (None, "", "None")
"""Values of `next_token` that mark the last page (the vendor's connectors take all three)."""


class FindMethod(StrEnum):
    """Which call answered. The pull's answer and paging are documented; the form of the filter's is not."""

    NONE = "none"
    PULL = "connector_pull"
    FILTER = "org_filter"


@dataclass(frozen=True, slots=True)
class FindResult:
    """What a search found, and what it proves.

    Attributes:
        records: those whose field has one of the values (compared without case and outer space), each once.
        understood: every question got an answer whose form is known. Where not, nothing is proven by absence.
        method: how it was asked in the end.
        complete: all pages were read, and they fit together: a value without a record was not there then.
        server_date: the server's clock at the earliest answer, seconds since the epoch, or None.
        message: why it is not understood or not complete, one sentence; else "".
    """

    records: tuple[dict[str, Any], ...]
    understood: bool
    method: FindMethod
    complete: bool
    server_date: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    records: list[dict[str, Any]]
    token: str | None = None
    total: int | None = None


@dataclass(slots=True)
class _Search:
    """The state of one search."""

    exchange: Exchange
    slug: str
    key: str
    fields: tuple[str, ...]
    limits: Limits
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    understood: bool = True
    complete: bool = True
    method: FindMethod = FindMethod.NONE
    dates: list[float] = field(default_factory=list)
    message: str = ""

    async def ask(self, request: Request) -> Answer:
        answer = await self.exchange(request)
        if must_stop(answer):
            raise error_for_read(answer, self.limits)
        if answer.date is not None:
            self.dates.append(answer.date)
        return answer

    def not_complete(self, message: str) -> None:
        self.complete = False
        self.message = self.message or message

    def take(self, records: list[dict[str, Any]], wanted: frozenset[str]) -> set[str]:
        """Keep what was asked for; say which those are."""
        keys: set[str] = set()
        for record in records:
            if compare_key(record.get(self.key)) not in wanted:
                # Whatever chose these records was not our question, so what it left out proves nothing.
                self.not_complete("The answer holds records that were not asked for.")
                continue
            identity = _identity(record)
            keys.add(identity)
            self.found[identity] = record
        return keys


class Finder:
    """Asks one question after another about the values of one field, and remembers which call answers.

    Args:
        exchange: sends a request and gives its answer.
        slug: the object.
        field: the field to compare, e.g. "external_id".
        fields: more fields to give back; `id` and `field` always come.
        limits: pages and sizes.
    """

    def __init__(
        self,
        exchange: Exchange,
        slug: str,
        field: str,
        fields: Sequence[str] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.slug = slug
        self.field = field
        self._exchange = exchange
        self._fields = tuple(dict.fromkeys(("id", field, *fields)))
        self._limits = limits
        self._pull_works = True

    async def find(self, values: Sequence[Any]) -> FindResult:
        """Look for records whose field has one of these values; see :func:`find_records`."""
        search = _Search(self._exchange, self.slug, self.field, self._fields, self._limits)
        for group in _groups(values):
            if self._pull_works:
                self._pull_works = await _by_pull(search, group)
            if not self._pull_works:
                await _by_filter(search, group)
        return FindResult(
            records=tuple(search.found.values()),
            understood=search.understood,
            method=search.method,
            complete=search.complete and search.understood,
            server_date=min(search.dates, default=None),
            message=search.message,
        )


async def find_records(
    exchange: Exchange,
    slug: str,
    field: str,
    values: Sequence[Any],
    fields: Sequence[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> FindResult:
    """Look for records whose `field` has one of `values`: by connector pull, else by org filter.

    Args:
        exchange: sends a request and gives its answer.
        slug: the object.
        field: the field to compare, e.g. "external_id".
        values: texts (or numbers); at most 100 go into one call. Texts are also asked for in lower case and
            without outer space, since servers may have stored them so.
        fields: more fields to give back; `id` and `field` always come.
        limits: pages and sizes.

    Raises:
        TransportFailure: no answer.
        NotAllowed, RateLimited: the server does not want to answer now.
    """
    return await Finder(exchange, slug, field, fields, limits).find(values)


async def _by_pull(search: _Search, group: list[Any]) -> bool:
    """Whether the pull answered in a known form; then its pages were read as far as they go."""
    pages = await _pull_pages(search, group)
    if pages < 2 or not search.complete:
        return pages > 0
    # Where there was more than one page, a record may have stood between two of them: what was not found is
    # asked for on its own.
    found = {compare_key(record.get(search.key)) for record in search.found.values()}
    missing = [value for value in group if compare_key(value) not in found]
    before = len(search.found)
    if missing:
        if not await _pull_pages(search, missing):
            search.not_complete("The answer was not understood when it was asked for again.")
        elif len(search.found) > before:
            search.not_complete("The pages of the answer leave records out.")
    return True


async def _pull_pages(search: _Search, group: list[Any]) -> int:
    """Read the pages of a pull; how many of them had a known form."""
    wanted = frozenset(map(compare_key, group))
    token: str | None = None
    tokens: set[str] = set()
    seen: set[str] = set()
    for number in range(search.limits.pages):
        request = pull_request(search.slug, search.fields, search.key, group, "in", token)
        page = _pulled(await search.ask(request), search.limits)
        if page is None:
            if number:
                search.not_complete("A later page of the answer was not understood.")
            return number
        search.method = FindMethod.PULL if search.method is FindMethod.NONE else search.method
        search.take(page.records, wanted)
        keys = {_identity(record) for record in page.records}
        if keys & seen or len(keys) < len(page.records):
            search.not_complete("The pages of the answer repeat records.")
        seen |= keys
        if page.token is None:
            return number + 1
        if page.token in tokens:
            search.not_complete("The pages of the answer go round in a circle.")
            return number + 1
        tokens.add(page.token)
        token = page.token
    search.not_complete("The answer has too many pages.")
    return search.limits.pages


def _pulled(answer: Answer, limits: Limits) -> _Page | None:
    value = _envelope(answer, limits)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict) or "records" not in data:
        return None
    records = _records(data["records"])
    token = data.get("next_token")
    if records is None or not (token is None or isinstance(token, str)):
        return None
    return _Page(records, None if token in _ENDS else token)


async def _by_filter(search: _Search, group: list[Any]) -> None:
    search.method = FindMethod.FILTER
    wanted = frozenset(map(compare_key, group))
    seen: set[str] = set()
    total: int | None = None
    for number in range(1, search.limits.pages + 1):
        page, _ = await _filtered(search, group, number)
        if page is None:
            if number > 1:
                search.not_complete("A later page of the answer was not understood.")
                return
            search.understood = False
            search.message = "The server's answer to the look-up is in a form that is not known."
            return
        total = page.total
        keys = search.take(page.records, wanted)
        if total is not None and len(seen | keys) >= total:
            return
        if not page.records:
            break
        if keys <= seen:
            # The same again: the server does not know our way of paging, so nobody knows what is left.
            search.not_complete("The pages of the answer repeat records.")
            return
        seen |= keys
    else:
        search.not_complete("The answer has too many pages.")
        return
    # Whether pages count from 0 or 1 is not documented: what stands on page 0 must not be missed. A server
    # that counts from 1 may refuse the question.
    first, status = await _filtered(search, group, 0)
    if first is not None:
        seen |= search.take(first.records, wanted)
    elif not 400 <= status < 500:
        search.not_complete("The first page of the answer was not understood.")
    if total is not None and len(seen) < total:
        search.not_complete("The answer counts more records than its pages hold.")


async def _filtered(search: _Search, group: list[Any], number: int) -> tuple[_Page | None, int]:
    request = filter_request(
        search.slug, search.fields, search.key, group, "in", page=number, page_size=FILTER_PAGE
    )
    answer = await search.ask(request)
    return _filter_page(_envelope(answer, search.limits)), answer.status


def _filter_page(value: Any) -> _Page | None:
    """A page in any of the forms that an answer of the org filter could have, or None."""
    data = value.get("data", value) if isinstance(value, dict) else value
    found = data
    places = [place for place in (value, data) if isinstance(place, dict)]
    if isinstance(data, dict):
        key = next((key for key in ("records", "data", "items", "results", "rows") if key in data), None)
        if key is None:
            return None
        found = data[key]
    elif not isinstance(data, list):
        return None
    records = _records(found)
    if records is None:
        return None
    counts = [place.get(key) for place in places for key in ("total", "total_count", "total_records")]
    # "count" may be no more than the length of this page.
    counts += [place["count"] for place in places if _is_more(place.get("count"), len(records))]
    totals = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    return _Page(records, total=max(totals, default=None))


def _is_more(value: Any, than: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > than


def _envelope(answer: Answer, limits: Limits) -> Any:
    """The body's value where the status is 200 and it does not call itself a failure; else None."""
    if answer.status != 200:
        return None
    body = read_body(answer, limits)
    if body.kind is not BodyKind.JSON:
        return None
    if isinstance(body.value, dict) and body.value.get("success", True) is not True:
        return None
    return body.value


def _records(value: Any) -> list[dict[str, Any]] | None:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(record, dict) for record in value):
        return None
    return value


def questions(values: Sequence[Any], beside: Sequence[Any] = ()) -> Iterator[list[Any]]:
    """The values, parted so that each part fits into one call with all its forms.

    What is found in one part was in one answer: it speaks for all values of the part.

    Args:
        values: what to ask for.
        beside: for whose forms every part leaves room, so that they may be asked for with it.
    """
    room = {repr(form) for value in beside for form in _forms(value)}
    part: list[Any] = []
    forms = set(room)
    for value in values:
        more = {repr(form) for form in _forms(value)}
        if part and len(forms | more) > protocol.IN_VALUES:
            yield part
            part, forms = [], set(room)
        part.append(value)
        forms |= more
    if part:
        yield part


def _groups(values: Sequence[Any]) -> Iterator[list[Any]]:
    """The values, each also as a server may have stored it, in groups for one call."""
    wanted = {repr(form): form for value in values for form in _forms(value)}
    flat = list(wanted.values())
    for start in range(0, len(flat), protocol.IN_VALUES):
        yield flat[start : start + protocol.IN_VALUES]


def _forms(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, str):
        yield value.strip()
        yield value.lower()
        yield value.strip().lower()


def compare_key(value: Any) -> str:
    """A value for comparison: without case and outer space. Texts and numbers stay apart from "nothing"."""
    if value is None:
        return "\0none"
    return value.strip().casefold() if isinstance(value, str) else json.dumps(value, default=str)


def _identity(record: Mapping[str, Any]) -> str:
    given = record.get("id")
    return given if isinstance(given, str) and given else json.dumps(record, sort_keys=True, default=str)
