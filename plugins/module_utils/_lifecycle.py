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
from ._decision import Decision, Reading, Record, State, Verdict, decide_deactivation
from ._errors import NoAnswer, QlikError, Stopped, Unconfirmed
from ._inputs import Deactivation, matching_pattern
from ._output import for_terminal
from ._tenants import Probe, probe, read_tenant, wait_for_state
from ._times import read_time, write_time

_RUN_AGAIN = "Run again: the state is read first, and nothing is sent to a tenant that is disabled already."


def deactivate(client: Client, order: Deactivation, *, check_mode: bool) -> dict[str, t.Any]:
    """Deactivate a tenant that is not disabled yet, and verify it where that is ordered.

    Read, decide, send; where no usable answer came, wait and begin again with reading. So each POST follows a reading that
    asks for it, and an answer that was lost is settled by the next reading.

    :returns: the result of qlik_tenant_deactivate.
    :raises Stopped: what was found is not to be acted on; nothing was sent.
    :raises Refused: the server said no.
    :raises Unconfirmed: it was sent, and neither the answer nor reading the state again confirms it.
    """
    posts = _Posts(client, order)
    try:
        result, probed = _bring_about(client, order, posts, check_mode=check_mode)
    except QlikError as error:
        if not posts.in_doubt or isinstance(error, Unconfirmed):
            raise
        raise posts.unconfirmed(error.message, error) from None
    return _verified(client, order, result, probed, check_mode=check_mode)


def _bring_about(
    client: Client, order: Deactivation, posts: _Posts, *, check_mode: bool
) -> tuple[dict[str, t.Any], Probe | None]:
    """The result without verification, and the probe that it rests on, where it does."""
    first: _Observation | None = None
    while True:
        found = _Observation.make(client, order)
        first = first or found
        found.must_be_allowed(order)
        done: _Done | None
        if found.decision.verdict is Verdict.LEAVE:
            if not posts.in_doubt:
                return _result(order, found, found.decision.status, changed=False), found.probe
            done = posts.settle(found)
        elif check_mode:
            return _result(order, found, found.decision.status, changed=True), None
        else:
            done = posts.attempt()
        if done:
            dates = {"estimated_purge_date": done.purge_date, "purge_date_reckoned": done.reckoned}
            result = _result(order, found, first.decision.status, changed=True)
            return {**result, **dates, **_warnings_of(client, order, done)}, None


@dataclass(frozen=True)
class _Observation:
    """What is known of a tenant at one moment, and what follows from it."""

    read: Record | Reading
    probe: Probe | None
    decision: Decision

    @classmethod
    def make(cls, client: Client, order: Deactivation) -> _Observation:
        """Read the record; probe the host where the record does not tell."""
        target = order.target

        def decide(probed: State | None) -> Decision:
            return decide_deactivation(read, probed, target.address.hostname, reset_purge_timer=order.reset_purge_timer)

        read = read_tenant(client, target)
        decision = decide(None)
        if decision.verdict is not Verdict.PROBE:
            return cls(read, None, decision)
        probed = probe(client, target.address)
        return cls(read, probed, decide(probed.state))

    @property
    def hostnames(self) -> tuple[str, ...]:
        return self.read.hostnames if isinstance(self.read, Record) else ()

    def must_be_allowed(self, order: Deactivation) -> None:
        """Raise Stopped where this is nothing that may be acted on."""
        facts: dict[str, t.Any] = {"result": {"previous_status": self.decision.status, **_identity(order, self)}}
        if self.probe:
            facts |= {"http_status": self.probe.http_status, "code": self.probe.code, "trace_id": self.probe.trace_id}
        seen = f" Its host says: {self.probe.words}." if self.probe and self.probe.words else ""
        reason = for_terminal(self.decision.reason)
        if self.decision.verdict is Verdict.NOT_FOUND:
            raise Stopped(
                f"Tenant {order.target} was not found in region {order.target.address.region}: {reason}.{seen} Nothing was sent."
                " Check tenant_id, hostname and region; a tenant that was purged is not found either.",
                **facts,
            )
        if self.decision.verdict is Verdict.STOP:
            raise Stopped(
                f"Tenant {order.target} is left alone: {reason}.{seen} Nothing was sent. Check that it is the tenant that is meant.",
                **facts,
            )
        for hostname in (order.target.address.hostname, *self.hostnames):
            pattern = matching_pattern(hostname, order.protected)
            if pattern is not None:
                raise Stopped(
                    f"Tenant {order.target} is protected: its hostname {hostname} matches '{for_terminal(pattern)}'. Nothing was sent.",
                    **facts,
                )


@dataclass(frozen=True)
class _Done:
    """A confirmed deactivation. ``reckoned``: the answer with the purge date was lost, the date is worked out."""

    purge_date: str | None
    reckoned: bool = False


