"""To which addresses a key may be sent."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from leapgrid.superleap.errors import BadBaseUrl

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_DEFAULT_PORTS = {"http": 80, "https": 443}
LOCALHOST = "localhost"


def check_base_url(url: str) -> str:
    """The address in its one form: scheme, host, port if unusual, path without a slash at the end.

    `https` goes anywhere. `http` goes only to this computer: a literal loopback address (127.0.0.0/8 in
    its plain form, ::1), or `localhost`, which the transport resolves and holds to loopback. Without a
    scheme, `localhost:8001` is http as in curl, and any other host is https.

    Args:
        url: as a person or a profile gives it.

    Raises:
        BadBaseUrl: it has a user, a query, a fragment, control characters, or a host that cannot be
            trusted with a key.
    """
    text = url.strip(" ")
    # Before anything parses: urlsplit removes line breaks and tabs by itself.
    if not text or any(char <= " " or "\x7f" <= char <= "\xa0" or char in "\\%" for char in text):
        raise BadBaseUrl("The address is empty or holds spaces, line breaks, backslashes or %.")
    if not text.isascii():
        raise BadBaseUrl("The address holds letters outside a-z; give its xn-- form.")
    if "://" not in text:
        text = f"{_scheme_for(text)}://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadBaseUrl("The host or the port of the address cannot be read.") from error
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise BadBaseUrl("The address must begin with https://.")
    if "@" in parts.netloc:
        raise BadBaseUrl("The address must not hold a user name or a password.")
    if "?" in text or "#" in text:
        raise BadBaseUrl("The address must end with the host or a path, without ? or #.")
    if port == 0 or parts.netloc.endswith(":"):
        raise BadBaseUrl("The port of the address cannot be read.")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or any(part in (".", "..") for part in path.split("/")):
        raise BadBaseUrl("The path of the address holds characters that do not belong there.")
    shown = _host(host, bracketed=parts.netloc.startswith("["))
    if scheme == "http" and not is_loopback(shown):
        raise BadBaseUrl("Plain http goes only to this computer; give the address with https://.")
    number = "" if port is None or port == _DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{shown}{number}{path}"


def origin_of(base_url: str) -> str:
    """Scheme, host and port of an address that :func:`check_base_url` gave."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host (as :func:`check_base_url` writes it) is this computer: a literal, or `localhost`."""
    if host == LOCALHOST:
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    # An IPv4 address inside an IPv6 one is refused: systems differ in where it leads.
    return address == IPv6Address("::1") if isinstance(address, IPv6Address) else address.is_loopback


def _scheme_for(text: str) -> str:
    authority = text.split("/", 1)[0].lower()
    if authority.startswith("["):
        host = authority.partition("]")[0] + "]"
    else:
        host = authority.partition(":")[0]
    return "http" if is_loopback(host) else "https"


def _host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            return f"[{IPv6Address(host)}]"
        except ValueError as error:
            raise BadBaseUrl("The host of the address is not an IPv6 address.") from error
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadBaseUrl("The host of the address cannot be read.")
    if _NUMERIC.fullmatch(labels[-1]):
        # Some systems read 2130706433, 0x7f.1 or 0177.0.0.1 as an address: only the plain form is one.
        try:
            return str(ip_address(host))
        except ValueError as error:
            raise BadBaseUrl("Write the IP address in its plain form, like 127.0.0.1.") from error
    return host
