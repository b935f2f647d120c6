"""The record filter: pages, order, chosen fields, and the forms that its answer may have."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from leapgrid.sandbox import SandboxServer, SandboxSettings
from leapgrid.sandbox.settings import FilterAnswer

from .conftest import FILTER, connect, create


def _names(answer: httpx.Response) -> list[str]:
    return [record["name"] for record in answer.json()["data"]["records"]]


def test_pages_count_from_1(client: httpx.Client) -> None:
    create(client, *({"name": str(number)} for number in range(5)))
    pages = []
    for page in (1, 2, 3, 4):
        query = {"pagination": {"page": page, "page_size": 2}}
        answer = client.post(FILTER, json={"query": query})
        assert answer.json()["data"]["total"] == 5
        pages.append(_names(answer))
    assert pages == [["0", "1"], ["2", "3"], ["4"], []]


def test_only_the_chosen_fields_come_back_with_times_as_numbers(client: httpx.Client) -> None:
    create(client, {"name": "a", "phone": "+49 171 2345678"})
    query = {"fields": ["created_at", "email"], "filters": {}}
    [record] = client.post(FILTER, json={"query": query}).json()["data"]["records"]
    assert list(record) == ["created_at", "email", "id"]
    assert isinstance(record["created_at"], int)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ([{"field": "score", "direction": "asc"}], ["c", "a", "d", "b"]),
        ([{"field": "score", "direction": "desc"}], ["a", "d", "c", "b"]),
        (
            [{"field": "score", "direction": "desc"}, {"field": "name", "direction": "desc"}],
            ["d", "a", "c", "b"],
        ),
        ([{"field": "name"}], ["a", "b", "c", "d"]),
    ],
)
def test_order(client: httpx.Client, sort: Any, names: list[str]) -> None:
    create(
        client,
        *({"name": "a", "score": 2}, {"name": "b"}, {"name": "c", "score": 1}, {"name": "d", "score": 2}),
    )
    assert _names(client.post(FILTER, json={"query": {"sort": sort}})) == names


@pytest.mark.parametrize(
    "query",
    [
        None,
        [],
        {"sort": "name"},
        {"sort": [{"direction": "asc"}]},
        {"sort": [{"field": "name", "direction": "up"}]},
        {"sort": [5]},
        {"pagination": 1},
        {"pagination": {"page": 0}},
        {"pagination": {"page": True}},
        {"pagination": {"page_size": 0}},
        {"pagination": {"page_size": 1_000_000}},
        {"fields": "name"},
    ],
)
def test_a_query_of_another_form_is_refused(client: httpx.Client, query: Any) -> None:
    answer = client.post(FILTER, json={"query": query})
    assert answer.status_code == 400
    assert answer.json()["data"]["message"] == "Failed to get records"
    assert answer.json()["data"]["validation_errors"] is None


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("records", ["records", "page", "page_size", "total"]),
        ("data", ["data", "page", "page_size", "total"]),
    ],
)
def test_forms_with_counts(form: FilterAnswer, keys: list[str]) -> None:
    with SandboxServer(settings=SandboxSettings(filter_answer=form)) as server, connect(server) as client:
        create(client, {"name": "a"})
        data = client.post(FILTER, json={"query": {}}).json()["data"]
        assert list(data) == keys
        assert [record["name"] for record in data[form]] == ["a"]


def test_a_bare_list() -> None:
    with SandboxServer(settings=SandboxSettings(filter_answer="list")) as server, connect(server) as client:
        create(client, {"name": "a"})
        [record] = client.post(FILTER, json={"query": {}}).json()["data"]
        assert record["name"] == "a"


def test_a_form_that_nobody_knows() -> None:
    with SandboxServer(settings=SandboxSettings(filter_answer="other")) as server, connect(server) as client:
        create(client, {"name": "a"})
        assert client.post(FILTER, json={"query": {}}).json()["data"] == {"message": "1 found"}
