# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receipt: the record of what was done to one tenant, as events, and what they add up to.

``docs/receipt.schema.json`` describes the file. Everything here is pure; ``store.py`` reads and writes it.

Reference: "Deactivate" (a tenant is purged around its purge date, at most 90 days after its deactivation; the answer to the
deactivation is the only one that has the date).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .._base.errors import InvalidInput
from .._base.files import MIB
from .._base.json_shape import fault_of, kinds_of
from .._base.strict_json import DuplicateKey, read_json
from .._base.text import for_terminal
from .._base.timestamps import days_after, read_time
from .._domain.addresses import check_hostname, check_tenant_id
from .._domain.restored import Restore, restore_of
from .._domain.tenant import DISABLED_STATUSES, LIVE_STATUSES, State
from .._domain.validation import LONGEST_PURGE_DAYS

SCHEMA = 2
# What schema 1 called the keys of an event.
_RENAMED = {"settled": "resolved", "purge_date_reckoned": "purge_date_computed"}
EVENTS = frozenset(("intent", "created", "deactivated", "reactivated", "observed", "purged", "failed"))

Action = t.Literal["create", "deactivate", "reactivate"]

# By action, the event that says that it was done.
OUTCOMES: dict[Action, str] = {"create": "created", "deactivate": "deactivated", "reactivate": "reactivated"}

LIVE, DISABLED, PURGED = "live", "disabled", "purged"

# A purge happens around its date. So long after the last possible one it is over.
_AFTER_THE_PURGE = timedelta(hours=48)
LARGEST = 10 * MIB
_ROOM = 64 * 1024


class Use(t.TypedDict, total=False):
    """Who used a tenant and what was in it, right before its deactivation, if that was asked for. Nothing is decided on it."""

    activity: dict[str, t.Any] | None
    contents: dict[str, t.Any] | None


class Noted(Use, total=False):
    """Keys of an event that nothing is decided on. Whatever they hold is kept as it is."""

    by: dict[str, str]
    run: str
    approvals: list[dict[str, str]] | None
    http_status: int | None
    code: str | None
    trace_id: str | None


class PurgeDate(t.TypedDict, total=False):
    """When a tenant is purged, as the server said it, or computed."""

    estimated_purge_date: str | None
    purge_date_computed: bool | None


class EventFields(Noted, PurgeDate, total=False):
    """What an event may say. A key that is None is not written.

    To add a key, add it here (what it may hold is checked by its type when a receipt is read; a key that nothing is decided on goes into
    Noted), give it where the event is written (``_lifecycle``), and describe it in ``docs/receipt.schema.json``. The schema number rises
    if a key is renamed or removed, and upgrade() then reads the older one.
    """

    action: Action | None
    previous_status: str | None
    status: str | None
    purge_after_days: int | None
    purge_date_text: str | None
    resolved: bool | None
    effect: t.Literal["none", "unknown"] | None
    probe_state: str | None
    plan_sha256: str | None
    approved_by: str | None
    ticket: str | None


# pylint takes TypedDict, of which both bases of EventFields are, for a class that is inherited twice.
class Event(EventFields):  # pylint: disable=duplicate-bases
    """An event of a receipt."""

    event: str
    at: str


class Receipt(t.TypedDict):
    """What the file of a receipt holds."""

    schema: int
    tenant_id: str | None
    # None: its creation was intended, and nothing else.
    hostname: str | None
    hostnames: list[str]
    region: str
    events: list[Event]


# An older version may have left out what it did not know.
_KINDS = kinds_of(EventFields, besides=Noted)


class BadReceipt(Exception):
    """A file is no receipt that can be worked with; the message says why, as the end of a sentence.

    :arg next_step: what to do about it, as a sentence. By default the file is taken for something else than a receipt.
    """

    def __init__(self, problem: str, next_step: str | None = None) -> None:
        super().__init__(problem)
        self.next_step = next_step or "Put the right file back, or move this one away if it is not a receipt."


