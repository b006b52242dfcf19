# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants that were taken down in the last days, by the receipts of a wave's folders and by the organization's list.

A limit per play is passed by ten plays. Receipts are what remains of all of them. If a folder of receipts was lost, the list still has
the tenants. What is in doubt counts.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.max_in_days import MaxInDays
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import SHORTEST_PURGE_DAYS
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import taken_down_at
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder


@dataclass(frozen=True)
class TakenDown:
    """A tenant that was taken down at a time, or at this time at the latest. ``hostnames`` in lower case."""

    hostnames: frozenset[str]
    at: datetime


@dataclass(frozen=True)
class Recent:
    """What the receipts say.

    ``tenants``: those that were taken down in the days that count; ``unreadable``: the hostnames of those
    whose receipts cannot be read: they count;
    ``taken_ids``: the ids of all that were taken down at any time, and are down.
    """

    tenants: tuple[TakenDown, ...]
    unreadable: frozenset[str]
    taken_ids: frozenset[str]


def read_recent(folders: Iterable[str], limit: MaxInDays, now: datetime, option: str) -> Recent:
    """What the receipts of some folders say.

    :arg option: the variable that has the limit, for messages.
    :raises InvalidInput: a folder cannot be read.
    """
    tenants: list[TakenDown] = []
    taken_ids: set[str] = set()
    unreadable: set[str] = set()
    for folder in folders:
        if not os.path.lexists(folder):
            # The first run makes it.
            continue
        try:
            found = read_whole_folder(folder)
        except UnusableFile as error:
            raise InvalidInput(
                f"{option} cannot be checked: the folder of the receipts, {for_terminal(folder, 300)}, {error}. Nothing was changed."
            ) from None
        for receipt in found.receipts.values():
            at = taken_down_at(receipt["events"])
            if at is None:
                continue
            if receipt["tenant_id"] is not None:
                taken_ids.add(receipt["tenant_id"])
            if at >= limit.since(now):
                names = (receipt["hostname"] or "", *receipt["hostnames"])
                tenants.append(TakenDown(frozenset(name.lower() for name in names), at))
        for one in found.unreadable:
            name = os.path.basename(one.path).removesuffix(".json")
            # A summary or a plan in the same folder is no receipt.
            if find_address([name]):
                tenants.append(TakenDown(frozenset((name,)), now))
                unreadable.add(name)
    return Recent(tuple(tenants), frozenset(unreadable), frozenset(taken_ids))


def recent_in_list(
    disabled: Iterable[Mapping[str, t.Any]], known: Collection[str], limit: MaxInDays, now: datetime
) -> Iterator[TakenDown]:
    """The disabled tenants of the organization's list that may have been taken down in the days that count.

    The list does not say when a tenant was disabled. It was not after its last change, nor later than the shortest countdown before its
    purge.

    :arg disabled: in their normal form.
    :arg known: the ids of those whose receipts say when.
    """
    for tenant in disabled:
        changed, purge = read_time(tenant["updated"]), read_time(tenant["purge_date"])
        at = min(changed or now, purge - timedelta(days=SHORTEST_PURGE_DAYS) if purge else now, now)
        if tenant["id"] not in known and at >= limit.since(now):
            yield TakenDown(frozenset(name.lower() for name in tenant["hostnames"]), at)
