# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fault does to a request: the keys below `do` in a scenario. README.md describes each."""

from __future__ import annotations

import dataclasses
from typing import Any

from simulator import checks
from simulator.checks import ScenarioError

UNSET: Any = object()  # `json: null` is a body too


@dataclasses.dataclass
class Misbehaviour:
    # An answer in place of the API's
    status: int | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    json: Any = UNSET
    html: str | None = None
    body: str | None = None
    redirect: str | None = None
    effect: bool = False  # whether the tenant is changed although that answer is sent
    # When the answer comes, and whether it does
    delay: float = 0
    when: str = "before"
    drop: str | None = None
    reset: bool = False
    # What becomes of the answer on its way
    drip: float | None = None
    half: bool = False
    content_length: str | int | None = None
    huge: int | None = None
    invalid_utf8: bool = False
    deep: int | None = None
    # Others
    revoke_token: bool = False
    connect: str | None = None

    @property
    def has_answer(self) -> bool:
        if self.connect is not None:  # its status is the proxy's
            return False
        given = (self.status, self.html, self.body, self.redirect)
        return self.json is not UNSET or any(each is not None for each in given)

    def check(self, where: str) -> None:
        self._check_values(where)
        given = {
            field.name
            for field in dataclasses.fields(self)
            if field.default_factory is dataclasses.MISSING and getattr(self, field.name) != field.default
        }
        if not self.headers and not given - {"when", "reset", "effect"}:
            raise ScenarioError(f"{where}: does nothing")
        bodies = [name for name in ("json", "html", "body") if name in given]
        if len(bodies) > 1:
            raise ScenarioError(f"{where}: {' and '.join(bodies)} are two bodies")
        if self.connect is not None and given - {"connect", "status", "delay", "reset"}:
            raise ScenarioError(f"{where}: connect goes with status, delay and reset alone")
        if self.drop is not None and (self.has_answer or self.headers or given - {"drop", "delay", "when", "reset"}):
            raise ScenarioError(f"{where}: drop sends no answer, so that nothing else about an answer can be said")
        if self.effect and not self.has_answer:
            raise ScenarioError(f"{where}: effect goes with an answer (status, json, html, body, redirect)")

    def _check_values(self, where: str) -> None:
        if self.status is not None:
            checks.status(self.status, f"{where}.status")
        for name, value in checks.mapping(self.headers, f"{where}.headers").items():
            checks.text(value, f"{where}.headers.{name}")
        for name in ("html", "redirect"):
            if getattr(self, name) is not None:
                checks.text(getattr(self, name), f"{where}.{name}")
        if self.body is not None and not isinstance(self.body, str):
            raise ScenarioError(f"{where}.body: must be a text, not {self.body!r}")
        for name in ("effect", "reset", "half", "invalid_utf8", "revoke_token"):
            checks.flag(getattr(self, name), f"{where}.{name}")
        checks.number(self.delay, f"{where}.delay")
        checks.one_of(self.when, ("before", "after"), f"{where}.when")
        if self.drop is not None:
            checks.one_of(self.drop, ("before", "after"), f"{where}.drop")
        if self.connect is not None:
            checks.one_of(self.connect, ("refuse", "drop"), f"{where}.connect")
        if self.drip is not None:
            checks.number(self.drip, f"{where}.drip")
        for name in ("huge", "deep"):
            if getattr(self, name) is not None:
                checks.whole(getattr(self, name), f"{where}.{name}", least=1)
        if isinstance(self.content_length, bool) or not isinstance(self.content_length, (str, int, type(None))):
            raise ScenarioError(f"{where}.content_length: must be wrong or a whole number to add")
        if isinstance(self.content_length, str):
            checks.one_of(self.content_length, ("wrong",), f"{where}.content_length")
