# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One client's connection: what the application may do to it, and a transport that joins writes."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any


class Connection:
    """Number, the host that was asked for, and the way to break it off."""

    def __init__(self, number: int, host: str) -> None:
        self.number = number
        self.host = host
        self.transport: JoiningTransport | None = None  # from the end of the TLS handshake

    @property
    def closing(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    def abort(self, *, reset: bool) -> None:
        """Ends the connection without a word; with `reset` the peer gets a TCP reset in place of an end of stream."""
        assert self.transport is not None
        self.transport.flush()
        if reset:
            reset_on_close(self.transport.get_extra_info("socket"))
        self.transport.abort()

    def write(self, content: bytes) -> None:
        """Bytes that no HTTP server would send, past the HTTP implementation."""
        assert self.transport is not None
        self.transport.write(content)


def reset_on_close(sock: Any) -> None:
    """Lingering for no time at all turns the end of a connection into a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class JoiningTransport:
    """Joins what is written in one turn of the event loop into one write.

    The HTTP implementation writes head and body of an answer one after the other: two TLS records, two packets.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def flush(self) -> None:
        if self._parts:
            content = b"".join(self._parts)
            self._parts.clear()
            self._transport.write(content)

    def close(self) -> None:
        self.flush()
        self._transport.close()
