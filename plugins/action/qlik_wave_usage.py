# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import tenant_usage_info
from ansible_collections.tenantops.qlik.plugins.module_utils._api.usage import SUBSETS
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import check_hostname_in_region
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import LONGEST_WINDOW_DAYS
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.host_variables import HostVariables
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import check_selection
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    USAGE,
    as_json,
    check_output,
    usage_files,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_table import FleetUsage, HostUsage

_PREFIX = "tenant_decommission_"
_DAYS, _FILE = "qlik_usage_days", "qlik_usage_file"
_CHECK, _READ = "check", "read"
_DEACTIVATED = frozenset(("TENANT_DEACTIVATED", "TENANT_DISABLED"))


class ActionModule(QlikAction):
    """qlik_wave_usage in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_usage"
    CONTROLLER_ONLY = True

    def arguments(self, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The options; how requests are made, from the variables of the host."""
        self._variables = HostVariables(self._templar, task_vars, _PREFIX)
        args = super().arguments(task_vars)
        if args.get("step") == _READ:
            args |= self._variables.options("timeout", "retries", "max_wait", "ca_path")
            if not self._variables.has_clients:
                args |= self._variables.options("client_id", "client_secret")
        return args

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert."""
        check_request_options(params, lambda option: f"{_PREFIX}{option}")
        self._days()

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """The step."""
        if params["step"] == _READ:
            return self._read(params, run, task_vars)
        files = usage_files(params["dest"]) if params["dest"] else {}
        if params["step"] == _CHECK:
            check_selection(task_vars)
            for kind, path in files.items():
                check_output(path, _FILE, kind, params["dest"])
            return {"changed": False}
        hosts = [str(host) for host in task_vars["ansible_play_hosts_all"]]
        results = {host: plain(task_vars["hostvars"][host].get(params["result_variable"])) for host in hosts}
        usage = FleetUsage(
            [HostUsage.from_result(host, results[host]) for host in hosts], self._days(), run.clock.now()
        )
        for line in usage.lines():
            say(line)
        for kind, path in files.items():
            content = as_json(usage.as_dict()) if kind is USAGE else usage.as_csv()
            write_output(path, content, _FILE, kind, params["dest"])
        return {"changed": False, "idle": usage.idle}

    def _days(self) -> int:
        days = self._variables.first(_DAYS)
        return check_whole_number(90 if days is None else days, _DAYS, 1, LONGEST_WINDOW_DAYS, "days")

    def _read(self, params: Mapping[str, t.Any], run: Run, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Read the tenant of this host. One that is out of service already is no failure: there is nothing to be read."""
        variables = self._variables
        hostname = variables.value("hostname", "qlik_hostname") or str(task_vars["inventory_hostname"])
        address = check_hostname_in_region(hostname, variables.value("region", "qlik_region"))
        options = {
            **params,
            "hostname": hostname,
            "region": address.region,
            "tenant_id": variables.value("tenant_id", "qlik_tenant_id"),
            "subset": SUBSETS,
            "activity_days": self._days(),
        }
        if variables.has_clients:
            # The client of another region, or of the environment, is no good here.
            client = variables.late_client_of(address.region)
            if client is None:
                raise InvalidInput(
                    f"{_PREFIX}credentials has no client for region {address.region}: add it there (if {_PREFIX}credentials is set,"
                    f" {_PREFIX}client_id, {_PREFIX}client_secret and the environment are not used)."
                )
            options |= {"client_id": client.client_id, "client_secret": client.client_secret}
        try:
            return tenant_usage_info(options, run)
        except Stopped as stopped:
            if stopped.code in _DEACTIVATED:
                return {"changed": False, "msg": stopped.message}
            raise
