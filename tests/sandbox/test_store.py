"""The store by itself: what several threads and its own callers may rely on."""

from __future__ import annotations

import re
import threading

from leapgrid.sandbox import RecordStore

USER = "sandbx_Owner001"


def test_threads_lose_nothing() -> None:
    store = RecordStore()

    def work() -> None:
        for number in range(200):
            store.add("lead", [{"name": str(number)}], USER)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = store.records("lead")
    assert len(records) == store.count("lead") == 800
    assert len({record["id"] for record in records}) == 800
    assert all(re.fullmatch(r"sandbx_[A-Za-z0-9]{8}", record["id"]) for record in records)


def test_what_it_hands_out_is_a_copy() -> None:
    store = RecordStore()
    [added] = store.add("lead", [{"name": "a"}], USER)
    added["name"] = "changed"
    store.records("lead")[0]["name"] = "changed"
    found = store.get("lead", added["id"])
    assert found is not None
    found["name"] = "changed"
    assert [record["name"] for record in store.records("lead")] == ["a"]


def test_what_the_server_fills_cannot_be_sent() -> None:
    store = RecordStore(clock=lambda: 1.5)
    [record] = store.add("lead", [{"id": "x", "created_at": 1, "created_by": "x", "search_field": "x"}], USER)
    assert record["id"] != "x"
    assert (record["created_at"], record["created_by"], record["search_field"]) == (1500, USER, None)


def test_young_records_can_be_left_out() -> None:
    store = RecordStore()
    [record] = store.add("lead", [{"name": "a"}], USER)
    assert store.records("lead", min_age=3600) == []
    assert store.get("lead", record["id"], min_age=3600) is None
    assert store.records("lead") == [record]


def test_only_objects_with_records_are_named() -> None:
    store = RecordStore()
    store.add("lead", [], USER)
    assert store.slugs() == ()
    assert store.records("lead") == []
    assert store.merge("lead", "nothing", {"name": "a"}, USER) is None
