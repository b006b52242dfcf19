# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an action hands its work to the module of the same name: async, and delegated to another machine."""

from __future__ import annotations

import sys
import typing as t

import pytest

from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.controller import Shell, make_action
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    PROXY_PASSWORD,
    REGION,
    TENANT_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

DEACTIVATION = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "tenant_id": TENANT_ID, "hostname": HOSTNAME}
MINIMAL = {
    "qlik_region_token": {"region": REGION},
    "qlik_tenant_deactivate": DEACTIVATION,
    "qlik_tenant_probe": {"hostname": HOSTNAME},
    "qlik_wave_guard": {},
    "qlik_wave_tenant": {"tenant": {}, "tokens": []},
    "qlik_wave_summary": {"wave": {}},
    "qlik_wave_token": {"region": "eu"},
}


class Connection:
    """A connection that a module is run through."""

    def __init__(self, transport: str) -> None:
        self.transport = transport
        self._shell = Shell()
        self.become: t.Any = "a become plugin"

    def set_become_plugin(self, plugin: t.Any) -> None:
        self.become = plugin


class Ran(t.NamedTuple):
    """What became of an action, and the modules that it ran."""

    result: dict[str, t.Any]
    modules: list[dict[str, t.Any]]
    connection: Connection
    task: t.Any


def run(name: str, args: dict[str, t.Any], *, transport: str = "local", **task: t.Any) -> Ran:
    connection = Connection(transport)
    action = make_action(name, args, connection=connection, **task)
    modules: list[dict[str, t.Any]] = []

    def execute_module(**how: t.Any) -> dict[str, t.Any]:
        modules.append({**how, "environment": action._task.environment})
        return {"changed": True, "invocation": {"module_args": {}}}

    action._execute_module = execute_module
    action._remove_tmp_path = lambda path: None
    result = action.run(task_vars={"inventory_hostname": HOSTNAME})
    return Ran(result, modules, connection, action._task)


@pytest.mark.parametrize("name", ["qlik_tenant_deactivate", "qlik_tenant_probe"])
def test_with_async_the_module_runs_on_this_machine(wire: Wire, name: str) -> None:
    ran = run(name, MINIMAL[name], async_val=60)
    (module,) = ran.modules
    assert wire.sent == []
    assert (module["module_name"], module["wrap_async"]) == (f"tenantops.qlik.{name}", True)
    assert module["module_args"] == MINIMAL[name]
    assert module["task_vars"]["ansible_python_interpreter"] == sys.executable
    assert ran.connection.become is None


@pytest.mark.parametrize("name", ["qlik_region_token", "qlik_tenant_deactivate", "qlik_tenant_probe"])
def test_delegated_to_another_machine_the_module_runs_there(wire: Wire, name: str) -> None:
    ran = run(name, MINIMAL[name], transport="ssh", delegate_to="jump.example")
    (module,) = ran.modules
    assert wire.sent == []
    assert (module["module_name"], module["wrap_async"]) == (f"tenantops.qlik.{name}", False)
    assert "ansible_python_interpreter" not in module["task_vars"]
    assert ran.connection.become == "a become plugin"


@pytest.mark.parametrize("transport", ["ssh", "winrm", "community.docker.docker"])
def test_async_opens_no_connection_to_a_tenant(wire: Wire, transport: str) -> None:
    ran = run("qlik_tenant_deactivate", DEACTIVATION, transport=transport, async_val=60)
    assert (wire.sent, ran.modules) == ([], [])
    assert (ran.result["failed"], ran.result["changed"]) == (True, False)
    assert transport in ran.result["msg"]


@pytest.mark.parametrize("where", [{}, {"delegate_to": "jump.example", "transport": "ssh"}])
def test_the_token_refuses_async_since_core_would_keep_it_in_a_file(wire: Wire, where: dict[str, str]) -> None:
    ran = run("qlik_region_token", MINIMAL["qlik_region_token"], async_val=60, **where)
    assert (wire.sent, ran.modules) == ([], [])
    assert ran.result["failed"] is True
    assert "async" in ran.result["msg"]


def test_the_token_of_another_machine_is_censored_too() -> None:
    ran = run("qlik_region_token", MINIMAL["qlik_region_token"], transport="ssh", delegate_to="jump.example")
    assert ran.result["_ansible_no_log"] is True


@pytest.mark.parametrize("name", ["qlik_wave_guard", "qlik_wave_tenant", "qlik_wave_summary", "qlik_wave_token"])
@pytest.mark.parametrize("task", [{"async_val": 60}, {"delegate_to": "jump.example"}])
def test_what_needs_the_play_runs_in_the_controller_alone(wire: Wire, name: str, task: dict[str, t.Any]) -> None:
    ran = run(name, MINIMAL[name], **task)
    assert (wire.sent, ran.modules) == ([], [])
    assert (ran.result["failed"], ran.result["changed"]) == (True, False)
    assert name in ran.result["msg"]


def test_credentials_of_the_tasks_environment_travel_as_options_and_not_on_a_command_line() -> None:
    environment = [{"QLIK_CLIENT_ID": CLIENT_ID, "QLIK_CLIENT_SECRET": CLIENT_SECRET, "HTTPS_PROXY": "http://p:1"}]
    ran = run("qlik_region_token", {"region": REGION}, delegate_to="jump.example", environment=environment)
    assert ran.modules[0]["module_args"] == {"region": REGION, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert ran.modules[0]["environment"] == [{"HTTPS_PROXY": "http://p:1"}]
    assert secrets_in(ran.modules[0]["environment"]) == []
    # For the next attempt of a task with until.
    assert ran.task.environment == environment


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("where", [{"async_val": 60}, {"delegate_to": "jump.example"}])
@pytest.mark.parametrize("user", [f"svc:{PROXY_PASSWORD}", "svc:2026", "token-of-a-proxy"])
def test_the_password_of_a_proxy_does_not_go_onto_a_command_line(
    wire: Wire, name: str, where: dict[str, t.Any], user: str
) -> None:
    ran = run("qlik_tenant_deactivate", DEACTIVATION, environment=[{name: f"http://{user}@proxy:3128"}], **where)
    assert (wire.sent, ran.modules) == ([], [])
    assert (ran.result["failed"], ran.result["changed"]) == (True, False)
    assert ran.result["msg"].startswith(f"{name} in the environment of the task has a user or a password")
    assert user not in ran.result["msg"]


def test_options_that_are_given_go_before_the_tasks_environment() -> None:
    environment = [{"QLIK_CLIENT_ID": "of-the-task"}]
    ran = run("qlik_tenant_deactivate", DEACTIVATION, delegate_to="jump.example", environment=environment)
    assert ran.modules[0]["module_args"]["client_id"] == CLIENT_ID


def test_the_arguments_of_the_module_are_not_in_the_result() -> None:
    ran = run("qlik_tenant_deactivate", DEACTIVATION, delegate_to="jump.example")
    assert ran.result == {"changed": True}
