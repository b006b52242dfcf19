# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, each as a task on that host would see it."""

from __future__ import annotations

import os
import types
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    INVENTORY_VARIABLES,
    ROLE_VARIABLES,
    TENANT_VARIABLES,
)

# The folder of receipts, where nobody says another one.
RECEIPTS = "qlik-receipts"


def read_entries(task: Task, task_vars: Mapping[str, t.Any], *, prefix: str, operation: str) -> list[dict[str, t.Any]]:
    """The entries of a wave: what was written for each host of the play, as read_hosts() gives it."""
    names = TENANT_VARIABLES[operation]
    others = ROLE_VARIABLES[operation]
    return list(read_hosts(task, task_vars, names, prefix=prefix, others=others, inventory_names=INVENTORY_VARIABLES))


def read_hosts(
    task: Task,
    task_vars: Mapping[str, t.Any],
    names: Mapping[str, t.Any],
    *,
    prefix: str,
    others: Iterable[str] | None = None,
    inventory_names: Mapping[str, str] = types.MappingProxyType({}),
) -> Iterator[dict[str, t.Any]]:
    """For each host of the play ``host``, and the given variables with their values evaluated.

    A task that runs once sees the variables of one host; ``hostvars`` shows those of the others without play variables, role
    parameters and role defaults. So they are put together as for a task on each host, by the object behind ``hostvars``.

    Role defaults that are templates would be compiled once a host, which costs more than all the rest: so there are none, and what
    takes the place of a variable stands here.

    :arg names: the variables, without the prefix, and their values where they are not set.
    :arg others: more variables, without the prefix, that there may be. Names with the prefix that are neither are in ``unknown``, where
        there are any. None: they are not looked for.
    :arg inventory_names: for some of them another variable, whose value is taken where they are not set. A tenant that has no hostname
        has the name of its host.
    :returns: ``error`` beside them where a variable cannot be evaluated. ``receipts_dir`` is where receipts go: where nobody says
        it, beside the inventory.
    """
    hostvars = task_vars["hostvars"]
    manager, inventory, loader = hostvars._variable_manager, hostvars._inventory, hostvars._loader
    hosts = task_vars["ansible_play_hosts_all"]
    known = None if others is None else {prefix + name for name in (*names, *others)}
    for host in hosts:
        variables = manager.get_vars(
            play=task.get_play(), host=inventory.get_host(host), task=task, _hosts=hosts, _hosts_all=hosts
        )
        templar = Templar(loader=loader, variables=variables)
        entry: dict[str, t.Any] = {"host": str(host)}
        for name, default in names.items():
            entry[name] = default
            variable = prefix + name
            if variables.get(variable) is None and name in inventory_names:
                variable = inventory_names[name]
            try:
                entry[name] = plain(_evaluated(templar, variables.get(variable, default)))
            except AnsibleError as error:
                entry["error"] = f"{variable}: {error}"
        unknown = [] if known is None else [name for name in variables if name.startswith(prefix) and name not in known]
        if unknown:
            entry["unknown"] = sorted(str(name).removeprefix(prefix) for name in unknown)
        if entry.get("hostname", "") is None and "error" not in entry:
            entry["hostname"] = str(host)
        if entry.get("receipts_dir", "") is None:
            beside = _beside_inventory(variables.get("inventory_file"), inventory._sources)
            entry["receipts_dir"] = os.path.join(beside, RECEIPTS)
        yield entry


def _beside_inventory(file: t.Any, sources: Iterable[str]) -> str:
    """The folder that the inventory of a host lies in: that of its file, or the one around an inventory that is a folder itself.

    Inside a folder of inventory Ansible would read receipts as inventory. A host that no file names has the folder that the run
    was started in.
    """
    if not file:
        return os.getcwd()
    path = os.path.abspath(file)
    folders = [os.path.abspath(source) for source in sources if os.path.isdir(source)]
    around = [folder for folder in folders if os.path.commonpath((folder, path)) == folder]
    return os.path.dirname(min(around, key=len) if around else path)


def _evaluated(templar: Templar, value: t.Any) -> t.Any:
    # Most values are no templates; templating costs as much for them.
    return value if isinstance(value, (bool, int, type(None))) else templar.template(value)


def read_results(
    task_vars: Mapping[str, t.Any], wave: Mapping[str, t.Any], variable: str
) -> list[tuple[str, dict[str, t.Any] | None]]:
    """Each host of the play with what qlik_wave_tenant registered for it in this wave; None where it was not reached.

    :arg wave: the result of the guard.
    :raises Stopped: there was none.
    """
    if not wave:
        raise Stopped(
            "The wave was not guarded, so nothing was sent. Run the play from its beginning, with all tasks of the role."
        )
    results = {str(host): read_registered(task_vars, host, variable) for host in task_vars["ansible_play_hosts_all"]}
    return [(host, result if _is_of(wave, result) else None) for host, result in results.items()]


def _is_of(wave: Mapping[str, t.Any], result: t.Any) -> bool:
    """Whether a result is one of this wave: the variable may hold that of an earlier one, or what anybody has put there."""
    if not isinstance(result, Mapping):
        return False
    # A task that did not come so far as to know its wave has failed, and done nothing.
    return result["wave"] == wave.get("id") if "wave" in result else bool(result.get("failed"))


def read_registered(task_vars: Mapping[str, t.Any], host: str, name: str) -> t.Any:
    """What a task registered for a host; None where it did not."""
    return plain(task_vars["hostvars"].raw_get(host).get(name))
