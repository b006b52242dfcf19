# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says, as values: made of receipts and, if it was read, of the organization's list. Each format has a file of its own.

Every text that a receipt holds is made harmless here, once. A format only adds what is special about itself.
"""

from __future__ import annotations

import enum
import os
import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import DISABLED_STATUSES, LIVE_STATUSES
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import (
    DISABLED,
    LIVE,
    PURGED,
    Event,
    Receipt,
    ReceiptState,
    action_of,
    receipt_state,
    states_after,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import Unreadable, WholeFolder

# Two readings of one countdown may differ by the seconds that a server needs.
_SAME_DATE = timedelta(hours=1)
_DELETED = "deleted"


class Situation(str, enum.Enum):
    """What a tenant is by its receipt. Each tenant is in one of them."""

    OVERDUE = "overdue"
    DISABLED = "disabled"
    RESTORED = "restored"
    LIVE = "live"
    PURGED = "purged"
    UNKNOWN = "unknown"


# What can still be undone. An overdue purge may have happened: the restore says so.
UNDOABLE = frozenset((Situation.DISABLED, Situation.OVERDUE))


@dataclass(frozen=True, kw_only=True)
class Act:
    """One event of a receipt: what was done or tried, when, by whom, and what the server said."""

    kind: str
    at: datetime
    action: str | None = None
    user: str | None = None
    machine: str | None = None
    job: str | None = None
    run: str | None = None
    # A claim, as it was given; and the people whose signatures were verified.
    approved_by: str | None = None
    approvers: tuple[str, ...] = ()
    ticket: str | None = None
    plan_sha256: str | None = None
    http_status: int | None = None
    code: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True)
class Listed:
    """What the organization's list says of a tenant."""

    status: str | None
    purge_date: datetime | None


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """One tenant of the report.

    ``hostname`` never changes; ``aliases`` are the others. ``since``: when it came into its situation. ``purge_text``: the server's own
    text for the purge date, if it is no time. ``taken``: the event that says that it was taken out of service last, ``restored``: that it
    was brought back. Their author did it if their kind is ``deactivated`` or ``reactivated``; else it was only seen. ``failure``: the last
    attempt, if it failed and nothing succeeded since. ``pending``: an intent whose outcome is not known. ``listed``: None if it is not in
    the list, or no list was read. ``difference``: what a person should look at, since list and receipt do not fit together.
    """

    hostname: str
    aliases: tuple[str, ...]
    tenant_id: str | None
    region: str
    receipt_path: str
    situation: Situation
    since: datetime | None
    purge_date: datetime | None
    purge_computed: bool
    purge_text: str | None
    purge_after_days: int | None
    taken: Act | None
    restored: Act | None
    purged: Act | None
    failure: Act | None
    pending: Act | None
    contents: Mapping[str, t.Any] | None
    activity: Mapping[str, t.Any] | None
    listed: Listed | None = None
    difference: str | None = None

    @property
    def receipt(self) -> str:
        """The name of its receipt's file."""
        return os.path.basename(self.receipt_path)

    @property
    def can_be_restored(self) -> bool:
        """A restore may still bring it back."""
        return self.situation in UNDOABLE

    @property
    def restore_command(self) -> str:
        """What brings it back, typed where the inventory of the receipts is."""
        return (
            f"ansible-playbook -i {SOURCE} tenantops.qlik.restore --limit {self.hostname}"
            f" -e tenant_restore_confirm_hostname={self.hostname}"
        )

    @property
    def failure_text(self) -> str | None:
        """What failed, and what the server said, as a sentence."""
        if self.failure is None:
            return None
        said = [f"HTTP {self.failure.http_status}" if self.failure.http_status else None, self.failure.code]
        trace = f"trace id {self.failure.trace_id}" if self.failure.trace_id else None
        words = ", ".join(filter(None, (*said, trace)))
        what = "reactivation" if self.failure.action == "reactivate" else "deactivation"
        return f"The {what} of {self.failure.at:%Y-%m-%d %H:%M} UTC failed{f' ({words})' if words else ''}."

    @property
    def pending_text(self) -> str | None:
        """What is not known, and what to do, as a sentence."""
        if self.pending is None:
            return None
        what = "restore" if self.pending.action == "reactivate" else "decommission"
        when = f"{self.pending.at:%Y-%m-%d %H:%M} UTC"
        return f"It is not known how the run of {when} ended. Run the {what} again: it reads the tenant's state first."


@dataclass(frozen=True, kw_only=True)
class Creation:
    """A creation whose outcome is not known: if it made a tenant, no receipt names it. ``asked``: its intent."""

    receipt_path: str
    region: str
    asked: Act

    @property
    def receipt(self) -> str:
        """The name of its receipt's file, which is the alias by convention."""
        return os.path.basename(self.receipt_path)

    @property
    def text(self) -> str:
        """What is not known, and what to do, as sentences."""
        return (
            f"The creation of a tenant in region {self.region} of {self.asked.at:%Y-%m-%d %H:%M} UTC is not confirmed. That tenant may"
            " live, and use a slot. Run qlik_tenant_create, or the rehearsal, with this receipt again: it says what to look for."
        )


