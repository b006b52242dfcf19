# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TLS context: certificates are always checked, and sockets keep to the deadline of the request."""

from __future__ import annotations

import functools
import os
import ssl

from .deadline import DeadlineTLSSocket


@functools.lru_cache(maxsize=8)
def context_for(ca_path: str) -> ssl.SSLContext:
    """The context that trusts the certificates in a file or a folder, built once per process.

    Reading a bundle of certificates costs tens of milliseconds: a process that forks workers builds it before.

    :raises OSError: the path cannot be read, or holds no certificate.
    """
    folder = os.path.isdir(ca_path)
    context = ssl.create_default_context(cafile=None if folder else ca_path, capath=ca_path if folder else None)
    context.sslsocket_class = DeadlineTLSSocket
    return context
