# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens that the tasks of one run share, and that no variable holds.

What a task registers can be shown by any other task (``debug: var=hostvars[...]``), kept in a fact cache or sent to a callback. So
the roles register a reference only. The token itself is in a file without a name, in memory if the system has that. The process of
ansible-playbook opens it when this file is first imported, before it forks the worker of the first task of a wave; the workers inherit
it, and it is gone when the run is over.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile


class TokenStore:
    """Texts that forked processes hand on to each other."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self._file = os.memfd_create("tenantops.qlik")
        else:
            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())

    def keep(self, token: str) -> str:
        """Keep a token. Returns the reference that read() gives it back for, which is no secret."""
        mark = secrets.token_hex(16)
        content = f"{mark}{token}".encode()
        # Workers run beside each other: nobody else writes between the two.
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            offset = os.fstat(self._file).st_size
            os.pwrite(self._file, content, offset)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        return f"{offset}:{len(content)}:{mark}"

    def read(self, reference: object) -> str | None:
        """The token of a reference; None if this run has not kept it."""
        parts = str(reference).split(":")
        if len(parts) != 3:
            return None
        offset, length, mark = parts
        if not (offset.isdecimal() and length.isdecimal() and len(mark) == 32 and len(offset) < 16 and len(length) < 9):
            return None
        content = os.pread(self._file, int(length), int(offset)).decode(errors="replace")
        return content.removeprefix(mark) if content.startswith(mark) else None


TOKENS = TokenStore()