# The inventory source that the commands of a report name.
SOURCE = "fleet.qlik_receipts.yml"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a report says.

    ``creations``: those that are not confirmed. ``listed``: how many tenants the organization's list has; None: it was not read, and
    ``not_listed`` says why. ``unrecorded``: the disabled tenants of the list that no receipt knows, by their hostnames or ids.
    """

    created: datetime
    folders: tuple[str, ...]
    tenants: tuple[Tenant, ...]
    unreadable: tuple[Unreadable, ...]
    creations: tuple[Creation, ...] = ()
    listed: int | None = None
    not_listed: str | None = None
    unrecorded: tuple[str, ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """How many tenants are in each situation."""
        return {one.value: sum(tenant.situation is one for tenant in self.tenants) for one in Situation}

    @property
    def attention(self) -> dict[str, int]:
        """How many tenants a person has to look at, by reason; a tenant may have several."""
        return {
            "pending": sum(tenant.pending is not None for tenant in self.tenants) + len(self.creations),
            "failed": sum(tenant.failure is not None for tenant in self.tenants),
            "differs": sum(tenant.difference is not None for tenant in self.tenants),
            "unrecorded": len(self.unrecorded),
        }


def build_report(
    folders: Sequence[WholeFolder],
    now: datetime,
    *,
    only: Collection[str] | None = None,
    listing: Sequence[Mapping[str, t.Any]] | None = None,
    not_listed: str | None = None,
) -> Report:
    """The report of some folders of receipts.

    :arg only: the hostnames of the tenants that are meant; None: all.
    :arg listing: the tenants of the organization in their normal form; None: the list was not read.
    :arg not_listed: why not.
    """
    tenants = [tenant_of(path, receipt, now) for folder in folders for path, receipt in folder.receipts.items()]
    if only is not None:
        tenants = [tenant for tenant in tenants if not set(only).isdisjoint((tenant.hostname, *tenant.aliases))]
    unrecorded: tuple[str, ...] = ()
    if listing is not None:
        by_id = {one["id"]: one for one in listing}
        tenants = [_beside_list(tenant, by_id.get(tenant.tenant_id)) for tenant in tenants]
        if only is None:
            known = {tenant.tenant_id for tenant in tenants}
            unrecorded = tuple(_disabled_without(known, listing))
    return Report(
        created=now,
        folders=tuple(folder.path for folder in folders),
        tenants=tuple(sorted(tenants, key=lambda tenant: tenant.hostname)),
        unreadable=tuple(one for folder in folders for one in folder.unreadable),
        creations=tuple(_creation(*one) for folder in folders for one in folder.creations.items()),
        listed=None if listing is None else len(listing),
        not_listed=not_listed,
        unrecorded=unrecorded,
    )


def tenant_of(path: str, receipt: Receipt, now: datetime) -> Tenant:
    """What the receipt in a file says."""
    events = receipt["events"]
    states = list(states_after(events))
    state = states[-1] if states else ReceiptState()
    acts = _last_acts(events, states)
    hostnames = [address.hostname for name in receipt["hostnames"] if (address := find_address([name]))]
    named = receipt["hostname"] or ""
    hostname = hostnames[0] if hostnames else named
    taken: Mapping[str, t.Any] = acts.taken or {}
    return Tenant(
        hostname=hostname,
        aliases=tuple(name for name in dict.fromkeys((*hostnames, named)) if name != hostname),
        tenant_id=receipt["tenant_id"],
        region=receipt["region"],
        receipt_path=path,
        situation=_situation(state, now),
        since=state.since,
        purge_date=read_time(state.purge_date),
        purge_computed=state.purge_date_computed,
        purge_text=_text(taken.get("purge_date_text")) if state.state in (DISABLED, PURGED) else None,
        purge_after_days=state.purge_after_days,
        taken=_act(acts.taken, acts.asked),
        restored=_act(acts.restored) if state.state == LIVE else None,
        purged=_act(acts.purged) if state.state == PURGED else None,
        failure=_act(acts.failure),
        pending=_act(state.pending),
        contents=_mapping(taken.get("contents")),
        activity=_mapping(taken.get("activity")),
    )


def _creation(path: str, receipt: Receipt) -> Creation:
    asked = _act(receipt_state(receipt["events"]).pending)
    return Creation(receipt_path=path, region=for_terminal(receipt["region"], 40), asked=t.cast(Act, asked))


def _situation(state: ReceiptState, now: datetime) -> Situation:
    if state.state == DISABLED:
        return Situation.OVERDUE if state.overdue(now) else Situation.DISABLED
    if state.state == PURGED:
        return Situation.PURGED
    if state.state == LIVE:
        return Situation.RESTORED if state.restored else Situation.LIVE
    return Situation.UNKNOWN


@dataclass
class _Acts:
    """The last event of each kind that a reader asks for; ``asked`` is the intent of the last deactivation."""

    asked: Event | None = None
    taken: Event | None = None
    restored: Event | None = None
    purged: Event | None = None
    failure: Event | None = None


def _last_acts(events: Iterable[Event], states: Iterable[ReceiptState]) -> _Acts:
    acts, before = _Acts(), None
    for event, state in zip(events, states, strict=True):
        kind, now = event["event"], state.state
        if kind == "intent" and action_of(event) == "deactivate":
            acts.asked = event
        if kind == "deactivated" or (now == DISABLED and before != DISABLED):
            acts.taken, acts.failure = event, None
        elif kind == "reactivated" or (now == LIVE and before in (DISABLED, PURGED)):
            acts.restored, acts.failure = event, None
        elif kind == "purged":
            acts.purged, acts.failure = event, None
        elif kind == "failed" and event.get("effect") != "unknown":
            acts.failure = event
        before = now
    return acts


def _act(event: Mapping[str, t.Any] | None, asked: Mapping[str, t.Any] | None = None) -> Act | None:
    """An event as an act.

    :arg asked: its intent. If a later run found out that it took effect, the author of the intent did it.
    """
    if event is None:
        return None
    author = (asked if event.get("resolved") and asked else event).get("by")
    by: Mapping[str, t.Any] = author if isinstance(author, Mapping) else {}
    return Act(
        kind=event["event"],
        at=t.cast(datetime, read_time(event["at"])),
        action=event.get("action"),
        user=_text(by.get("user")),
        machine=_text(by.get("host")),
        job=_text(by.get("job"), 500),
        run=_text(event.get("run")),
        approved_by=_text(event.get("approved_by")),
        approvers=_approvers(event.get("approvals")),
        ticket=_text(event.get("ticket")),
        plan_sha256=_text(event.get("plan_sha256")),
        http_status=event["http_status"] if isinstance(event.get("http_status"), int) else None,
        code=_text(event.get("code")),
        trace_id=_text(event.get("trace_id")),
    )


def _beside_list(tenant: Tenant, listed: Mapping[str, t.Any] | None) -> Tenant:
    """A tenant of the report beside what the organization's list says of it."""
    status = listed["status"].lower() if listed and listed["status"] else None
    date = read_time(listed["purge_date"]) if listed else None
    return replace(
        tenant,
        listed=Listed(status, date) if listed else None,
        difference=_difference(tenant, status, date, is_listed=listed is not None),
    )


