# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The executor of a run that creates one tenant: performs the steps that next_creation_step() asks for.

The receipt has the intent before the request, and the outcome right after its response.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

from .._api.creation import NewTenant, OwnRecord, creation_request, read_license_key, tenants_created_since
from .._api.organization import find_by_hostname_in_organization, list_tenants
from .._api.tenants import probe, read_tenant, wait_for_state
from .._base.errors import NoResponse, QlikError, Refused, Stopped
from .._base.text import for_terminal
from .._domain.addresses import Address
from .._domain.creation import CREATE, Creation
from .._domain.tenant import LIVE_STATES, LIVE_STATUSES, Reading, State
from .._http.client import Client
from .._http.retry import WaitBudgetSpent
from .._local.locks import TenantLocks
from .._receipts.creation import CreationJournal, Made
from .._receipts.events import EventFields
from .._receipts.store import NotWritten
from .creation import (
    Adjust,
    Adopt,
    CheckAlias,
    CheckLife,
    CreationLimits,
    CreationProgress,
    CreationStep,
    Effect,
    FailCreation,
    FinishCreation,
    Listed,
    LookInList,
    LookLater,
    ReadKey,
    SendCreation,
    StopInDoubt,
    WaitForEffect,
    WaitToRepeat,
    WouldCreate,
    effect_of,
    next_creation_step,
)
from .creation_failures import (
    alias_not_free,
    alias_not_shown,
    does_not_live,
    has_another_alias,
    has_other_hostnames,
    no_license_there,
    not_alive_yet,
    not_recorded,
    not_set,
    not_to_be_confirmed,
    refused,
    still_in_doubt,
    unrecorded,
)
from .progress import Mode

# How long a new tenant's host may need to answer, s.
_FIRST_ANSWER = 60.0
# A Date header has whole seconds.
_CLOCK_ERROR = timedelta(seconds=2)


def create(client: Client, organization: Client | None, command: Creation, mode: Mode) -> dict[str, t.Any]:
    """Create a tenant, once for each receipt, and set its name and its alias.

    :arg client: one of the region. :arg organization: one of the organization, if there is one.
    :returns: the result of qlik_tenant_create.
    :raises Stopped: nothing was sent. :raises Refused: the server said no. :raises Unconfirmed: it was sent, and nobody knows what became
        of it, or the new tenant does not answer. :raises Unrecorded: it was done, and the receipt does not have it.
    """
    return _Creator(client, organization, command, mode).run()


