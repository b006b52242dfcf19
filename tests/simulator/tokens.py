# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: opaque, good for one host, for a time, and perhaps for a number of requests."""

from __future__ import annotations

import dataclasses
import re
import secrets
import time

_PREFIX = "simulated-"
# What a token looks like, so that the log can be kept clean of tokens wherever a client may have put one.
TOKEN = re.compile(_PREFIX + r"[A-Za-z0-9_-]{43}")


@dataclasses.dataclass
class Grant:
    client: str
    host: str
    expires: float  # of the monotonic clock
    uses_left: int | None


class Tokens:
    """Reference, "Hosts and credentials": a token is scoped to one host."""

    def __init__(self, lifetime: float, uses: int | None) -> None:
        self.lifetime = lifetime
        self._uses = uses
        self._grants: dict[str, Grant] = {}

    def issue(self, client: str, host: str) -> str:
        token = _PREFIX + secrets.token_urlsafe(32)
        self._grants[token] = Grant(client, host, time.monotonic() + self.lifetime, self._uses)
        return token

    def accept(self, token: str | None, host: str) -> Grant | None:
        """The grant behind a token that is good here and now; counts as one use of it."""
        grant = self._grants.get(token) if token else None
        if grant is None or grant.host != host or grant.expires <= time.monotonic():
            return None
        if grant.uses_left is not None:
            if grant.uses_left <= 0:
                return None
            grant.uses_left -= 1
        return grant

    def revoke(self, token: str | None) -> None:
        if token:
            self._grants.pop(token, None)
