# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at the tenant of a command: find it, hold it, read it, decide, and stop if nothing may be done to it."""

from __future__ import annotations

import abc
import contextlib
import typing as t
from dataclasses import replace

from .._api.lookup import find_target
from .._api.tenants import read_tenant
from .._base.errors import Stopped
from .._base.text import for_terminal
from .._domain.addresses import alias_warning
from .._domain.commands import Command
from .._domain.decision import Decision, Verdict
from .._domain.protection import protection_of
from .._domain.tenant import Probe, Reading, Record, State
from .._http.client import Client
from .._http.messages import Response
from .._local.locks import TenantLocks
from .._receipts.events import LIVE, EventFields, PurgeDate
from .._receipts.store import Journal, NotWritten
from .failures import stopped
from .progress import Mode, Objection, Observation, Progress, Spec


class Observer(abc.ABC):
    """One command and its tenant: what is known of it so far, and the looks that find out more."""

    def __init__(self, client: Client, command: Command, spec: Spec, mode: Mode) -> None:
        self._client = client
        self._command = command
        self._spec = spec
        self._mode = mode
        self._target = command.target
        writes = mode is Mode.APPLY
        self._journal = Journal(
            command.receipt_path, command.author, client.clock, searched=command.receipt_searched, writes=writes
        )
        self._locks = TenantLocks(client.clock, client.retry_policy.max_wait, client.retry_policy.announce)
        self._progress = Progress()
        # Keys of the result that are known, also if it ends in an error.
        self._known: dict[str, t.Any] = {}
        self._warnings: list[str] = []

    @abc.abstractmethod
    def _decide(self, read: Record | Reading, probed: State | None) -> Decision:
        """The decision on what was read."""

    @abc.abstractmethod
    def _confirmed(self, answer: Response) -> PurgeDate | None:
        """The result keys of a 2xx response that confirms the change; None if only looking again can.

        :raises Unconfirmed: it does not.
        """

    @abc.abstractmethod
    def _probe(self, read: Record | Reading) -> Probe:
        """What the tenant's host answers, if the record does not decide."""

    @abc.abstractmethod
    def _look_at_use(self) -> None:
        """Read who uses the tenant, and what is in it, and find out if it may go."""

    def _evidence(self) -> EventFields:
        """What the receipt keeps of the answer besides the outcome."""
        return {}

    @abc.abstractmethod
    def _is_news(self, status: str | None) -> bool:
        """The receipt does not tell yet that the tenant is in the condition that it was found in, and should."""

    def _listed(self) -> PurgeDate:
        """The result keys that the organization's list gives for a tenant that is not changed."""
        return {}

    def _intent(self) -> EventFields:
        """What the receipt's intent says of the command."""
        return {}

    def _body(self) -> dict[str, t.Any] | None:
        return None

    def _identify(self) -> None:
        """Lock the tenant, open its receipt, and find its id if that is possible."""
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
                f"The receipt of {address.hostname} is kept under another hostname of the same tenant, {for_terminal(begun_as, 253)}:"
                f" {for_terminal(self._journal.path, 4096)}. It is used; you need not do anything."
            )

    def _hold(self, name: str | None) -> None:
        if name is not None and self._mode is Mode.APPLY:
            self._locks.hold(name)

    def _look(self) -> None:
        """Read the record, probe the host if the record does not decide, and decide; and find out if the tenant may be touched.

        :raises Stopped: what has to be known for that cannot be found out.
        """
        read = read_tenant(self._client, self._target)
        found = Observation(read, None, self._decide(read, None))
        if found.decision.verdict is Verdict.PROBE:
            probed = self._probe(read)
            found = Observation(read, probed, self._decide(read, probed.state))
        found = self._with_hostnames(found)
        is_first = self._progress.first is None
        self._progress = self._progress.seen(found)
        if is_first:
            status = found.decision.status
            self._known["previous_status"] = None if status is None else for_terminal(status)
        objection = self._objection(found)
        if objection:
            self._progress = replace(self._progress, objection=objection)
            return
        if is_first:
            alias = alias_warning(self._target.address.hostname, found.hostnames)
            self._warnings += [f"{alias}."] if alias else []
        self._journal.name(
            self._target.tenant_id, [for_terminal(name) for name in found.hostnames] or self._names_so_far()
        )

    def _names_so_far(self) -> list[str]:
        """The hostnames of the receipt, and the one that the tenant is named by now, if that is another one."""
        named, known = self._target.address.hostname, self._journal.hostnames
        return known if named in (self._journal.hostname, *known) else [*known, named]

    def _with_hostnames(self, found: Observation) -> Observation:
        """The same, with the hostnames that the tenant's own host shows, if something depends on them."""
        return found

    def _objection(self, found: Observation) -> Objection | None:
        """Why what was found must not be acted on; None: nothing speaks against it."""
        target = self._target
        reason = for_terminal(found.decision.reason)
        if found.decision.verdict is Verdict.NOT_FOUND:
            return Objection(
                f"Tenant {target} was not found in region {target.address.region}: {reason}",
                f"Check the tenant's id, hostname and region. {self._words_for_absence()}.",
            )
        if found.decision.verdict is Verdict.STOP:
            return Objection(f"Tenant {target} cannot be changed safely: {reason}", found.decision.next_step)
        protection = protection_of(
            self._command.protected,
            self._client.clock.now(),
            hostnames=(target.address.hostname, *found.hostnames),
            tenant_id=target.tenant_id,
        )
        if protection:
            return Objection(
                f"Tenant {target} is protected: {protection}",
                "To change this tenant anyway, remove that entry.",
            )
        differs = self._command.planned.fault(found.read, found.decision) if self._command.planned else None
        if differs:
            return Objection(
                f"Tenant {target} differs from the plan: {for_terminal(differs, 1000)}",
                "Find out what has changed, make a new plan and have it approved.",
            )
        if found.decision.verdict is not Verdict.CHANGE or self._journal.intended:
            return None
        return self._must_stay(found)

    @abc.abstractmethod
    def _must_stay(self, found: Observation) -> Objection | None:
        """What else speaks against the change of this action; no request for it was sent yet."""

    def _record_life(self) -> None:
        """Write that a tenant lives which is to be stopped, if its receipt has it otherwise. It stops too if that cannot be written."""
        found = self._progress.last
        if found is None or self._journal.receipt_state.state == LIVE:
            return
        with contextlib.suppress(NotWritten):
            self._journal.record("observed", {"status": found.decision.status, **probe_fields(found.probe)})

    def _stopped(self, objection: Objection) -> Stopped:
        return stopped(self._progress, objection, actions_sent=self._client.actions_sent)

    def _words_for_absence(self) -> str:
        return "It may have been purged"


def probe_fields(probed: Probe | None) -> EventFields:
    """What the receipt has of a probe. Whoever reads it wants to know if the tenant is live, not what its host lacked to issue a token."""
    if probed is None:
        return {}
    if probed.state is State.UNAUTHORIZED:
        return {"probe_state": State.ACTIVE.value}
    return {
        "probe_state": probed.state.value,
        "http_status": probed.http_status,
        "code": probed.code,
        "trace_id": probed.trace_id,
    }
