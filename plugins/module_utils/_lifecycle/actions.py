# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking a tenant out of service, and back in. Reference: "Deactivate", "Reactivate"."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

from .._api.lookup import find_by_hostname
from .._api.tenants import probe
from .._api.usage import ACTIVITY, SUBSETS
from .._base.errors import InvalidInput, QlikError, Stopped
from .._base.text import for_terminal
from .._base.timestamps import days_after, read_time, read_zoned_time, write_time
from .._domain.commands import Deactivation, Reactivation
from .._domain.decision import Decision, Verdict, decide_deactivation, decide_reactivation
from .._domain.tenant import DISABLED_STATUSES, LIVE_STATES, Probe, Reading, Record, State
from .._http.client import Client
from .._http.messages import Response
from .._receipts.events import DISABLED, LIVE, PURGED, EventFields, PurgeDate, action_of, is_overdue, use_in
from .executor import Executor
from .failures import request_name, unconfirmed
from .progress import Mode, Objection, Observation, Spec
from .use import has_to_look, look_at_use

_DEACTIVATION = Spec(
    action="deactivate",
    doing="deactivating",
    noun="deactivation",
    end="disabled",
    end_states=frozenset((State.DEACTIVATED,)),
)

_REACTIVATION = Spec(
    action="reactivate",
    doing="reactivating",
    noun="reactivation",
    end="active",
    # A live tenant may refuse the credentials, or that there are none.
    end_states=LIVE_STATES,
)


_ONLY_OEM = "Qlik documents this setting only for multi-tenant (OEM) contracts."


def deactivate(client: Client, command: Deactivation, mode: Mode) -> dict[str, t.Any]:
    """Deactivate a tenant that is not disabled yet, and verify it if the command says so.

    :returns: the result of qlik_tenant_deactivate.
    :raises QlikError: as Executor.run().
    """
    days, restarts = command.purge_after_days, command.reset_purge_timer
    looks = has_to_look(command, mode)
    next_steps = {
        **_next_steps(client),
        400: f"The request is wrong for the server: check {client.names.option('purge_after_days')}. {_ONLY_OEM}",
    }
    spec = replace(
        _DEACTIVATION, next_steps=next_steps, purge_after_days=days, restarts_countdown=restarts, looks_at_use=looks
    )
    return _Deactivating(client, command, spec, mode).run()


def reactivate(client: Client, command: Reactivation, mode: Mode) -> dict[str, t.Any]:
    """Reactivate a tenant that is disabled, and verify that it answers as live if the command says so.

    :returns: the result of qlik_tenant_reactivate.
    :raises QlikError: as Executor.run().
    """
    return _Reactivating(client, command, replace(_REACTIVATION, next_steps=_next_steps(client)), mode).run()


def _next_steps(client: Client) -> dict[int, str]:
    """What to do if the server refuses a request, by its status."""
    names = client.names
    return {
        401: f"The server does not accept the token: check {names.credentials}, and that it is a client of this region.",
        403: "The client may not do this, or not with this tenant: check its scopes, or ask the vendor's support.",
        404: "The API knows no such tenant in this region: check the tenant's id and region.",
        412: "The id belongs to a tenant with another hostname: check both, one may be another customer's."
        " If it is an alias of this tenant, give the first of its hostnames.",
        429: "The rate limit still blocks the client: run again later, or raise"
        f" {names.option('retries')} and {names.option('max_wait')}.",
    }


