# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, each as a task on that host would see it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible.utils.display import Display

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.agreement import PlayVariables
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.origin import why_not_typed
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import HOST_NAME, Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.misplaced import is_misplaced
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.receipts_folder import ReceiptsFolders
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import OBSERVED_VARIABLES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    APPROVAL_VARIABLES,
    prefix_of,
    tenant_variables,
)

display = Display()


def read_entries(
    task: Task, task_vars: Mapping[str, t.Any], *, prefix: str, operation: str
) -> tuple[list[Entry], PlayVariables]:
    """For each host of the play what was written for it, evaluated.

    A task that runs once sees the variables of one host; ``hostvars`` shows those of the others without play variables, role
    parameters and role defaults. So they are put together as for a task on each host, by the object behind ``hostvars``.

    Role defaults that are templates would be compiled once for each host, which costs more than all the rest: so there are none, and
    the table of variables has them. A variable that is null is not set. A tenant without a hostname has the name of its host.
    ``receipts_dir`` is beside the inventory if it is not set.

    :returns: the entries; and what the hosts say of the play.
    """
    hostvars = task_vars["hostvars"]
    manager, inventory, loader = hostvars._variable_manager, hostvars._inventory, hostvars._loader
    hosts = task_vars["ansible_play_hosts_all"]
    extra = getattr(manager, "extra_vars", None) or {}
    play, variables = PlayVariables(prefix), tenant_variables(operation)
    folders = ReceiptsFolders(inventory._sources, f"{prefix}receipts_dir")
    warnings: list[str] = []
    entries = []
    for host in hosts:
        found = manager.get_vars(
            play=task.get_play(), host=inventory.get_host(host), task=task, _hosts=hosts, _hosts_all=hosts
        )
        read = _Reader(Templar(loader=loader, variables=found), found)
        facts = manager._nonpersistent_fact_cache.get(host, {})
        play.look(str(host), found, facts, read.value)
        values: dict[str, t.Any] = {}
        set_by: dict[str, str] = {}
        not_typed = why_not_typed(found, f"{prefix}confirm_hostname", extra=extra, facts=facts)
        for variable in variables:
            name = prefix + variable.name
            if found.get(name) is None and variable.inventory is not None and found.get(variable.inventory) is not None:
                name = set_by[variable.name] = variable.inventory
            if variable.name == "confirm_hostname" and not_typed:
                # It is refused, so it is not evaluated: whoever types it into a form must not run a template.
                values[variable.name] = plain(found[name])
                continue
            values[variable.name] = read.value(name, variable.default)
        if values["hostname"] is None and read.error is None:
            values["hostname"], set_by["hostname"] = str(host), HOST_NAME
        if values["receipts_dir"] is None:
            warnings = list(folders.warnings())
            values["receipts_dir"] = folders.folder_for(str(values["hostname"]), found.get("inventory_file"))
        approvals = [name for name in APPROVAL_VARIABLES if name in found and name not in extra]
        entries.append(
            Entry(
                host=str(host),
                prefix=prefix,
                values=values,
                set_by=set_by,
                inventory={name: read.value(name) for name in OBSERVED_VARIABLES},
                error=read.error,
                misplaced=_misplaced(found, operation),
                not_typed=not_typed,
                approvals=_set_by_inventory(manager, inventory.get_host(host), approvals) if approvals else (),
            )
        )
    for warning in warnings:
        display.warning(warning)
    return entries, play


def _misplaced(variables: Mapping[str, t.Any], operation: str) -> tuple[str, ...]:
    """The variables that can only be meant for the role, and that it does not have."""
    names = [name for name in map(str, variables) if is_misplaced(name, operation, OBSERVED_VARIABLES)]
    if not names:
        return ()
    # A variable of one's own that one of the role's is made of is not ignored.
    ours = [str(value) for name, value in variables.items() if name.startswith(prefix_of(operation))]
    return tuple(sorted(name for name in names if not (name.startswith("qlik_") and any(name in one for one in ours))))


def _set_by_inventory(manager: t.Any, host: t.Any, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the variables that the inventory sets for a host, by itself or by files beside it."""
    of_inventory = manager.get_vars(host=host, include_hostvars=False)
    # set_fact and include_vars are tasks of the play.
    of_tasks = {**manager._nonpersistent_fact_cache.get(host.name, {}), **manager._vars_cache.get(host.name, {})}
    return tuple(name for name in names if name in of_inventory and name not in of_tasks)


class _Reader:
    """The variables of one host, evaluated. ``error``: why one of them could not be."""

    def __init__(self, templar: Templar, variables: Mapping[str, t.Any]) -> None:
        self._templar = templar
        self._variables = variables
        self.error: str | None = None

    def value(self, name: str, default: t.Any = None) -> t.Any:
        """The value of a variable; the default if it is not set or null, or cannot be evaluated."""
        value = self._variables.get(name)
        try:
            # Most values are no templates; templating costs as much for them.
            if not isinstance(value, (bool, int, type(None))):
                value = plain(self._templar.template(value))
        except AnsibleError as error:
            self.error = f"{name}: {error}"
            return default
        return default if value is None else value
