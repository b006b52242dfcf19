# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The next step of a run that changes one tenant: look, decide, look at its use, send, confirm, verify.

Pure; ``executor.py`` performs the steps.

The state is read before each POST, and if no usable response came, the run begins again with reading. So each POST follows a reading
that asks for it, and a lost response is resolved by the next reading. Done is only what the server confirmed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._base.errors import NoResponse
from .._domain.decision import Verdict
from .._domain.tenant import DISABLED_STATUSES, Probe, State
from .._http.messages import Response
from .._receipts.events import LIVE, PURGED, Event, EventFields, PurgeDate, ReceiptState, action_of, use_in
from .progress import (
    Conclusion,
    Confirmation,
    Doubt,
    Limits,
    Mode,
    Objection,
    Observation,
    Progress,
    Spec,
    computed_purge_date,
)


@dataclass(frozen=True)
class Look:
    """Read the record, probe the host if the record does not decide."""


@dataclass(frozen=True)
class Stop:
    """What was found must not be acted on: it ends here."""

    objection: Objection


@dataclass(frozen=True)
class WaitForEarlierRun:
    """An earlier run may have sent a request that has not taken effect yet: a second one would restart its countdown. Wait, then look."""

    seconds: float


@dataclass(frozen=True)
class TrustRefusal:
    """The reading confirms the 401: the POST had no effect."""


@dataclass(frozen=True)
class RecordNoEffect:
    """What this run sent was refused, and what is so now somebody else did: write that."""


@dataclass(frozen=True)
class ResolveEarlier:
    """Write the outcome of the intent that an earlier run left pending; None: it had no effect."""

    outcome: EventFields | None


@dataclass(frozen=True)
class LookAtUse:
    """Read who uses the tenant, and what is in it: after the last look, right before the POST."""


@dataclass(frozen=True)
class Send:
    """Write the intent, then send the POST."""


@dataclass(frozen=True)
class RenewToken:
    """The POST was refused with a 401: renew the token, if that is possible."""


@dataclass(frozen=True)
class Confirm:
    """The server said yes: see if its response says to what."""

    answer: Response


@dataclass(frozen=True)
class BackOff:
    """Wait before the next look; ``attempt``: the number of the attempt that this is the wait after."""

    attempt: int
    cause: Response | NoResponse


@dataclass(frozen=True)
class ConcludeChange:
    """The change is confirmed: write its outcome. ``resolved``: by a look, not by a response."""

    fields: PurgeDate
    resolved: bool


@dataclass(frozen=True)
class ConcludeWithout:
    """The tenant is in the wanted state already, or (``changed``) would be changed if this were a real run."""

    status: str | None
    changed: bool


@dataclass(frozen=True)
class ConcludePurged:
    """The tenant is gone, as its receipt proves."""


