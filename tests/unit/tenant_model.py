# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant behind the wire: it has a state that requests change, so that a fault before the effect differs from one after it.

What it answers is as in the reference's sections; the faults that are laid over its answers are in fault_table.py.
"""

from __future__ import annotations

import enum
import json
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    HOSTNAME,
    REGISTER,
    RENEWED_TOKEN,
    TENANT_ID,
    TENANT_TOKEN,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent, Wire

# The kinds of requests: to the register host, and to the tenant's own.
ISSUE, READ, DEACTIVATE, REACTIVATE = "token", "read", "deactivate", "reactivate"
PROBE, ME, USER, RECORD = "probe", "tenants/me", "users/me", "own record"
ACTIONS = (DEACTIVATE, REACTIVATE)

_DEACTIVATED_CODES = ("TENANT_DEACTIVATED", "TENANT_DISABLED")
_AUTHENTICATION_CODES = ("OAUTH-", "AUTH-", "AUTHENTICATION-")
_LATE = 5.0


class Effect(enum.Enum):
    """What a POST that meets a fault does to the tenant all the same. LATE: some seconds after the client gave up on it."""

    NONE = "before effect"
    DONE = "after effect"
    LATE = "before a late effect"


# What is answered instead of the honest reply, or raised; None: the fault does not apply to this answer.
Make = Callable[["Model", Sent, Reply], "Reply | BaseException | None"]


@dataclass(frozen=True)
class Strike:
    """A fault that meets the requests of a kind from the first to the last of these numbers (1: the first of all)."""

    kind: str
    make: Make
    effect: Effect = Effect.NONE
    first: int = 1
    last: float = float("inf")


class Model(Wire):
    """The tenant, its register host and its own host.

    :arg reads: the register host answers reads.
    :arg me: how /tenants/me of a live tenant answers: "record", "redirect", or "refused".
    """

    def __init__(
        self, clock: FakeClock, *strikes: Strike, active: bool, reads: bool = True, me: str = "record"
    ) -> None:
        super().__init__()
        self.active = active
        self.effective = 0
        self.struck = 0
        # What the server said of the tenant since the last effect, as a state that the answer proves.
        self.said: set[str] = set()
        self.tokens: set[str] = set()
        self.issued = 0
        # The tenant's host said, in the reference's own words, that the tenant is in the other state: nobody can know better.
        self.misled = False
        self.answered: list[Reply] = []
        self._clock = clock
        self._strikes = strikes
        self._reads = reads
        self._me = me
        self._since = clock.now()
        self._late: list[tuple[float, str]] = []
        self._counts: dict[str, int] = {}

    @property
    def pending(self) -> int:
        """POSTs that were taken and have no effect yet."""
        return len(self._late)

    def count(self, kind: str) -> int:
        """How many requests of a kind there were."""
        return self._counts.get(kind, 0)

    def reply(self, sent: Sent) -> Reply:
        self.sent.append(sent)
        self._let_late_effects_come()
        kind = kind_of(sent)
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        for strike in self._strikes:
            if strike.kind == kind and strike.first <= number <= strike.last:
                return self._struck(strike, sent)
        return self._answer(kind, self.honest(sent, Effect.DONE))

    def honest(self, sent: Sent, effect: Effect) -> Reply:
        """The answer as the reference has it, with that effect."""
        kind = kind_of(sent)
        if kind == ISSUE:
            self.issued += 1
            value = {1: TOKEN, 2: RENEWED_TOKEN}.get(self.issued, f"{RENEWED_TOKEN}-{self.issued}")
            self.tokens.add(value)
            return answers.token(value)
        if kind == PROBE:
            return answers.tenant_token() if self.active else answers.deactivated()
        token = sent.headers.get("Authorization", "").removeprefix("Bearer ")
        if kind in (ME, USER, RECORD):
            return self._own_api(kind, token)
        if token not in self.tokens:
            return answers.UNAUTHORIZED
        if kind == READ:
            now = "active" if self.active else "disabled"
            return (
                answers.record(now, statusLastUpdatedAt=write_time(self._since)) if self._reads else answers.FORBIDDEN
            )
        if sent.headers.get("qlik-confirm-hostname") != HOSTNAME:
            return answers.error(412, "TENANTS-12", "The hostname does not match.")
        self._take(kind, effect)
        if kind == REACTIVATE:
            return answers.as_json(200, {"id": TENANT_ID, "status": "active"})
        return answers.disabled(estimatedPurgeDate=write_time(self._clock.now() + timedelta(days=30)))

    def _own_api(self, kind: str, token: str) -> Reply:
        if not self.active:
            return answers.deactivated()
        if token != TENANT_TOKEN:
            return answers.UNAUTHORIZED
        if kind == USER:
            return answers.as_json(200, {"id": "a-user", "tenantId": TENANT_ID})
        if kind == ME and self._me == "redirect":
            return Reply(302, b"", {"Location": f"https://{HOSTNAME}/api/v1/tenants/{TENANT_ID}"})
        if kind == ME and self._me == "refused":
            return answers.FORBIDDEN
        return answers.record("active")

    def _take(self, kind: str, effect: Effect) -> None:
        if effect is Effect.DONE:
            self._apply(kind)
        elif effect is Effect.LATE:
            self._late.append((self._clock.monotonic() + _LATE, kind))

    def _apply(self, kind: str) -> None:
        self.active = kind == REACTIVATE
        self.effective += 1
        self._since = self._clock.now()
        self.said.clear()

    def _let_late_effects_come(self) -> None:
        due = [one for one in self._late if one[0] <= self._clock.monotonic()]
        self._late = [one for one in self._late if one not in due]
        for _when, kind in due:
            self._apply(kind)

    def _struck(self, strike: Strike, sent: Sent) -> Reply:
        honest = self.honest(sent, strike.effect)
        made = strike.make(self, sent, honest)
        if made is None:
            # An effect that was held back for the fault is that of an honest answer then.
            return self._answer(strike.kind, honest if strike.kind not in ACTIONS else self.honest(sent, Effect.DONE))
        self.struck += 1
        if isinstance(made, BaseException):
            raise made
        return self._answer(strike.kind, made)

    def _answer(self, kind: str, reply: Reply) -> Reply:
        self.answered.append(reply)
        state = proven(kind, reply)
        if state:
            self.said.add(state)
            self.misled |= kind == PROBE and state != ("active" if self.active else "disabled")
        return reply


def kind_of(sent: Sent) -> str:
    """What a request is for."""
    parts = urlsplit(sent.url)
    own = parts.hostname == HOSTNAME
    known = {
        ("POST", "/oauth/token"): PROBE if own else ISSUE,
        ("GET", "/api/v1/tenants/me"): ME,
        ("GET", "/api/v1/users/me"): USER,
        ("GET", f"/api/v1/tenants/{TENANT_ID}"): RECORD if own else READ,
        ("POST", f"/api/v1/tenants/{TENANT_ID}/actions/deactivate"): DEACTIVATE,
        ("POST", f"/api/v1/tenants/{TENANT_ID}/actions/reactivate"): REACTIVATE,
    }
    return known.get((sent.method, parts.path), f"{sent.method} {parts.path}")


def went_astray(sent: Sent) -> bool:
    """A request to nobody that it may go to."""
    parts = urlsplit(sent.url)
    return parts.scheme != "https" or parts.netloc not in (HOSTNAME, REGISTER)


def proven(kind: str, reply: Reply) -> str | None:
    """The state of the tenant that an answer proves to whoever knows the reference: "active", "disabled" or None."""
    try:
        body: t.Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    if kind in (READ, DEACTIVATE):
        return str(body.get("status")) if 200 <= reply.status < 300 and body.get("id") == TENANT_ID else None
    if kind != PROBE:
        return None
    if 200 <= reply.status < 300:
        return "active" if isinstance(body.get("access_token"), str) else None
    listed = body.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    code = first.get("code") if isinstance(first, dict) else None
    if not isinstance(code, str) or not code.strip():
        return None
    if reply.status in (401, 403) and code in _DEACTIVATED_CODES:
        return "disabled"
    return "active" if reply.status in (400, 401, 403) and code.startswith(_AUTHENTICATION_CODES) else None