@dataclass(frozen=True)
class ReceiptState:
    """What the events of a receipt add up to.

    ``state``: ``live``, ``disabled``, ``purged``, None if no event says it; ``since``: the time of the event that says it.
    ``purge_date`` as the server sent it, or computed. ``pending``: the intent whose outcome is not known.
    """

    state: str | None = None
    since: datetime | None = None
    purge_date: str | None = None
    purge_date_computed: bool = False
    pending: Event | None = None
    # When the outcome of the pending intent was last looked for.
    pending_since: datetime | None = None
    # Since the last deactivation.
    restored: Restore | None = None
    # The days that the deactivation asked for.
    purge_after_days: int | None = None

    def restore_if_live(self, seen_at: datetime) -> Restore | None:
        """The restore that made a tenant live which was seen live.

        A restore that was sent, and whose outcome nobody wrote, is one then. Without any, somebody else has restored it.
        """
        if self.pending is not None and action_of(self.pending) == "reactivate":
            return restore_of(self.pending, t.cast(datetime, read_time(self.pending["at"])))
        if self.state in (DISABLED, PURGED):
            return Restore(seen_at, seen_after=self.since or seen_at)
        return self.restored

    def gone_by(self, now: datetime) -> datetime | None:
        """The time of the event by which a tenant that is not found any more must have been purged; None: by none."""
        since, last = self.since, self._last_purge()
        lasts = [last]
        if self.pending is not None:
            if action_of(self.pending) != "deactivate":
                # It may be live since, and what became of it then is not known.
                return None
            sent = read_time(self.pending["at"])
            lasts = [*(lasts if self.state == DISABLED else ()), _longest_after(sent)]
            since = self._evidence()
        elif self.state not in (DISABLED, PURGED):
            return None
        return since if all(one is not None and one < now - _AFTER_THE_PURGE for one in lasts) else None

    def overdue(self, now: datetime) -> bool:
        """The tenant is disabled, and its purge date has passed."""
        return self.state == DISABLED and is_overdue(self.purge_date, now)

    def purged(self) -> ReceiptState:
        """What it is once the tenant is known to be gone; what proved it stays."""
        kept = self if self.state in (DISABLED, PURGED) else ReceiptState()
        return replace(kept, state=PURGED, since=self._evidence(), pending=None, pending_since=None)

    def _evidence(self) -> datetime | None:
        """The time of the event that says that the tenant was, or was to be, disabled."""
        if self.state in (DISABLED, PURGED):
            return self.since
        return read_time(self.pending["at"]) if self.pending is not None else None

    def _last_purge(self) -> datetime | None:
        date = read_time(self.purge_date)
        # A date before the deactivation is none.
        return date if date and self.since and date >= self.since else _longest_after(self.since)


def use_in(found: Mapping[str, t.Any]) -> Use:
    """Who used the tenant and what was in it, by an event or a result that says it."""
    return t.cast(Use, {key: found[key] for key in t.get_type_hints(Use) if key in found})


def is_overdue(purge_date: str | None, now: datetime) -> bool:
    """A purge date that has passed for so long that the purge should be over."""
    date = read_time(purge_date)
    return date is not None and date < now - _AFTER_THE_PURGE


def receipt_state(events: Iterable[Event]) -> ReceiptState:
    """What events, in their order, add up to."""
    states = list(states_after(events))
    return states[-1] if states else ReceiptState()


def states_after(events: Iterable[Event]) -> Iterator[ReceiptState]:
    """What events add up to after each of them."""
    result = ReceiptState()
    for event in events:
        result = _after(result, event)
        yield result


