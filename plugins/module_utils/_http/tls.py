# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TLS context: certificates are always checked, and a whole request is bounded in time."""

from __future__ import annotations

import functools
import os
import ssl
import threading
import time
import typing as t

_deadline = threading.local()


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose reads end at the deadline of the request, however slowly the bytes drip in.

    The time-out of requests and urllib3 is one for each read of the socket: a server that sends a byte every second
    would hold a request for ever.
    """

    def recv_into(self, *args: t.Any, **kwargs: t.Any) -> int:
        at = getattr(_deadline, "at", None)
        if at is not None:
            left = at - time.monotonic()
            if left <= 0:
                raise TimeoutError("the whole answer did not arrive in time")
            self.settimeout(left)
        return super().recv_into(*args, **kwargs)


def end_reads_after(seconds: float | None) -> None:
    """From now on this thread's reads end after so many seconds altogether; None: no end."""
    _deadline.at = None if seconds is None else time.monotonic() + seconds


@functools.lru_cache(maxsize=8)
def context_for(ca_path: str) -> ssl.SSLContext:
    """The context that trusts the certificates in a file or a folder, built once a process.

    Reading a bundle of certificates costs tens of milliseconds: a process that forks workers builds it before.

    :raises OSError: the path cannot be read, or holds no certificate.
    """
    folder = os.path.isdir(ca_path)
    context = ssl.create_default_context(cafile=None if folder else ca_path, capath=ca_path if folder else None)
    context.sslsocket_class = _DeadlineSocket
    return context
