# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receipt of a tenant from before it exists: as long as nobody knows what the server called it, it has no hostname."""

from __future__ import annotations

import enum
import os
import typing as t
from collections.abc import Mapping
from datetime import datetime

from .._base.errors import Stopped
from .._base.files import UnusableFile, new_file, read_file, remove
from .._base.text import for_terminal
from .._base.timestamps import read_time
from .._domain.addresses import Address, find_address
from .._domain.creation import CREATE
from .events import LARGEST, SCHEMA, BadReceipt, action_of, read_receipt
from .folder import ids_in
from .store import Journal, check_folder, next_step_for

_OWN_FILE = "Name another file in receipt_path: each tenant that is created has a receipt of its own."


class Made(enum.Enum):
    """What a receipt says of its tenant's creation. IN_DOUBT: the request was, or may have been, sent, and its outcome is not known."""

    NO = enum.auto()
    IN_DOUBT = enum.auto()
    YES = enum.auto()


class CreationJournal(Journal):
    """The receipt of one tenant during its creation, and when that is looked at again."""

    @property
    def made(self) -> Made:
        """What the receipt says so far."""
        if self.tenant_id is not None:
            return Made.YES
        return Made.NO if self.receipt_state.pending is None else Made.IN_DOUBT

    @property
    def asked_at(self) -> datetime | None:
        """When the pending request was about to be sent, by this machine's clock."""
        pending = self.receipt_state.pending
        return None if pending is None else read_time(pending["at"])

    @property
    def address(self) -> Address | None:
        """The address of the tenant, once it is known."""
        return find_address([self.hostname])

    def known_ids(self) -> frozenset[str]:
        """The ids of the tenants that have a receipt in this folder."""
        return ids_in(os.path.dirname(self.path)) if self.path else frozenset()

    def open_for_creation(self, region: str) -> None:
        """Read what is there.

        :raises Stopped: it is no receipt of a tenant that was, or is to be, created in this region, or no receipt could be written.
        """
        path = self.path or ""
        try:
            if self.writes:
                # What a run that was killed had half written.
                remove(new_file(path))
            content = read_file(path, LARGEST)
            if content is None:
                check_folder(os.path.dirname(path))
            found = None if content is None else read_receipt(content, before_creation=True)
            if found is not None:
                _check_is_of_creation(found, region)
        except (BadReceipt, UnusableFile) as error:
            raise Stopped(
                f"The receipt {for_terminal(path)} {error}. Nothing was changed. {next_step_for(error)}"
            ) from None
        self._content = found or {
            "schema": SCHEMA,
            "tenant_id": None,
            "hostname": None,
            "hostnames": [],
            "region": region,
            "events": [],
        }

    def name_created(self, tenant_id: str, hostname: str, hostnames: tuple[str, ...]) -> None:
        """Note what the server called the tenant; it is written with the next event."""
        self.name(tenant_id, hostnames)
        self._names["hostname"] = hostname


def _check_is_of_creation(found: Mapping[str, t.Any], region: str) -> None:
    if not any(event["event"] == "intent" and action_of(event) == CREATE for event in found["events"]):
        raise BadReceipt(
            f"is the receipt of {for_terminal(found['hostname'], 100)}, which qlik_tenant_create did not create",
            _OWN_FILE,
        )
    if found["region"] != region:
        raise BadReceipt(
            f"is the receipt of a tenant in region {for_terminal(found['region'], 40)}, and region is '{region}'",
            _OWN_FILE,
        )
