# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds whatever stands in the file of a receipt, and whatever happened to the runs before.

The examples are the same in each run of these tests: hypothesis makes them up from the tests themselves.
"""

from __future__ import annotations

import copy
import json
import random
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import event as note
from hypothesis import strategies as st

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base import files as files_module
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts import store as store_module
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import BadReceipt, read_receipt
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW
from ansible_collections.tenantops.qlik.tests.unit.hostile import is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, reactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, event, failed, intent, receipt, schema_faults
from ansible_collections.tenantops.qlik.tests.unit.tenant_model import (
    ACTIONS,
    DEACTIVATE,
    PROBE,
    REACTIVATE,
    READ,
    Effect,
    Model,
    kind_of,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent

OPERATIONS: dict[str, Callable[..., dict[str, t.Any]]] = {DEACTIVATE: deactivate, REACTIVATE: reactivate}
WANTED = {DEACTIVATE: False, REACTIVATE: True}
LIMITS = {"retries": 2, "max_wait": 300, "timeout": 30}


def examples(number: int) -> settings:
    """So many examples, the same ones each time, however slow the machine is."""
    return settings(
        max_examples=number,
        derandomize=True,
        deadline=None,
        database=None,
        # The fixtures hold nothing that an example could leave behind for the next one.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


class Killed(BaseException):
    """The end of a process, as far as the operation can tell: nothing of it goes on."""


class Server(Model):
    """The model of the tenant, over several runs: it can be changed by hand, and purged, and requests can end a run.

    ``faults`` has what happens to the requests of the current run, by their numbers (0: the first).
    """

    def __init__(self, clock: FakeClock, *, active: bool, reads: bool = True) -> None:
        super().__init__(clock, active=active, reads=reads)
        self.clock = clock
        self.purged = False
        self.purge_at: datetime | None = None if active else clock.now() + timedelta(days=30)
        # Deactivations that took effect on a tenant that was disabled by a run already.
        self.restarts = 0
        self.by_hand = not active
        self.faults: dict[int, str] = {}
        self.asked = 0

    def begin(self, faults_of_run: dict[int, str]) -> None:
        """Another run."""
        self.faults, self.asked = faults_of_run, 0

    def change_by_hand(self, active: bool) -> None:
        """Somebody does it elsewhere; a deactivation with other days than ours."""
        if not self.purged and self.active != active:
            self.active, self.by_hand, self._since = active, True, self.clock.now()
            self.purge_at = None if active else self.clock.now() + timedelta(days=90)

    def let_pass(self, seconds: float) -> None:
        """Time goes by, and what is due comes."""
        self.clock.sleep(seconds)
        self._let_late_effects_come()
        self.purged = self.purged or (self.purge_at is not None and self.clock.now() >= self.purge_at)

    def reply(self, sent: Sent) -> Reply:
        self.sent.append(sent)
        self._let_late_effects_come()
        kind = kind_of(sent)
        fault = self.faults.get(self.asked, "")
        self.asked += 1
        return self._faulty(fault, kind, sent) if fault else self.honest(sent, Effect.DONE)

    def honest(self, sent: Sent, effect: Effect) -> Reply:
        kind = kind_of(sent)
        if self.purged and kind in (READ, *ACTIONS):
            return answers.NO_SUCH_TENANT
        if self.purged and kind == PROBE:
            return answers.NOBODYS_HOST
        return super().honest(sent, effect)

    def _apply(self, kind: str) -> None:
        if self.purged:
            return
        if kind == DEACTIVATE:
            self.restarts += not self.active and not self.by_hand
            self.purge_at = self.clock.now() + timedelta(days=30)
        else:
            self.purge_at = None
        self.by_hand = False
        super()._apply(kind)

    def _faulty(self, fault: str, kind: str, sent: Sent) -> Reply:
        what, _comma, when = fault.partition(", ")
        if kind in ACTIONS and when:
            self.honest(sent, {"after": Effect.DONE, "late": Effect.LATE}[when])
        if what == "killed":
            raise Killed
        if what == "cut":
            raise faults.reset()
        if what == "no answer":
            raise faults.read_timeout()
        if what == "403" and kind == PROBE:
            # It would be a live tenant's word, and nobody can know better.
            return self.honest(sent, Effect.DONE)
        if what == "absent":
            # A register host that does not know what it knew.
            return answers.NO_SUCH_TENANT if kind == READ else self.honest(sent, Effect.DONE)
        return {"502": answers.BAD_GATEWAY, "429": answers.rate_limited("7"), "403": answers.FORBIDDEN}[what]


# What happens to a request; the effect comes with it, or some seconds later, where it is one that changes the tenant.
FAULTS = (
    "killed",
    "killed, after",
    "killed, late",
    "cut",
    "cut, after",
    "no answer",
    "no answer, after",
    "no answer, late",
    "502",
    "502, after",
    "429",
    "403",
    "absent",
)
# What happens to a step of the receipt.
WRITES = ("killed before", "killed in between", "killed afterwards", "no space")


@dataclass
class World:
    """A tenant, its receipt, and the runs that work on both."""

    path: Path
    connect: Callable[[Model], None]
    monkeypatch: pytest.MonkeyPatch
    clock: FakeClock = field(default_factory=FakeClock)
    server: Server = field(init=False)

    def begin(self, content: bytes | None = None, **server: t.Any) -> None:
        """A new tenant, with this in the file of its receipt."""
        for old in self.path.parent.iterdir():
            old.unlink()
        if content is not None:
            self.path.write_bytes(content)
        self.clock = FakeClock()
        self.server = Server(self.clock, **server)
        self.connect(self.server)

    def run(self, action: str, *, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """One run, to its end."""
        run = Run(clock=self.clock, check_mode=check_mode)
        return OPERATIONS[action](run, receipt_path=str(self.path), **LIMITS, **options)

    def disturbed_run(
        self, action: str, requests: dict[int, str], writes: dict[int, str], **options: t.Any
    ) -> dict[str, t.Any] | None:
        """One run that something happens to; None where it was killed."""
        self.server.begin(requests)
        count = 0
        real = store_module.write_file

        def write(path: str, content: bytes, new: str) -> None:
            nonlocal count
            what = writes.get(count, "")
            count += 1
            if what == "no space":
                raise UnusableFile("cannot be written (No space left on device)")
            if what == "killed in between":
                Path(new).write_bytes(content[: len(content) // 2])
            if what in ("killed before", "killed in between"):
                raise Killed
            real(path, content, new)
            if what:
                raise Killed

        with self.monkeypatch.context() as here:
            here.setattr(store_module, "write_file", write)
            try:
                return self.run(action, **options)
            except Killed:
                return None
            finally:
                self.server.begin({})

    @property
    def content(self) -> bytes | None:
        """What is in the file."""
        return self.path.read_bytes() if self.path.exists() else None


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world without a network, in which nothing takes time."""
    monkeypatch.setattr(random, "uniform", lambda _low, high: high)
    monkeypatch.setattr(transport.requests.utils, "get_environ_proxies", lambda _url: {})
    # What reaches the disk when is looked at elsewhere.
    monkeypatch.setattr(files_module.os, "fsync", lambda _file: None)
    path = tmp_path / "receipts" / f"{HOSTNAME}.json"
    path.parent.mkdir()
    return World(path, lambda model: monkeypatch.setattr(transport, "_Adapter", model.adapter), monkeypatch)


