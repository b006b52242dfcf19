# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deactivation is ended at one instant after the other, and run again: one effective request, and a receipt that knows."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt, state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.children import Child, Order, warm_up
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.instants import (
    ANSWERED,
    BEFORE,
    INTENDED,
    PHASES,
    RECORDED,
    SENT,
    Instant,
)
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.running import wait_for
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.verdict import (
    posts_to,
    records,
    watched_scenario,
    wrong_with_deactivation,
)
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import in_each_reading_or_one
from ansible_collections.tenantops.qlik.tests.unit.operate import operate

pytestmark = pytest.mark.thorough

ENDINGS = {"killed": signal.SIGKILL, "interrupted": signal.SIGINT, "timed-out": signal.SIGALRM}
AT_LEAST = {INTENDED: 20, SENT: 20, ANSWERED: 20}

# How many instants are tried in a phase: spread over all of them, over those in the collection's own code, and over those where the
# file of a receipt is written.
ANYWHERE, OWN_CODE, FILES = "", "/plugins/module_utils/", "/plugins/module_utils/_base/files.py"
TRIED = {
    BEFORE: {ANYWHERE: 2, OWN_CODE: 2, FILES: 4},
    INTENDED: {ANYWHERE: 11, OWN_CODE: 11, FILES: 3},
    SENT: {ANYWHERE: 3, OWN_CODE: 3},
    ANSWERED: {ANYWHERE: 9, OWN_CODE: 9, FILES: 8},
    RECORDED: {ANYWHERE: 2, OWN_CODE: 2, FILES: 8},
}
# Between the request and its answer there is little code, and much waiting. So many are ended while they wait for an answer, before
# the effect and after it.
WAITING = {"before": 10, "after": 12}

# So late, in s, a request takes effect that is on its way when the run is ended. The next run is told by its time-out how long that
# may take at the most.
LATE, TIMEOUT = 3.0, 8.0
# An answer that does not come, s.
NEVER = 3600.0


@pytest.fixture(scope="module", autouse=True)
def warmed_up():
    warm_up()


# A letter for the tenants of each phase; l and e are those whose answers are waited for, their effect being late or early.
LETTERS = {**dict(zip(PHASES, "bisar", strict=True)), "before": "l", "after": "e"}


def names(group: str, count: int) -> list[str]:
    return [f"{LETTERS[group]}{number:02}" for number in range(count)]


NAMES = [
    "rehearsal",
    *(name for phase in PHASES for name in names(phase, sum(TRIED[phase].values()))),
    *(name for when, count in WAITING.items() for name in names(when, count)),
]


def options(receipt: Receipt, tenant_name: str, **more: Any) -> dict[str, Any]:
    hostname = f"{tenant_name}.eu.qlikcloud.com"
    tenant_options = {"tenant_id": tenant_id(tenant_name), "hostname": hostname, "confirm_hostname": hostname}
    return {**CLIENTS["eu"], **tenant_options, "verify": True, "receipt_path": str(receipt.path), **more}


class Case:
    """A tenant whose deactivation is ended at one instant, and run again."""

    def __init__(self, name: str, receipt: Receipt, first: Child, phase: str | None) -> None:
        self.name = name
        self.receipt = receipt
        self.first = first
        # The phase that it was ended in; None: it was over before.
        self.ended_in = phase
        self.kinds_left: list[str] = []
        self.second: Child | None = None

    def __str__(self) -> str:
        return f"{self.name}, ended in the phase '{self.ended_in}' ({self.first.hit or 'waiting'})"


