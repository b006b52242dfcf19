# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong before an answer is there, as urllib3 raises it out of its connection pool."""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME

# Where urllib3 puts connections and pools, which its messages show with their addresses.
_POOL: t.Any = object()


def _gave_up(reason: Exception) -> MaxRetryError:
    return MaxRetryError(_POOL, "/", reason)


def refused() -> MaxRetryError:
    """Nobody listens there."""
    return _gave_up(NewConnectionError(_POOL, "Failed to establish a new connection: [Errno 111] Connection refused"))


def cut() -> ProtocolError:
    """The server closed the connection instead of answering."""
    return ProtocolError(
        "Connection aborted.", http.client.RemoteDisconnected("Remote end closed connection without response")
    )


def reset() -> ProtocolError:
    """The connection was reset."""
    return ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))


def read_timeout() -> ReadTimeoutError:
    """No answer in time: the server may still be at it."""
    return ReadTimeoutError(_POOL, "/", "Read timed out. (read timeout=30)")


def connect_timeout() -> MaxRetryError:
    """No connection in time."""
    return _gave_up(ConnectTimeoutError(_POOL, "Connection to the host timed out. (connect timeout=30)"))


def write_timeout() -> ProtocolError:
    """The request was not taken in time."""
    return ProtocolError("Connection aborted.", TimeoutError("The write operation timed out"))


def certificate() -> MaxRetryError:
    """A certificate that nobody vouches for."""
    reason = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    reason.verify_message = "self-signed certificate"
    return _gave_up(SSLError(reason))


def name(errno: int) -> MaxRetryError:
    """The host's name is not resolved."""
    return _gave_up(_unresolved(errno))


def name_unknown() -> MaxRetryError:
    """The name service knows no such host."""
    return name(socket.EAI_NONAME)


def name_service_down() -> MaxRetryError:
    """The name service gives no answer."""
    return name(socket.EAI_AGAIN)


def proxy_name_unknown() -> MaxRetryError:
    """The name service knows no such proxy."""
    return _gave_up(ProxyError("Unable to connect to proxy", _unresolved(socket.EAI_NONAME)))


def proxy_refused() -> MaxRetryError:
    """No proxy listens there."""
    return _gave_up(ProxyError("Unable to connect to proxy", NewConnectionError(_POOL, "Connection refused")))


def tunnel_refused(words: str = "403 Forbidden") -> MaxRetryError:
    """The proxy is there and does not connect to the host."""
    return _gave_up(ProxyError("Unable to connect to proxy", OSError(f"Tunnel connection failed: {words}")))


def no_tls_any_more() -> MaxRetryError:
    """What came instead of an answer, over a connection that had TLS, is no TLS: the request may have passed."""
    reason = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    reason.reason = "WRONG_VERSION_NUMBER"
    return _gave_up(SSLError(reason))


def cut_by_proxy() -> MaxRetryError:
    """The proxy dropped the connection: the same class as a refused CONNECT, but the request may have passed."""
    return _gave_up(
        ProxyError(
            "Unable to connect to proxy",
            http.client.RemoteDisconnected("Remote end closed connection without response"),
        )
    )


def _unresolved(errno: int) -> NameResolutionError:
    error = NameResolutionError(HOSTNAME, _POOL, socket.gaierror(errno, "no address"))
    error.__cause__ = socket.gaierror(errno, "no address")
    return error