def _difference(tenant: Tenant, status: str | None, date: datetime | None, *, is_listed: bool) -> str | None:
    """What does not fit together, as a sentence."""
    is_gone = not is_listed or status == _DELETED
    where = (
        "is not in the organization's list any more" if not is_listed else f"is listed as {for_terminal(status, 40)}"
    )
    if tenant.situation in UNDOABLE:
        if is_gone:
            return f"It {where}. Run the decommission again: it records the purge if it can be proved."
        if status in LIVE_STATUSES:
            return f"It {where}: somebody restored it without this collection, or with another receipts folder."
        if date and tenant.purge_date and abs(date - tenant.purge_date) > _SAME_DATE:
            return f"The list has the purge date {date:%Y-%m-%d %H:%M} UTC: somebody restarted the countdown."
    if tenant.situation in (Situation.LIVE, Situation.RESTORED) and (is_gone or status in DISABLED_STATUSES):
        return f"It {where}: somebody disabled it without this collection, or with another receipts folder."
    if tenant.situation is Situation.PURGED and not is_gone:
        return f"It {where}, but its receipt says that it was purged. Keep the receipt and this report, and ask the vendor's support."
    return None


def _disabled_without(known: Collection[str | None], listing: Iterable[Mapping[str, t.Any]]) -> Iterator[str]:
    """The disabled tenants of the list that no receipt knows."""
    for one in listing:
        if (one["status"] or "").lower() in DISABLED_STATUSES and one["id"] not in known:
            address = find_address(one["hostnames"])
            yield address.hostname if address else one["id"]


def _text(value: t.Any, longest: int = 300) -> str | None:
    return None if value is None or value == "" else for_terminal(value, longest)


def _approvers(value: t.Any) -> tuple[str, ...]:
    """The people whose signatures were verified."""
    found = value if isinstance(value, list) else []
    return tuple(for_terminal(one["identity"], 200) for one in found if isinstance(one, Mapping) and "identity" in one)


def _mapping(value: t.Any) -> Mapping[str, t.Any] | None:
    return value if isinstance(value, Mapping) and value else None
