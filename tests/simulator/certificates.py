# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's own certificate authority, and a TLS context for each family of host names."""

from __future__ import annotations

import pathlib
import ssl

import trustme


class Certificates:
    def __init__(self) -> None:
        # Elliptic curves: an RSA key of the same strength costs the server several times as much a handshake.
        self._authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        self._contexts: dict[str, ssl.SSLContext] = {}

    def write_authority(self, path: pathlib.Path) -> None:
        self._authority.cert_pem.write_to_path(str(path))

    def context(self, host: str) -> ssl.SSLContext:
        """One for all names that differ in the first part alone, as Qlik Cloud's own wildcard certificates are."""
        family = "*." + host.partition(".")[2]
        context = self._contexts.get(family)
        if context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.set_alpn_protocols(["http/1.1"])
            # Nobody resumes a session here, and two tickets a connection are two writes.
            context.num_tickets = 0
            certificate = self._authority.issue_cert(family, key_type=trustme.KeyType.ECDSA)
            certificate.configure_cert(context)
            self._contexts[family] = context
        return context