class _Creator:
    def __init__(self, client: Client, organization: Client | None, command: Creation, mode: Mode) -> None:
        self._client = client
        self._organization = organization
        self._command = command
        self._mode = mode
        self._journal = CreationJournal(command.receipt_path, command.author, client.clock, writes=mode is Mode.APPLY)
        self._locks = TenantLocks(client.clock, client.retry_policy.max_wait, client.retry_policy.announce)
        self._progress = CreationProgress(
            alias_is_free=command.alias is None,
            has_key=command.license_key is not None,
            adjusted=not command.adjusts,
        )
        self._key = command.license_key or ""
        # What this run, or the receipt, knows of the tenant.
        self._tenant: NewTenant | None = None
        self._status: str | None = None
        # This run changed something, or found out that an earlier one did.
        self._changed = False
        # It was created by this run, or is new in the list: its host may not answer yet.
        self._is_new = False

    def run(self) -> dict[str, t.Any]:
        """The result; if it ends in an error, that holds what is known by then."""
        with self._locks.until_released():
            try:
                self._open()
                while self._perform(self._next_step()):
                    pass
            except QlikError as error:
                result = {**self._result(), **error.result}
                raise error.replaced(result=result, changed=error.changed or self._changed) from None
        return self._result()

    def _open(self) -> None:
        command = self._command
        self._hold(command.receipt_path, "the receipt ")
        if command.alias:
            self._hold(command.alias.hostname)
        self._journal.open_for_creation(command.region)
        address, tenant_id = self._journal.address, self._journal.tenant_id
        if address is not None and tenant_id is not None:
            self._know(NewTenant(tenant_id, address, tuple(self._journal.hostnames)))
        confirmed = command.confirmed
        if confirmed and (self._journal.made is Made.NO or (self._tenant and self._tenant.address != confirmed)):
            raise not_to_be_confirmed(confirmed, self._tenant)

    def _hold(self, name: str, kind: str = "tenant ") -> None:
        if self._mode is Mode.APPLY:
            self._locks.hold(name, kind)

    def _know(self, tenant: NewTenant) -> None:
        """From now on the tenant is known. Nobody else changes it as long as this run lasts."""
        self._tenant = tenant
        self._hold(tenant.address.hostname)
        self._hold(tenant.tenant_id)

    def _next_step(self) -> CreationStep:
        limits = CreationLimits(
            self._client.retry_policy.retries,
            self._organization is not None,
            self._journal.may_take_effect_for(self._client.timeout),
            self._command.confirmed,
        )
        made = self._journal.made if self._tenant is None else Made.YES
        return next_creation_step(self._progress, made, limits, self._mode)

    def _perform(self, step: CreationStep) -> bool:
        """Perform a step; False if it was the last one."""
        progress = self._progress
        if isinstance(step, CheckAlias):
            self._check_alias()
        elif isinstance(step, ReadKey):
            self._key = read_license_key(self._client, t.cast(Address, self._command.license_from))
            self._progress = replace(progress, has_key=True)
        elif isinstance(step, WouldCreate):
            self._would_create()
        elif isinstance(step, SendCreation):
            self._send()
        elif isinstance(step, WaitToRepeat):
            self._client.wait(step.attempt, step.cause)
            self._progress = replace(progress, sent=None)
        elif isinstance(step, FailCreation):
            raise refused(step.cause)
        elif isinstance(step, WaitForEffect):
            self._wait_for_effect(step.seconds)
        elif isinstance(step, LookInList):
            self._progress = replace(progress, listed=self._look_in_list(), looks=progress.looks + 1)
        elif isinstance(step, LookLater):
            self._look_later(step.attempt)
        elif isinstance(step, Adopt):
            self._created(step.tenant, {"resolved": True})
        elif isinstance(step, StopInDoubt):
            asked_at = self._journal.asked_at
            raise still_in_doubt(self._command, asked_at, progress.sent, step.listed)
        elif isinstance(step, CheckLife):
            self._check_life()
        elif isinstance(step, Adjust):
            self._adjust()
        else:
            return _goes_on(step)
        return True

    def _check_alias(self) -> None:
        alias = t.cast(Address, self._command.alias)
        found = probe(self._client, alias, credentials=None)
        owners = [tenant for tenant in self._listed_with(alias) if tenant["status"] != "deleted"]
        if owners or found.state is not State.NOT_FOUND:
            raise alias_not_free(alias, found, owners)
        self._progress = replace(self._progress, alias_is_free=True)

    def _listed_with(self, alias: Address) -> list[dict[str, t.Any]]:
        """The tenants that the organization's list has under the alias. A list that wants a subscription named is left out."""
        if self._organization is None:
            return []
        try:
            return find_by_hostname_in_organization(self._organization, alias)
        except Refused as error:
            # The probe has said that nobody has the alias, also no deactivated tenant.
            if error.http_status != 400:
                raise
            return []

    def _would_create(self) -> None:
        """Check mode. The key is not read: the token for that may have an effect."""
        origin = self._command.license_from
        found = probe(self._client, origin, credentials=None) if origin else None
        if origin and found and found.state not in LIVE_STATES:
            raise no_license_there(origin, found)
        self._changed = True
        self._status = "active"
        self._progress = replace(self._progress, would_create=True)

    def _send(self) -> None:
        # The token first: a receipt that has an intent is in doubt.
        request = self._client.with_token(creation_request(self._command.region, self._key))
        try:
            self._journal.intend(CREATE, {})
        except NotWritten as error:
            raise Stopped(
                f"The receipt cannot be written: {error}. Nothing was changed. Fix the cause, then run again: no tenant is created without"
                " a receipt."
            ) from None
        self._progress = replace(self._progress, attempts=self._progress.attempts + 1)
        try:
            answer = self._client.send_action(request)
        except NoResponse as error:
            sent: t.Any = error
        else:
            sent = answer
        self._progress = replace(self._progress, sent=sent)
        effect = effect_of(sent, self._command.region)
        if isinstance(effect, NewTenant):
            said = sent.error_fields()
            self._created(effect, {"http_status": said["http_status"], "trace_id": said["trace_id"]})
            return
        in_doubt = effect is Effect.UNKNOWN
        self._changed = in_doubt
        try:
            self._journal.fail(CREATE, in_doubt=in_doubt, error_fields=sent.error_fields())
        except NotWritten as error:
            raise not_recorded(self._command, sent, error, in_doubt=in_doubt) from None

    def _created(self, tenant: NewTenant, fields: EventFields) -> None:
        self._changed = self._is_new = True
        self._status = "active"
        # Known also if the receipt cannot be written.
        self._tenant = tenant
        self._journal.name_created(tenant.tenant_id, tenant.address.hostname, tenant.hostnames)
        self._record("created", fields)
        self._know(tenant)

    def _record(self, event: str, fields: EventFields) -> None:
        try:
            self._journal.conclude(event, fields)
        except NotWritten as error:
            raise unrecorded(t.cast(NewTenant, self._tenant), error) from None

    def _wait_for_effect(self, seconds: float) -> None:
        self._client.retry_policy.announce(
            f"The creation of a tenant in region {self._command.region} may still take effect: waiting {seconds:.0f} s, then looking for it"
        )
        self._client.clock.sleep(seconds)
        self._progress = replace(self._progress, waited=True)

    def _look_in_list(self) -> Listed:
        try:
            return self._tenants_since()
        except QlikError as error:
            # What is in doubt stays what is said.
            return Listed((), error=error.message)

    def _tenants_since(self) -> Listed:
        organization = t.cast(Client, self._organization)
        # The list has times of the server's clock, and the receipt one of ours.
        issued, now = organization.request_token(), self._client.clock.now()
        organization.use_token(issued.token)
        ahead = (issued.server_time - now) if issued.server_time else timedelta()
        asked_at = self._journal.asked_at
        if asked_at is None:
            return Listed(())
        listing = list_tenants(organization)
        command, since = self._command, asked_at + ahead - _CLOCK_ERROR
        until = asked_at + ahead + timedelta(seconds=self._client.timeout) + _CLOCK_ERROR
        found = tenants_created_since(listing, since, command.region, command.license_from)
        known = self._journal.known_ids()
        return Listed(tuple(one for one in found if one.tenant_id not in known), listing.unreadable, until)

    def _look_later(self, attempt: int) -> None:
        try:
            self._client.retry_policy.wait(attempt, "The organization's list does not show the new tenant")
        except WaitBudgetSpent:
            # The last look was the last one.
            self._progress = replace(self._progress, looks=self._client.retry_policy.retries + 1)
        else:
            self._progress = replace(self._progress, listed=None)

    def _check_life(self) -> None:
        tenant = t.cast(NewTenant, self._tenant)
        if self._is_new:
            # A new host name needs a while. Without credentials: what is not to be adjusted gets no bot user.
            found = wait_for_state(self._client, tenant.address, LIVE_STATES, _FIRST_ANSWER, credentials=None)
            if found.state not in LIVE_STATES:
                raise not_alive_yet(tenant, found, _FIRST_ANSWER)
            self._progress = replace(self._progress, lives=True)
            return
        read = read_tenant(self._client, tenant.target)
        if isinstance(read, Reading):
            found = probe(self._client, tenant.address, credentials=None)
            if read is not Reading.REFUSED or found.state not in LIVE_STATES:
                self._status = "disabled" if found.state is State.DEACTIVATED else None
                raise does_not_live(tenant, read.value, found)
            self._status = "active"
        else:
            self._status = for_terminal(read.status)
            if read.status not in LIVE_STATUSES:
                raise does_not_live(tenant, f"it is {self._status}", None)
            if read.hostnames:
                if tenant.address.hostname not in (name.lower() for name in read.hostnames):
                    raise has_other_hostnames(tenant, read.hostnames)
                self._tenant = replace(tenant, hostnames=tuple(map(for_terminal, read.hostnames)))
        self._progress = replace(self._progress, lives=True)

    def _adjust(self) -> None:
        """Set what is not as it should be: the name first, since a license without aliases refuses the other one."""
        tenant, alias, name = t.cast(NewTenant, self._tenant), self._command.alias, self._command.name
        own = OwnRecord(self._client, tenant)
        record = own.read()
        wishes: list[tuple[str, str, str]] = []
        if name is not None and record["name"] != for_terminal(name):
            wishes.append(("name", "/name", name))
        if alias is not None and alias.hostname not in (one.lower() for one in record["hostnames"]):
            if len(record["hostnames"]) > 1:
                raise has_another_alias(tenant, alias, record["hostnames"][1])
            wishes.append(("alias", "/hostnames/1", alias.hostname))
        if wishes and self._mode is Mode.APPLY:
            for option, path, value in wishes:
                answer = own.replace(path, value)
                if not answer.succeeded:
                    raise not_set(answer, option, value)
                self._changed = True
            record = own.read()
            self._tenant = replace(tenant, hostnames=tuple(record["hostnames"]))
            if alias is not None and alias.hostname not in (one.lower() for one in record["hostnames"]):
                raise alias_not_shown(tenant, alias)
            self._journal.name(tenant.tenant_id, record["hostnames"])
            self._record("observed", {"status": for_terminal(record["status"])})
        else:
            self._changed = self._changed or bool(wishes)
            self._tenant = replace(tenant, hostnames=tuple(record["hostnames"]))
        self._progress = replace(self._progress, adjusted=True)

    def _result(self) -> dict[str, t.Any]:
        tenant, alias = self._tenant, self._command.alias
        would_have = [alias.hostname] if alias and self._progress.would_create else []
        return {
            "changed": self._changed,
            "id": tenant.tenant_id if tenant else None,
            "hostname": tenant.address.hostname if tenant else None,
            "hostnames": list(tenant.hostnames) if tenant else would_have,
            "status": self._status,
            "receipt": for_terminal(self._command.receipt_path, 4096),
        }


def _goes_on(_step: FinishCreation) -> bool:
    # The type of its argument has the type checker see that each other step is performed.
    return False
