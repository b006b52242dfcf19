# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy: takes CONNECT, says yes to Qlik Cloud's names, and speaks TLS and HTTP in their stead.

Nothing is relayed: behind a tunnel the same process ends TLS with a certificate of its own and hands the connection to
uvicorn's HTTP implementation, which carries the ASGI application.
"""

from __future__ import annotations

import asyncio
import email.parser
import itertools
import json
import logging
import re
import socket
import ssl
import urllib.parse
from typing import Any

import uvicorn
import uvicorn.server

from simulator import clock
from simulator.application import Application
from simulator.certificates import Certificates
from simulator.connection import Connection, JoiningTransport, reset_on_close
from simulator.faults import Faults
from simulator.recorder import Recorder

_LOG = logging.getLogger(__name__)
_HEAD_LIMIT = 1 << 16
_HEAD_TIMEOUT = 30.0
_KEEP_ALIVE = 75  # seconds; longer than a client that is told to wait in a rate limit test is idle
_CONNECT = re.compile(r"CONNECT (\S+):(\d+) HTTP/1\.[01]\r\n", re.ASCII)
_QLIK_CLOUD = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+qlikcloud\.com")


class Proxy:
    def __init__(
        self, application: Application, fault_list: Faults, recorder: Recorder, certificates: Certificates
    ) -> None:
        self._faults = fault_list
        self._recorder = recorder
        self._certificates = certificates
        self._numbers = itertools.count(1)
        self._tunnels: set[asyncio.Task[None]] = set()
        self._server_state = uvicorn.server.ServerState()
        self._config = uvicorn.Config(
            application,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE,
        )
        self._config.load()
        self._http_protocol = _joining(self._config.http_protocol_class)

    async def serve(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Takes connections until told to stop, then ends all of them."""
        accepting = asyncio.create_task(self._accept(listener))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({accepting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        failure = accepting.exception() if accepting.done() else None
        accepting.cancel()
        for task in self._tunnels:
            task.cancel()
        for protocol in list(self._server_state.connections):
            protocol.transport.abort()
        # Each protocol hears of its end in a later turn of the event loop. One that knows it lets its request be
        # cancelled without a word; one that does not would report an application that sends no answer.
        for _turn in range(100):
            if not self._server_state.connections:
                break
            await asyncio.sleep(0)
        for request in self._server_state.tasks:
            request.cancel()
        if failure is not None:
            raise failure

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _dummy = await loop.sock_accept(listener)
            except OSError as error:
                # Out of file descriptors: those who are being served give theirs back.
                _LOG.warning("cannot take a connection: %s", error)
                await asyncio.sleep(0.1)
                continue
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._tunnel(client))
            self._tunnels.add(task)
            task.add_done_callback(self._tunnels.discard)

    async def _tunnel(self, client: socket.socket) -> None:
        """From CONNECT to the end of the TLS handshake; the socket is closed where it does not get there."""
        handed_over = False
        try:
            head = await asyncio.wait_for(_read_head(client), _HEAD_TIMEOUT)
            if head is None:
                return
            tunnel = await self._answer_head(client, head)
            if tunnel is not None:
                handed_over = True
                await self._speak_tls(client, *tunnel)
        except ssl.SSLError as error:
            _LOG.warning("a client ended the TLS handshake; does it trust the CA? %s", error)
        except (OSError, asyncio.TimeoutError):
            # A client that went away or says nothing.
            pass
        finally:
            if not handed_over:
                client.close()

    async def _answer_head(self, client: socket.socket, head: str) -> tuple[Connection, ssl.SSLContext] | None:
        """The connection and the certificate to use on it, where the client may speak TLS now."""
        number = next(self._numbers)
        match = _CONNECT.match(head)
        if match is None:
            await self._refuse(client, head, number, 400 if head.startswith("CONNECT ") else 405)
            return None
        host, port = match.group(1).lower(), match.group(2)
        context = self._context(host) if port == "443" else None
        if context is None:
            await self._refuse(client, head, number, 403)
            return None
        fault = self._faults.for_tunnel(host)
        if fault is not None:
            await asyncio.sleep(fault.do.delay)
            if fault.do.connect == "refuse":
                await self._refuse(client, head, number, fault.do.status or 502, fault=fault.name)
            else:
                self._record(head, number, None, fault.name)
                if fault.do.reset:
                    reset_on_close(client)
            return None
        await asyncio.get_running_loop().sock_sendall(client, b"HTTP/1.1 200 Connection established\r\n\r\n")
        return Connection(number, host), context

    def _context(self, host: str) -> ssl.SSLContext | None:
        """None where the host is none of Qlik Cloud's, or has a part of which no certificate can be made."""
        if not _QLIK_CLOUD.fullmatch(host):
            return None
        try:
            return self._certificates.context(host)
        except ValueError:
            return None

    async def _speak_tls(self, client: socket.socket, connection: Connection, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = self._http_protocol(
                config=self._config, server_state=self._server_state, app_state={"connection": connection}
            )
            return made

        await loop.connect_accepted_socket(  # type: ignore[call-arg]  # ssl_shutdown_timeout: Python 3.11
            protocol,
            client,
            ssl=context,
            ssl_handshake_timeout=_HEAD_TIMEOUT,
            # Clients seldom say goodbye; there is no reason to wait for it.
            ssl_shutdown_timeout=1.0,
        )

    async def _refuse(
        self, client: socket.socket, head: str, number: int, status: int, *, fault: str | None = None
    ) -> None:
        self._record(head, number, status, fault)
        reasons = {400: "Bad Request", 403: "Forbidden", 405: "Method Not Allowed", 502: "Bad Gateway"}
        body = json.dumps({"message": "the simulator opens tunnels to port 443 of Qlik Cloud's hosts alone"}).encode()
        lines = [
            f"HTTP/1.1 {status} {reasons.get(status, 'Refused')}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "connection: close",
        ]
        if status == 405:
            lines.append("allow: CONNECT")
        await asyncio.get_running_loop().sock_sendall(client, "\r\n".join([*lines, "", ""]).encode("ascii") + body)
        client.shutdown(socket.SHUT_WR)
        # What is not read when a socket is closed turns the close into a reset, which may overtake the answer.
        await asyncio.wait_for(_drain(client), 1.0)

    def _record(self, head: str, number: int, status: int | None, fault: str | None) -> None:
        """Requests to the proxy itself are logged where no tunnel comes of them."""
        request_line, _dummy, rest = head.partition("\r\n")
        method, _dummy, target = request_line.partition(" ")
        target = target.rpartition(" ")[0]
        url = urllib.parse.urlsplit(target if "//" in target else f"//{target}")
        headers = email.parser.HeaderParser().parsestr(rest)
        self._recorder.write(
            at=clock.now(),
            host=url.netloc.rpartition("@")[2].lower().removesuffix(":443"),
            method=method,
            path=url.path or None,
            query=dict(urllib.parse.parse_qsl(url.query)),
            headers={name.lower(): str(value) for name, value in headers.items()},
            body=None,
            status=status,
            connection=number,
            tls=url.hostname if method == "CONNECT" else None,
            fault=fault,
        )


def _joining(http_protocol: Any) -> Any:
    """uvicorn's HTTP implementation on a transport that joins writes, and that the connection knows."""

    class JoiningProtocol(http_protocol):  # type: ignore[misc]
        def connection_made(self, transport: Any) -> None:
            connection: Connection = self.app_state["connection"]
            connection.transport = JoiningTransport(transport, asyncio.get_running_loop())
            super().connection_made(connection.transport)

    return JoiningProtocol


async def _drain(client: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(client, _HEAD_LIMIT):
        pass


async def _read_head(client: socket.socket) -> str | None:
    """The head of a request to the proxy; None where the client is gone or sends no end of it."""
    loop = asyncio.get_running_loop()
    head = b""
    while b"\r\n\r\n" not in head:
        part = await loop.sock_recv(client, _HEAD_LIMIT)
        head += part
        if not part or len(head) > _HEAD_LIMIT:
            return None
    return head.decode("latin-1")


def listen(port: int) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    listener.setblocking(False)
    return listener
