# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a receipt: read when the operation on a tenant begins, and written step by step while it lasts.

Each step replaces the file as a whole, so that a process that is killed at any instant leaves the receipt as it was before a step
or after it.
"""

from __future__ import annotations

import errno
import os
import pwd
import socket
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .._base.clock import Clock
from .._base.errors import ErrorFields, Stopped
from .._base.files import UnusableFile, new_file, read_file, remove, unusable, write_file
from .._base.text import for_terminal
from .._base.timestamps import write_time
from .._domain.addresses import find_address
from .._domain.commands import Author, Target
from .events import (
    LARGEST,
    OUTCOMES,
    SCHEMA,
    Action,
    BadReceipt,
    Event,
    EventFields,
    Receipt,
    ReceiptState,
    action_of,
    check_room,
    read_receipt,
    receipt_state,
    write_receipt,
)
from .folder import KEEP_ONE, receipts_beside
from .job import job_url


class NotWritten(Exception):
    """A step could not be written; the message says why, as part of a sentence."""


_KEEP_THE_OTHER = (
    "Check the id and the hostname of this tenant. If they are right, give that file another name: it is the record of the other"
    " tenant."
)


@dataclass
class Journal:
    """The receipt of one tenant during one operation. Without a path there is none: nothing is known, and nothing kept.

    :arg searched: the folder was looked through already for a receipt of this tenant under another of its hostnames.
    :arg writes: False in check mode.
    """

    path: str | None
    author: Author
    clock: Clock
    searched: bool = False
    writes: bool = True
    # This operation has written an intent, and no outcome yet.
    intended: bool = False
    # None: not opened, or there is no file for it.
    _content: Receipt | None = None
    # What is known of the tenant, to be written with the next event.
    _names: dict[str, t.Any] = field(default_factory=dict)

    @property
    def receipt_state(self) -> ReceiptState:
        """What the receipt says so far."""
        return receipt_state(self._events)

    @property
    def _events(self) -> Sequence[Event]:
        return self._content["events"] if self._content else ()

    @property
    def tenant_id(self) -> str | None:
        """The id that the receipt holds."""
        return self._content["tenant_id"] if self._content else None

    @property
    def applied_plan(self) -> str | None:
        """The digest of the plan that the last request to deactivate belonged to; its outcome another run may have resolved."""
        sent = [event for event in self._events if event["event"] == "intent" and action_of(event) == "deactivate"]
        return sent[-1].get("plan_sha256") if sent else None

    @property
    def hostnames(self) -> list[str]:
        """The hostnames that the receipt holds."""
        return list(self._content["hostnames"]) if self._content else []

    @property
    def hostname(self) -> str | None:
        """The hostname that the receipt was begun under."""
        return self._content["hostname"] if self._content else None

    def gone_by(self, tenant_id: str | None) -> datetime | None:
        """The time of the event that proves the purge of a tenant with this id that is not found any more; None: none does."""
        return self.receipt_state.gone_by(self.clock.now()) if self.holds(tenant_id) else None

    def holds(self, tenant_id: str | None) -> bool:
        """The receipt holds this id."""
        return tenant_id is not None and tenant_id == self.tenant_id

    def open(self, target: Target) -> None:
        """Read what is there: the file that was named, else the tenant's receipt under another of its hostnames in the same folder.

        :raises Stopped: it is no receipt of this tenant, or no receipt could be written.
        """
        if self.path is None:
            return
        try:
            self.path = self._known_by_its_id(target) or self.path
            if self.writes:
                # What a run that was killed had half written.
                remove(new_file(self.path))
            found = read_receipt_file(self.path)
            if found is None:
                check_folder(os.path.dirname(self.path))
            else:
                _check_owner(found, target)
                check_room(found)
        except (BadReceipt, UnusableFile) as error:
            raise Stopped(
                f"The receipt of tenant {target}, {for_terminal(self.path)}, {error}. Nothing was changed. {next_step_for(error)}"
            ) from None
        address = target.address
        self._content = found or {
            "schema": SCHEMA,
            "tenant_id": None,
            "hostname": address.hostname,
            "hostnames": [],
            "region": address.region,
            "events": [],
        }

    def _known_by_its_id(self, target: Target) -> str | None:
        """The receipt that holds the tenant's id, if there is none at the path; None: there is none, or no reason to look for one."""
        if self.path is None or self.searched:
            return None
        found = receipts_beside(self.path, target.tenant_id)
        if len(found) > 1:
            names = ", ".join(for_terminal(os.path.basename(path)) for path in found)
            raise BadReceipt(
                f"does not exist, and {len(found)} files beside it are receipts of this tenant ({names})",
                f"{KEEP_ONE}.",
            )
        return found[0] if found else None

    def name(self, tenant_id: str | None, hostnames: t.Sequence[str]) -> None:
        """Note the tenant's id and hostnames; they are written with the next event. What can be no hostname is left out.

        The first of its record's hostnames is the one that never changes: their order is kept.
        """
        known = {"tenant_id": tenant_id, "hostnames": [name for name in hostnames if find_address([name])]}
        self._names = {key: value for key, value in known.items() if value}

    def record(self, event: str, fields: EventFields) -> None:
        """Add an event. Fields that are None are left out.

        :raises NotWritten: the receipt is as it was.
        """
        if self.path is None or not self.writes or self._content is None:
            return
        entry: dict[str, t.Any] = {
            "event": event,
            "at": write_time(self.clock.now()),
            "by": _author(),
            "run": self.author.run,
        }
        entry |= {name: value for name, value in {**self.author.facts(), **fields}.items() if value is not None}
        events = [*self._content["events"], t.cast(Event, entry)]
        content = t.cast(Receipt, {**self._content, **self._names, "events": events})
        try:
            # Always the same name for the new file: what a killed process left is not kept. The lock of the tenant keeps others from it.
            write_file(self.path, write_receipt(content), new_file(self.path))
        except UnusableFile as error:
            raise NotWritten(f"{for_terminal(self.path)} {error}") from None
        self._content = content

    def intend(self, action: Action, fields: EventFields) -> None:
        """Write what is about to be sent, before each request: the next run counts from the last one."""
        self.record("intent", {**fields, "action": action})
        self.intended = True

    def conclude(self, event: str, fields: EventFields) -> None:
        """Write what the server confirmed."""
        # Also if it cannot be written, it has not failed.
        self.intended = False
        self.record(event, fields)

    def fail(self, action: Action, *, in_doubt: bool, error_fields: ErrorFields) -> None:
        """Write that what was intended failed, if an intent was written. What is in doubt stays pending."""
        if self.intended:
            self.record(
                "failed",
                {
                    "action": action,
                    "effect": "unknown" if in_doubt else "none",
                    "http_status": error_fields["http_status"],
                    "code": error_fields["code"],
                    "trace_id": error_fields["trace_id"],
                },
            )
            self.intended = False

    def resolve(self, outcome: EventFields | None) -> None:
        """Write the outcome of the pending intent that an earlier run left; None: it had no effect.

        What was approved for that run is said of it, and not what was approved for this one.
        """
        intent = self.receipt_state.pending
        if intent is None:
            return
        action = action_of(intent)
        fields: EventFields = {
            "resolved": True,
            "plan_sha256": intent.get("plan_sha256"),
            "approvals": intent.get("approvals"),
            "approved_by": intent.get("approved_by"),
            "ticket": intent.get("ticket"),
        }
        if outcome is None:
            self.record("failed", {**fields, "action": action, "effect": "none"})
        else:
            self.record(OUTCOMES[action], {**fields, **outcome})

    def may_take_effect_for(self, seconds: float) -> float:
        """How long, in s, the request of an pending intent may still take effect, when a request takes that long at most."""
        since = self.receipt_state.pending_since
        if since is None:
            return 0.0
        return max(0.0, min(seconds, seconds - (self.clock.now() - since).total_seconds()))