class Sweep:
    """All instants for one way of being ended."""

    def __init__(self, cloud: Simulator, terminal: Terminal, ending: signal.Signals) -> None:
        self._cloud = cloud
        self._terminal = terminal
        self._ending = ending
        self.cases: list[Case] = []
        self.problems: list[str] = []

    def receipt(self, name: str) -> Receipt:
        return self._terminal.receipt(name)

    def _start(self, name: str, at: Instant | None = None, *, counts: bool = False) -> Child:
        given = options(self.receipt(name), name, run_id="first")
        return Child(Order(self._terminal.environment, given, self._ending, at, counts))

    def rehearse(self) -> dict[str, list[Instant]]:
        """The instants to try, by phase."""
        child = self._start("rehearsal", counts=True)
        assert child.dismiss() == 0
        end = child.end
        assert end is not None and end.result is not None and end.result["changed"], end
        return {phase: [*_chosen(phase, places)] for phase, places in end.places.items()}

    def end_at(self, name: str, at: Instant) -> Case:
        """Have a run end itself at an instant, and start the next one."""
        child = self._start(name, at)
        child.wait()
        return self._run_again(name, child, at.phase if child.hit else None)

    def end_while_it_waits(self, name: str, when: str, seconds: float) -> Case:
        """End a run that waits for its answer, so long after the request or its effect, and start the next one."""
        child = self._start(name)
        assert child.reaches(SENT)
        if when == "after":
            wait_for(lambda: posts_to(self._cloud, name))
        # Not for anything to come: this is the instant.
        time.sleep(seconds)
        child.signal(self._ending)
        child.wait()
        return self._run_again(name, child, child.phase)

    def _run_again(self, name: str, first: Child, phase: str | None) -> Case:
        case = Case(name, self.receipt(name), first, phase)
        self.cases.append(case)
        if self._ending is signal.SIGKILL and phase is not None:
            # Its locks are gone when it is. The others must have given them back while they are still there.
            assert first.dismiss() == -signal.SIGKILL
        self.problems += [f"{case}: {problem}" for problem in self._wrong_with_what_is_left(case)]
        # A lock that is held is not waited for.
        given = options(case.receipt, name, run_id="second", timeout=TIMEOUT, max_wait=0)
        case.second = Child(Order(self._terminal.environment, given))
        return case

    def _wrong_with_what_is_left(self, case: Case) -> Iterator[str]:
        """What is wrong after the run that was ended, and before the next one."""
        end, phase = case.first.end, case.ended_in
        if case.receipt.path.exists():
            case.kinds_left = case.receipt.kinds
        if phase in AT_LEAST and case.kinds_left != ["intent"]:
            yield f"the receipt has {case.kinds_left}"
        if phase is None or self._ending is signal.SIGKILL:
            return
        unfinished = [path.name for path in case.receipt.path.parent.glob(f".{case.name}.*")]
        if unfinished:
            yield f"it left {unfinished}"
        assert end is not None
        if self._ending is signal.SIGINT:
            if end.error != "KeyboardInterrupt":
                yield f"the interrupt did not come through: {end.error}, {end.result}"
        elif end.error == "TaskTimeoutError" and phase in (BEFORE, RECORDED):
            pass  # the first and the last instants are outside of the action's work, where ansible-core says it
        elif end.result is None or not end.result["failed"] or "because the task has timeout" not in end.result["msg"]:
            yield f"the time-out is not said: {end.error}, {end.result}"
        elif phase in (SENT, ANSWERED, RECORDED) and not end.result["changed"]:
            yield f"the request is not said: {end.result}"

    def finish(self, case: Case) -> None:
        """Wait for the second run."""
        assert case.second is not None
        assert case.second.dismiss() == 0
        case.first.dismiss()
        end = case.second.end
        if end is None or end.result is None or end.result["failed"] or end.result["status"] != "disabled":
            self.problems.append(f"{case}: the second run ended with {end}")

    def judge(self, case: Case, record: dict[str, Any], *, reads: bool) -> None:
        """What both runs together came to."""
        posts = posts_to(self._cloud, case.name)
        wrong = [*wrong_with_deactivation(record, posts, case.receipt, reads=reads)]
        if not wrong:
            wrong = [*self._wrong_with_history(case)]
        self.problems += [f"{case}: {problem}" for problem in wrong]

    def _wrong_with_history(self, case: Case) -> Iterator[str]:
        kinds = case.receipt.kinds
        if kinds[: len(case.kinds_left)] != case.kinds_left:
            yield f"of {case.kinds_left} are left {kinds}"
        outcome = case.receipt.events[kinds.index("deactivated")]
        # What was answered to a run that could not write it is lost; nothing else is.
        resolved = case.ended_in in (SENT, ANSWERED)
        if outcome.get("resolved", False) is not resolved:
            yield f"the outcome is {outcome}"
        author = "second" if case.ended_in in (BEFORE, *AT_LEAST) else "first"
        if outcome["run"] != author:
            yield f"the outcome is of the {outcome['run']} run"