@dataclass(frozen=True)
class Verify:
    """Probe the tenant's host until it answers as it must, at most for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class RecordSight:
    """Write what was seen of the tenant, if it is new. ``verifies``: it is the verification."""

    probe: Probe | None
    verifies: bool


@dataclass(frozen=True)
class Finish:
    """Done."""


@dataclass(frozen=True)
class Fail:
    """It ends in an error: that of the last POST, or what makes another POST unsafe, or a host that does not answer as it must."""

    cause: Response | NoResponse | Probe


# As a union type of Python 3.10 it would be taken for an operation of two classes by Ansible's own lint.
Step = t.Union[  # noqa: UP007
    Look,
    Stop,
    WaitForEarlierRun,
    TrustRefusal,
    RecordNoEffect,
    ResolveEarlier,
    LookAtUse,
    Send,
    RenewToken,
    Confirm,
    BackOff,
    ConcludeChange,
    ConcludeWithout,
    ConcludePurged,
    Verify,
    RecordSight,
    Finish,
    Fail,
]


def next_step(spec: Spec, progress: Progress, receipt: ReceiptState, limits: Limits, mode: Mode) -> Step:
    """What to do next.

    :arg receipt: what the receipt's events add up to by now.
    """
    if progress.objection is not None:
        return Stop(progress.objection)
    if progress.conclusion is not None:
        return _after_conclusion(spec, progress, limits, mode)
    if isinstance(progress.news, Observation):
        return _after_look(spec, progress, receipt, limits, mode)
    if isinstance(progress.news, Confirmation):
        return ConcludeChange(progress.news.fields, resolved=False)
    if progress.news is not None:
        return _after_post(progress, progress.news, limits)
    return Look()


def _after_look(spec: Spec, progress: Progress, receipt: ReceiptState, limits: Limits, mode: Mode) -> Step:
    found = t.cast(Observation, progress.news)
    pending = _earlier_intent(progress, receipt, mode)
    if pending is not None and not progress.waited_for_earlier_run and limits.may_take_effect_for > 0:
        took_effect = (found.verdict is Verdict.NO_OP) == (action_of(pending) == spec.action)
        if not took_effect:
            return WaitForEarlierRun(limits.may_take_effect_for)
    if found.verdict is Verdict.CHANGE:
        return _before_change(spec, progress, receipt, limits, mode)
    if progress.intended and not progress.in_doubt:
        return RecordNoEffect()
    if found.verdict is Verdict.PURGED:
        return ConcludePurged()
    if progress.in_doubt:
        confirmed = isinstance(progress.sent, Response) and progress.sent.succeeded
        days = spec.purge_after_days
        return ConcludeChange({} if days is None else computed_purge_date(found, days), resolved=not confirmed)
    if pending is not None:
        return ResolveEarlier(_outcome_of(pending, found, receipt) if action_of(pending) == spec.action else None)
    return ConcludeWithout(found.decision.status, changed=False)


def _before_change(spec: Spec, progress: Progress, receipt: ReceiptState, limits: Limits, mode: Mode) -> Step:
    found = t.cast(Observation, progress.news)
    pending = _earlier_intent(progress, receipt, mode)
    # Reading cannot tell a countdown that was restarted from one that was not.
    must_not_repeat = progress.in_doubt and spec.restarts_countdown and not progress.was_live
    if progress.doubt is Doubt.UNTIL_READ and not must_not_repeat:
        return TrustRefusal()
    # A disabled tenant shows nothing, and nobody can use it.
    looks_at_use = spec.looks_at_use and progress.usage is None and found.decision.status not in DISABLED_STATUSES
    if mode is not Mode.APPLY:
        return LookAtUse() if looks_at_use else ConcludeWithout(found.decision.status, changed=True)
    if progress.in_doubt and found.probe is not None and found.probe.state is State.UNAUTHORIZED:
        # Good enough to begin with, when the server checks the hostname. Not good enough to send it a second time.
        return Fail(found.probe)
    if pending is not None and action_of(pending) != spec.action:
        # What is to be changed now is what the earlier run's intent of the other action brought about.
        return ResolveEarlier(_outcome_of(pending, found, receipt))
    sent = progress.sent
    send = LookAtUse() if looks_at_use else Send()
    if sent is None:
        return send
    spent = progress.attempts > limits.retries or progress.wait_budget_spent is not None
    if spent or must_not_repeat or not progress.may_repeat:
        return Fail(sent)
    # The server may be at it still, and a second request could take effect as well as the first. What it said yes to, it needs not
    # be asked twice.
    may_be_running = sent.succeeded if isinstance(sent, Response) else sent.timed_out
    return BackOff(progress.attempts + 1, sent) if may_be_running else send


def _after_post(progress: Progress, answer: Response | NoResponse, limits: Limits) -> Step:
    if isinstance(answer, Response):
        if answer.succeeded:
            return Confirm(answer)
        if answer.status == 401:
            return RenewToken()
        if not answer.temporary:
            # Only a refusal in the API's own form is one. Anything else is resolved by the next look.
            return Fail(answer) if answer.refuses else Look()
    elif not answer.temporary:
        return Fail(answer)
    if progress.attempts > limits.retries and not progress.in_doubt:
        return Fail(answer)
    return BackOff(progress.attempts, answer)


def _after_conclusion(spec: Spec, progress: Progress, limits: Limits, mode: Mode) -> Step:
    conclusion = t.cast(Conclusion, progress.conclusion)
    # A decision that rests on a probe is verified by it. What would be changed only in a real run still answers as before.
    sight = progress.sight or (progress.last.probe if progress.last and not conclusion.changed else None)
    would_change = conclusion.changed and mode is not Mode.APPLY
    verifies = limits.verify_timeout is not None and not would_change and conclusion.status != PURGED
    as_wanted = sight is not None and sight.state in spec.end_states
    if verifies and progress.sight is None and not as_wanted:
        return Verify(limits.verify_timeout or 0 if mode is Mode.APPLY else 0)
    if not progress.sight_recorded:
        return RecordSight(sight, verifies=verifies)
    return Fail(sight) if verifies and sight is not None and not as_wanted else Finish()


def _earlier_intent(progress: Progress, receipt: ReceiptState, mode: Mode) -> Event | None:
    """The intent that an earlier run left pending; None: there is none, or the pending one is this run's, or nothing may be written."""
    return receipt.pending if mode is Mode.APPLY and not progress.intended else None


def _outcome_of(intent: Event, found: Observation, receipt: ReceiptState) -> EventFields:
    """What the receipt says of an intent that took effect, and whose response nobody kept."""
    days = intent.get("purge_after_days")
    if action_of(intent) != "deactivate" or not days:
        return {}
    # The countdown of a tenant that had been disabled before was restarted, or it was not: no date is known.
    date = computed_purge_date(found, days) if receipt.state == LIVE else {}
    return t.cast(EventFields, {"purge_after_days": days, **date, **use_in(intent)})