def receipt_state_in(path: str, target: Target) -> ReceiptState:
    """What the receipt of a tenant says; nothing if there is none that can be used."""
    try:
        found = read_receipt_file(path)
        if found is None:
            return ReceiptState()
        _check_owner(found, target)
    except (BadReceipt, UnusableFile):
        return ReceiptState()
    return receipt_state(found["events"])


def read_receipt_file(path: str, *, before_creation: bool = False) -> Receipt | None:
    """The receipt in a file, None if there is no file.

    :arg before_creation: as read_receipt().
    :raises BadReceipt: it is no receipt. :raises UnusableFile: it cannot be read, or is a symbolic link.
    """
    content = read_file(path, LARGEST)
    return None if content is None else read_receipt(content, before_creation=before_creation)


def next_step_for(error: BadReceipt | UnusableFile) -> str:
    """What to do about a receipt that cannot be used, as a sentence."""
    return error.next_step if isinstance(error, BadReceipt) else "Fix the cause, then run again."


def _check_owner(found: Receipt, target: Target) -> None:
    address = target.address
    if found["tenant_id"] is not None and (found["tenant_id"], found["region"]) == (target.tenant_id, address.region):
        # The same tenant, whatever it is called now.
        return
    named = (found["hostname"], found["region"])
    if named != (address.hostname, address.region):
        raise BadReceipt(f"is another tenant's, that of {for_terminal(found['hostname'], 100)}", _KEEP_THE_OTHER)
    if None not in (found["tenant_id"], target.tenant_id) and found["tenant_id"] != target.tenant_id:
        raise BadReceipt(
            f"is another tenant's, that with the id {for_terminal(found['tenant_id'], 100)}", _KEEP_THE_OTHER
        )


def check_folder(folder: str) -> None:
    """Check that a file could be made in a folder, or the folder in the nearest one above it that is there. Nothing is made.

    :raises UnusableFile: it could not.
    """
    while not os.path.exists(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        raise unusable(OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)), "written")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise unusable(OSError(errno.EACCES, os.strerror(errno.EACCES)), "written")


def _author() -> dict[str, str]:
    """Who writes: the account and the machine, and the CI job where there is one."""
    job = job_url(os.environ)
    return {"user": _user(), "host": for_terminal(socket.gethostname(), 255), **({"job": job} if job else {})}


def _user() -> str:
    try:
        return for_terminal(pwd.getpwuid(os.geteuid()).pw_name, 100)
    except KeyError:
        # A container may run as a number that no account has.
        return str(os.geteuid())
