# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking a tenant out of service.

Reference: "Deactivate". The state is read before each POST (a repeat would restart the countdown to the purge), and done is
only what the server confirmed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import timedelta

from ._addresses import action_path
from ._answers import Answer, Request, sentence
from ._client import Client
from ._decision import DISABLED_STATUSES, Decision, Reading, Record, State, Verdict, decide_deactivation
from ._errors import NoAnswer, QlikError, Stopped, Unconfirmed, WaitTooLong
from ._inputs import Deactivation, matching_pattern
from ._output import for_terminal
from ._tenants import Probe, probe, read_tenant, wait_for_state
from ._times import days_after, read_time, write_time

_RUN_AGAIN = "Run again: the state is read first, and a tenant that is disabled already gets no second request."


def deactivate(client: Client, order: Deactivation, *, check_mode: bool) -> dict[str, t.Any]:
    """Deactivate a tenant that is not disabled yet, and verify it where that is ordered.

    Read, decide, send; where no usable answer came, wait and begin again with reading. So each POST follows a reading that
    asks for it, and an answer that was lost is settled by the next reading.

    :returns: the result of qlik_tenant_deactivate.
    :raises Stopped: what was found is not to be acted on; nothing was sent.
    :raises Refused: the server said no.
    :raises Unconfirmed: it was sent, and neither the answer nor reading the state again confirms it.
    """
    return _Course(client, order, check_mode=check_mode).run()


@dataclass(frozen=True)
class _Observation:
    """What is known of a tenant at one moment, and what follows from it."""

    read: Record | Reading
    probe: Probe | None
    decision: Decision

    @property
    def hostnames(self) -> tuple[str, ...]:
        """The hostnames that the record shows."""
        return self.read.hostnames if isinstance(self.read, Record) else ()


@dataclass(frozen=True)
class _Done:
    """A confirmed deactivation. ``reckoned``: the answer with the purge date was lost, the date is worked out."""

    purge_date: str | None
    reckoned: bool = False