def taken_down_at(events: Iterable[Event]) -> datetime | None:
    """When this collection took a tenant down that is not live since, as far as its receipt says; None: it did not.

    A countdown that was restarted does not take a tenant down once more. A request whose outcome is not known may have.
    """
    state, taken = ReceiptState(), None
    for event in events:
        before, state = state, _after(state, event)
        if state.state == LIVE:
            taken = None
        elif taken is None and event["event"] == OUTCOMES["deactivate"]:
            taken = read_time(event["at"])
        elif taken is None and event["event"] in ("observed", "purged") and state.pending is None:
            # What became of the request was found out later.
            taken = _sent_at(before)
    return taken or _sent_at(state)


def _sent_at(state: ReceiptState) -> datetime | None:
    """When a deactivation was sent whose outcome is not known."""
    if state.pending is None or action_of(state.pending) != "deactivate":
        return None
    return read_time(state.pending["at"])


def action_of(intent: Event) -> Action:
    """What was intended. Older versions did not write it of a deactivation."""
    return intent.get("action") or "deactivate"


def _after(before: ReceiptState, event: Event) -> ReceiptState:
    kind, at = event["event"], read_time(event["at"])
    if kind == "intent":
        # What was to be changed had been read just then.
        status, known = event.get("previous_status"), before
        if status in LIVE_STATUSES:
            known = ReceiptState(LIVE, at, restored=before.restore_if_live(t.cast(datetime, at)))
        elif status in DISABLED_STATUSES and before.state != DISABLED:
            known = ReceiptState(DISABLED, at)
        return replace(known, pending=event, pending_since=at)
    if kind == "failed":
        if event.get("effect") == "unknown":
            return replace(before, pending_since=at)
        return replace(before, pending=None, pending_since=None)
    if kind == "purged":
        return before.purged()
    if kind == "observed":
        seen = _seen(event)
        if seen is None:
            return before
        if seen == before.state == DISABLED:
            return replace(before, pending=None, pending_since=None)
    else:
        seen = LIVE if kind in ("created", "reactivated") else DISABLED
    if seen == LIVE:
        return ReceiptState(LIVE, at, restored=_restored(before, event, t.cast(datetime, at)))
    date = event.get("estimated_purge_date")
    return ReceiptState(
        DISABLED,
        at,
        date if read_time(date) else None,
        bool(event.get("purge_date_computed")),
        purge_after_days=event.get("purge_after_days"),
    )


def _restored(before: ReceiptState, event: Event, at: datetime) -> Restore | None:
    """The restore by which a tenant lives, since an event that says so."""
    if event["event"] == "reactivated" and not (event.get("resolved") and before.pending):
        return restore_of(event, at)
    # An outcome that was found later is that of its request.
    return before.restore_if_live(at)


def _seen(event: Event) -> str | None:
    """The state that a tenant was seen in; None: the event does not say it."""
    # The register host's word goes before that of the tenant's own host.
    status, probed = event.get("status"), event.get("probe_state")
    if status in LIVE_STATUSES or (not status and probed in (State.ACTIVE.value, State.UNAUTHORIZED.value)):
        return LIVE
    if status in DISABLED_STATUSES or (not status and probed in (State.DEACTIVATED.value, None)):
        return DISABLED
    return None


def _longest_after(time: datetime | None) -> datetime | None:
    return days_after(time, LONGEST_PURGE_DAYS) if time else None


