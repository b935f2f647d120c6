"""Looking records up: what is found, what is understood, and what not finding proves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leapgrid.superleap import (
    AnswerLost,
    FindMethod,
    FindResult,
    Limits,
    NotAllowed,
    RateLimited,
)
from leapgrid.superleap.lookup import questions
from tests.superleap.servers import Connection, RawServer, Seen

Call = Callable[..., Any]
Reply = Callable[[Seen], tuple[int, Any]]
DATE = "Tue, 24 Nov 2026 10:00:00 GMT"


def lead(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"g1koYv_{number:08d}", "external_id": f"EXT-{number:04d}", **more}


class Crm:
    """A server with one answer for the pull and one for the filter."""

    def __init__(self, pull: Reply, filter_: Reply | None = None) -> None:
        self.pull = pull
        self.filter = filter_ or (lambda seen: (404, b""))
        self.pulls: list[Any] = []
        self.filters: list[Any] = []

    def __call__(self, connection: Connection) -> None:
        while (seen := connection.read_request()) is not None:
            if seen.path.endswith("/filter"):
                self.filters.append(seen.value["query"])
                status, body = self.filter(seen)
            else:
                self.pulls.append(seen.value)
                status, body = self.pull(seen)
            connection.answer(status, body, date=DATE)


def page(records: Any, token: Any = None) -> Reply:
    return lambda seen: (200, {"success": True, "data": {"records": records, "next_token": token}})


def pages(*given: tuple[list[dict[str, Any]], Any]) -> Reply:
    """A pull that goes from page to page by the numbers that are its tokens."""

    def reply(seen: Seen) -> tuple[int, Any]:
        token = seen.value["next_token"]
        records, following = given[int(token) if token else 0]
        return 200, {"success": True, "data": {"records": records, "next_token": following}}

    return reply


async def find(
    call: Call, crm: Crm, values: list[Any], field: str = "external_id", **settings: Any
) -> FindResult:
    with RawServer(crm) as server:
        result = await call(server.base_url, "find", "lead", field, values, ["name"], **settings)
    assert isinstance(result, FindResult)
    return result


EXT = ["EXT-0001", "EXT-0002", "EXT-0003"]


async def test_the_pull_is_asked_first_and_proves_both_ways(call: Call) -> None:
    crm = Crm(page([lead(1), lead(3)]))
    result = await find(call, crm, EXT)
    assert [record["external_id"] for record in result.records] == ["EXT-0001", "EXT-0003"]
    assert (result.understood, result.complete, result.method) == (True, True, FindMethod.PULL)
    assert result.server_date == 1_795_514_400.0
    assert result.message == ""
    (asked,) = crm.pulls
    assert asked["query"]["fields"] == ["id", "external_id", "name"]
    (condition,) = asked["query"]["filter"]["and"]
    assert (condition["field"], condition["operator"]) == ("external_id", "in")
    assert {"EXT-0001", "EXT-0002", "EXT-0003"} <= set(condition["value"])
    assert not crm.filters


@pytest.mark.parametrize("end", [None, "", "None"])
@pytest.mark.parametrize("records", [[], None])
async def test_nothing_found_is_complete_at_every_form_of_end(call: Call, end: Any, records: Any) -> None:
    result = await find(call, Crm(page(records, end)), EXT)
    assert (result.records, result.understood, result.complete) == ((), True, True)


async def test_an_answer_without_a_token_is_the_last_page(call: Call) -> None:
    crm = Crm(lambda seen: (200, {"success": True, "data": {"records": [lead(1)]}}))
    assert (await find(call, crm, EXT)).complete


async def test_pages_are_read_to_the_end(call: Call) -> None:
    crm = Crm(pages(([lead(1)], "1"), ([], "2"), ([lead(2), lead(3)], None)))
    result = await find(call, crm, EXT)
    assert len(result.records) == 3
    assert result.complete
    assert [asked["next_token"] for asked in crm.pulls] == [None, "1", "2"]


async def test_at_most_a_hundred_values_go_into_one_call(call: Call) -> None:
    numbers = range(250)

    def all_of_them(seen: Seen) -> tuple[int, Any]:
        values = seen.value["query"]["filter"]["and"][0]["value"]
        return 200, {"success": True, "data": {"records": [{"id": v, "code": v} for v in values]}}

    crm = Crm(all_of_them)
    result = await find(call, crm, [f"c{n}" for n in numbers] * 2, field="code")
    assert [len(asked["query"]["filter"]["and"][0]["value"]) for asked in crm.pulls] == [100, 100, 50]
    assert len(result.records) == 250
    assert result.complete


async def test_no_values_ask_nothing(call: Call) -> None:
    crm = Crm(page([]))
    result = await find(call, crm, [])
    assert (result.records, result.complete, result.method, crm.pulls) == ((), True, FindMethod.NONE, [])


async def test_a_server_that_trims_and_lowers_is_still_found(call: Call) -> None:
    stored = {"id": "x", "email": "anna@kellerbau.de"}

    def strict(seen: Seen) -> tuple[int, Any]:
        values = seen.value["query"]["filter"]["and"][0]["value"]
        found = [stored] if stored["email"] in values else []
        return 200, {"success": True, "data": {"records": found}}

    result = await find(call, Crm(strict), [" Anna@Kellerbau.DE "], field="email")
    assert result.records == (stored,)
    assert result.complete


async def test_a_number_and_its_text_are_the_same_value(call: Call) -> None:
    result = await find(call, Crm(page([{"id": "a", "n": 7}, {"id": "b", "n": "7"}])), [7], field="n")
    assert [record["id"] for record in result.records] == ["a", "b"]
    result = await find(
        call, Crm(page([{"id": "a", "n": 70}, {"id": "b", "n": None}])), ["7", "none"], field="n"
    )
    assert (result.records, result.complete) == ((), False)


# -- what does not fit together ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pull",
    [
        pages(([lead(1)], "0"), ([], None)),  # the token leads back to the same page
        pages(([lead(1)], "1"), ([lead(2)], "0")),
        pages(([lead(1)], "1"), ([lead(1)], None)),  # the same record twice
        page([lead(1), lead(1)]),
        page([lead(1), lead(99)]),  # not asked for
        page([lead(1), {"id": "no key"}]),
        pages(([lead(1)], "1"), ([{"id": "g1koYv_00000002", "external_id": None}], None)),
    ],
    ids=["same page", "circle", "repeated", "twice", "stranger", "without the field", "null"],
)
async def test_what_does_not_fit_keeps_the_found_and_proves_no_absence(call: Call, pull: Reply) -> None:
    crm = Crm(pull)
    result = await find(call, crm, EXT)
    assert len(crm.pulls) <= 3
    assert "EXT-0001" in [record["external_id"] for record in result.records]
    assert (result.understood, result.complete) == (True, False)
    assert result.message.endswith(".")
    assert {record["external_id"] for record in result.records} <= set(EXT)


async def test_pages_without_end_are_left(call: Call) -> None:
    def endless(seen: Seen) -> tuple[int, Any]:
        token = int(seen.value["next_token"] or 0) + 1
        return 200, {"success": True, "data": {"records": [], "next_token": str(token)}}

    crm = Crm(endless)
    result = await find(call, crm, EXT, limits=Limits(pages=7))
    assert not result.complete
    assert len(crm.pulls) == 7


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (502, b"<html>"),
        (200, b'{"success": true, "data": {"rec'),
        (200, {"success": False, "data": {"records": []}}),
        (400, {"error": "Invalid query format"}),
    ],
)
async def test_a_later_page_that_is_not_understood(call: Call, status: int, body: Any) -> None:
    def pull(seen: Seen) -> tuple[int, Any]:
        if seen.value["next_token"] is None:
            return 200, {"success": True, "data": {"records": [lead(1)], "next_token": "t"}}
        return status, body

    result = await find(call, Crm(pull), EXT)
    assert len(result.records) == 1
    assert not result.complete


# -- not understood, and the second way --------------------------------------------------------------------

NOT_A_PULL: list[tuple[int, Any]] = [
    (404, b""),
    (405, b""),
    (400, {"error": "Invalid query format"}),
    (500, {"error": "Internal server error"}),
    (503, b"<html>"),
    (302, b""),
    (200, b""),
    (200, b"<html>Log in</html>"),
    (200, b"null"),
    (200, []),
    (200, {"status": "ok"}),
    (200, {"success": True}),
    (200, {"success": True, "data": {}}),
    (200, {"success": True, "data": []}),
    (200, {"success": True, "data": {"records": "none"}}),
    (200, {"success": True, "data": {"records": [1, 2]}}),
    (200, {"success": True, "data": {"records": {}}}),
    (200, {"success": True, "data": {"records": [], "next_token": 7}}),
    (200, {"success": False, "data": {"records": []}}),
    (201, {"success": True, "data": {"records": []}}),
]


@pytest.mark.parametrize(("status", "body"), NOT_A_PULL)
async def test_a_pull_that_is_not_understood_proves_nothing(call: Call, status: int, body: Any) -> None:
    crm = Crm(lambda seen: (status, body))
    result = await find(call, crm, EXT)
    assert (result.records, result.understood, result.complete) == ((), False, False)
    assert result.message.endswith(".")
    assert (len(crm.pulls), len(crm.filters)) == (1, 1)


def filter_of(records: list[dict[str, Any]], shape: Callable[[list[Any]], Any], first: int = 1) -> Reply:
    """A filter that pages from `first` and gives its answers in a shape."""

    def reply(seen: Seen) -> tuple[int, Any]:
        asked = seen.value["query"]["pagination"]
        number = asked["page"] - first
        if number < 0:
            return 400, {"success": False, "data": {"message": "bad page", "validation_errors": None}}
        size = asked["page_size"]
        return 200, shape(records[number * size : (number + 1) * size])

    return reply


SHAPES: dict[str, Callable[[list[Any]], Any]] = {
    "bare list": lambda found: found,
    "list in data": lambda found: {"success": True, "data": found},
    "records": lambda found: {"success": True, "data": {"records": found}},
    "records and page count": lambda found: {
        "success": True,
        "data": {"records": found, "count": len(found)},
    },
    "data in data": lambda found: {"success": True, "data": {"data": found}},
    "records at the top": lambda found: {"success": True, "records": found},
    "null": lambda found: {"success": True, "data": {"records": found or None}},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("count", [0, 2, 100, 130])
async def test_the_filter_is_understood_in_several_forms(
    call: Call, shape: str, first: int, count: int
) -> None:
    stored = [lead(1) | {"id": f"r{n}"} for n in range(count)]
    crm = Crm(lambda seen: (404, b""), filter_of(stored, SHAPES[shape], first))
    result = await find(call, crm, EXT)
    assert result.method is FindMethod.FILTER
    assert {record["id"] for record in result.records} == {f"r{n}" for n in range(count)}
    assert (result.understood, result.complete) == (True, True)


async def test_a_total_ends_the_filter_early(call: Call) -> None:
    counted = {"success": True, "data": {"records": [lead(1)], "total": 1}}
    crm = Crm(lambda seen: (404, b""), lambda seen: (200, counted))
    result = await find(call, crm, EXT)
    assert (len(result.records), result.complete, len(crm.filters)) == (1, True, 1)


async def test_a_total_that_is_never_reached_proves_nothing(call: Call) -> None:
    def reply(seen: Seen) -> tuple[int, Any]:
        records = [lead(1)] if seen.value["query"]["pagination"]["page"] == 1 else []
        return 200, {"success": True, "data": {"records": records, "total": 2}}

    result = await find(call, Crm(lambda seen: (404, b""), reply), EXT)
    assert (len(result.records), result.understood, result.complete) == (1, True, False)


async def test_a_filter_that_does_not_page_proves_nothing(call: Call) -> None:
    result = await find(call, Crm(lambda seen: (404, b""), lambda seen: (200, [lead(1)])), EXT)
    assert (len(result.records), result.understood, result.complete) == (1, True, False)


async def test_a_filter_without_end_is_left(call: Call) -> None:
    def endless(seen: Seen) -> tuple[int, Any]:
        return 200, [lead(1) | {"id": str(seen.value["query"]["pagination"]["page"])}]

    crm = Crm(lambda seen: (404, b""), endless)
    result = await find(call, crm, EXT, limits=Limits(pages=5))
    assert (result.complete, len(crm.filters)) == (False, 5)


@pytest.mark.parametrize("status", [500, 200])
async def test_a_first_page_that_fails_leaves_it_open(call: Call, status: int) -> None:
    def reply(seen: Seen) -> tuple[int, Any]:
        return (status, b"") if seen.value["query"]["pagination"]["page"] == 0 else (200, [])

    result = await find(call, Crm(lambda seen: (404, b""), reply), EXT)
    assert (result.understood, result.complete) == (True, False)


@pytest.mark.parametrize("body", [{"success": True, "data": {"x": []}}, {"success": True, "data": 7}, b"{"])
async def test_a_later_filter_page_that_is_not_understood(call: Call, body: Any) -> None:
    def reply(seen: Seen) -> tuple[int, Any]:
        return (200, [lead(1)]) if seen.value["query"]["pagination"]["page"] == 1 else (200, body)

    result = await find(call, Crm(lambda seen: (404, b""), reply), EXT)
    assert (len(result.records), result.understood, result.complete) == (1, True, False)


async def test_the_pull_is_not_asked_again_once_it_was_not_understood(call: Call) -> None:
    crm = Crm(lambda seen: (404, b""), lambda seen: (200, []))
    result = await find(call, crm, [f"c{n}" for n in range(150)])
    assert len(crm.pulls) == 1
    assert result.complete


# -- no answer at all --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "kind"), [(401, NotAllowed), (403, NotAllowed), (429, RateLimited)])
@pytest.mark.parametrize("where", ["pull", "filter"])
async def test_a_refused_key_is_not_tried_in_a_second_way(
    call: Call, status: int, kind: type[Exception], where: str
) -> None:
    refuse: Reply = lambda seen: (status, {"error": "no"})  # noqa: E731  # one line says it best
    crm = Crm(refuse) if where == "pull" else Crm(lambda seen: (404, b""), refuse)
    with pytest.raises(kind):
        await find(call, crm, EXT)
    assert len(crm.pulls) == 1
    assert len(crm.filters) == (where == "filter")


async def test_a_lost_answer_is_raised(call: Call) -> None:
    with RawServer(lambda connection: connection.read_request() and None) as server:
        with pytest.raises(AnswerLost):
            await call(server.base_url, "find", "lead", "external_id", EXT)
        assert server.connections == 1


# -- more than one question --------------------------------------------------------------------------------


async def test_what_stood_on_none_of_several_pages_is_asked_for_once_more(call: Call) -> None:
    """A record slips between two pages, as where others are deleted meanwhile."""

    def slipping(seen: Seen) -> tuple[int, Any]:
        wanted = seen.value["query"]["filter"]["and"][0]["value"]
        if "EXT-0001" not in wanted:
            return 200, {"success": True, "data": {"records": [lead(2)] if "EXT-0002" in wanted else []}}
        first = seen.value["next_token"] is None
        return 200, {
            "success": True,
            "data": {"records": [lead(1 if first else 3)], "next_token": "t" if first else None},
        }

    crm = Crm(slipping)
    result = await find(call, crm, EXT)
    assert len(result.records) == 3
    assert (result.understood, result.complete) == (True, False)
    assert result.message == "The pages of the answer leave records out."


async def test_what_is_absent_from_several_pages_and_when_asked_for_alone_is_absent(call: Call) -> None:
    crm = Crm(pages(([lead(1)], "1"), ([lead(2)], None)))
    crm.pull = lambda seen: (
        pages(([lead(1)], "1"), ([lead(2)], None))(seen)
        if "EXT-0001" in seen.value["query"]["filter"]["and"][0]["value"]
        else page([])(seen)
    )
    result = await find(call, crm, EXT)
    assert (len(result.records), result.complete, len(crm.pulls)) == (2, True, 3)


async def test_asked_again_it_is_not_understood(call: Call) -> None:
    def pull(seen: Seen) -> tuple[int, Any]:
        if "EXT-0001" in seen.value["query"]["filter"]["and"][0]["value"]:
            return pages(([lead(1)], "1"), ([], None))(seen)
        return 500, b""

    assert not (await find(call, Crm(pull), EXT)).complete


def test_questions_leave_room_for_what_is_asked_beside() -> None:
    values = [f"Key-{n}" for n in range(120)]
    plain = list(questions(values))
    assert [len(part) for part in plain] == [50, 50, 20]
    beside = list(questions(values, ["Other"]))
    assert [len(part) for part in beside] == [49, 49, 22]
    assert [value for part in beside for value in part] == values
    assert [len(part) for part in questions([str(n) for n in range(150)])] == [100, 50]
    assert list(questions([])) == []