class _Posts:
    """The POSTs of one order, and what is known of their effect.

    ``in_doubt``: one of them may have reached the server, and what became of it is not known.
    """

    def __init__(self, client: Client, order: Deactivation) -> None:
        self.in_doubt = False
        self._client = client
        self._order = order
        self._attempts = 0
        self._cause: Answer | NoAnswer | None = None

    def attempt(self) -> _Done | None:
        """Send it; None where that failed for now, and the wait before the next look is over."""
        retries = self._client.patience.retries
        cause = self._cause
        if cause is not None and (self._attempts > retries or self._must_not_repeat()):
            raise self._failure(cause)
        self._attempts += 1
        if cause is None or not _may_be_running(cause):
            outcome = self._send_and_confirm()
            if isinstance(outcome, _Done):
                return outcome
            self._cause = cause = outcome
        if self._attempts > retries and not self.in_doubt:
            raise self._failure(cause)
        self._client.wait(self._attempts, cause)
        return None

    def settle(self, found: _Observation) -> _Done:
        """The tenant is disabled now, after a POST whose answer was lost."""
        since = found.read.status_since if isinstance(found.read, Record) else None
        if since is None:
            return _Done(None)
        return _Done(write_time(since + timedelta(days=self._order.purge_after_days)), reckoned=True)

    def unconfirmed(self, words: str, facts: Answer | QlikError | None = None) -> Unconfirmed:
        """The error for a deactivation that was sent and is not known to have happened."""
        return Unconfirmed(
            f"The deactivation of tenant {self._order.target} was sent and is not confirmed. {sentence(words.rstrip('.'))}. {_RUN_AGAIN}",
            changed=True,
            result=_identity(self._order, None),
            **(facts.facts() if facts else {}),
        )

    @property
    def _what(self) -> str:
        return f"deactivating tenant {self._order.target}"

    def _must_not_repeat(self) -> bool:
        # Reading cannot tell a countdown that was restarted from one that was not.
        return self.in_doubt and self._order.reset_purge_timer

    def _send_and_confirm(self) -> _Done | Answer | NoAnswer:
        """Done, or why it failed for now. What failed for good is raised."""
        try:
            answer = self._send()
            if answer.status == 401 and self._client.renew_token():
                answer = self._send()
        except NoAnswer as error:
            if not error.temporary:
                raise
            self.in_doubt = self.in_doubt or error.sent
            return error
        if answer.succeeded:
            return self._confirm(answer)
        # A client's error (4xx) is a no. Behind any other error the server may have done it all the same.
        self.in_doubt = self.in_doubt or answer.status >= 500
        if not answer.temporary:
            raise self._failure(answer)
        return answer

    def _send(self) -> Answer:
        target = self._order.target
        return self._client.send_action(
            Request(
                self._what,
                "POST",
                target.address.register_host,
                action_path(t.cast(str, target.tenant_id), "deactivate"),
                headers={"qlik-confirm-hostname": target.address.hostname},
                body={"purgeAfterDays": self._order.purge_after_days},
            )
        )

    def _confirm(self, answer: Answer) -> _Done:
        body = answer.body
        if (
            not isinstance(body, dict)
            or body.get("id") != self._order.target.tenant_id
            or body.get("status") != "disabled"
        ):
            self.in_doubt = True
            raise self.unconfirmed(
                f"{self._what}: {answer.words()}, and the answer does not say that this tenant is disabled", answer
            )
        date = body.get("estimatedPurgeDate")
        return _Done(date if read_time(date) else None)

    def _failure(self, cause: Answer | NoAnswer) -> QlikError:
        if isinstance(cause, NoAnswer):
            return self.unconfirmed(cause.message) if self.in_doubt else cause
        if self.in_doubt:
            return self.unconfirmed(f"{self._what}: {cause.words()}", cause)
        error = cause.refusal(_next_step(cause))
        error.result = _identity(self._order, None)
        return error


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


def _verified(
    client: Client,
    order: Deactivation,
    result: dict[str, t.Any],
    probed: Probe | None,
    *,
    check_mode: bool,
) -> dict[str, t.Any]:
    """The result with what the tenant's host says, where that is ordered; it must say that the tenant is deactivated."""
    # Nothing was done in check mode: a tenant that would be deactivated still answers as live.
    if order.verify_timeout is None or (check_mode and result["changed"]):
        return result
    if probed is None or probed.state is not State.DEACTIVATED:
        probed = wait_for_state(
            client, order.target.address, State.DEACTIVATED, 0 if check_mode else order.verify_timeout
        )
    result = {**result, "probe": probed.result()}
    if probed.state is State.DEACTIVATED:
        return result
    raise Unconfirmed(
        f"Tenant {order.target} is disabled by the API's word, but its host does not answer as deactivated within"
        f" {order.verify_timeout:g} s: it answers as {probed.state.value}. {sentence(probed.words)}. Probe it again later with"
        " qlik_tenant_probe; if it stays, check that tenant_id and hostname belong together.",
        changed=result["changed"],
        http_status=probed.http_status,
        code=probed.code,
        trace_id=probed.trace_id,
        result=result,
    )


def _warnings_of(client: Client, order: Deactivation, done: _Done) -> dict[str, list[str]]:
    """A purge date that is not what was asked for (only some entitlements may set the days) must not surprise anybody."""
    date = read_time(done.purge_date)
    expected = client.clock.now() + timedelta(days=order.purge_after_days)
    if date is None or done.reckoned or abs(date - expected) < timedelta(days=2):
        return {}
    warning = (
        f"Tenant {order.target} will be purged about {date:%Y-%m-%d} by the server's word;"
        f" {order.purge_after_days} days were asked for, which would be {expected:%Y-%m-%d}."
    )
    return {"warnings": [warning]}


def _identity(order: Deactivation, found: _Observation | None) -> dict[str, t.Any]:
    target = order.target
    return {
        "id": target.tenant_id,
        "hostname": target.address.hostname,
        "hostnames": list(found.hostnames) if found else [],
        "region": target.address.region,
    }


def _result(
    order: Deactivation, found: _Observation, previous_status: str | None, *, changed: bool
) -> dict[str, t.Any]:
    """The result of a tenant that is, or in check mode would be, disabled."""
    before = {"status": previous_status}
    after = {"status": "disabled", "purge_after_days": order.purge_after_days} if changed else before
    return {
        "changed": changed,
        **_identity(order, found),
        "status": "disabled",
        "previous_status": previous_status,
        "estimated_purge_date": None,
        "purge_date_reckoned": False,
        "purge_after_days": order.purge_after_days,
        "diff": {
            "before": before,
            "after": after,
            "before_header": order.target.address.hostname,
            "after_header": order.target.address.hostname,
        },
    }
