# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault table: every request of every operation meets everything that can happen to it, and the rules hold in each cell.

A cell is an operation, one of its requests, a fault, and whether it strikes once or until the end. The tenant behind the wire is
a model with a state (tests/unit/tenant_model.py), so that what the operation says is compared with what happened.
"""

from __future__ import annotations

import json
import random
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport
from ansible_collections.tenantops.qlik.tests.unit import faults
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, REGION, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.fault_table import OTHER_ID, Fault, core_faults_of, faults_of
from ansible_collections.tenantops.qlik.tests.unit.hostile import is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.tenant_model import (
    ACTIONS,
    DEACTIVATE,
    ISSUE,
    ME,
    PROBE,
    REACTIVATE,
    READ,
    RECORD,
    USER,
    Effect,
    Model,
    Strike,
    kind_of,
    went_astray,
)

MAX_WAIT, VERIFY_TIMEOUT, RETRIES = 300.0, 5.0, 1
MOST_REQUESTS, LONGEST_MESSAGE = 60, 4000
ONCE, ALWAYS = 1, float("inf")
# How many cells there are at the least: a table that shrinks by accident is noticed.
FEWEST_CELLS = 17_000

_CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
_LIMITS = {"max_wait": MAX_WAIT, "retries": RETRIES}
_TENANT = {"tenant_id": TENANT_ID, "hostname": HOSTNAME, "confirm_hostname": HOSTNAME}
_CHANGE = {**_TENANT, "verify": True, "verify_timeout": VERIFY_TIMEOUT}


@dataclass(frozen=True)
class Course:
    """An operation in one of its modes. ``first``: the number of the request that the fault strikes first."""

    name: str
    operation: str
    options: dict[str, t.Any]
    requests: tuple[str, ...]
    active: bool = True
    reads: bool = True
    me: str = "record"
    first: int = 1
    # Requests that another operation makes in the same way, and that meet all the faults there.
    as_elsewhere: tuple[str, ...] = ()
    # What the tenant is when the fault strikes, where that is not before anything was done.
    struck_active: bool | None = None
    before: Callable[[], tuple[Strike, ...]] = field(default=lambda: ())

    @property
    def wanted(self) -> str:
        """The state that the operation brings the tenant into."""
        return "active" if "reactivate" in self.operation else "disabled"

    def faults(self, kind: str) -> list[Fault]:
        """The faults of one of its requests."""
        # Where reads are refused, the first probe is that before the POST.
        active = self.active
        if self.before():
            active = bool(self.struck_active)
        elif self.operation in _CHANGING:
            active = self.active != self.reads
        if self.before() or kind in self.as_elsewhere:
            return core_faults_of(kind, deactivated=not active)
        return faults_of(kind, deactivated=not active, fields=kind != READ or self.reads)


_CHANGING = ("qlik_tenant_deactivate", "qlik_tenant_reactivate")


def _lost(kind: str, effect: Effect) -> Callable[[], tuple[Strike, ...]]:
    return lambda: (Strike(kind, lambda _m, _s, _h: faults.reset(), effect, 1, 1),)


def _courses() -> Iterator[Course]:
    for action, active in ((DEACTIVATE, True), (REACTIVATE, False)):
        for reads in (True, False):
            mode = "reads" if reads else "no reads"
            base = {"operation": f"qlik_tenant_{action}", "options": _CHANGE, "active": active, "reads": reads}
            elsewhere = () if reads else (ISSUE, action)
            elsewhere += () if action == DEACTIVATE else (ISSUE, READ, PROBE)
            yield Course(f"{action}, {mode}", requests=(ISSUE, READ, action, PROBE), as_elsewhere=elsewhere, **base)
            # What looks at the tenant after an answer was lost.
            for effect in (Effect.NONE, Effect.DONE):
                yield Course(
                    f"{action} lost {effect.value}, {mode}",
                    requests=(READ,) if reads else (READ, PROBE),
                    first=2,
                    struck_active=active if effect is Effect.NONE else not active,
                    before=_lost(action, effect),
                    **base,
                )
    yield Course("token", "qlik_region_token", {"region": REGION}, (ISSUE,))
    yield Course("probe of a live tenant", "qlik_tenant_probe", {"hostname": HOSTNAME}, (PROBE,))
    expecting = {"hostname": HOSTNAME, "expect": "deactivated", "wait_timeout": VERIFY_TIMEOUT}
    yield Course("probe of a deactivated tenant", "qlik_tenant_probe", expecting, (PROBE,), active=False)
    yield Course(
        "look-up by id",
        "qlik_tenant_info",
        {"tenant_id": TENANT_ID, "region": REGION},
        (ISSUE, READ),
        as_elsewhere=(ISSUE,),
    )
    by_hostname = ("qlik_tenant_info", {"hostname": HOSTNAME})
    yield Course("look-up by hostname", *by_hostname, (PROBE, ME))
    yield Course("look-up by hostname, redirected", *by_hostname, (ME, RECORD), me="redirect", as_elsewhere=(ME,))
    yield Course(
        "look-up by hostname, by the user", *by_hostname, (ME, USER, RECORD), me="refused", as_elsewhere=(ME, RECORD)
    )
    yield Course("look-up of a deactivated tenant", *by_hostname, (PROBE,), active=False)


COURSES = {course.name: course for course in _courses()}
REQUESTS = [(course.name, kind) for course in COURSES.values() for kind in course.requests]


class Cell:
    """One cell of the table, tried out."""

    def __init__(
        self, course: Course, kind: str, fault: Fault, times: float, model_of: Callable[[Model], None]
    ) -> None:
        self.name = f"{course.name} + {kind} + {fault} + {'once' if times == ONCE else 'always'}"
        self.course = course
        self.kind = kind
        self.clock = FakeClock()
        self.announced: list[str] = []
        strike = Strike(kind, fault.make, fault.effect, course.first, course.first + times - 1)
        # The course's own strikes go first: the fault meets what is left.
        self.model = Model(self.clock, *course.before(), strike, active=course.active, reads=course.reads, me=course.me)
        model_of(self.model)
        run = Run(clock=self.clock, announce=self.announced.append)
        self.escaped = ""
        self.result: dict[str, t.Any] = {}
        try:
            self.result = operate(course.operation, run, **_CREDENTIALS, **_LIMITS, **course.options)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            self.escaped = f"{type(error).__name__} escaped: {error}"

    def violations(self) -> list[str]:
        """The rules that do not hold in this cell."""
        if self.escaped:
            return [f"{self.name}: {self.escaped}"]
        rules = {**self._common(), **(self._change() if self.course.operation in _CHANGING else self._look())}
        return [f"{self.name}: {rule} [{self._shown()}]" for rule, holds in rules.items() if not holds]

    def _shown(self) -> str:
        model = self.model
        requests = " ".join(kind_of(sent) for sent in model.sent)
        return (
            f"failed={self.result.get('failed')} changed={self.result.get('changed')} effective={model.effective}"
            f" pending={model.pending} active={model.active}; {requests[:300]}; {str(self.result.get('msg'))[:300]!r}"
        )

    def _common(self) -> dict[str, bool]:
        result, model = self.result, self.model
        msg = result.get("msg", "")
        shown = dict(result)
        if self.course.operation == "qlik_region_token" and not result["failed"]:
            # The one result that is a secret.
            shown.pop("access_token")
        text = f"{shown} {json.dumps(shown)} {self.announced}"
        return {
            "the fault struck": model.struck > 0,
            "failed and changed are truth values": {type(result["failed"]), type(result["changed"])} == {bool},
            "waits are bounded": sum(self.clock.sleeps) <= MAX_WAIT + VERIFY_TIMEOUT
            and min([0, *self.clock.sleeps]) >= 0,
            "requests are bounded": len(model.sent) <= MOST_REQUESTS,
            "requests go to Qlik alone": not any(went_astray(sent) for sent in model.sent),
            "a failure has a message": bool(msg.strip()) == result["failed"],
            "the message is short": len(msg) <= LONGEST_MESSAGE,
            "messages are one harmless line": all(is_harmless(one) for one in (msg, *self.announced)),
            "no traceback": "Traceback" not in text,
            "nothing unexpected": "Unexpected" not in text,
            "no secret is shown": "canary" not in text,
        }

    def _change(self) -> dict[str, bool]:
        result, model, course = self.result, self.model, self.course
        failed, changed = result["failed"], result["changed"]
        posts = sum(kind_of(sent) in ACTIONS for sent in model.sent)
        reached = ("active" if model.active else "disabled") == course.wanted
        return {
            "success is true": failed or not changed or reached or model.misled,
            "success is confirmed": failed or not changed or course.wanted in model.said,
            "unchanged only without an effect": failed or changed or model.effective + model.pending == 0,
            "one POST has an effect": model.effective + model.pending <= 1 or model.misled,
            "a failure after an effect is changed": not failed or changed or model.effective + model.pending == 0,
            "changed only where a POST was sent": not changed or posts > 0,
        }

    def _look(self) -> dict[str, bool]:
        result, course = self.result, self.course
        right = True
        if not result["failed"]:
            if course.operation == "qlik_region_token":
                right = result["access_token"] == json.loads(self.model.answered[-1].body)["access_token"]
            elif course.operation == "qlik_tenant_probe":
                right = "expect" not in course.options or result["state"] == course.options["expect"]
            else:
                # What /tenants/me itself shows is the only word on the id.
                ids = {TENANT_ID, OTHER_ID, TENANT_ID.lower()} if self.kind == ME else {TENANT_ID}
                right = all(one["id"] in ids for one in result["tenants"])
        return {
            "looking changes nothing": result["changed"] is False and self.model.effective == 0,
            "no POST": not any(kind_of(sent) in ACTIONS for sent in self.model.sent),
            "what is found is the tenant": right,
        }


def violations_of(course: Course, kind: str, fault: Fault, model_of: Callable[[Model], None]) -> list[str]:
    """What goes wrong where the fault strikes once, and where it strikes until the end."""
    once = Cell(course, kind, fault, ONCE, model_of)
    if once.model.count(kind) <= course.first:
        # No such request followed: a fault that stays would have changed nothing.
        return once.violations()
    return [*once.violations(), *Cell(course, kind, fault, ALWAYS, model_of).violations()]


@pytest.fixture
def model_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Model], None]:
    """Sets the model that a client made from now on talks to."""
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    # Reading the environment is a third of the time of a request without a network.
    monkeypatch.setattr(transport.requests.utils, "get_environ_proxies", lambda _url: {})
    return lambda model: monkeypatch.setattr(transport, "_Adapter", model.adapter)


@pytest.mark.parametrize(("name", "kind"), REQUESTS, ids=[f"{name} - {kind}" for name, kind in REQUESTS])
def test_whatever_happens_to_a_request_the_rules_hold(name: str, kind: str, model_of: Callable[[Model], None]) -> None:
    course = COURSES[name]
    violations = [one for fault in course.faults(kind) for one in violations_of(course, kind, fault, model_of)]
    assert not violations, f"{len(violations)} violations:\n" + "\n".join(violations[:40])


def test_the_table_has_all_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    cells = sum(2 * len(COURSES[name].faults(kind)) for name, kind in REQUESTS)
    with capsys.disabled():
        print(f"\nfault table: {cells} cells")
    assert cells >= FEWEST_CELLS
