"""The key prints as a mask wherever it ends up by itself."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from dataclasses import asdict, dataclass

import pytest

from leapgrid.superleap import BadToken, SecretToken

KEY = "canary-7Qm2xV9tLw4Zr8Kp"


@pytest.mark.parametrize(
    "shown",
    [
        repr(SecretToken(KEY)),
        str(SecretToken(KEY)),
        f"{SecretToken(KEY)}",
        f"{SecretToken(KEY)!r:>40}",
        f"{SecretToken(KEY):>40}",
        "%s" % SecretToken(KEY),  # noqa: UP031  # this very form is tested
        "%r" % SecretToken(KEY),  # noqa: UP031
        "{}".format(SecretToken(KEY)),  # noqa: UP032
        repr([SecretToken(KEY)]),
        repr({"token": SecretToken(KEY)}),
    ],
)
def test_every_way_of_printing_shows_the_mask(shown: str) -> None:
    assert "***" in shown
    assert KEY[:6] not in shown


def test_it_is_given_out_only_on_request() -> None:
    assert SecretToken(KEY).reveal() == KEY
    assert SecretToken(SecretToken(KEY)).reveal() == KEY


def test_a_pasted_line_break_is_left_out() -> None:
    assert SecretToken(f" {KEY}\n").reveal() == KEY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_refuses_pickling(protocol: int) -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(SecretToken(KEY), protocol)


def test_json_does_not_know_it() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": SecretToken(KEY)})


def test_it_has_no_dict_and_cannot_be_changed() -> None:
    token = SecretToken(KEY)
    assert not hasattr(token, "__dict__")
    with pytest.raises(AttributeError):
        token._value = "other"  # type: ignore[misc]  # what is tested


def test_copies_are_the_same_object() -> None:
    @dataclass
    class Settings:
        token: SecretToken

    token = SecretToken(KEY)
    assert copy.copy(token) is token
    assert copy.deepcopy([token])[0] is token
    assert asdict(Settings(token))["token"] is token


def test_equality_compares_the_keys() -> None:
    assert SecretToken(KEY) == SecretToken(KEY)
    assert SecretToken(KEY) != SecretToken(KEY + "x")
    assert SecretToken(KEY) != KEY
    with pytest.raises(TypeError):
        hash(SecretToken(KEY))


@pytest.mark.parametrize("value", ["", "  ", "\n", "a\nb", "a\x00b", "schlüssel-schlüssel", "a\x7fb"])
def test_what_no_header_can_carry_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(BadToken) as caught:
        SecretToken(value)
    assert not value.strip() or value not in str(caught.value)


def test_a_traceback_with_locals_does_not_hold_a_bad_key() -> None:
    try:
        SecretToken(KEY + "\x00")
    except BadToken as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        inside = [frame for frame in frames.stack if frame.filename.endswith("token.py")]
    assert inside
    assert all(KEY not in text for frame in inside for text in (frame.locals or {}).values())


@pytest.mark.parametrize(
    ("key", "expected"),
    [(KEY, b'{"a": "***", "b": "x***y"}'), ("a", b'{"a": "canary-7Qm2xV9tLw4Zr8Kp", "b": "x***y"}')],
)
def test_echoes_are_masked_unless_the_key_is_as_short_as_a_word(key: str, expected: bytes) -> None:
    body = f'{{"a": "{KEY}", "b": "x{KEY if key == KEY else "***"}y"}}'.encode()
    assert SecretToken(key).mask(body) == expected