def read_receipt(content: bytes, *, before_creation: bool = False) -> Receipt:
    """The receipt in the bytes of a file.

    What nothing is decided on (``by``, ``run``, what later versions of this schema add) is kept as it is.

    One of schema 1 is returned in the present form.

    :arg before_creation: it may be that of a tenant which is to be created, and has no hostname yet.
    :raises BadReceipt: it is none, or it has a schema that this version does not read.
    """
    if len(content) > LARGEST:
        raise BadReceipt(f"is larger than {LARGEST // MIB} MiB")
    try:
        found = read_json(content)
    except ValueError as error:
        raise BadReceipt("is not JSON" + (f": {error}" if isinstance(error, DuplicateKey) else "")) from None
    if not isinstance(found, dict):
        raise BadReceipt("is not a receipt: it holds no JSON object")
    schema = found.get("schema")
    if isinstance(schema, bool) or schema not in (1, SCHEMA):
        newer = isinstance(schema, (int, float)) and schema > SCHEMA
        raise BadReceipt(
            f"has the schema {for_terminal(schema, 40)}, and this version of the collection reads the schemas 1 to {SCHEMA}"
            f"{': a newer version wrote it' if newer else ''}",
            "Install that version of the collection. Do not move the file: it is the record of its tenant."
            if newer
            else None,
        )
    found = upgrade(found) if schema == 1 else found
    if not (before_creation and _is_unnamed(found)):
        _check_identity(found)
    events = found.get("events")
    if not isinstance(events, list):
        raise BadReceipt("has no list of events")
    for number, event in enumerate(events, 1):
        wrong = _fault(event)
        if wrong:
            raise BadReceipt(f"has a fault in event {number}: {wrong}")
    if found.get("hostname") is None and any(event.get("action") != "create" for event in events):
        raise BadReceipt("has no hostname, but has events other than the creation of a tenant")
    return t.cast(Receipt, found)


def check_room(receipt: Receipt) -> None:
    """Check that a receipt can be written, and has room for what comes. Whoever only reads receipts need not know.

    :raises BadReceipt: it has none.
    """
    if len(write_receipt(receipt)) > LARGEST - _ROOM:
        raise BadReceipt(
            f"has no room for more events (a receipt has at most {LARGEST // MIB} MiB)",
            "Move the file into an archive. The next run begins a new receipt. That one does not have what this file proves, for example"
            " that the tenant was deactivated.",
        )


def upgrade(receipt: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A receipt of schema 1 in the present form. It says the same; only keys of its events have other names."""
    events = receipt.get("events")
    if isinstance(events, list):
        events = [_renamed(event) if isinstance(event, dict) else event for event in events]
    return {**receipt, "schema": SCHEMA, "events": events}


def _renamed(event: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {_RENAMED.get(name, name): value for name, value in event.items()}


def write_receipt(receipt: Receipt) -> bytes:
    """The bytes of a receipt."""
    return json.dumps(receipt, indent=2, allow_nan=False).encode() + b"\n"


def _is_unnamed(found: Mapping[str, t.Any]) -> bool:
    """It is that of a tenant of which only the creation was intended so far."""
    names = (found.get("tenant_id"), found.get("hostname"), found.get("hostnames"))
    return names == (None, None, []) and isinstance(found.get("region"), str)


def _check_identity(found: dict[str, t.Any]) -> None:
    if _is_unnamed(found):
        raise BadReceipt(
            "is the receipt of a tenant whose creation is not confirmed",
            "Run qlik_tenant_create again with this file as receipt_path: it finds out whether the tenant was created.",
        )
    try:
        address = check_hostname(found.get("hostname"))
        if found.setdefault("tenant_id", None) is not None:
            check_tenant_id(found["tenant_id"])
    except InvalidInput as error:
        raise BadReceipt(f"names no tenant: {error.message.rstrip('.')}") from None
    if (found["hostname"], found.get("region")) != (address.hostname, address.region):
        raise BadReceipt("names no tenant: its hostname and its region must agree, in lower case")
    hostnames = found.setdefault("hostnames", [])
    if not isinstance(hostnames, list) or not all(isinstance(name, str) for name in hostnames):
        raise BadReceipt("names no tenant: hostnames must be a list of names")


def _fault(event: t.Any) -> str | None:
    if not isinstance(event, dict):
        return "it is not a JSON object"
    kind = event.get("event")
    if not isinstance(kind, str) or kind not in EVENTS:
        return f"its kind is {for_terminal(kind, 40)}, which this version of the collection does not have"
    if read_time(event.get("at")) is None:
        return f"its time (at) is {for_terminal(event.get('at'), 60)}, and must be one such as 2026-11-26T08:00:00Z"
    return fault_of(event, _KINDS)
