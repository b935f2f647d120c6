"""Small real servers on loopback that answer, or fail to, as a test wants. No HTTP library on their side."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TLS = Path(__file__).parent / "tls"


@dataclass
class Seen:
    """A request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def value(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One accepted connection, as a test's script handles it."""

    def __init__(self, server: RawServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock

    def read_request(self) -> Seen | None:
        """The next whole request, or None when the peer closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
        while len(body) < int(headers.get("content-length", 0)):
            more = self.sock.recv(65536)
            if not more:
                return None
            body += more
        seen = Seen(line, headers, body)
        self.server.seen.append(seen)
        self.server.arrived.set()
        return seen

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, status: int = 200, body: bytes | str | Any = b"", **headers: str) -> None:
        self.send(response(status, body, **headers))

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait(self) -> None:
        """Do nothing until the test is over."""
        self.server.over.wait()


def response(status: int, body: bytes | str | Any = b"", **headers: str) -> bytes:
    """An HTTP/1.1 answer; a value that is neither bytes nor text becomes JSON."""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("content_type", "application/json")
    headers.setdefault("content_length", str(len(body)))
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + body


Script = Callable[[Connection], None]


@dataclass
class RawServer:
    """Accepts connections and runs the script on each, in threads."""

    script: Script
    tls: bool = False
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.base_url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        # A blocked accept is woken by shutdown, not by close.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        try:
            if self.tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(TLS / "loopback.pem", TLS / "loopback.key")
                sock = context.wrap_socket(sock, server_side=True)
            self.script(Connection(self, sock))
        except OSError:
            pass  # the peer went away first, which is what many of the tests are about
        finally:
            sock.close()


def answering(status: int = 200, body: bytes | str | Any = b"", **headers: str) -> Script:
    """A script that answers every request of a connection alike."""

    def script(connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.answer(status, body, **headers)

    return script


# -- ways to fail ------------------------------------------------------------------------------------------


def close_before_reading(connection: Connection) -> None:
    connection.sock.recv(1)


def reset_before_reading(connection: Connection) -> None:
    connection.sock.recv(1)
    connection.reset()


def close_after_reading(connection: Connection) -> None:
    connection.read_request()


def reset_after_reading(connection: Connection) -> None:
    connection.read_request()
    connection.reset()


def garbage(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"\x16\x03\x01 220 smtp.example ESMTP ready\r\n\r\n")


def half_a_head(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def cut_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(response(200, b'{"success": true', content_length="64"))


def reset_in_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(response(200, b'{"success": true', content_length="64"))
    connection.reset()


def broken_chunks(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n")


def cut_chunks(connection: Connection) -> None:
    connection.read_request()
    connection.send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"success": true\r\n')


def huge_head(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(30_000)) + b"\r\n")


def two_lengths(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}  ")


def never_answers(connection: Connection) -> None:
    connection.read_request()
    connection.wait()


def never_reads(connection: Connection) -> None:
    connection.wait()


def slow_head(connection: Connection) -> None:
    connection.read_request()
    head = b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000
    for byte in head:
        connection.send(bytes([byte]))
        if connection.server.over.wait(0.05):
            return


def slow_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not connection.server.over.wait(0.05):
        connection.send(b" ")


def slow_chunks(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not connection.server.over.wait(0.05):
        connection.send(b"1\r\n \r\n")


@contextmanager
def busy_port() -> Iterator[int]:
    """A loopback port whose queue of connections is full: connecting to it hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        try:
            yield port
        finally:
            for filler in fillers:
                filler.close()


@contextmanager
def closed_port() -> Iterator[int]:
    """A loopback port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
