# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions without a play: a task, and a connection that nothing may be done with. Needs all of ansible-core."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.action import ActionBase
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.action import (
    qlik_preflight_info,
    qlik_region_token,
    qlik_tenant_deactivate,
    qlik_tenant_info,
    qlik_tenant_probe,
    qlik_tenant_reactivate,
    qlik_tenant_usage_info,
    qlik_watch,
    qlik_wave_check,
    qlik_wave_guard,
    qlik_wave_plan,
    qlik_wave_summary,
    qlik_wave_tenant,
    qlik_wave_token,
    qlik_wave_usage,
)
from ansible_collections.tenantops.qlik.tests.unit.core import template
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.usual_host import usual_host

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

ACTIONS: dict[str, type[ActionBase]] = {
    "qlik_preflight_info": qlik_preflight_info.ActionModule,
    "qlik_region_token": qlik_region_token.ActionModule,
    "qlik_tenant_deactivate": qlik_tenant_deactivate.ActionModule,
    "qlik_tenant_info": qlik_tenant_info.ActionModule,
    "qlik_tenant_probe": qlik_tenant_probe.ActionModule,
    "qlik_tenant_reactivate": qlik_tenant_reactivate.ActionModule,
    "qlik_tenant_usage_info": qlik_tenant_usage_info.ActionModule,
    "qlik_watch": qlik_watch.ActionModule,
    "qlik_wave_check": qlik_wave_check.ActionModule,
    "qlik_wave_guard": qlik_wave_guard.ActionModule,
    "qlik_wave_plan": qlik_wave_plan.ActionModule,
    "qlik_wave_summary": qlik_wave_summary.ActionModule,
    "qlik_wave_tenant": qlik_wave_tenant.ActionModule,
    "qlik_wave_token": qlik_wave_token.ActionModule,
    "qlik_wave_usage": qlik_wave_usage.ActionModule,
}


class Shell:
    """The shell plugin of a connection, which only puts strings together."""

    tmpdir = None

    @staticmethod
    def env_prefix(**environment: t.Any) -> str:
        return " ".join(f"{name}={value}" for name, value in environment.items())


class UntouchableConnection:
    """A connection that fails the test as soon as anything is done with it."""

    def __init__(self, transport: str = "ssh") -> None:
        self.transport = transport
        self._shell = Shell()

    def __getattr__(self, name: str) -> t.NoReturn:
        pytest.fail(f"an action touches its connection: {name}")


def make_action(name: str, args: Mapping[str, t.Any], connection: t.Any = None, **task: t.Any) -> ActionBase:
    """An action of a task with these arguments and keywords."""
    keywords = {
        "args": dict(args),
        "action": f"tenantops.qlik.{name}",
        "async_val": 0,
        "check_mode": False,
        "delegate_to": None,
        "diff": False,
        "module_defaults": [],
        "environment": [],
        "timeout": 0,
        "get_play": lambda: None,
        "get_path": lambda: None,
        "run_once": False,
        "_parent": None,
        "_role": None,
    }
    loader = DataLoader()
    return ACTIONS[name](
        task=SimpleNamespace(**{**keywords, **task}),
        connection=connection or UntouchableConnection(),
        play_context=SimpleNamespace(check_mode=False),
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    )


def run_action(
    name: str, args: Mapping[str, t.Any], task_vars: Mapping[str, t.Any] | None = None, **task: t.Any
) -> dict[str, t.Any]:
    """Run an action in the controller."""
    return make_action(name, args, **task).run(task_vars={"inventory_hostname": HOSTNAME, **(task_vars or {})})


def _typed(name: str, value: t.Any) -> t.Any:
    """A confirmation as Ansible has it if a person wrote it; other texts of the tests are no templates."""
    return template(value) if name.endswith("confirm_hostname") and isinstance(value, str) else value


class Play:
    """The hosts of a play, their variables, and what their tasks registered, where the core of Ansible has them."""

    def __init__(self, hosts: Mapping[str, Mapping[str, t.Any]], loaded: Mapping[str, t.Any] | None = None) -> None:
        self.hosts = hosts
        self.loaded = loaded or {}
        self.registered: dict[str, dict[str, t.Any]] = {host: {} for host in hosts}
        self._variable_manager = SimpleNamespace(get_vars=self._get_vars, _nonpersistent_fact_cache=self.registered)
        self._inventory = SimpleNamespace(
            get_host=lambda host: host,
            get_hosts=lambda: [SimpleNamespace(name=host) for host in hosts],
            _inventory=SimpleNamespace(processed_sources=[]),
            _sources=[],
            _subset=None,
        )
        self._loader = DataLoader()

    def _get_vars(
        self,
        *,
        play: t.Any,
        task: t.Any,
        host: str | None = None,
        _hosts: Sequence[str] = (),
        _hosts_all: Sequence[str] = (),
    ) -> t.Any:
        if host is None:
            # As a play is loaded.
            return dict(self.loaded)
        return {"inventory_hostname": host, **{name: _typed(name, value) for name, value in self.hosts[host].items()}}

    def raw_get(self, host: str) -> dict[str, t.Any]:
        """What hostvars has."""
        return self.registered[host]

    @property
    def task_vars(self) -> dict[str, t.Any]:
        """The variables of a task that runs once."""
        return {"hostvars": self, "ansible_play_hosts_all": list(self.hosts)}


def written(hostname: str = HOSTNAME, *, operation: str = "decommission", **given: t.Any) -> dict[str, t.Any]:
    """What an inventory says of a host: a confirmed tenant; ``given`` are variables of the role without its prefix.

    A variable of the inventory that belongs to no role (qlik_ticket) is added beside it.
    """
    usual = usual_host(hostname, TENANT_ID, operation)
    own = {"hostname": hostname, "tenant_id": usual.pop("qlik_tenant_id"), **given}
    return {**usual, **{f"tenant_{operation}_{name}": value for name, value in own.items()}}


def guard(
    hosts: t.Any = None,
    *,
    operation: str = "decommission",
    loaded: Mapping[str, t.Any] | None = None,
    task: Mapping[str, t.Any] | None = None,
    **args: t.Any,
) -> dict[str, t.Any]:
    """qlik_wave_guard on these hosts, by default the tenant of the tests, as the role of the operation calls it.

    :arg loaded: the variables as they were when the play was loaded.
    :arg task: keywords of the task.
    """
    play = Play({HOSTNAME: written(operation=operation)} if hosts is None else hosts, loaded)
    of_role = {"operation": operation, "variable_prefix": f"tenant_{operation}_"}
    return run_action("qlik_wave_guard", {**CREDENTIALS, **of_role, **args}, play.task_vars, **(task or {}))
