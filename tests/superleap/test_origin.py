"""To which addresses a key may go."""

from __future__ import annotations

import pytest

from leapgrid.superleap import BadBaseUrl, Sent, check_base_url
from leapgrid.superleap.origin import origin_of

GOOD = [
    ("https://app.superleap.com", "https://app.superleap.com"),
    ("https://app.superleap.com/", "https://app.superleap.com"),
    ("HTTPS://App.Superleap.COM:443//", "https://app.superleap.com"),
    ("https://app.superleap.dev:8443", "https://app.superleap.dev:8443"),
    ("app.superleap.com", "https://app.superleap.com"),
    ("app.superleap.com:8443/api", "https://app.superleap.com:8443/api"),
    ("https://crm.example.org/gateway/v2/", "https://crm.example.org/gateway/v2"),
    ("https://192.168.1.20:8001", "https://192.168.1.20:8001"),
    ("https://xn--kse-qla.example", "https://xn--kse-qla.example"),
    ("http://localhost:8001", "http://localhost:8001"),
    ("http://LOCALHOST:8001", "http://localhost:8001"),
    ("localhost:8001", "http://localhost:8001"),
    ("localhost", "http://localhost"),
    ("127.0.0.1:8001", "http://127.0.0.1:8001"),
    ("http://127.0.0.1:80", "http://127.0.0.1"),
    ("http://127.8.9.10:8001/", "http://127.8.9.10:8001"),
    ("http://[::1]:8001", "http://[::1]:8001"),
    ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
    ("[::1]:8001", "http://[::1]:8001"),
    ("https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443"),
    ("  https://app.superleap.com  ", "https://app.superleap.com"),
]

BAD = [
    "",
    "   ",
    "https://",
    "http://app.superleap.com",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil",
    "http://localhost.:8001",
    "http://evil.example/127.0.0.1",
    "http://evil.example#@127.0.0.1",
    "http://evil.example?@127.0.0.1",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:pass@evil.example",
    "https://user@app.superleap.com",
    "https://user:secret@app.superleap.com",
    "http://127.0.0.1\\@evil.example",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://127.1",
    "http://127.0.0.01",
    "https://2130706433",
    "https://0x7f.1",
    "http://0.0.0.0:8001",
    "http://10.0.0.1",
    "http://[::ffff:127.0.0.1]",
    "http://[::]",
    "http://[::1%25lo]:8001",
    "http://[fe80::1]",
    "http://[::1",
    "http://[evil.example]",
    "https://app.superleap.com\r\nX-Evil: 1",
    "https://app.superleap.com\n",
    "https://app.super\tleap.com",
    "https://app superleap.com",
    "https://app.superleap.com\x00",
    "https://app.superleap.com\x85",
    "https://app.superleap.com/?x=1",
    "https://app.superleap.com/?",
    "https://app.superleap.com/#top",
    "https://app.superleap.com/../admin",
    "https://app.superleap.com/a//b",
    "https://app.superleap.com/%2e%2e/",
    "https://app.superleap.com:0",
    "https://app.superleap.com:",
    "https://app.superleap.com:99999",
    "https://app.superleap.com:80a",
    "https://app.superleap.com:８００１",
    "https://käse.example",
    "https://аpp.superleap.com",
    "https://-app.superleap.com",
    "https://app..superleap.com",
    "https://" + "a" * 64 + ".example",
    "ftp://app.superleap.com",
    "file:///etc/passwd",
    "javascript://app.superleap.com",
    "//app.superleap.com",
]


@pytest.mark.parametrize(("given", "expected"), GOOD)
def test_a_good_address_gets_its_one_form(given: str, expected: str) -> None:
    assert check_base_url(given) == expected
    # It is a fixed point: what was stored is read back alike.
    assert check_base_url(expected) == expected


@pytest.mark.parametrize("given", BAD)
def test_a_bad_address_is_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(BadBaseUrl) as caught:
        check_base_url(given)
    assert caught.value.sent is Sent.NO
    assert caught.value.message.endswith(".")
    assert "secret" not in f"{caught.value} {caught.value!r}"


def test_letters_of_other_scripts_are_named_as_the_reason() -> None:
    with pytest.raises(BadBaseUrl, match="xn--"):
        check_base_url("https://аpp.superleap.com")


def test_the_origin_leaves_the_path_out() -> None:
    assert (
        origin_of(check_base_url("https://crm.example.org:8443/gateway/")) == "https://crm.example.org:8443"
    )
