# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receipts that a play is about: of the folders that the variables of its hosts name, or beside the inventory."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible.playbook.task import Task

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile, absolute
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import (
    WholeFolder,
    read_whole_folder,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_entries
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import check_selection, has_limit
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION, prefix_of

_PREFIX = prefix_of(DECOMMISSION)
_VARIABLE = f"{_PREFIX}receipts_dir"


@dataclass(frozen=True)
class PlayReceipts:
    """The folders with all that is in them, and the tenants of the play.

    ``only``: the hostnames that ``--limit`` leaves; None: there is no limit.
    """

    folders: tuple[WholeFolder, ...]
    entries: tuple[Entry, ...]
    only: frozenset[str] | None


def read_play_receipts(task: Task, task_vars: Mapping[str, t.Any]) -> PlayReceipts:
    """Read them.

    :raises InvalidInput: the inventory could not be read as a whole, a variable cannot be evaluated, or a folder cannot be read.
    """
    check_selection(task_vars)
    entries, _play = read_entries(task, task_vars, prefix=_PREFIX, operation=DECOMMISSION)
    for entry in entries:
        if entry.error:
            raise InvalidInput(
                f"The variables of {entry.shown_host} cannot be evaluated: {for_terminal(entry.error).rstrip('.')}."
            )
    named = dict.fromkeys(entry["receipts_dir"] for entry in entries)
    # Without an inventory the play has this machine as its only host, which is no tenant.
    tenants = tuple(entry for entry in entries if find_address([entry["hostname"]]))
    only = frozenset(str(entry["hostname"]).lower() for entry in tenants) if has_limit(task_vars) else None
    return PlayReceipts(tuple(_read(folder) for folder in named), tenants, only)


def _read(folder: t.Any) -> WholeFolder:
    try:
        if not isinstance(folder, str):
            raise UnusableFile("is not a path")
        return read_whole_folder(absolute(folder))
    except UnusableFile as error:
        raise InvalidInput(
            f"The folder of receipts, {shown(folder)}, {error}. With -i, give the inventory that is in the same folder as the"
            f" folder qlik-receipts, or set {_VARIABLE} to the folder of the receipts."
        ) from None
