# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task can find out of the play around it, as it was when it was loaded."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible.errors import AnsibleError
from ansible.playbook.block import Block
from ansible.playbook.task import Task
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain


def read_loaded(task: Task, task_vars: Mapping[str, t.Any], name: str) -> t.Any:
    """A variable as it was when the play was loaded, before any host was known: what an ``import_tasks`` sees. None: not set."""
    hostvars = task_vars["hostvars"]
    variables = hostvars._variable_manager.get_vars(play=task.get_play(), task=task)
    try:
        return plain(Templar(loader=hostvars._loader, variables=variables).template(variables.get(name)))
    except AnsibleError:
        # Something that only a host has. The play could not have been loaded with it.
        return None


def has_foreign_run_once(task: Task) -> bool:
    """Whether among the tasks that stand around a task of a role, one that is not the role's own is to run once for all hosts.

    Ansible runs such a task on the first host, and where that one skips it, it has not run at all.
    """
    top: t.Any = task
    while top._parent is not None and top._parent._role is task._role:
        top = top._parent
    own = f"{task._role._role_path}/" if task._role else ""
    return any(one.run_once and not str(one.get_path() or "").startswith(own) for one in _tasks_below(top))


def _tasks_below(part: t.Any) -> Iterator[t.Any]:
    if isinstance(part, Block):
        for one in (*part.block, *part.rescue, *part.always):
            yield from _tasks_below(one)
    else:
        yield part