class _Deactivating(Executor):
    _command: Deactivation
    # What the tenant's own host showed.
    _own_hostnames: tuple[str, ...] | None = None
    # The purge date in the response, if it cannot be read.
    _raw_date: str | None = None

    def _decide(self, read: Record | Reading, probed: State | None) -> Decision:
        # A tenant that was live before a lost answer and is disabled after it was deactivated: once is enough.
        again = self._command.reset_purge_timer and not (self._progress.in_doubt and self._progress.was_live)
        plan = self._command.author.plan_sha256
        if again and plan is not None and self._journal.applied_plan == plan and not self._journal.intended:
            # An approved plan restarts a countdown once, however often it is applied.
            again = False
        return decide_deactivation(
            read,
            probed,
            self._target.address.hostname,
            reset_purge_timer=again,
            purge_is_over=self._journal.gone_by(self._target.tenant_id) is not None,
            was_disabled=self._was_disabled(),
        )

    def _with_hostnames(self, found: Observation) -> Observation:
        # The record shows a protected alias; if the record is not shown, the tenant's own host does.
        now = self._client.clock.now()
        is_needed = any(one.is_of_hostnames and not one.has_expired(now) for one in self._command.protected)
        if not is_needed or found.hostnames or found.decision.verdict is not Verdict.CHANGE:
            return found
        if self._own_hostnames is None:
            self._own_hostnames = self._ask_for_hostnames()
        return replace(found, own_hostnames=self._own_hostnames)

    def _ask_for_hostnames(self) -> tuple[str, ...]:
        """The hostnames that the tenant's own host shows.

        :raises Stopped: it shows none. One of them may be protected.
        """
        target, client = self._target, self._client
        try:
            if client.obtain_credentials() is None:
                raise InvalidInput(
                    f"a token of the tenant's own host needs {client.names.credentials}, and there are none"
                )
            record = find_by_hostname(client, target.address).record
            if record is None or record["id"] != target.tenant_id:
                raise Stopped("the tenant's own host does not show the tenant with this id")
        except QlikError as error:
            reason = (
                f"Tenant {target} may be protected: neither the register host nor the tenant's own host shows its hostnames"
                f" ({error.message.rstrip('.')})"
            )
            sources = sorted({one.source for one in self._command.protected if one.is_of_hostnames})
            next_step = (
                f"Give the client of region {target.address.region} ({client.names.credentials}). Or remove the hostname patterns from"
                f" {' and '.join(sources)}, if none of them is meant for a tenant of this run."
            )
            raise self._stopped(Objection(reason, next_step)) from None
        return tuple(record["hostnames"])

    def _must_stay(self, found: Observation) -> Objection | None:
        return self._is_restored() if self._command.counted else self._is_uncounted(found)

    def _is_uncounted(self, found: Observation) -> Objection:
        """A tenant that was left out of the wave's count by its receipt or by the organization's list. Its receipt is corrected, so that
        the next run counts it.
        """
        status, recorded = found.decision.status, self._journal.receipt_state.state
        said = "the organization's list did not show it as live"
        if recorded in (DISABLED, PURGED):
            said = f"its receipt said that it was {recorded}"
        # From now on its receipt has it as live: it counts, and may have to be confirmed as a restored one.
        self._record_life()
        restore = self._journal.receipt_state.restore_if_live(self._client.clock.now())
        rule = self._command.restore_rule
        confirm = f"set {rule.option} to {restore.on} and " if restore and rule else ""
        return Objection(
            f"Tenant {self._target} is {for_terminal(status)}, but {said}. So it was not counted for the limits of this run, and the tasks"
            " that come before a deactivation did not run for it",
            f"Find out who restored it. To deactivate it anyway, {confirm}run again: it is counted then.",
        )

    def _is_restored(self) -> Objection | None:
        """A tenant that was restored since its last deactivation, if that is not confirmed."""
        if not self._progress.was_live:
            return None
        restore = self._journal.receipt_state.restore_if_live(self._client.clock.now())
        rule = self._command.restore_rule
        if restore is None:
            return None
        if rule is None:
            self._warnings.append(
                f"Tenant {self._target} was {restore}, after its last deactivation, and this task deactivates it again."
            )
            return None
        self._known["restored_on"] = f"{restore.on}"
        # A plan shows the restore to its approver.
        problem = None if self._mode is Mode.PLAN else rule.problem(restore)
        if problem is None:
            return None
        if restore.seen_after:
            # The day of its restore stays the one that the message names.
            self._record_life()
        reason, next_step = problem
        return Objection(f"Tenant {self._target} {reason}", next_step)

    def _was_disabled(self) -> bool:
        """The receipt says that the tenant is disabled, or may be, and the organization's list does not say that it lives."""
        receipt = self._journal.receipt_state
        pending = (
            receipt.pending is not None
            and action_of(receipt.pending) == self._spec.action
            and not self._journal.intended
        )
        return (receipt.state in (DISABLED, PURGED) or pending) and not self._command.listed_live

    def _probe(self, read: Record | Reading) -> Probe:
        # Proof of life takes a token, if one can be had. Whether the tenant is gone, or why it has no id, its host says without one.
        credentials = self._client.credentials if read is Reading.REFUSED else None
        probed = probe(self._client, self._target.address, credentials=credentials)
        if probed.state is State.UNAUTHORIZED and self._was_disabled() and read is Reading.REFUSED and not credentials:
            credentials = self._client.obtain_credentials()
            if credentials:
                probed = probe(self._client, self._target.address, credentials=credentials)
        return probed

    def _body(self) -> dict[str, t.Any]:
        return {"purgeAfterDays": self._command.purge_after_days}

    def _confirmed(self, answer: Response) -> PurgeDate:
        body = answer.body
        tenant_id = self._target.tenant_id
        if not isinstance(body, dict) or body.get("id") != tenant_id or body.get("status") != "disabled":
            request = request_name(self._spec, self._target)
            reason = f"{request}: {answer.describe()}, and the answer does not say that this tenant is disabled"
            raise unconfirmed(self._spec, self._target, reason, answer)
        date = body.get("estimatedPurgeDate")
        if read_zoned_time(date):
            return {"estimated_purge_date": date}
        return self._without_date(date)

    def _without_date(self, given: t.Any) -> PurgeDate:
        """The result keys of a deactivation whose answer has no purge date that can be relied on."""
        days = self._command.purge_after_days
        computed = days_after(self._client.clock.now(), days)
        said = "has no estimatedPurgeDate"
        if given is not None:
            self._raw_date = for_terminal(given, 100)
            said = f"has an estimatedPurgeDate that is not a time with a zone (RFC 3339), {self._raw_date}"
        self._warnings.append(
            f"Tenant {self._target} is disabled, and the server's answer {said}."
            + (
                f" The purge date was computed from {days} days: about {computed:%Y-%m-%d}."
                if computed
                else " So no purge date is known."
            )
            + " Check it in the management console."
        )
        return {"estimated_purge_date": write_time(computed), "purge_date_computed": True} if computed else {}

    def _evidence(self) -> EventFields:
        return {"purge_date_text": self._raw_date}

    def _intent(self) -> EventFields:
        return t.cast(EventFields, {**use_in(self._known), "purge_after_days": self._command.purge_after_days})

    def _look_at_use(self) -> None:
        last = self._progress.last
        found = look_at_use(
            self._client,
            self._command,
            self._target,
            self._mode,
            hostnames=last.hostnames if last else (),
            # What is in it is read once.
            subset=(ACTIVITY,) if "contents" in self._known else SUBSETS,
        )
        self._known |= found.usage.result()
        if found.problem:
            self._known["idle_warning"] = f"it {found.problem}"
            warning = f"Tenant {self._target} {found.problem}."
            self._warnings += [] if warning in self._warnings else [warning]
        self._progress = replace(self._progress, usage=found.usage, objection=found.objection)

    def _is_news(self, status: str | None) -> bool:  # noqa: ARG002
        # Without an id it proves nothing once the tenant is gone.
        known = self._target.tenant_id is None or self._journal.holds(self._target.tenant_id)
        return self._journal.receipt_state.state != DISABLED or not known

    def _words_for_absence(self) -> str:
        receipt = self._journal.receipt_state
        if receipt.state is None:
            proof = "but no receipt says that it was deactivated"
        elif receipt.state == LIVE:
            proof = "but its receipt says that it was live"
        elif receipt.purge_date:
            proof = f"and its receipt has the purge date {for_terminal(receipt.purge_date, 40)}"
        else:
            when = f" on {receipt.since:%Y-%m-%d}" if receipt.since else ""
            proof = f"and its receipt says that it was {receipt.state}{when}, without a purge date"
        return f"{super()._words_for_absence()}, {proof}"

    def _conclude(self, previous_status: str | None, *, changed: bool, **more: t.Any) -> None:
        receipt = self._journal.receipt_state
        # The response to the deactivation has the date; later the organization's list has it, if it was asked, else the receipt.
        known = not changed and receipt.state in (DISABLED, PURGED)
        listed = self._listed() if not changed and previous_status in DISABLED_STATUSES else {}
        keys: dict[str, t.Any] = {
            "estimated_purge_date": receipt.purge_date if known else None,
            "purge_date_computed": known and receipt.purge_date_computed and not listed,
            **listed,
            **more,
        }
        if self._command.planned and not changed:
            keys["plan_sha256"] = self._journal.applied_plan
        super()._conclude(previous_status, changed=changed, purge_after_days=self._command.purge_after_days, **keys)
        self._warn_of_another_date()

    def _listed(self) -> PurgeDate:
        date = self._command.listed_purge_date
        return {"estimated_purge_date": date} if read_time(date) else {}

    def _extra_diff(self) -> dict[str, t.Any]:
        return {"purge_after_days": self._command.purge_after_days}

    def _warn_of_another_date(self) -> None:
        """A purge date that is not what was asked for (only some entitlements may set the days) must not surprise anybody."""
        days = self._command.purge_after_days
        date = read_time(self._known["estimated_purge_date"])
        expected = days_after(self._client.clock.now(), days)
        if (
            date is None
            or expected is None
            or not self._known["changed"]
            or self._known["purge_date_computed"]
            or abs(date - expected) < timedelta(days=2)
        ):
            return
        self._warnings.append(
            f"The server says that tenant {self._target} will be purged about {date:%Y-%m-%d}. But"
            f" {self._client.names.option('purge_after_days')} is {days}, which would be {expected:%Y-%m-%d}. The tenant is"
            f" deactivated, and the server's date counts. {_ONLY_OEM} If you need another date, ask the vendor's support."
        )


