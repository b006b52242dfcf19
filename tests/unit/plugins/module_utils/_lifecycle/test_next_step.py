# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of a change: what was seen and sent so far → the next step."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import NoResponse, Reason, WaitTooLong
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.decision import Decision, Verdict
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import Probe, Reading, Record, State
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import Usage
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, Response
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.next_step import (
    BackOff,
    ConcludeChange,
    ConcludePurged,
    ConcludeWithout,
    Confirm,
    Fail,
    Finish,
    Look,
    LookAtUse,
    RecordNoEffect,
    RecordSight,
    RenewToken,
    ResolveEarlier,
    Send,
    Step,
    Stop,
    TrustRefusal,
    Verify,
    WaitForEarlierRun,
    next_step,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.progress import (
    Conclusion,
    Confirmation,
    Doubt,
    Limits,
    Mode,
    Objection,
    Observation,
    Progress,
    Spec,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import LIVE, ReceiptState
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.receipts import intent

SPEC = Spec("deactivate", "deactivating", "deactivation", "disabled", frozenset((State.DEACTIVATED,)), {}, 30)
RESTORE = Spec("reactivate", "reactivating", "reactivation", "active", frozenset((State.ACTIVE,)), {})
CAREFUL = replace(SPEC, looks_at_use=True)
IDLE = Usage(None, None)
RESET = replace(SPEC, restarts_countdown=True)
LIMITS = Limits(retries=1, verify_timeout=60)

REQUEST = Request("deactivating", "POST", "register.eu.qlikcloud.com", "/")
API_ERROR = {"errors": [{"code": "TENANTS-1"}]}
YES = Response(REQUEST, 200, {}, {})
REFUSED = Response(REQUEST, 403, {}, API_ERROR, code="TENANTS-1")
BLOCK_PAGE = Response(REQUEST, 403, {}, None)
BAD_TOKEN = Response(REQUEST, 401, {}, API_ERROR, code="TENANTS-1")
BLOCKED = Response(REQUEST, 429, {}, API_ERROR, code="TENANTS-1")
BROKEN = Response(REQUEST, 502, {}, None)
CUT = NoResponse("cut", Reason.RESPONSE_BROKEN)
TIMED_OUT = NoResponse("timed out", Reason.RESPONSE_TIMEOUT)
NOT_SENT = NoResponse("refused", Reason.CONNECTION_REFUSED)
NO_PROXY = NoResponse("no proxy", Reason.PROXY_REFUSED)

DEACTIVATED = Probe(State.DEACTIVATED)
LIVES = Probe(State.ACTIVE)
DENIED = Probe(State.UNAUTHORIZED)


def found(verdict: Verdict, status: str | None, probe: Probe | None = None) -> Observation:
    read = Reading.REFUSED if probe or status is None else Record(TENANT_ID, status, (HOSTNAME,), NOW)
    return Observation(read, probe, Decision(verdict, status))


ACTIVE = found(Verdict.CHANGE, "active")
ACTIVE_BY_ERROR = found(Verdict.CHANGE, "active", DENIED)
DISABLED = found(Verdict.NO_OP, "disabled")
DISABLED_BY_PROBE = found(Verdict.NO_OP, "disabled", DEACTIVATED)
DISABLED_AGAIN = found(Verdict.CHANGE, "disabled")
GONE = found(Verdict.PURGED, None, Probe(State.NOT_FOUND))

THIRTY_DAYS = {"estimated_purge_date": "2026-12-24T12:00:00Z", "purge_date_computed": True}

OBJECTION = Objection("Tenant acme is protected", "Take the pattern out.")

NEW = Progress()
FIRST = NEW.seen(ACTIVE)


def sent(answer: Response | NoResponse, first: Observation = ACTIVE, **more: t.Any) -> Progress:
    """After the first POST and what came of it, before anything else."""
    return replace(replace(NEW.seen(first), attempts=1, intended=True).answered(answer), **more)


def seen_after(
    answer: Response | NoResponse, then: Observation, first: Observation = ACTIVE, **more: t.Any
) -> Progress:
    """After the first POST, what came of it, and the next look."""
    return replace(sent(answer, first).look_again().seen(then), **more)


def concluded(changed: bool, status: str | None = "disabled", last: Observation = ACTIVE, **more: t.Any) -> Progress:
    return replace(NEW.seen(last).concluded(status, changed=changed), **more)


TO_DEACTIVATE, TO_RESTORE = intent(NOW - timedelta(hours=1)), intent(NOW - timedelta(hours=1), "reactivate")
PENDING = ReceiptState(LIVE, NOW, pending=TO_DEACTIVATE, pending_since=NOW)
PENDING_RESET = ReceiptState("disabled", NOW, pending=TO_DEACTIVATE, pending_since=NOW)
PENDING_RESTORE = ReceiptState("disabled", NOW, pending=TO_RESTORE, pending_since=NOW)
YOUNG = replace(LIMITS, may_take_effect_for=20)


@dataclass(frozen=True)
class Row:
    """The arguments of next_step(), and the step."""

    progress: Progress
    step: Step
    spec: Spec = SPEC
    receipt: ReceiptState = ReceiptState()  # noqa: RUF009 - it is frozen
    limits: Limits = LIMITS
    mode: Mode = Mode.APPLY


TABLE: dict[str, Row] = {
    "nothing is known": Row(NEW, Look()),
    "what was found must not be acted on": Row(replace(FIRST, objection=OBJECTION), Stop(OBJECTION)),
    "nor when it is seen after a POST": Row(seen_after(CUT, ACTIVE, objection=OBJECTION), Stop(OBJECTION)),
    # After a look.
    "live": Row(FIRST, Send()),
    "live by an error of its host": Row(NEW.seen(ACTIVE_BY_ERROR), Send()),
    "live, in check mode": Row(FIRST, ConcludeWithout("active", changed=True), mode=Mode.CHECK),
    "live, for a plan": Row(FIRST, ConcludeWithout("active", changed=True), mode=Mode.PLAN),
    "live, and its use is not known": Row(FIRST, LookAtUse(), CAREFUL),
    "live, in check mode, and its use is not known": Row(FIRST, LookAtUse(), CAREFUL, mode=Mode.CHECK),
    "live, for a plan, and its use is not known": Row(FIRST, LookAtUse(), CAREFUL, mode=Mode.PLAN),
    "live, and its use is known": Row(replace(FIRST, usage=IDLE), Send(), CAREFUL),
    "live, in check mode, and its use is known": Row(
        replace(FIRST, usage=IDLE), ConcludeWithout("active", changed=True), CAREFUL, mode=Mode.CHECK
    ),
    "live, and somebody uses it": Row(replace(FIRST, usage=IDLE, objection=OBJECTION), Stop(OBJECTION), CAREFUL),
    "its use was read before the last look": Row(replace(FIRST, usage=IDLE).seen(ACTIVE), LookAtUse(), CAREFUL),
    "disabled, to be restarted: nobody can use it": Row(
        NEW.seen(DISABLED_AGAIN), Send(), replace(CAREFUL, restarts_countdown=True)
    ),
    "live after a POST that was not sent: its use is read again": Row(
        seen_after(NOT_SENT, ACTIVE), LookAtUse(), CAREFUL
    ),
    "disabled": Row(NEW.seen(DISABLED), ConcludeWithout("disabled", changed=False)),
    "disabled, in check mode": Row(NEW.seen(DISABLED), ConcludeWithout("disabled", changed=False), mode=Mode.CHECK),
    "disabled, to be restarted": Row(NEW.seen(DISABLED_AGAIN), Send(), RESET),
    "gone": Row(NEW.seen(GONE), ConcludePurged()),
    # An intent that an earlier run left.
    "pending, and it took effect": Row(
        NEW.seen(DISABLED), ResolveEarlier({"purge_after_days": 30, **THIRTY_DAYS}), receipt=PENDING, limits=YOUNG
    ),
    "pending, and it took effect by the probe": Row(
        NEW.seen(DISABLED_BY_PROBE), ResolveEarlier({"purge_after_days": 30}), receipt=PENDING
    ),
    "pending restart of a countdown": Row(
        NEW.seen(DISABLED), ResolveEarlier({"purge_after_days": 30}), receipt=PENDING_RESET
    ),
    "pending, and what was in the tenant is known": Row(
        NEW.seen(DISABLED_BY_PROBE),
        ResolveEarlier({"purge_after_days": 30, "activity": {}, "contents": {"users": 3}}),
        receipt=replace(PENDING, pending={**TO_DEACTIVATE, "activity": {}, "contents": {"users": 3}}),
    ),
    "pending by hand": Row(
        NEW.seen(DISABLED),
        ResolveEarlier({}),
        receipt=replace(PENDING, pending={"event": "intent", "at": TO_DEACTIVATE["at"]}),
    ),
    "pending restore of somebody who kept days": Row(
        FIRST, ResolveEarlier({}), receipt=replace(PENDING_RESTORE, pending={**TO_RESTORE, "purge_after_days": 30})
    ),
    "pending, in check mode": Row(
        NEW.seen(DISABLED), ConcludeWithout("disabled", changed=False), receipt=PENDING, mode=Mode.CHECK
    ),
    "pending, and it may still take effect": Row(FIRST, WaitForEarlierRun(20), receipt=PENDING, limits=YOUNG),
    "pending, in check mode it is not waited for": Row(
        FIRST, ConcludeWithout("active", changed=True), receipt=PENDING, limits=YOUNG, mode=Mode.CHECK
    ),
    "pending, and waited for once": Row(
        replace(FIRST, waited_for_earlier_run=True), Send(), receipt=PENDING, limits=YOUNG
    ),
    "pending, and it had no effect": Row(FIRST, Send(), receipt=PENDING),
    "pending restore that may still take effect": Row(
        NEW.seen(DISABLED), WaitForEarlierRun(20), receipt=PENDING_RESTORE, limits=YOUNG
    ),
    "pending restore that had no effect": Row(NEW.seen(DISABLED), ResolveEarlier(None), receipt=PENDING_RESTORE),
    "pending restore that took effect": Row(FIRST, ResolveEarlier({}), receipt=PENDING_RESTORE, limits=YOUNG),
    "pending restore that took effect, to be restored": Row(
        NEW.seen(found(Verdict.NO_OP, "active")), ResolveEarlier({}), RESTORE, PENDING_RESTORE
    ),
    "pending deactivation that took effect, to be restored": Row(
        NEW.seen(DISABLED_AGAIN), ResolveEarlier({"purge_after_days": 30, **THIRTY_DAYS}), RESTORE, PENDING
    ),
    "gone, with a pending intent": Row(NEW.seen(GONE), ConcludePurged(), receipt=PENDING),
    # After a POST.
    "yes": Row(sent(YES), Confirm(YES)),
    "yes, and to what": Row(replace(sent(YES), news=Confirmation({"x": 1})), ConcludeChange({"x": 1}, resolved=False)),
    "refused by the API": Row(sent(REFUSED), Fail(REFUSED)),
    "refused by a block page": Row(sent(BLOCK_PAGE), Look()),
    "a token that is refused": Row(sent(BAD_TOKEN), RenewToken()),
    "blocked": Row(sent(BLOCKED), BackOff(1, BLOCKED)),
    "blocked, without retries left": Row(sent(BLOCKED, attempts=2), Fail(BLOCKED)),
    "a gateway's failure": Row(sent(BROKEN), BackOff(1, BROKEN)),
    "a gateway's failure, without retries left": Row(sent(BROKEN, attempts=2), BackOff(2, BROKEN)),
    "no response": Row(sent(CUT), BackOff(1, CUT)),
    "no response, without retries left": Row(sent(CUT, attempts=2), BackOff(2, CUT)),
    "not sent": Row(sent(NOT_SENT), BackOff(1, NOT_SENT)),
    "not sent, without retries left": Row(sent(NOT_SENT, attempts=2), Fail(NOT_SENT)),
    "not sent, for good": Row(sent(NO_PROXY), Fail(NO_PROXY)),
    # After the look that follows a POST.
    "live after a gateway's failure": Row(seen_after(BROKEN, ACTIVE), Send()),
    "live after a lost response": Row(seen_after(CUT, ACTIVE), Send()),
    "live after a block": Row(seen_after(BLOCKED, ACTIVE), Send()),
    "live by an error of its host, after a lost response": Row(seen_after(CUT, ACTIVE_BY_ERROR), Fail(DENIED)),
    "live by an error of its host, after a block": Row(seen_after(BLOCKED, ACTIVE_BY_ERROR), Send()),
    "live after a time-out": Row(seen_after(TIMED_OUT, ACTIVE), BackOff(2, TIMED_OUT)),
    "live after a yes": Row(seen_after(YES, ACTIVE), BackOff(2, YES)),
    "live after a time-out, without retries left": Row(seen_after(TIMED_OUT, ACTIVE, attempts=2), Fail(TIMED_OUT)),
    "live after a lost response, without retries left": Row(seen_after(CUT, ACTIVE, attempts=2), Fail(CUT)),
    "live after a lost response, with the last retry": Row(seen_after(CUT, ACTIVE, attempts=1), Send()),
    "live after a lost response, without time to wait": Row(
        seen_after(CUT, ACTIVE, wait_budget_spent=WaitTooLong("no time")), Fail(CUT)
    ),
    "live after a block page": Row(seen_after(BLOCK_PAGE, ACTIVE), Fail(BLOCK_PAGE)),
    "live after a 401": Row(seen_after(BAD_TOKEN, ACTIVE), TrustRefusal()),
    "live after a 401, with a new token": Row(
        seen_after(BAD_TOKEN, ACTIVE, doubt=Doubt.NONE, may_repeat=True, attempts=0), Send()
    ),
    "live after a 401, without a new token": Row(
        seen_after(BAD_TOKEN, ACTIVE, doubt=Doubt.NONE, may_repeat=False), Fail(BAD_TOKEN)
    ),
    "live after a 401 and a lost response": Row(
        replace(sent(CUT).answered(BAD_TOKEN).look_again(may_repeat=True).seen(ACTIVE)), Send()
    ),
    "disabled after a lost response": Row(seen_after(CUT, DISABLED), ConcludeChange(THIRTY_DAYS, resolved=True)),
    "disabled by the probe after a lost response": Row(
        seen_after(CUT, DISABLED_BY_PROBE), ConcludeChange({}, resolved=True)
    ),
    "disabled after a yes": Row(seen_after(YES, DISABLED), ConcludeChange(THIRTY_DAYS, resolved=False)),
    "restored after a yes": Row(
        seen_after(YES, found(Verdict.NO_OP, "active"), DISABLED_AGAIN), ConcludeChange({}, resolved=False), RESTORE
    ),
    "disabled after a 401": Row(seen_after(BAD_TOKEN, DISABLED), ConcludeChange(THIRTY_DAYS, resolved=True)),
    "disabled after a block": Row(seen_after(BLOCKED, DISABLED), RecordNoEffect()),
    "disabled after a block, as is written": Row(
        seen_after(BLOCKED, DISABLED, intended=False), ConcludeWithout("disabled", changed=False)
    ),
    "gone after a block": Row(seen_after(BLOCKED, GONE), RecordNoEffect()),
    "its own intent is not an earlier run's": Row(seen_after(CUT, ACTIVE), Send(), receipt=PENDING, limits=YOUNG),
    # A countdown: reading cannot tell that it was restarted.
    "a restart after a lost response": Row(seen_after(CUT, DISABLED_AGAIN, DISABLED_AGAIN), Fail(CUT), RESET),
    "a restart after a 401": Row(seen_after(BAD_TOKEN, DISABLED_AGAIN, DISABLED_AGAIN), Fail(BAD_TOKEN), RESET),
    "a restart after a block": Row(seen_after(BLOCKED, DISABLED_AGAIN, DISABLED_AGAIN), Send(), RESET),
    "a restart of a tenant that was live, after a lost response": Row(seen_after(CUT, ACTIVE), Send(), RESET),
    "a restore after a lost response": Row(seen_after(CUT, DISABLED_AGAIN, DISABLED_AGAIN), Send(), RESTORE),
    # After the conclusion.
    "changed": Row(concluded(True), Verify(60)),
    "changed, at its first probe": Row(concluded(True), Verify(0), limits=Limits(1, 0)),
    "changed, not to be verified": Row(concluded(True), RecordSight(None, verifies=False), limits=Limits(1)),
    "would be changed": Row(concluded(True), RecordSight(None, verifies=False), mode=Mode.CHECK),
    "changed and seen": Row(concluded(True, sight=DEACTIVATED), RecordSight(DEACTIVATED, verifies=True)),
    "changed, and its host says otherwise": Row(concluded(True, sight=LIVES), RecordSight(LIVES, verifies=True)),
    "changed, and its host says otherwise, as is written": Row(
        concluded(True, sight=LIVES, sight_recorded=True), Fail(LIVES)
    ),
    "changed, seen and written": Row(concluded(True, sight=DEACTIVATED, sight_recorded=True), Finish()),
    "changed by a decision on a probe": Row(concluded(True, last=DISABLED_BY_PROBE), Verify(60)),
    "unchanged": Row(concluded(False, last=DISABLED), Verify(60)),
    "unchanged, in check mode": Row(concluded(False, last=DISABLED), Verify(0), mode=Mode.CHECK),
    "unchanged by a decision on a probe": Row(
        concluded(False, last=DISABLED_BY_PROBE), RecordSight(DEACTIVATED, verifies=True)
    ),
    "unchanged, not to be verified": Row(
        concluded(False, last=DISABLED_BY_PROBE), RecordSight(DEACTIVATED, verifies=False), limits=Limits(1)
    ),
    "unchanged, not to be verified, as is written": Row(
        concluded(False, sight=LIVES, sight_recorded=True), Finish(), limits=Limits(1)
    ),
    "purged": Row(concluded(False, "purged", GONE), RecordSight(GONE.probe, verifies=False)),
    "purged, as is written": Row(concluded(False, "purged", GONE, sight_recorded=True), Finish()),
}


@pytest.mark.parametrize("row", TABLE)
def test_the_next_step_follows_from_what_was_seen_and_sent(row: str) -> None:
    given = TABLE[row]
    assert next_step(given.spec, given.progress, given.receipt, given.limits, given.mode) == given.step


# What came of a POST → the doubt, if there was none before, and after a lost response; whether it may be repeated.
ANSWERS: dict[str, tuple[Response | NoResponse, Doubt, bool]] = {
    "yes": (YES, Doubt.LASTING, True),
    "refused by the API": (REFUSED, Doubt.NONE, False),
    "refused by a block page": (BLOCK_PAGE, Doubt.LASTING, False),
    "a token that is refused": (BAD_TOKEN, Doubt.UNTIL_READ, False),
    "blocked": (BLOCKED, Doubt.NONE, True),
    "a gateway's failure": (BROKEN, Doubt.LASTING, True),
    "no response": (CUT, Doubt.LASTING, True),
    "a time-out": (TIMED_OUT, Doubt.LASTING, True),
    "not sent": (NOT_SENT, Doubt.NONE, True),
    "not sent, for good": (NO_PROXY, Doubt.NONE, False),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_came_of_a_post_says_if_it_may_have_had_an_effect(answer: str) -> None:
    outcome, doubt, may_repeat = ANSWERS[answer]
    after = FIRST.answered(outcome)
    assert (after.doubt, after.in_doubt, after.may_repeat) == (doubt, doubt is not Doubt.NONE, may_repeat)
    assert (after.news, after.sent) == (outcome, outcome)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_later_response_does_not_end_a_lasting_doubt(answer: str) -> None:
    assert FIRST.answered(CUT).answered(ANSWERS[answer][0]).doubt is Doubt.LASTING


def test_the_first_look_stays_the_first() -> None:
    after = FIRST.look_again(attempts=1).seen(DISABLED)
    assert (after.first, after.last, after.news, after.was_live) == (ACTIVE, DISABLED, DISABLED, True)
    assert (NEW.was_live, NEW.seen(DISABLED).was_live) == (False, False)


def test_a_conclusion_ends_every_doubt() -> None:
    after = sent(CUT).concluded("disabled", changed=True)
    assert (after.doubt, after.news, after.conclusion) == (Doubt.NONE, None, Conclusion("disabled", changed=True))