# Whatever stands in the file.
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["", "active", "disabled", "deactivate", "reactivate", "unknown", "none", HOSTNAME, "9999-12-31"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.sampled_from([ago(days=days) for days in (-400, -1, 0, 1, 29, 31, 33, 60, 91, 93, 200)])


def optional(**facts: st.SearchStrategy[t.Any]) -> st.SearchStrategy[dict[str, t.Any]]:
    return st.fixed_dictionaries({}, optional=facts)


EVENTS = st.one_of(
    st.builds(
        lambda at, action, status, days: intent(at, action, previous_status=status, purge_after_days=days),
        TIMES,
        st.sampled_from(["deactivate", "reactivate"]),
        st.sampled_from(["active", "disabled", "user-access-disabled"]),
        st.integers(10, 90),
    ),
    st.builds(
        lambda at, facts: event("deactivated", at, **facts),
        TIMES,
        optional(estimated_purge_date=TIMES, purge_date_computed=st.just(True), resolved=st.just(True)),
    ),
    st.builds(lambda at: event("reactivated", at), TIMES),
    st.builds(lambda at, status: event("observed", at, status=status), TIMES, st.sampled_from(["active", "disabled"])),
    st.builds(lambda at: event("purged", at, probe_state="not_found"), TIMES),
    st.builds(failed, TIMES, st.sampled_from(["none", "unknown"]), st.sampled_from(["deactivate", "reactivate"])),
)
RECEIPTS = st.builds(
    lambda events, other: receipt(*events, **other),
    st.lists(EVENTS, max_size=5),
    optional(tenant_id=st.none(), hostnames=st.just([])),
)


def places(value: t.Any) -> list[tuple[t.Any, t.Any]]:
    """Every container in a value with each of its keys."""
    here = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in here for place in ((value, key), *places(value[key]))]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A receipt that somebody edited by hand, not always with luck."""
    found = copy.deepcopy(draw(RECEIPTS))
    for _count in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(found)))
        change = draw(st.sampled_from(["replace", "remove", "add", "twice"]))
        if change == "replace":
            container[key] = draw(JSON)
        elif change == "remove":
            del container[key]
        elif change == "add" and isinstance(container, dict):
            container[draw(st.text(max_size=6))] = draw(JSON)
        elif isinstance(container, list):
            container.insert(key, container[key])
    return json.dumps(found).encode()


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """A receipt that a disk or a program spoiled."""
    data = json.dumps(draw(RECEIPTS)).encode()
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 20)))
    return data[:start] + draw(st.binary(max_size=6)) + data[end:]


TENANTS = st.sampled_from(["active", "disabled", "purged"])


def check_one_run(world: World, content: bytes, *, tenant: str, action: str, reads: bool, reset: bool) -> None:
    """Either nothing is sent and the file stays, or what was in it stays, and a readable receipt is left."""
    world.begin(content, active=tenant == "active", reads=reads)
    world.server.purged = tenant == "purged"
    options = {"reset_purge_timer": reset} if action == DEACTIVATE else {}
    result = world.run(action, **options)
    after = world.content
    assert after is not None
    assert "Unexpected" not in result.get("msg", "")
    assert is_harmless(result.get("msg", ""))
    assert [old.name for old in world.path.parent.iterdir()] == [world.path.name]
    try:
        before = read_receipt(content)
    except BadReceipt:
        note("no receipt")
        assert world.server.sent == []
        assert (result["failed"], result["changed"], after) == (True, False, content)
        assert "Nothing was changed" in result["msg"]
        return
    if result["failed"] and world.server.sent == []:
        note("another tenant's")
        assert after == content
        return
    note(
        f"a receipt, {'failed' if result['failed'] else result['status']}, {'as it was' if after == content else 'more'}"
    )
    left = read_receipt(after)
    assert left["events"][: len(before["events"])] == before["events"]
    kept = {key: value for key, value in before.items() if key not in ("events", "tenant_id", "hostnames")}
    assert {key: value for key, value in left.items() if key not in ("events", "tenant_id", "hostnames")} == kept
    assert left["tenant_id"] in (before["tenant_id"], result["id"])
    if not result["changed"] and not result["failed"]:
        assert world.server.effective == 0
    if result.get("status") == "purged":
        assert world.server.purged
    if not schema_faults("receipt", json.loads(content)):
        assert schema_faults("receipt", json.loads(after)) == []
    # What was written once is not written again.
    if not result["failed"] and not reset:
        again = world.run(action)
        assert (again["failed"], again["changed"], again["status"]) == (False, False, result["status"])
        assert world.content == after


ANY_RUN = {"tenant": TENANTS, "action": st.sampled_from(ACTIONS), "reads": st.booleans(), "reset": st.booleans()}


@examples(120)
@given(content=st.binary(max_size=200), **ANY_RUN)
def test_any_bytes_in_the_place_of_a_receipt_are_no_harm(world: World, content: bytes, **how: t.Any) -> None:
    check_one_run(world, content, **how)


@examples(120)
@given(content=torn(), **ANY_RUN)
def test_a_receipt_that_was_spoiled_is_no_harm(world: World, content: bytes, **how: t.Any) -> None:
    check_one_run(world, content, **how)


@examples(200)
@given(content=mutated(), **ANY_RUN)
def test_a_receipt_that_was_edited_by_hand_is_no_harm(world: World, content: bytes, **how: t.Any) -> None:
    check_one_run(world, content, **how)


@examples(200)
@given(found=RECEIPTS, **ANY_RUN)
def test_any_receipt_that_runs_may_have_left_is_gone_on_with(
    world: World, found: dict[str, t.Any], **how: t.Any
) -> None:
    check_one_run(world, json.dumps(found).encode(), **how)


# Whatever happened before.
@dataclass(frozen=True)
class Step:
    """One thing that happens: a run, something by hand, or time that passes."""

    what: str
    requests: dict[int, str] = field(default_factory=dict)
    writes: dict[int, str] = field(default_factory=dict)
    verify: bool = False
    check_mode: bool = False
    seconds: float = 1.0


STEPS = st.one_of(
    st.builds(
        Step,
        st.sampled_from([DEACTIVATE, DEACTIVATE, REACTIVATE]),
        st.dictionaries(st.integers(0, 6), st.sampled_from(FAULTS), max_size=2),
        st.dictionaries(st.integers(0, 2), st.sampled_from(WRITES), max_size=1),
        st.booleans(),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([0.0, 1.0, 6.0, 29.0, 31.0]),
    ),
    st.builds(Step, st.sampled_from(["live by hand", "disabled by hand"])),
    st.builds(Step, st.just("time"), seconds=st.sampled_from([20.0, 3600.0, 31 * 86400.0, 95 * 86400.0])),
)


class History:
    """What happens to a tenant, and what must be so at each moment."""

    def __init__(self, world: World, *, active: bool, reads: bool) -> None:
        self.world = world
        world.begin(None, active=active, reads=reads)
        self.server = world.server
        self.drifted = not active
        # The purge date that a run told, as long as it holds.
        self.date: str | None = None
        # The one that the last run told.
        self.told: str | None = None
        self.happened: list[str] = []

    def take(self, step: Step) -> None:
        """One thing happens."""
        if step.what in ACTIONS:
            effective = self.server.effective
            result = self.world.disturbed_run(
                step.what, step.requests, step.writes, verify=step.verify, verify_timeout=5, check_mode=step.check_mode
            )
            self.happened.append(f"{step}: {'killed' if result is None else result}")
            if self.server.effective != effective:
                self.date = None
            if result is not None and not step.check_mode:
                self.judge(step.what, result)
        elif step.what != "time":
            self.happened.append(step.what)
            self.server.change_by_hand(step.what == "live by hand")
            self.drifted, self.date = True, None
        before = self.server.effective
        self.server.let_pass(step.seconds)
        if self.server.effective != before:
            self.date = None
        if self.world.content is not None:
            assert schema_faults("receipt", json.loads(self.world.content)) == [], self
        assert self.server.restarts == 0, self

    def judge(self, action: str, result: dict[str, t.Any]) -> None:
        """What a run that came to its end says is so."""
        assert "Unexpected" not in result.get("msg", ""), self
        if result.get("status") == "purged":
            assert self.server.purged, self
        if result["failed"]:
            return
        if not self.server.purged:
            assert self.server.active == WANTED[action], self
        if action == DEACTIVATE:
            date = result["estimated_purge_date"]
            if self.date is not None and not result["changed"]:
                assert date == self.date, self
            if date is not None and not self.drifted and not self.server.purged:
                # The server's own, or computed to the second: or it is not known, and that is to be seen.
                told = read_time(date)
                assert told is not None and self.server.purge_at is not None, self
                assert abs(told - self.server.purge_at) < timedelta(seconds=2), self
            self.date = date if result["changed"] and not result["purge_date_computed"] else self.date

    def end(self, action: str) -> None:
        """A run that nothing happens to, and one more."""
        for number in (1, 2):
            posts = sum(kind_of(sent) in ACTIONS for sent in self.server.sent)
            before = self.world.content
            effective = self.server.effective
            result = self.world.run(action, verify=True, verify_timeout=5)
            self.date = self.date if self.server.effective == effective else None
            self.happened.append(f"at the end, {action}: {result}")
            self.judge(action, result)
            self.told = result.get("estimated_purge_date")
            # What was under way comes now at the latest.
            effective = self.server.effective
            self.server.let_pass(60)
            assert self.server.effective == effective, self
            assert self.server.restarts == 0, self
            if self.server.purged:
                assert result["changed"] is False, self
                assert result["failed"] or result["status"] == "purged" or action == DEACTIVATE, self
            else:
                assert result["failed"] is False, self
            if number == 2:
                assert result["changed"] is False, self
                assert sum(kind_of(sent) in ACTIONS for sent in self.server.sent) == posts, self
                assert self.world.content == before, self

    def __repr__(self) -> str:
        content = json.loads(self.world.content or b"{}")
        written = [{key: one[key] for key in one if key not in ("by", "run")} for one in content.get("events", ())]
        return "\n".join([*self.happened, *map(str, written)])


@examples(250)
@given(
    steps=st.lists(STEPS, min_size=1, max_size=6),
    last=st.sampled_from(ACTIONS),
    active=st.booleans(),
    reads=st.booleans(),
)
def test_whatever_happened_before_a_run_that_nothing_happens_to_ends_well(
    world: World, steps: list[Step], last: str, active: bool, reads: bool
) -> None:
    history = History(world, active=active, reads=reads)
    for step in steps:
        history.take(step)
    history.end(last)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("writes", range(4))
@pytest.mark.parametrize("write", WRITES)
def test_a_run_that_ends_at_any_step_of_its_receipt_is_gone_on_with(
    world: World, action: str, reads: bool, writes: int, write: str
) -> None:
    history = History(world, active=action == DEACTIVATE, reads=reads)
    history.take(Step(action, {}, {writes: write}, verify=True))
    history.end(action)
    assert history.server.effective == 1
    # Read, or computed where the answer was lost: it is known wherever the record can be read.
    assert history.told or not reads or action == REACTIVATE, history


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.startswith("killed")])
def test_a_run_that_is_killed_at_any_request_is_gone_on_with(
    world: World, action: str, reads: bool, fault: str
) -> None:
    for number in range(8):
        history = History(world, active=action == DEACTIVATE, reads=reads)
        history.take(Step(action, {number: fault}, verify=True, seconds=0))
        history.end(action)
        assert history.server.effective == 1
        assert history.told or not reads or action == REACTIVATE, history
        assert history.server.clock.now() >= NOW