class _Reactivating(Executor):
    _command: Reactivation

    def _decide(self, read: Record | Reading, probed: State | None) -> Decision:
        return decide_reactivation(read, probed, self._target.address.hostname)

    def _look_at_use(self) -> None:
        # Nobody can use a tenant that is to be restored.
        return

    def _must_stay(self, found: Observation) -> Objection | None:  # noqa: ARG002
        # To restore it is no danger to it.
        return None

    def _probe(self, read: Record | Reading) -> Probe:  # noqa: ARG002
        # A tenant that lives is to be left as it is: no token is requested of it.
        return probe(self._client, self._target.address, credentials=None)

    def _confirmed(self, answer: Response) -> None:  # noqa: ARG002
        # The answer's fields are not documented for certain: the next look confirms it.
        return None

    def _left_status(self, status: str | None) -> str | None:
        return status

    def _is_news(self, status: str | None) -> bool:  # noqa: ARG002
        # A tenant that was never taken out of service has no receipt, and needs none.
        return self._journal.receipt_state.state in (DISABLED, PURGED)

    def _words_for_absence(self) -> str:
        receipt = self._journal.receipt_state
        passed = is_overdue(receipt.purge_date, self._client.clock.now())
        date = f" Its purge date, {for_terminal(receipt.purge_date, 40)}, has passed." if passed else ""
        return f"{super()._words_for_absence()}, and then nothing can restore it.{date}".rstrip(".")
