# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deadline of one request: a bound on everything that it does, whatever socket it goes through.

The time-outs of requests and urllib3 bound single reads of a socket, and nothing bounds the name service. So a server or a
proxy that sends one byte per second could hold a request without end. Here each step gets what is left of the whole request's time:
name service, connection, the proxy's answer to CONNECT, TLS handshakes, sending, reading.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
import time
import typing as t
from collections.abc import Callable, Iterator

_T = t.TypeVar("_T")

_current = threading.local()


class Deadline:
    """When the request of this thread must be over, and how far it has come.

    ``connecting`` is True from the beginning of a connection until it can carry a request: an error that comes while it is True has
    reached no server.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.connecting = False

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request did not end in time")
        return left


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """What this thread does inside ends after so many seconds altogether."""
    _current.deadline = Deadline(seconds)
    try:
        yield _current.deadline
    finally:
        _current.deadline = None


def current_deadline() -> Deadline | None:
    """The deadline of this thread's request, if there is a request."""
    return getattr(_current, "deadline", None)


def bounded(work: Callable[[], _T], seconds: float) -> _T:
    """The result of something that has no time-out of its own, such as the name service.

    Its thread is left to itself when the time is over; what it brings then is dropped (a socket is closed with it).

    :raises TimeoutError: it takes longer.
    """
    outcome: queue.SimpleQueue[tuple[_T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again below
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("no result in time") from None
    if error is not None:
        raise error
    return t.cast("_T", value)


def _limit(one: socket.socket) -> None:
    current = current_deadline()
    if current is not None:
        one.settimeout(current.left())


class DeadlineSocket(socket.socket):
    """A socket whose reads and writes end at the deadline."""

    @classmethod
    def over(cls, connected: socket.socket) -> DeadlineSocket:
        """The same connection as such a socket; the given one is not usable any more."""
        timeout = connected.gettimeout()
        one = cls(connected.family, connected.type, connected.proto, fileno=connected.detach())
        one.settimeout(timeout)
        return one

    def recv(self, *args: t.Any, **kwargs: t.Any) -> bytes:
        _limit(self)
        return super().recv(*args, **kwargs)

    def recv_into(self, *args: t.Any, **kwargs: t.Any) -> int:
        _limit(self)
        return super().recv_into(*args, **kwargs)

    def send(self, *args: t.Any, **kwargs: t.Any) -> int:
        _limit(self)
        return super().send(*args, **kwargs)

    def sendall(self, *args: t.Any, **kwargs: t.Any) -> None:
        _limit(self)
        super().sendall(*args, **kwargs)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same with TLS: all its reads go through read(), all its writes through send().

    With TLS inside TLS (a proxy that is spoken to with https) it is the outer socket, and urllib3 reads the inner one from it.
    """

    def read(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        _limit(self)
        return super().read(*args, **kwargs)

    def send(self, *args: t.Any, **kwargs: t.Any) -> int:
        _limit(self)
        return super().send(*args, **kwargs)

    def do_handshake(self, *args: t.Any, **kwargs: t.Any) -> None:
        _limit(self)
        super().do_handshake(*args, **kwargs)
