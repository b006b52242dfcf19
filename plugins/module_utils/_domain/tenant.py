# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a tenant: its record, why there is none, and what its own host answers."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._base.errors import ErrorFields


class State(str, enum.Enum):
    """What a user of the tenant's host sees."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"

    @property
    def seen(self) -> str:
        """What the tenant's host does, for a sentence that begins with the host."""
        return _SEEN.get(self, f"answers as {self.value}")


_SEEN = {
    # The answer to a request without credentials, or with wrong ones.
    State.UNAUTHORIZED: "answers as live (unauthorized)",
    State.NOT_FOUND: "does not exist (not_found)",
    State.UNREACHABLE: "cannot be reached (unreachable)",
    State.UNKNOWN: "gives an unclear answer (unknown)",
}

# What only a live tenant answers: a token, or an error of its own authentication service.
LIVE_STATES = frozenset((State.ACTIVE, State.UNAUTHORIZED))


@dataclass(frozen=True)
class Record:
    """A tenant as the register host shows it. ``hostnames``: None if it does not show them; ``name``: None if it has none."""

    tenant_id: str
    status: str
    hostnames: tuple[str, ...] | None
    status_since: datetime | None = None
    name: str | None = None


class Reading(enum.Enum):
    """How reading the record went, if it showed none."""

    ABSENT = "the API knows no such tenant"
    REFUSED = "the register host does not allow reads"
    NO_ID = "no tenant id is known"


# The two conditions that a tenant can be brought into, and the statuses that mean them.
LIVE_STATUSES = frozenset(("active", "user-access-disabled"))


DISABLED_STATUSES = frozenset(("disabled", "deactivated"))


@dataclass(frozen=True)
class Probe:
    """What a tenant's host answered, and what that means."""

    state: State
    http_status: int | None = None
    code: str | None = None
    title: str | None = None
    trace_id: str | None = None
    description: str = ""

    def error_fields(self) -> ErrorFields:
        """What the host said, as the fields of an error."""
        return {"http_status": self.http_status, "code": self.code, "trace_id": self.trace_id}

    def result(self) -> dict[str, t.Any]:
        """As result keys."""
        return {"state": self.state.value, "title": self.title, **self.error_fields()}
