# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, each as a task on that host would see it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible.utils.display import Display

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.agreement import PlayVariables
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.receipts_folder import ReceiptsFolders
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    OBSERVED_VARIABLES,
    REGISTERED,
    Variable,
    tenant_variables,
    variables_of,
)

display = Display()


def read_entries(
    task: Task, task_vars: Mapping[str, t.Any], *, prefix: str, operation: str
) -> tuple[list[Entry], PlayVariables]:
    """What was written for each host of the play, as read_hosts() gives it; and what the hosts say of the play."""
    others = [variable.name for variable in variables_of(operation) if not variable.per_tenant]
    play, variables = PlayVariables(prefix), tenant_variables(operation)
    entries = list(read_hosts(task, task_vars, variables, prefix=prefix, others=(*others, *REGISTERED), play=play))
    return entries, play


def read_hosts(
    task: Task,
    task_vars: Mapping[str, t.Any],
    variables: Sequence[Variable],
    *,
    prefix: str,
    others: Iterable[str] = (),
    play: PlayVariables | None = None,
) -> Iterator[Entry]:
    """For each host of the play what was written for it, evaluated.

    A task that runs once sees the variables of one host; ``hostvars`` shows those of the others without play variables, role
    parameters and role defaults. So they are put together as for a task on each host, by the object behind ``hostvars``.

    Role defaults that are templates would be compiled once for each host, which costs more than all the rest: so there are none, and
    the table of variables has them. A tenant without a hostname has the name of its host. ``receipts_dir`` is beside the inventory if
    it is not set.

    :arg play: looks at what belongs to the play.
    :arg others: more variables, without the prefix, that there may be. Names with the prefix that are neither are ``unknown``.
    """
    hostvars = task_vars["hostvars"]
    manager, inventory, loader = hostvars._variable_manager, hostvars._inventory, hostvars._loader
    hosts = task_vars["ansible_play_hosts_all"]
    warnings: list[str] = []
    folders = ReceiptsFolders(inventory._sources, f"{prefix}receipts_dir")
    known = {prefix + name for name in (*(variable.name for variable in variables), *others)}
    for host in hosts:
        found = manager.get_vars(
            play=task.get_play(), host=inventory.get_host(host), task=task, _hosts=hosts, _hosts_all=hosts
        )
        read = _Reader(Templar(loader=loader, variables=found), found)
        if play is not None:
            registered = manager._nonpersistent_fact_cache.get(host, {})
            play.look(str(host), found, registered, read.value)
        values: dict[str, t.Any] = {}
        for variable in variables:
            name = prefix + variable.name
            if found.get(name) is None and variable.inventory is not None:
                name = variable.inventory
            values[variable.name] = read.value(name, variable.default)
        inventory_values = {name: read.value(name) for name in OBSERVED_VARIABLES}
        if values.get("hostname", "") is None and read.error is None:
            values["hostname"] = str(host)
        if values.get("receipts_dir", "") is None:
            warnings = list(folders.warnings())
            values["receipts_dir"] = folders.folder_for(str(values.get("hostname")), found.get("inventory_file"))
        unknown = sorted(
            str(name).removeprefix(prefix) for name in found if name.startswith(prefix) and name not in known
        )
        yield Entry(str(host), prefix, values, inventory_values, read.error, tuple(unknown))
    for warning in warnings:
        display.warning(warning)


class _Reader:
    """The variables of one host, evaluated. ``error``: why one of them could not be."""

    def __init__(self, templar: Templar, variables: Mapping[str, t.Any]) -> None:
        self._templar = templar
        self._variables = variables
        self.error: str | None = None

    def value(self, name: str, default: t.Any = None) -> t.Any:
        """The value of a variable; the default if it is not set, or cannot be evaluated."""
        value = self._variables.get(name, default)
        try:
            # Most values are no templates; templating costs as much for them.
            return plain(value if isinstance(value, (bool, int, type(None))) else self._templar.template(value))
        except AnsibleError as error:
            self.error = f"{name}: {error}"
            return default
