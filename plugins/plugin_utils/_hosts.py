# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, each as a task on that host would see it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import plain


def read_hosts(
    task: Task,
    task_vars: Mapping[str, t.Any],
    names: Mapping[str, t.Any],
    *,
    prefix: str,
) -> Iterator[dict[str, t.Any]]:
    """For each host of the play ``host``, and the given variables with their values evaluated.

    A task that runs once sees the variables of one host; ``hostvars`` shows those of the others without play variables, role
    parameters and role defaults. So they are put together as for a task on each host, by the object behind ``hostvars``.

    :arg names: the variables, without the prefix, and their values where they are not set.
    :returns: ``error`` beside them where a variable cannot be evaluated.
    """
    hostvars = task_vars["hostvars"]
    manager, inventory, loader = hostvars._variable_manager, hostvars._inventory, hostvars._loader
    hosts = task_vars["ansible_play_hosts_all"]
    for host in hosts:
        variables = manager.get_vars(
            play=task.get_play(), host=inventory.get_host(host), task=task, _hosts=hosts, _hosts_all=hosts
        )
        templar = Templar(loader=loader, variables=variables)
        entry: dict[str, t.Any] = {"host": str(host)}
        for name, default in names.items():
            entry[name] = default
            try:
                entry[name] = plain(_evaluated(templar, variables.get(prefix + name, default)))
            except AnsibleError as error:
                entry["error"] = f"{prefix}{name}: {error}"
        yield entry


def _evaluated(templar: Templar, value: t.Any) -> t.Any:
    # Most values are no templates; templating costs as much for them.
    return value if isinstance(value, (bool, int, type(None))) else templar.template(value)


def read_registered(task_vars: Mapping[str, t.Any], host: str, name: str) -> t.Any:
    """What a task registered for a host; None where it did not."""
    return plain(task_vars["hostvars"].raw_get(host).get(name))
