"""How faults are written, and which calls they strike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapgrid.sandbox import FAULT_NAMES, BadFault, Fault
from leapgrid.sandbox.faults import CallKind, FaultBook, as_faults

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cut-after", Fault("cut-after")),
        ("cut-after@2", Fault("cut-after", first=2, last=2)),
        ("cut-after @2", Fault("cut-after", first=2, last=2)),
        ("cut-after@2-4", Fault("cut-after", first=2, last=4)),
        ("cut-after@2+", Fault("cut-after", first=2)),
        ("cut-after x1", Fault("cut-after", times=1)),
        ("cut-afterx1", Fault("cut-after", times=1)),
        ("cut-after@2+x3", Fault("cut-after", first=2, times=3)),
        (" slow=2.5 ", Fault("slow", "2.5")),
        ("slow=1x1", Fault("slow", "1", times=1)),
        ("rate-limit", Fault("rate-limit")),
        ("rate-limit=1x2", Fault("rate-limit", "1", times=2)),
        ("rate-limit=", Fault("rate-limit", "")),
        ("rate-limit=-1", Fault("rate-limit", "-1")),
        ("rate-limit=\u00b2", Fault("rate-limit", "\u00b2")),
        (
            "rate-limit=Wed, 21 Oct 2015 07:28:00 GMT@1",
            Fault("rate-limit", "Wed, 21 Oct 2015 07:28:00 GMT", 1, 1),
        ),
        ("unauthorized-from=3", Fault("unauthorized-from", "3")),
        ("html-502x2", Fault("html-502", times=2)),
        ("lookup:error-500", Fault("error-500", scope="lookup")),
        ("all:slow=0.1@3", Fault("slow", "0.1", 3, 3, scope="all")),
        ("stale=5", Fault("stale", "5", scope="lookup")),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault
    assert Fault.parse(str(fault)) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "Cut-After",
        "cut-after=1",
        "cut-after@0",
        "cut-after@3-2",
        "cut-after@x",
        "cut-after@2@3",
        "cut-after x0",
        "slow",
        "slow=",
        "slow=-1",
        "slow=soon",
        "slow=1e3",
        "slow=\u0661",
        "stale",
        "unauthorized-from",
        "unauthorized-from=\u00b2",
        "too-large=1.5",
        "rate-limit=a\r\nSet-Cookie: b",
        "rate-limit=\u2603",
        "somewhere:cut-after",
    ],
)
def test_what_is_no_fault_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(BadFault) as caught:
        Fault.parse(text)
    assert str(caught.value).endswith(".")


def _faults() -> st.SearchStrategy[Fault]:
    def build(name: str, first: int, length: int | None, times: int | None) -> Fault:
        value = "3" if name in ("slow", "slow-after", "stale", "unauthorized-from", "too-large") else None
        return Fault(name, value, first, None if length is None else first + length, times, "all")

    counts = st.none() | st.integers(0, 9)
    times = st.none() | st.integers(1, 9)
    return st.builds(build, st.sampled_from(FAULT_NAMES), st.integers(1, 99), counts, times)


@given(_faults())
def test_what_is_written_is_read_again(fault: Fault) -> None:
    assert Fault.parse(str(fault)) == fault


def test_several_faults_in_one_text_and_in_a_list() -> None:
    expected = (Fault("cut-after", first=1, last=1), Fault("stale", "2", scope="lookup"))
    assert as_faults("cut-after@1; stale=2;") == expected
    assert as_faults(["cut-after@1", expected[1]]) == expected
    assert as_faults(expected[0]) == expected[:1]
    assert as_faults(None) == ()


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("cut-after", "11111"),
        ("cut-after@2", "01000"),
        ("cut-after@2-3", "01100"),
        ("cut-after@2+", "01111"),
        ("cut-afterx2", "11000"),
        ("cut-after@3+x2", "00110"),
        ("unauthorized-from=3", "00111"),
        ("lookup:cut-after", "00000"),
        ("all:cut-after", "11111"),
    ],
)
def test_which_create_calls_are_struck(text: str, struck: str) -> None:
    book = FaultBook(text)
    name = as_faults(text)[0].name
    assert "".join(str(int(name in book.take(CallKind.CREATE))) for _ in struck) == struck


def test_other_calls_do_not_count() -> None:
    book = FaultBook("cut-after@2;unauthorized-from=2")
    kinds = (CallKind.CREATE, CallKind.LOOKUP, CallKind.OTHER, CallKind.CREATE, CallKind.LOOKUP)
    striking = [book.take(kind) for kind in kinds]
    assert ["cut-after" in faults for faults in striking] == [False, False, False, True, False]
    # A key that has expired is refused for every kind of call.
    assert ["unauthorized-from" in faults for faults in striking] == [False, False, False, True, True]


def test_setting_faults_counts_anew_and_replaces() -> None:
    book = FaultBook("cut-after@2")
    book.take(CallKind.CREATE)
    book.set("cut-after@2")
    assert "cut-after" not in book.take(CallKind.CREATE)
    assert "cut-after" in book.take(CallKind.CREATE)
    book.set(None)
    assert book.faults == ()
    assert book.take(CallKind.CREATE).faults == ()