def _chosen(phase: str, places: Sequence[str]) -> Iterator[Instant]:
    chosen: set[int] = set()
    for part, count in TRIED[phase].items():
        numbers = [number for number, place in enumerate(places) if part in place]
        # Evenly, the first and the last among them.
        chosen |= {numbers[round(one * (len(numbers) - 1) / (count - 1))] for one in range(count)}
    for number in sorted(chosen):
        yield Instant(phase, number)


@in_each_reading_or_one(ENDINGS, both="killed")
def test_a_deactivation_that_is_ended_at_any_instant_is_resolved_by_the_next_run(
    ending, start_cloud, terminal, refuse_reads, monkeypatch
):
    signal_sent = ENDINGS[ending]
    waits = [
        {
            "name": f"{when} the effect",
            "path": "*/actions/deactivate",
            "tenant": tenant_id(name),
            "do": {"delay": LATE if when == "before" else NEVER, "when": when},
        }
        for when, count in WAITING.items()
        for name in names(when, count)
    ]
    cloud = start_cloud(watched_scenario(*map(tenant, NAMES), faults=waits))
    terminal.go_online(cloud)
    sweep = Sweep(cloud, terminal, signal_sent)
    instants = sweep.rehearse()

    def end_in(phase: str) -> Iterator[Case]:
        return map(sweep.end_at, names(phase, len(instants[phase])), instants[phase])

    # The next runs of these wait until a request that may be on its way must have taken effect.
    waiting = [*end_in(INTENDED)]
    for number, name in enumerate(names("before", WAITING["before"])):
        waiting.append(sweep.end_while_it_waits(name, "before", number * LATE / 4 / WAITING["before"]))
    for number, name in enumerate(names("after", WAITING["after"])):
        sweep.finish(sweep.end_while_it_waits(name, "after", number * 0.02))
    for phase in (BEFORE, SENT, ANSWERED, RECORDED):
        for case in end_in(phase):
            sweep.finish(case)
    for case in waiting:
        sweep.finish(case)

    hit = Counter(case.ended_in for case in sweep.cases)
    for phase in PHASES:
        print(f"{phase:20}{hit[phase]:4} of {len(sweep.cases)} by {signal_sent.name}")

    found = records(cloud, NAMES)
    before, sent = state_of(terminal.folder / "qlik-receipts"), cloud.mark()
    for variable, value in terminal.environment.items():
        monkeypatch.setenv(variable, value)
    for case in sweep.cases:
        sweep.judge(case, found[case.name], reads=refuse_reads is None)
        third = operate("qlik_tenant_deactivate", Run(), **options(case.receipt, case.name, run_id="third"))
        if (third["failed"], third["changed"], third.get("status")) != (False, False, "disabled"):
            sweep.problems.append(f"{case}: the third run ended with {third}")
    assert not sweep.problems, "\n".join(sweep.problems)
    assert state_of(terminal.folder / "qlik-receipts") == before
    assert cloud.action_posts(since=sent) == []
    assert {phase for phase, least in AT_LEAST.items() if hit[phase] < least} == set(), hit
