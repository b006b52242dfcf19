# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deadline of a request: nothing that a server, a proxy or the name service does slowly holds it without end.

Each case is a real socket of the loopback that is slower than the deadline, one byte after the other.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import NoResponse, Reason
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, Response
from ansible_collections.tenantops.qlik.plugins.module_utils._http.retry import RetryPolicy
from ansible_collections.tenantops.qlik.plugins.module_utils._http.tls import context_for
from ansible_collections.tenantops.qlik.tests.unit.facts import PROXY_PASSWORD, REGISTER

TIMEOUT = 0.4
# A test that hangs takes at least as long as the servers drip.
DRIPPING = 3.0
PROXY = "proxy.example"

# As they were before the fixture that keeps tests from the network.
_CONNECT = socket.socket.connect

Serve = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who vouches for the servers of these tests."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="module")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS of the host and of the proxy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(REGISTER, PROXY, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return context


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    """Set when the test is over: nobody drips on."""
    event = threading.Event()
    yield event
    event.set()


class Network:
    """Names that lead to servers of this test, and a client that uses them."""

    def __init__(self, ca_path: str) -> None:
        self.ports: dict[str, int] = {}
        self.ca_path = ca_path
        self._listeners: list[socket.socket] = []

    def serve(self, name: str, handle: Serve) -> None:
        """Let a name lead to a server that does this with each connection."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        self.ports[name] = listener.getsockname()[1]

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _peer = listener.accept()
                    threading.Thread(target=quietly, args=(handle, connection), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()

    def getaddrinfo(self, host: str, _port: int, *_args: t.Any, **_kwargs: t.Any) -> list[t.Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", self.ports[host]))]

    def send(self, **more: t.Any) -> Response:
        client = Client(retry_policy=RetryPolicy(retries=0, max_wait=0), timeout=TIMEOUT, ca_path=self.ca_path)
        try:
            return client.send(Request("reading", "POST", REGISTER, "/x", **more))
        finally:
            client.close()

    def fail(self, **more: t.Any) -> NoResponse:
        """Send a request that ends at the deadline."""
        began = time.monotonic()
        with pytest.raises(NoResponse) as caught:
            self.send(**more)
        assert time.monotonic() - began < DRIPPING / 2
        return caught.value


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA) -> Iterator[Network]:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    network = Network(str(path))
    monkeypatch.setattr(socket.socket, "connect", _CONNECT)
    monkeypatch.setattr(socket, "getaddrinfo", network.getaddrinfo)
    yield network
    network.close()
    context_for.cache_clear()


def quietly(handle: Serve, connection: socket.socket) -> None:
    with contextlib.suppress(OSError), connection:
        handle(connection)


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(4096)
        if not more:
            break
        head += more
    return head


def drip(connection: socket.socket, stopped: threading.Event, first: bytes = b"") -> None:
    """Send something, and then a byte every now and then, each sooner than the time-out of one read."""
    connection.sendall(first)
    end = time.monotonic() + DRIPPING
    while time.monotonic() < end and not stopped.wait(TIMEOUT / 8):
        connection.sendall(b"x")


def over_tls(context: ssl.SSLContext, handle: Serve) -> Serve:
    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            handle(secured)

    return serve


def answer_and_drip(stopped: threading.Event) -> Serve:
    """A response that never ends."""

    def serve(connection: socket.socket) -> None:
        read_head(connection)
        drip(connection, stopped, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")

    return serve


def tunnel_to(network: Network, host: str) -> Serve:
    """A proxy that connects to a server of this test."""

    def serve(connection: socket.socket) -> None:
        read_head(connection)
        with socket.socket() as behind:
            behind.connect(("127.0.0.1", network.ports[host]))
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            threading.Thread(target=pump, args=(behind, connection), daemon=True).start()
            pump(connection, behind)

    return serve


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(65536):
            sink.sendall(data)


def test_a_host_that_drips_its_response(
    network: Network, server_context: ssl.SSLContext, stopped: threading.Event
) -> None:
    network.serve(REGISTER, over_tls(server_context, answer_and_drip(stopped)))
    assert network.fail().reason is Reason.RESPONSE_TIMEOUT


def test_a_host_that_drips_its_headers(
    network: Network, server_context: ssl.SSLContext, stopped: threading.Event
) -> None:
    def serve(connection: socket.socket) -> None:
        read_head(connection)
        drip(connection, stopped, b"HTTP/1.1 200 OK\r\nX: ")

    network.serve(REGISTER, over_tls(server_context, serve))
    assert network.fail().reason is Reason.RESPONSE_TIMEOUT


def test_a_host_that_drips_its_tls_handshake_was_sent_nothing(network: Network, stopped: threading.Event) -> None:
    # The head of a record of TLS that is never full.
    network.serve(REGISTER, lambda connection: drip(connection, stopped, b"\x16\x03\x03\x3f\xff"))
    error = network.fail()
    assert (error.reason, error.sent) == (Reason.CONNECT_TIMEOUT, False)


def test_a_proxy_that_drips_its_answer_to_connect_was_sent_nothing(
    network: Network, stopped: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(connection: socket.socket) -> None:
        read_head(connection)
        drip(connection, stopped, b"HTTP/1.1 200 ")

    network.serve(PROXY, serve)
    monkeypatch.setenv("HTTPS_PROXY", f"http://{PROXY}:3128")
    error = network.fail()
    assert (error.reason, error.sent) == (Reason.CONNECT_TIMEOUT, False)
    assert f"through http://{PROXY}:3128" in error.message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_drips_behind_a_proxy(
    network: Network,
    server_context: ssl.SSLContext,
    stopped: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scheme: str,
) -> None:
    network.serve(REGISTER, over_tls(server_context, answer_and_drip(stopped)))
    proxy = tunnel_to(network, REGISTER)
    network.serve(PROXY, proxy if scheme == "http" else over_tls(server_context, proxy))
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://{PROXY}:3128")
    assert network.fail().reason is Reason.RESPONSE_TIMEOUT


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_response_that_comes_in_time_through_a_proxy(
    network: Network, server_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    def serve(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    network.serve(REGISTER, over_tls(server_context, serve))
    proxy = tunnel_to(network, REGISTER)
    network.serve(PROXY, proxy if scheme == "http" else over_tls(server_context, proxy))
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://{PROXY}:3128")
    response = network.send()
    assert (response.status, response.body) == (200, {})


def test_a_host_that_drips_its_handshake_behind_a_proxy_with_tls(
    network: Network, server_context: ssl.SSLContext, stopped: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.serve(REGISTER, lambda connection: drip(connection, stopped, b"\x16\x03\x03\x3f\xff"))
    network.serve(PROXY, over_tls(server_context, tunnel_to(network, REGISTER)))
    monkeypatch.setenv("HTTPS_PROXY", f"https://{PROXY}:3128")
    error = network.fail()
    assert (error.reason, error.sent) == (Reason.CONNECT_TIMEOUT, False)


def test_a_host_that_takes_no_upload(
    network: Network, server_context: ssl.SSLContext, stopped: threading.Event
) -> None:
    network.serve(REGISTER, over_tls(server_context, lambda _connection: (stopped.wait(DRIPPING), None)[1]))
    error = network.fail(body={"filter": "x" * 20_000_000})
    assert (error.reason, error.sent) == (Reason.RESPONSE_TIMEOUT, True)


def test_a_name_service_that_is_slow(
    network: Network, stopped: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_args: t.Any, **_kwargs: t.Any) -> t.NoReturn:
        stopped.wait(DRIPPING)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    error = network.fail()
    assert (error.reason, error.sent) == (Reason.CONNECT_TIMEOUT, False)


def test_a_second_request_over_the_same_connection_has_a_deadline_of_its_own(
    network: Network, server_context: ssl.SSLContext
) -> None:
    def serve(connection: socket.socket) -> None:
        while read_head(connection):
            time.sleep(TIMEOUT * 0.6)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    network.serve(REGISTER, over_tls(server_context, serve))
    client = Client(retry_policy=RetryPolicy(retries=0, max_wait=0), timeout=TIMEOUT, ca_path=network.ca_path)
    assert [client.send(Request("reading", "GET", REGISTER, "/x")).status for _again in range(3)] == [200] * 3
    client.close()


def test_a_proxy_without_tls_that_is_spoken_to_with_tls_is_named_at_once_and_for_good(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    network.serve(PROXY, serve)
    monkeypatch.setenv("HTTPS_PROXY", f"https://{PROXY}:3128")
    error = network.fail()
    assert (error.reason, error.sent, error.temporary) == (Reason.NO_TLS, False, False)
    assert "must begin with http://" in error.message


@pytest.mark.parametrize(
    ("status", "reason", "temporary"),
    [
        ("407 Proxy Authentication Required", Reason.PROXY_REFUSED, False),
        ("403 Forbidden", Reason.PROXY_REFUSED, False),
        ("502 Bad Gateway", Reason.PROXY_UNAVAILABLE, True),
        ("429 Too Many Requests", Reason.PROXY_UNAVAILABLE, True),
    ],
)
def test_what_a_proxy_answers_to_connect(
    network: Network, monkeypatch: pytest.MonkeyPatch, *, status: str, reason: Reason, temporary: bool
) -> None:
    def serve(connection: socket.socket) -> None:
        head = read_head(connection).decode()
        sent = next(line for line in head.splitlines() if line.startswith("Proxy-Authorization"))
        connection.sendall(f"HTTP/1.1 {status} {sent}\r\nContent-Length: 0\r\n\r\n".encode())

    network.serve(PROXY, serve)
    monkeypatch.setenv("HTTPS_PROXY", f"http://svc:{PROXY_PASSWORD}@{PROXY}:3128")
    error = network.fail()
    assert (error.reason, error.sent, error.temporary) == (reason, False, temporary)
    assert status in error.message
    assert "Proxy-Authorization: Basic ********" in error.message


def test_a_folder_of_certificates_is_taken_and_nothing_else(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, folder = tmp_path / "usual.pem", tmp_path / "folder"
    authority.cert_pem.write_to_path(str(usual))
    folder.mkdir()
    # What OpenSSL takes if it is given neither a file nor a folder.
    monkeypatch.setenv("SSL_CERT_FILE", str(usual))
    context = context_for(str(folder))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []
