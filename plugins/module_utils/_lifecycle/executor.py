# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The executor of a run that changes one tenant: performs the steps that next_step() asks for, and hands it what came of them.

From the first look to the end the tenant is this process's alone on this machine. The receipt has the intent before the POST and
the outcome right after its response, so that the next run knows what a run that was killed left pending.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from .._api.tenants import wait_for_state
from .._base.errors import NOTHING_SAID, ErrorFields, NoResponse, QlikError, Unconfirmed, WaitTooLong
from .._base.text import for_terminal
from .._domain.addresses import action_path
from .._domain.tenant import Probe
from .._http.messages import Request, Response
from .._receipts.events import OUTCOMES, PURGED, EventFields
from .._receipts.store import NotWritten
from .failures import failed, not_verified, request_name, unconfirmed, unrecorded
from .next_step import (
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
from .observer import Observer, probe_fields
from .progress import Confirmation, Doubt, Limits, Objection, Observation


class Executor(Observer):
    """One command, from the first look at the tenant to its confirmed end."""

    def run(self) -> dict[str, t.Any]:
        """The result; if it ends in an error, that holds what is known by then.

        :raises Stopped: what was found is not to be acted on; no change was sent.
        :raises Refused: the server said no.
        :raises Unconfirmed: it was sent, and neither the response nor looking again confirms it.
        :raises Unrecorded: it was done, and the receipt does not have it.
        """
        with self._locks.until_released():
            try:
                self._identify()
                while self._perform(self._next_step()):
                    pass
            except QlikError as error:
                raise self._final(error) from None
        return self._result()

    def _next_step(self) -> Step:
        limits = Limits(
            self._client.retry_policy.retries,
            self._command.verify_timeout,
            self._journal.may_take_effect_for(self._client.timeout),
        )
        return next_step(self._spec, self._progress, self._journal.receipt_state, limits, self._mode)

    def _perform(self, step: Step) -> bool:
        """Perform a step; False if it was the last one."""
        progress = self._progress
        if isinstance(step, Look):
            self._look()
        elif isinstance(step, Stop):
            raise self._stopped(step.objection)
        elif isinstance(step, WaitForEarlierRun):
            self._wait_for_earlier_run(step.seconds)
            self._progress = progress.look_again(waited_for_earlier_run=True)
        elif isinstance(step, TrustRefusal):
            self._progress = replace(progress, doubt=Doubt.NONE)
        elif isinstance(step, RecordNoEffect):
            with self._recording():
                error_fields = progress.sent.error_fields() if progress.sent else NOTHING_SAID
                self._journal.fail(self._spec.action, in_doubt=False, error_fields=error_fields)
            self._progress = replace(progress, intended=False)
        elif isinstance(step, ResolveEarlier):
            with self._recording():
                self._journal.resolve(step.outcome)
        elif isinstance(step, LookAtUse):
            self._look_at_use()
        elif isinstance(step, Send):
            self._send()
        elif isinstance(step, RenewToken):
            renewed = self._client.renew_token()
            # An attempt with a token that was refused does not count: the request was not looked at.
            self._progress = progress.look_again(may_repeat=renewed, attempts=progress.attempts - renewed)
        elif isinstance(step, Confirm):
            fields = self._confirmed(step.answer)
            self._progress = replace(progress, news=None if fields is None else Confirmation(fields))
        elif isinstance(step, BackOff):
            self._back_off(step)
        elif isinstance(step, ConcludeChange):
            self._conclude_change(step)
        elif isinstance(step, ConcludeWithout):
            self._conclude(step.status, changed=step.changed)
        elif isinstance(step, ConcludePurged):
            self._conclude_purged()
        elif isinstance(step, Verify):
            # Without credentials: a tenant that is not deactivated yet, or is live again, must not get a bot user by looking at it.
            address, wanted = self._target.address, self._spec.end_states
            sight = wait_for_state(self._client, address, wanted, step.seconds, credentials=None)
            self._progress = replace(progress, sight=sight)
        elif isinstance(step, RecordSight):
            if step.verifies and step.probe:
                self._known["probe"] = step.probe.result()
            self._record_sight(step.probe)
            self._progress = replace(progress, sight=step.probe, sight_recorded=True)
        elif isinstance(step, Fail):
            raise self._failure(step.cause)
        else:
            return _goes_on(step)
        return True

    def _failure(self, cause: Response | NoResponse | Probe) -> QlikError:
        spec, target, progress = self._spec, self._target, self._progress
        if not isinstance(cause, Probe):
            return failed(spec, target, progress, cause)
        if progress.conclusion:
            timeout = t.cast(float, self._command.verify_timeout)
            return not_verified(spec, target, self._known["status"], cause, timeout)
        reason = f"the answer of the tenant's own host, {cause.description}, does not show its state"
        return unconfirmed(spec, target, reason, cause)

    def _final(self, error: QlikError) -> QlikError:
        """The error that the run ends in: whatever went wrong, with what is known, and what is in doubt said to be so."""
        in_doubt, unwritten = self._progress.in_doubt, ""
        if in_doubt and not isinstance(error, Unconfirmed):
            error = unconfirmed(self._spec, self._target, error.message, error)
        try:
            self._journal.fail(self._spec.action, in_doubt=in_doubt, error_fields=error.error_fields())
        except NotWritten as reason:
            unwritten = f" That could not be written to the receipt: {reason}."
        changed = error.changed or self._known.get("changed", False)
        result = {**self._result(), **error.result}
        return error.replaced(message=f"{error.message}{unwritten}", result=result, changed=changed)

    def _result(self) -> dict[str, t.Any]:
        return {**self._identity(), **self._known, **({"warnings": self._warnings} if self._warnings else {})}

    def _wait_for_earlier_run(self, seconds: float) -> None:
        self._client.retry_policy.announce(
            f"Tenant {self._target}: a run that ended early may have sent a request just now: waiting {seconds:.0f} s, then looking again"
        )
        self._client.clock.sleep(seconds)

    def _back_off(self, step: BackOff) -> None:
        self._progress = self._progress.look_again(attempts=step.attempt)
        try:
            self._client.wait(step.attempt, step.cause)
        except WaitTooLong as error:
            if not self._progress.in_doubt:
                raise
            # One look is free.
            self._progress = replace(self._progress, wait_budget_spent=error)

    def _send(self) -> None:
        """Write what is about to be sent, and send it; if it cannot be written, stop here."""
        progress = self._progress
        try:
            status = progress.last.decision.status if progress.last else None
            previous = None if status is None else for_terminal(status)
            self._journal.intend(self._spec.action, {**self._intent(), "previous_status": previous})
        except NotWritten as error:
            reason = f"The receipt of tenant {self._target} cannot be written: {error}"
            next_step = "Fix the cause, then run again: no tenant is changed without a receipt."
            raise self._stopped(Objection(reason, next_step)) from None
        self._progress = replace(progress, intended=True, attempts=progress.attempts + 1)
        self._progress = self._progress.answered(self._post())

    def _post(self) -> Response | NoResponse:
        target = self._target
        request = self._client.with_token(
            Request(
                request_name(self._spec, target),
                "POST",
                target.address.register_host,
                action_path(t.cast(str, target.tenant_id), self._spec.action),
                headers={"qlik-confirm-hostname": target.address.hostname},
                body=self._body(),
                tier=2,
            )
        )
        try:
            return self._client.send_action(request)
        except NoResponse as error:
            return error

    def _conclude(self, previous_status: str | None, *, changed: bool, **more: t.Any) -> None:
        """Note the result of a tenant that is, or in check mode would be, in the wanted condition."""
        before = {"status": previous_status}
        status = self._spec.end if changed else self._left_status(previous_status)
        header = self._target.address.hostname
        after = {"status": status, **self._extra_diff()} if changed else before
        self._known |= {
            "changed": changed,
            "status": status,
            "previous_status": previous_status,
            "diff": {"before": before, "after": after, "before_header": header, "after_header": header},
            **more,
        }
        self._progress = self._progress.concluded(status, changed=changed)

    def _left_status(self, status: str | None) -> str | None:  # noqa: ARG002
        return self._spec.end

    def _extra_diff(self) -> dict[str, t.Any]:
        return {}

    def _conclude_change(self, step: ConcludeChange) -> None:
        self._conclude(self._known["previous_status"], changed=True, **step.fields)
        event: EventFields = {**self._said(), **self._intent(), **step.fields, **self._evidence()}
        event["resolved"] = step.resolved or None
        with self._recording():
            self._journal.conclude(OUTCOMES[self._spec.action], event)

    def _conclude_purged(self) -> None:
        """Note the result of a tenant that is gone, as its receipt proves."""
        probed = t.cast(Probe, t.cast(Observation, self._progress.last).probe)
        since = self._journal.gone_by(self._target.tenant_id)
        self._conclude(PURGED, changed=False)
        self._progress = self._progress.concluded(PURGED, changed=False)
        self._known |= {
            "status": PURGED,
            "msg": f"purged (receipt: out of service since {since:%Y-%m-%d})",
            "probe": probed.result(),
        }
        if self._journal.receipt_state.state != PURGED:
            with self._recording():
                self._journal.record("purged", probe_fields(probed))

    def _identity(self) -> dict[str, t.Any]:
        target, last = self._target, self._progress.last
        return {
            "id": target.tenant_id,
            "name": for_terminal(last.name) if last and last.name is not None else None,
            "hostname": target.address.hostname,
            "hostnames": [for_terminal(name) for name in last.hostnames] if last else [],
            "region": target.address.region,
            "receipt": None if self._journal.path is None else for_terminal(self._journal.path, 4096),
        }

    def _record_sight(self, probed: Probe | None) -> None:
        """Write what was seen of the tenant: after a change, and if it is new."""
        changed, status = self._known["changed"], self._known["status"]
        if status == PURGED or not (probed if changed else self._is_news(status)):
            return
        with self._recording():
            event: EventFields = {**({} if changed else self._listed()), **probe_fields(probed), "status": status}
            self._journal.record("observed", event)

    def _said(self) -> ErrorFields:
        """What the server said to the last POST, for the receipt of a change that is done."""
        said = self._progress.sent.error_fields() if self._progress.sent else NOTHING_SAID
        return {**said, "code": None}

    @contextlib.contextmanager
    def _recording(self) -> t.Iterator[None]:
        """Say what is so, and that it is not in the receipt, if that cannot be written."""
        try:
            yield
        except NotWritten as error:
            status, date = self._known.get("status") or self._spec.end, self._known.get("estimated_purge_date")
            raise unrecorded(self._target, status, date, error, self._said()) from None


def _goes_on(_step: Finish) -> bool:
    # The type of its argument has the type checker see that each other step is performed.
    return False
