# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The course that every change of a tenant takes: look, decide, send, confirm, verify.

The state is read before each POST, and where no usable answer came, the course begins again with reading. So each POST follows
a reading that asks for it, and an answer that was lost is resolved by the next reading. Done is only what the server confirmed.

From the first look to the end the tenant is this process's alone on this machine. The receipt has the intent before the POST and
the outcome right after its answer, so that whoever comes after a run that was killed knows what there is to resolve.
"""

from __future__ import annotations

import abc
import contextlib
import enum
import typing as t
from dataclasses import dataclass

from .._api.lookup import find_target
from .._api.tenants import read_tenant, wait_for_state
from .._base.errors import NoResponse, QlikError, Stopped, Unconfirmed, Unrecorded, WaitTooLong
from .._base.text import for_terminal, sentence
from .._base.timestamps import days_after, write_time
from .._domain.addresses import action_path, alias_warning
from .._domain.commands import Command
from .._domain.decision import Decision, Verdict
from .._domain.patterns import matching_pattern
from .._domain.tenant import Probe, Reading, Record, State
from .._http.client import Client
from .._http.messages import Request, Response
from .._local.locks import TenantLocks
from .._receipts.events import DISABLED, LIVE, OUTCOMES, PURGED, action_of
from .._receipts.store import Journal, NotWritten


@dataclass(frozen=True)
class Observation:
    """What is known of a tenant at one moment, and what follows from it."""

    read: Record | Reading
    probe: Probe | None
    decision: Decision
    # What the tenant's own host showed, where the record shows none.
    own_hostnames: tuple[str, ...] = ()

    @property
    def hostnames(self) -> tuple[str, ...]:
        """The hostnames of the tenant, as far as they are shown."""
        return (self.read.hostnames if isinstance(self.read, Record) else None) or self.own_hostnames

    @property
    def name(self) -> str | None:
        """The name that the record shows."""
        return self.read.name if isinstance(self.read, Record) else None


class Doubt(enum.IntEnum):
    """How sure it is that no POST of this run has had an effect.

    UNTIL_READ: a 401 of the API says that it had none, and a reading that shows the tenant as it was confirms that. LASTING: what the
    server did is not known, and may still be coming.
    """

    NONE = 0
    UNTIL_READ = 1
    LASTING = 2


class Course(abc.ABC):
    """One order, from the first look at the tenant to its confirmed end."""

    ACTION: t.ClassVar[str]
    # For messages: "deactivating", "deactivation".
    DOING: t.ClassVar[str]
    DEED: t.ClassVar[str]
    # The condition that it ends in, as a status and as what the tenant's host answers then.
    END: t.ClassVar[str]
    END_STATES: t.ClassVar[frozenset[State]]
    NEXT_STEPS: t.ClassVar[dict[int, str]]

    def __init__(self, client: Client, order: Command, *, check_mode: bool) -> None:
        self._client = client
        self._order = order
        self._target = order.target
        self._check_mode = check_mode
        self._journal = Journal(
            order.receipt_path, order.author, client.clock, searched=order.receipt_searched, writes=not check_mode
        )
        self._locks = TenantLocks(client.clock, client.retry_policy.max_wait, client.retry_policy.announce)
        self._first: Observation | None = None
        self._last: Observation | None = None
        self._attempts = 0
        self._cause: Response | NoResponse | None = None
        self._doubt = Doubt.NONE
        # The last POST failed in a way that another one may not.
        self._may_repeat = True
        # What the server said to the POST, for the receipt.
        self._said: dict[str, t.Any] = {}
        self._waited_for_another_run = False
        self._wait_budget_spent: WaitTooLong | None = None
        # Keys of the result that are known, also where the course ends in an error.
        self._known: dict[str, t.Any] = {}
        self._warnings: list[str] = []

    def run(self) -> dict[str, t.Any]:
        """The result; where it ends in an error, that holds what is known by then.

        :raises Stopped: what was found is not to be acted on; nothing was sent.
        :raises Refused: the server said no.
        :raises Unconfirmed: it was sent, and neither the answer nor looking again confirms it.
        :raises Unrecorded: it was done, and the receipt does not have it.
        """
        with self._locks.until_released():
            try:
                self._identify()
                self._bring_about()
                self._verify()
            except QlikError as error:
                if self._in_doubt and not isinstance(error, Unconfirmed):
                    error = self._unconfirmed(error.message, error)
                try:
                    self._journal.fail(self.ACTION, in_doubt=self._in_doubt, facts=error.error_fields())
                except NotWritten as reason:
                    error.message += f" That could not be written to the receipt: {reason}."
                error.changed = error.changed or self._known.get("changed", False)
                error.result = {**self._result(), **error.result}
                raise error from None
        return self._result()

    def _result(self) -> dict[str, t.Any]:
        return {**self._identity(), **self._known, **({"warnings": self._warnings} if self._warnings else {})}

    @property
    def _in_doubt(self) -> bool:
        """A POST may have had an effect, and what became of it is not known."""
        return self._doubt is not Doubt.NONE

    @abc.abstractmethod
    def _decide(self, read: Record | Reading, probed: State | None) -> Decision:
        """The decision on what was read."""

    @abc.abstractmethod
    def _confirmed(self, answer: Response) -> dict[str, t.Any] | None:
        """The result keys of a 2xx answer that confirms the deed, None where only looking again can, an error where it does not."""

    @abc.abstractmethod
    def _probe(self, read: Record | Reading) -> Probe:
        """What the tenant's host answers, where the record does not decide."""

    def _evidence(self) -> dict[str, t.Any]:
        """What the receipt keeps of the answer besides the outcome."""
        return {}

    def _resolved(self, found: Observation) -> dict[str, t.Any]:  # noqa: ARG002
        """The result keys of a deed that looking at the tenant confirms."""
        return {}

    @abc.abstractmethod
    def _is_news(self, status: str | None) -> bool:
        """The receipt does not tell yet that the tenant is in the condition that it was found in, and should."""

    def _listed(self) -> dict[str, t.Any]:
        """The result keys that the organization's list tells of a tenant that is left alone."""
        return {}

    def _intent(self) -> dict[str, t.Any]:
        """What the receipt's intent says of the order."""
        return {}

    def _body(self) -> dict[str, t.Any] | None:
        return None

    def _must_not_repeat(self) -> bool:
        """The deed is in doubt, and looking at the tenant could not tell."""
        return False

    def _identify(self) -> None:
        """Have the tenant to oneself, its receipt open, and its id where it can be found."""
        address = self._target.address
        self._hold(address.hostname)
        if self._target.tenant_id is None:
            self._journal.open(self._target)
            self._target = find_target(self._client, self._target, self._journal.tenant_id)
        # By its id too, before its receipt is read: others may know it by another of its hostnames.
        self._hold(self._target.tenant_id)
        self._journal.open(self._target)
        begun_as = self._journal.hostname
        if begun_as is not None and begun_as != address.hostname:
            self._warnings.append(
                f"The receipt of {address.hostname} is that of {for_terminal(begun_as, 253)}, a hostname that the same tenant had before:"
                f" {for_terminal(self._journal.path, 4096)}."
            )

    def _hold(self, name: str | None) -> None:
        if name is not None and not self._check_mode:
            self._locks.hold(name)

    def _bring_about(self) -> None:
        while True:
            found = self._look()
            done: dict[str, t.Any] | None
            facts: dict[str, t.Any] = {}
            if self._wait_for_another_run(found):
                continue
            if (
                self._doubt is Doubt.UNTIL_READ
                and found.decision.verdict is Verdict.CHANGE
                and not self._must_not_repeat()
            ):
                self._doubt = Doubt.NONE
            if not self._in_doubt and found.decision.verdict is not Verdict.CHANGE:
                # What this run sent was refused, and what is so now somebody else did.
                self._resolve_refused()
            if found.decision.verdict is Verdict.PURGED:
                self._conclude_purged(found)
                return
            if found.decision.verdict is Verdict.NO_OP:
                if not self._in_doubt:
                    self._resolve_another_run(found)
                    self._conclude(found.decision.status, changed=False)
                    return
                done = self._resolved(found)
                if not (isinstance(self._cause, Response) and self._cause.succeeded):
                    facts = {"resolved": True}
            elif self._check_mode:
                self._conclude(found.decision.status, changed=True)
                return
            elif self._in_doubt and found.probe is not None and found.probe.state is State.UNAUTHORIZED:
                # Good enough to begin with, when the server checks the hostname. Not good enough to send it a second time.
                raise self._unconfirmed(
                    f"its host answers {found.probe.description}, which does not tell its state", found.probe
                )
            else:
                self._resolve_other_action(found)
                done = self._attempt()
            if done is not None:
                # It is no longer in doubt, whatever verifying it brings.
                self._doubt = Doubt.NONE
                self._conclude(self._known["previous_status"], changed=True, **done)
                with self._recording():
                    self._journal.conclude(
                        OUTCOMES[self.ACTION], {**self._said, **self._intent(), **done, **self._evidence(), **facts}
                    )
                return

    def _wait_for_another_run(self, found: Observation) -> bool:
        """Wait where an earlier run may have sent a request that has not taken effect yet; True: look again then.

        A second request would restart the countdown of the first.
        """
        intent = self._journal.receipt_state.pending
        if intent is None or self._journal.intended or self._waited_for_another_run or self._check_mode:
            return False
        reached = (found.decision.verdict is Verdict.NO_OP) == (action_of(intent) == self.ACTION)
        seconds = 0.0 if reached else self._journal.may_take_effect_for(self._client.timeout)
        if seconds <= 0:
            return False
        self._waited_for_another_run = True
        self._client.retry_policy.announce(
            f"Tenant {self._target}: a run that ended early may have sent a request just now: waiting {seconds:.0f} s, then looking again"
        )
        self._client.clock.sleep(seconds)
        return True

    def _look(self) -> Observation:
        """Read the record, probe the host where the record does not tell, and decide; Stopped where nothing may be done."""
        read = read_tenant(self._client, self._target)
        found = Observation(read, None, self._decide(read, None))
        if found.decision.verdict is Verdict.PROBE:
            probed = self._probe(read)
            found = Observation(read, probed, self._decide(read, probed.state))
        found = self._with_hostnames(found)
        if self._first is None:
            self._first = found
            status = found.decision.status
            self._known["previous_status"] = None if status is None else for_terminal(status)
        self._last = found
        self._must_be_allowed(found)
        if found is self._first:
            alias = alias_warning(self._target.address.hostname, found.hostnames)
            self._warnings += [f"{alias}."] if alias else []
        self._journal.name(
            self._target.tenant_id, [for_terminal(name) for name in found.hostnames] or self._names_so_far()
        )
        return found

    def _names_so_far(self) -> list[str]:
        """The hostnames of the receipt, and the one that the tenant is named by now, where that is another one."""
        named, known = self._target.address.hostname, self._journal.hostnames
        return known if named in (self._journal.hostname, *known) else [*known, named]

    def _with_hostnames(self, found: Observation) -> Observation:
        """The same, with the hostnames that the tenant's own host shows, where something depends on them."""
        return found

    def _must_be_allowed(self, found: Observation) -> None:
        target = self._target
        reason = for_terminal(found.decision.reason)
        if found.decision.verdict is Verdict.NOT_FOUND:
            raise self._stopped(
                f"Tenant {target} was not found in region {target.address.region}: {reason}",
                f"Check tenant_id, hostname and region; {self._words_for_absence()}.",
            )
        if found.decision.verdict is Verdict.STOP:
            raise self._stopped(f"Tenant {target} is left alone: {reason}", found.decision.next_step)
        for hostname in (target.address.hostname, *found.hostnames):
            pattern = matching_pattern(hostname, self._order.protected)
            if pattern is not None:
                raise self._stopped(
                    f"Tenant {target} is protected: its hostname {for_terminal(hostname)} matches '{for_terminal(pattern)}'",
                    "If it is meant all the same, take the pattern out of the protected ones.",
                )
        differs = self._order.planned.fault(found.read, found.decision) if self._order.planned else None
        if differs:
            raise self._stopped(
                f"Tenant {target} is not as the plan has it: {for_terminal(differs, 1000)}",
                "Find out what has changed, make a new plan and have it approved.",
            )
        if found.decision.verdict is not Verdict.CHANGE or self._journal.intended:
            return
        if not self._order.counted:
            self._stop_uncounted(found)
        self._check_restored()

    @abc.abstractmethod
    def _check_restored(self) -> None:
        """Stop a tenant that was restored since, where that is not confirmed."""

    def _stop_uncounted(self, found: Observation) -> t.NoReturn:
        """Stop a tenant that was left out of the wave's count by its receipt or by the organization's list, and correct the receipt, so
        that the next run counts it.
        """
        status, told = found.decision.status, self._journal.receipt_state.state
        said = "the organization's list did not have it as live"
        if told in (DISABLED, PURGED):
            said = f"its receipt said that it was {told}"
        # From now on its receipt has it as live: it counts, and may have to be confirmed as a restored one.
        self._record_life()
        restore = self._journal.receipt_state.restore_if_live(self._client.clock.now())
        rule = getattr(self._order, "restore_rule", None)
        confirm = f"set {rule.option} to {restore.on} and " if restore and rule else ""
        raise self._stopped(
            f"Tenant {self._target} is {for_terminal(status)}, and {said}: so it was not counted for the limits of the wave, nor were the"
            " tasks run that come before a deactivation",
            f"Find out who brought it back. If it is meant to go all the same, {confirm}run again: its receipt has it as live now, and it"
            " counts.",
        )

    def _record_life(self) -> None:
        """Write that a tenant lives which is to be stopped, if its receipt has it otherwise. It stops too if that cannot be written."""
        found = self._last
        if found is None or self._journal.receipt_state.state == LIVE:
            return
        with contextlib.suppress(NotWritten):
            self._journal.record("observed", {"status": found.decision.status, **_facts_of(found.probe)})

    def _stopped(self, words: str, next_step: str) -> Stopped:
        probed = self._last.probe if self._last else None
        seen = f" Its host says: {probed.description}." if probed and probed.description else ""
        sent = " Nothing was sent."
        if self._in_doubt:
            sent = ""
        elif self._client.actions_sent:
            sent = " Nothing was changed: what was sent before was refused."
        return Stopped(f"{words}.{seen}{sent} {next_step}", **(probed.error_fields() if probed else {}))

    def _attempt(self) -> dict[str, t.Any] | None:
        """Send it; None where the next look has to tell, or where it failed for now and the wait before that look is over."""
        retries = self._client.retry_policy.retries
        cause = self._cause
        if cause is not None and (
            self._attempts > retries
            or self._wait_budget_spent is not None
            or not self._may_repeat
            or self._must_not_repeat()
        ):
            raise self._failure(cause)
        self._attempts += 1
        if cause is None or not _may_be_running(cause):
            self._intend()
            outcome = self._send_and_confirm()
            if isinstance(outcome, dict):
                return outcome
            self._cause = cause = outcome
            if isinstance(cause, Response) and not cause.temporary:
                # Nothing to wait for: the next look tells.
                return None
        if self._attempts > retries and not self._in_doubt:
            raise self._failure(cause)
        try:
            self._client.wait(self._attempts, cause)
        except WaitTooLong as error:
            if not self._in_doubt:
                raise
            # One look is free.
            self._wait_budget_spent = error
        return None

    def _intend(self) -> None:
        """Write what is about to be sent, or stop here."""
        try:
            status = self._last.decision.status if self._last else None
            self._journal.intend(
                self.ACTION, {"previous_status": None if status is None else for_terminal(status), **self._intent()}
            )
        except NotWritten as error:
            raise self._stopped(
                f"The receipt of tenant {self._target} cannot be written: {error}",
                "Mend that and run again: nothing is changed without a receipt.",
            ) from None

    def _send_and_confirm(self) -> dict[str, t.Any] | Response | NoResponse:
        """Done, or why it is not yet. What failed for good is raised."""
        answer = self._send()
        self._may_repeat = answer.temporary
        self._said = {name: value for name, value in answer.error_fields().items() if name != "code"}
        if isinstance(answer, NoResponse):
            self._doubt = Doubt.LASTING if answer.sent else self._doubt
            if not answer.temporary:
                raise answer
            return answer
        if answer.succeeded:
            self._doubt, self._may_repeat = Doubt.LASTING, True
            confirmed = self._confirmed(answer)
            return answer if confirmed is None else confirmed
        # Only the API's own no is one. Behind any other answer the server may have done it all the same.
        if not answer.refuses:
            self._doubt = Doubt.LASTING
        if answer.status == 401:
            self._doubt = max(self._doubt, Doubt.UNTIL_READ)
            self._may_repeat = self._client.renew_token()
            # It does not count: the request was not looked at.
            self._attempts -= self._may_repeat
        elif answer.refuses and not answer.temporary:
            raise self._failure(answer)
        return answer

    def _send(self) -> Response | NoResponse:
        target = self._target
        request = self._client.with_token(
            Request(
                self._what,
                "POST",
                target.address.register_host,
                action_path(t.cast(str, target.tenant_id), self.ACTION),
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
        status = self.END if changed else self._left_status(previous_status)
        header = self._target.address.hostname
        after = {"status": status, **self._extra_diff()} if changed else before
        self._known |= {
            "changed": changed,
            "status": status,
            "previous_status": previous_status,
            "diff": {"before": before, "after": after, "before_header": header, "after_header": header},
            **more,
        }

    def _left_status(self, status: str | None) -> str | None:  # noqa: ARG002
        return self.END

    def _extra_diff(self) -> dict[str, t.Any]:
        return {}

    def _verify(self) -> None:
        """See that the tenant's host answers as it must, where that is ordered."""
        timeout = self._order.verify_timeout
        # Where the decision rests on a probe already, that is the verification.
        probed = self._last.probe if self._last and not self._known["changed"] else None
        # Nothing was done in check mode: a tenant that would be changed still answers as before. And one that is gone was probed.
        if timeout is None or (self._check_mode and self._known["changed"]) or self._known["status"] == PURGED:
            self._record_sight(probed)
            return
        if probed is None or probed.state not in self.END_STATES:
            seconds = 0 if self._check_mode else timeout
            # Without credentials: a tenant that is not deactivated yet, or is live again, must not get a bot user by looking at it.
            probed = wait_for_state(self._client, self._target.address, self.END_STATES, seconds, credentials=None)
        self._known["probe"] = probed.result()
        self._record_sight(probed)
        if probed.state not in self.END_STATES:
            raise Unconfirmed(
                f"Tenant {self._target} is {self._known['status']} by the API's word, but its host does not answer as"
                f" {' or '.join(sorted(state.value for state in self.END_STATES))} within {timeout:g} s: it answers as"
                f" {probed.state.value}. {sentence(probed.description.rstrip('.'))}. Probe it again later with qlik_tenant_probe; if it"
                " stays, check that tenant_id and hostname belong together.",
                **probed.error_fields(),
            )

    def _identity(self) -> dict[str, t.Any]:
        target = self._target
        return {
            "id": target.tenant_id,
            "name": for_terminal(self._last.name) if self._last and self._last.name is not None else None,
            "hostname": target.address.hostname,
            "hostnames": [for_terminal(name) for name in self._last.hostnames] if self._last else [],
            "region": target.address.region,
            "receipt": None if self._journal.path is None else for_terminal(self._journal.path, 4096),
        }

    def _record_sight(self, probed: Probe | None) -> None:
        """Write what was seen of the tenant: after a change, and where it is news."""
        changed, status = self._known["changed"], self._known["status"]
        if status == PURGED or not (probed if changed else self._is_news(status)):
            return
        with self._recording():
            seen = {} if changed else self._listed()
            self._journal.record("observed", {"status": status, **seen, **_facts_of(probed)})

    def _resolve_another_run(self, found: Observation) -> None:
        """Write the outcome of an intent that an earlier run left without one."""
        intent = self._journal.receipt_state.pending
        if intent is not None:
            outcome = _outcome_of(intent, found, self._journal) if action_of(intent) == self.ACTION else None
            with self._recording():
                self._journal.resolve(outcome)

    def _resolve_other_action(self, found: Observation) -> None:
        """Write the outcome of an earlier run's intent of the other action: what is to be changed now is what it brought about."""
        intent = self._journal.receipt_state.pending
        if intent is not None and action_of(intent) != self.ACTION and not self._journal.intended:
            with self._recording():
                self._journal.resolve(_outcome_of(intent, found, self._journal))

    def _resolve_refused(self) -> None:
        facts = self._cause.error_fields() if isinstance(self._cause, (Response, NoResponse)) else {}
        with self._recording():
            self._journal.fail(self.ACTION, in_doubt=False, facts=facts)

    def _conclude_purged(self, found: Observation) -> None:
        """Note the result of a tenant that is gone, as its receipt proves."""
        since = self._journal.gone_by(self._target.tenant_id)
        probed = t.cast(Probe, found.probe)
        self._conclude(PURGED, changed=False)
        self._known |= {"status": PURGED, "msg": f"gone (by receipt of {since:%Y-%m-%d})", "probe": probed.result()}
        if self._journal.receipt_state.state != PURGED:
            with self._recording():
                self._journal.record("purged", _facts_of(probed))

    @contextlib.contextmanager
    def _recording(self) -> t.Iterator[None]:
        """Say what is so, and that it is not in the receipt, where that cannot be written."""
        try:
            yield
        except NotWritten as error:
            date = self._known.get("estimated_purge_date")
            raise Unrecorded(
                f"Tenant {self._target} is {self._known.get('status') or self.END}, and its receipt does not have it: {error}."
                f"{f' It is to be purged about {date}: keep that date.' if date else ''} Mend that and run again: the tenant is read"
                " first, and the receipt is brought up to date.",
                **self._said,
            ) from None

    def _words_for_absence(self) -> str:
        return "a tenant that was purged is not found either"

    @property
    def _what(self) -> str:
        return f"{self.DOING} tenant {self._target}"

    def _failure(self, cause: Response | NoResponse) -> QlikError:
        if isinstance(cause, NoResponse):
            return self._unconfirmed(cause.message, cause) if self._in_doubt else cause
        if self._in_doubt:
            spent = self._wait_budget_spent
            return self._unconfirmed(spent.message if spent else f"{self._what}: {cause.describe()}", cause)
        if 300 <= cause.status < 400:
            return cause.refusal("A redirect is not an answer of this API: check proxy and region.")
        return cause.refusal(
            self.NEXT_STEPS.get(cause.status, "Run again later; if it stays, show this to the vendor's support.")
        )

    def _unconfirmed(self, words: str, facts: Response | QlikError | Probe) -> Unconfirmed:
        """The error for a deed that was sent and is not known to be done."""
        return Unconfirmed(
            f"The {self.DEED} of tenant {self._target} was sent and is not confirmed."
            f" {sentence(words.rstrip('.'))}. Run again: the state is read first, and a tenant that is {self.END} already gets no"
            " second request.",
            changed=True,
            **facts.error_fields(),
        )


def _facts_of(probed: Probe | None) -> dict[str, t.Any]:
    """What the receipt has of a probe. Whoever reads it wants to know if the tenant is live, not what its host lacked to issue a token."""
    if probed is None:
        return {}
    if probed.state is State.UNAUTHORIZED:
        return {"probe_state": State.ACTIVE.value}
    return {"probe_state": probed.state.value, **probed.error_fields()}


def _outcome_of(intent: t.Mapping[str, t.Any], found: Observation, journal: Journal) -> dict[str, t.Any]:
    """What the receipt says of an intent that took effect, and whose answer nobody kept."""
    days = intent.get("purge_after_days")
    if action_of(intent) != "deactivate" or not days:
        return {}
    # The countdown of a tenant that had been disabled before was restarted, or it was not: no date is known.
    return {
        "purge_after_days": days,
        **(computed_purge_date(found, days) if journal.receipt_state.state == LIVE else {}),
    }


def computed_purge_date(found: Observation, days: int) -> dict[str, t.Any]:
    """The purge date of a tenant whose deactivation had no answer, from the time of its last change."""
    since = found.read.status_since if isinstance(found.read, Record) else None
    date = days_after(since, days) if since else None
    return {"estimated_purge_date": write_time(date), "purge_date_computed": True} if date else {}


def _may_be_running(cause: Response | NoResponse) -> bool:
    # No answer in time: the server may be at it still, and a second request could take effect as well as the first. And what
    # it said yes to, it needs not be told twice.
    return cause.succeeded if isinstance(cause, Response) else cause.timed_out
