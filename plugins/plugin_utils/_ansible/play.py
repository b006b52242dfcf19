# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task can find out about the play around it, and what of it refuses a wave."""

from __future__ import annotations

import os
import shlex
import typing as t
from collections.abc import Iterator, Mapping

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.manager import IGNORED
from ansible.playbook.block import Block
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible.utils.path import unfrackpath

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain

# These run a task for all hosts before the next one, and know run_once.
_IN_STEP = frozenset(("linear", "debug", "mitogen_linear"))


def id_of_play(task: Task) -> str:
    """What a play is called in this run. The batches of a play (``serial``) have the same."""
    play = task.get_play()
    return str(getattr(play, "_uuid", None) or id(play))


def batch_of(task_vars: Mapping[str, t.Any]) -> list[str]:
    """The hosts of the batch, also those that have failed or left the play. Without ``serial``, all hosts of the play."""
    everybody = set(map(str, task_vars.get("ansible_play_hosts_all", ())))
    return [host.name for host in task_vars["hostvars"]._inventory.get_hosts() if host.name in everybody]


def due_hosts(task: Task, task_vars: Mapping[str, t.Any]) -> list[str]:
    """The hosts of the batches up to this one. A batch whose hosts have all left the play runs no task."""
    batch, play = batch_of(task_vars), task.get_play()
    if play is None or not play.serial or play.order == "shuffle":
        return batch
    inventory = task_vars["hostvars"]._inventory
    names = [host.name for host in inventory.get_hosts(play.hosts, ignore_restrictions=True, order=play.order)]
    return names[: 1 + max((names.index(host) for host in batch if host in names), default=-1)]


def chosen_tags() -> str | None:
    """The options that choose tasks by their tags, as they were given; None if there are none."""
    tags = sorted(set(context.CLIARGS.get("tags") or ()) - {"all"})
    skipped = sorted(context.CLIARGS.get("skip_tags") or ())
    words = [f"{option} {','.join(names)}" for option, names in (("--tags", tags), ("--skip-tags", skipped)) if names]
    return " ".join(words) or None


def inventory_options() -> str:
    """The options that name the inventory, as they are typed in the folder that the run was started in."""
    sources = [str(source) for source in context.CLIARGS.get("inventory") or ()]
    shown = [source if "," in source else os.path.relpath(source) for source in sources]
    return " ".join(f"-i {shlex.quote(for_terminal(source, 1000))}" for source in shown)


def check_selection(task_vars: Mapping[str, t.Any]) -> None:
    """Check that the hosts of the run are those that somebody meant.

    :raises InvalidInput: ``--limit`` was given and names nothing, which Ansible takes for "no limit"; or a source of the inventory could
        not be read, which Ansible only warns of.
    """
    inventory = task_vars["hostvars"]._inventory
    limit = inventory._subset
    if limit is not None and not any(pattern.strip() for pattern in limit):
        given = for_terminal(str(context.CLIARGS.get("subset")), 100)
        raise InvalidInput(
            f"--limit is '{given}' and names no host, so the whole group would be taken: nothing was changed. Give --limit a value (in a"
            " pipeline, set the variable behind it), or leave it out."
        )
    unread = _unread_sources(inventory)
    if unread:
        raise InvalidInput(
            f"The inventory could not be read as a whole ({some([for_terminal(one, 300) for one in unread])}), so tenants may be"
            " missing: nothing was changed. Correct the file (Ansible's warning says what is wrong), or leave it out of -i."
        )


def has_limit(task_vars: Mapping[str, t.Any]) -> bool:
    """Whether ``--limit`` chooses the hosts of this run."""
    return task_vars["hostvars"]._inventory._subset is not None


def _unread_sources(inventory: t.Any) -> list[str]:
    read = set(inventory._inventory.processed_sources)
    sources = (one if "," in one else unfrackpath(one, follow=False) for one in inventory._sources if one)
    unread = [file for source in sources for file in _files_of(source) if file not in read]
    # Ansible's own default, which need not be there.
    return [file for file in unread if file != "/etc/ansible/hosts" or os.path.exists(file)]


def _files_of(source: str) -> Iterator[str]:
    """The files that Ansible reads for a source of the inventory."""
    if not os.path.isdir(source):
        yield source
        return
    for name in sorted(os.listdir(source)):
        # The pattern is one of bytes.
        if not IGNORED.search(os.fsencode(name)):
            yield from _files_of(os.path.join(source, name))


def check_play(task: Task, task_vars: Mapping[str, t.Any]) -> None:
    """Check that the tasks of the role run for each host, one task after the other.

    :raises InvalidInput: ``run_once`` around the role, or a strategy that keeps no order.
    """
    play, hosts = task.get_play(), task_vars["ansible_play_hosts_all"]
    if play is None or len(hosts) < 2:
        return
    if is_around(task, "run_once", Templar(loader=task_vars["hostvars"]._loader, variables=dict(task_vars))):
        raise InvalidInput(
            f"run_once is set around the role, and the play has {len(hosts)} hosts: Ansible would do the work for one of them, and show"
            " its result for all. Nothing was changed. Remove run_once. The role itself uses it where it is needed."
        )
    strategy = str(play.strategy)
    if strategy.rpartition(".")[2] not in _IN_STEP:
        raise InvalidInput(
            f"The strategy of the play is '{for_terminal(strategy, 100)}', which does not wait for the check of all tenants: nothing"
            " was changed. Set strategy: linear in the play."
        )


def is_around(task: Task, keyword: str, templar: Templar) -> bool:
    """Whether a keyword is true of something that a task is in: a block, an import or include, the role or one around it, the play."""
    parts: list[t.Any] = [task.get_play(), task._role, *(task.get_dep_chain() or ())]
    part = task._parent
    while part is not None:
        parts.append(part)
        part = getattr(part, "_parent", None)
    for one in parts:
        value = getattr(one, keyword, None)
        if isinstance(value, str):
            value = templar.template(value)
        if value is True or str(value).lower() in ("true", "yes", "on", "1"):
            return True
    return False


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