class _Course:
    """One order, from the first look at the tenant to its confirmed end."""

    def __init__(self, client: Client, order: Deactivation, *, check_mode: bool) -> None:
        self._client = client
        self._order = order
        self._check_mode = check_mode
        self._first: _Observation | None = None
        self._last: _Observation | None = None
        self._attempts = 0
        self._cause: Answer | NoAnswer | None = None
        # A POST may have reached the server, and what became of it is not known.
        self._in_doubt = False
        self._patience_spent = False
        # Keys of the result that are known, also where the course ends in an error.
        self._known: dict[str, t.Any] = {}

    def run(self) -> dict[str, t.Any]:
        """The result; where it ends in an error, that holds what is known by then."""
        try:
            self._bring_about()
            self._verify()
        except QlikError as error:
            if self._in_doubt and not isinstance(error, Unconfirmed):
                error = self._unconfirmed(error.message, error)
            error.changed = error.changed or self._known.get("changed", False)
            error.result = {**self._identity(), **self._known, **error.result}
            raise error from None
        return {**self._identity(), **self._known}

    def _bring_about(self) -> None:
        while True:
            found = self._look()
            done: _Done | None
            if found.decision.verdict is Verdict.LEAVE:
                if not self._in_doubt:
                    self._conclude(found.decision.status, changed=False)
                    return
                done = self._settled(found)
            elif self._check_mode:
                self._conclude(found.decision.status, changed=True)
                return
            else:
                done = self._attempt()
            if done:
                # It is no longer in doubt, whatever verifying it brings.
                self._in_doubt = False
                self._conclude(self._known["previous_status"], changed=True, done=done)
                return

    def _look(self) -> _Observation:
        """Read the record, probe the host where the record does not tell, and decide; Stopped where nothing may be done."""
        target = self._order.target
        # A tenant that was live before a lost answer and is disabled after it was deactivated: once is enough.
        was_live = self._in_doubt and self._first is not None and self._first.decision.status not in DISABLED_STATUSES
        reset = self._order.reset_purge_timer and not was_live

        def decide(probed: State | None) -> Decision:
            return decide_deactivation(read, probed, target.address.hostname, reset_purge_timer=reset)

        read = read_tenant(self._client, target)
        found = _Observation(read, None, decide(None))
        if found.decision.verdict is Verdict.PROBE:
            probed = probe(self._client, target.address)
            found = _Observation(read, probed, decide(probed.state))
        if self._first is None:
            self._first = found
            self._known["previous_status"] = found.decision.status
        self._last = found
        self._must_be_allowed(found)
        return found

    def _must_be_allowed(self, found: _Observation) -> None:
        target = self._order.target
        reason = for_terminal(found.decision.reason)
        if found.decision.verdict is Verdict.NOT_FOUND:
            raise self._stopped(
                f"Tenant {target} was not found in region {target.address.region}: {reason}",
                "Check tenant_id, hostname and region; a tenant that was purged is not found either.",
            )
        if found.decision.verdict is Verdict.STOP:
            raise self._stopped(
                f"Tenant {target} is left alone: {reason}", "Check that it is the tenant that is meant."
            )
        for hostname in (target.address.hostname, *found.hostnames):
            pattern = matching_pattern(hostname, self._order.protected)
            if pattern is not None:
                raise self._stopped(
                    f"Tenant {target} is protected: its hostname {for_terminal(hostname)} matches '{for_terminal(pattern)}'",
                    "If it is to go all the same, take the pattern out of the protected ones.",
                )

    def _stopped(self, words: str, next_step: str) -> Stopped:
        probed = self._last.probe if self._last else None
        seen = f" Its host says: {probed.words}." if probed and probed.words else ""
        sent = "" if self._in_doubt else " Nothing was sent."
        return Stopped(f"{words}.{seen}{sent} {next_step}", **(probed.facts() if probed else {}))

    def _attempt(self) -> _Done | None:
        """Send it; None where that failed for now, and the wait before the next look is over."""
        retries = self._client.patience.retries
        cause = self._cause
        if cause is not None and (self._attempts > retries or self._patience_spent or self._must_not_repeat()):
            raise self._failure(cause)
        self._attempts += 1
        if cause is None or not _may_be_running(cause):
            outcome = self._send_and_confirm()
            if isinstance(outcome, _Done):
                return outcome
            self._cause = cause = outcome
        if self._attempts > retries and not self._in_doubt:
            raise self._failure(cause)
        try:
            self._client.wait(self._attempts, cause)
        except WaitTooLong:
            if not self._in_doubt:
                raise
            # One look is free.
            self._patience_spent = True
        return None

    def _must_not_repeat(self) -> bool:
        # Reading cannot tell a countdown that was restarted from one that was not.
        return self._in_doubt and self._order.reset_purge_timer

    def _send_and_confirm(self) -> _Done | Answer | NoAnswer:
        """Done, or why it failed for now. What failed for good is raised."""
        answer = self._send()
        if isinstance(answer, Answer) and answer.status == 401 and self._client.renew_token():
            answer = self._send()
        if isinstance(answer, NoAnswer):
            self._in_doubt = self._in_doubt or answer.sent
            if not answer.temporary:
                raise answer
            return answer
        if answer.succeeded:
            return self._confirm(answer)
        # A client's error (4xx) is a no. Behind any other error the server may have done it all the same.
        self._in_doubt = self._in_doubt or answer.status >= 500
        if not answer.temporary:
            raise self._failure(answer)
        return answer

    def _send(self) -> Answer | NoAnswer:
        target = self._order.target
        request = self._client.with_token(
            Request(
                self._what,
                "POST",
                target.address.register_host,
                action_path(t.cast(str, target.tenant_id), "deactivate"),
                headers={"qlik-confirm-hostname": target.address.hostname},
                body={"purgeAfterDays": self._order.purge_after_days},
            )
        )
        try:
            return self._client.send_action(request)
        except NoAnswer as error:
            return error

    def _confirm(self, answer: Answer) -> _Done:
        body = answer.body
        tenant_id = self._order.target.tenant_id
        if not isinstance(body, dict) or body.get("id") != tenant_id or body.get("status") != "disabled":
            self._in_doubt = True
            raise self._unconfirmed(
                f"{self._what}: {answer.words()}, and the answer does not say that this tenant is disabled", answer
            )
        date = body.get("estimatedPurgeDate")
        return _Done(date if read_time(date) else None)

    def _settled(self, found: _Observation) -> _Done:
        """The tenant is disabled now, after a POST whose answer was lost."""
        since = found.read.status_since if isinstance(found.read, Record) else None
        date = days_after(since, self._order.purge_after_days) if since else None
        return _Done(write_time(date), reckoned=True) if date else _Done(None)

    def _conclude(self, previous_status: str | None, *, changed: bool, done: _Done | None = None) -> None:
        """Note the result of a tenant that is, or in check mode would be, disabled."""
        order = self._order
        before = {"status": previous_status}
        after = {"status": "disabled", "purge_after_days": order.purge_after_days} if changed else before
        header = order.target.address.hostname
        self._known |= {
            "changed": changed,
            "status": "disabled",
            "previous_status": previous_status,
            "estimated_purge_date": done.purge_date if done else None,
            "purge_date_reckoned": done.reckoned if done else False,
            "purge_after_days": order.purge_after_days,
            "diff": {"before": before, "after": after, "before_header": header, "after_header": header},
        }
        if done:
            self._warn_of_another_date(done)

    def _warn_of_another_date(self, done: _Done) -> None:
        """A purge date that is not what was asked for (only some entitlements may set the days) must not surprise anybody."""
        order = self._order
        date = read_time(done.purge_date)
        expected = days_after(self._client.clock.now(), order.purge_after_days)
        if date is None or expected is None or done.reckoned or abs(date - expected) < timedelta(days=2):
            return
        warning = (
            f"Tenant {order.target} will be purged about {date:%Y-%m-%d} by the server's word;"
            f" {order.purge_after_days} days were asked for, which would be {expected:%Y-%m-%d}."
        )
        self._known["warnings"] = [warning]

    def _verify(self) -> None:
        """See that the tenant's host answers as deactivated, where that is ordered."""
        timeout = self._order.verify_timeout
        # Nothing was done in check mode: a tenant that would be deactivated still answers as live.
        if timeout is None or (self._check_mode and self._known["changed"]):
            return
        address = self._order.target.address
        # Where the decision rests on a probe already, that is the verification.
        probed = self._last.probe if self._last and not self._known["changed"] else None
        if probed is None or probed.state is not State.DEACTIVATED:
            probed = wait_for_state(self._client, address, State.DEACTIVATED, 0 if self._check_mode else timeout)
        self._known["probe"] = probed.result()
        if probed.state is not State.DEACTIVATED:
            raise Unconfirmed(
                f"Tenant {self._order.target} is disabled by the API's word, but its host does not answer as deactivated within"
                f" {timeout:g} s: it answers as {probed.state.value}. {sentence(probed.words.rstrip('.'))}. Probe it again later"
                " with qlik_tenant_probe; if it stays, check that tenant_id and hostname belong together.",
                **probed.facts(),
            )

    def _identity(self) -> dict[str, t.Any]:
        target = self._order.target
        return {
            "id": target.tenant_id,
            "hostname": target.address.hostname,
            "hostnames": list(self._last.hostnames) if self._last else [],
            "region": target.address.region,
        }

    @property
    def _what(self) -> str:
        return f"deactivating tenant {self._order.target}"

    def _failure(self, cause: Answer | NoAnswer) -> QlikError:
        if isinstance(cause, NoAnswer):
            return self._unconfirmed(cause.message, cause) if self._in_doubt else cause
        if self._in_doubt:
            return self._unconfirmed(f"{self._what}: {cause.words()}", cause)
        return cause.refusal(_next_step(cause))

    def _unconfirmed(self, words: str, facts: Answer | QlikError) -> Unconfirmed:
        """The error for a deactivation that was sent and is not known to have happened."""
        return Unconfirmed(
            f"The deactivation of tenant {self._order.target} was sent and is not confirmed."
            f" {sentence(words.rstrip('.'))}. {_RUN_AGAIN}",
            changed=True,
            **facts.facts(),
        )


def _may_be_running(cause: Answer | NoAnswer) -> bool:
    # No answer in time: the server may be at it still, and a second request could take effect as well as the first.
    return isinstance(cause, NoAnswer) and cause.timed_out


def _next_step(refusal: Answer) -> str:
    """What an operator does about a deactivation that was refused."""
    steps = {
        400: "The request is wrong for the server: check purge_after_days (only multi-tenant entitlements may set it).",
        401: "The server does not take the token: check the client's id and secret, and that it is a client of this region.",
        403: "The client may not do this, or this tenant may not be deactivated: check its scopes, or ask the vendor's support.",
        404: "The API knows no such tenant in this region: check tenant_id and region.",
        412: "The id belongs to a tenant with another hostname: check tenant_id and hostname, one is another customer's.",
        429: "The rate limit still holds: run again later, or raise retries and max_wait.",
    }
    if 300 <= refusal.status < 400:
        return "A redirect is not an answer of this API: check proxy and region."
    return steps.get(refusal.status, "Run again later; if it stays, show this to the vendor's support.")
