# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import LONGEST_WINDOW_DAYS
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
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

_FILE = "qlik_usage_file"


class ActionModule(QlikAction):
    """qlik_wave_usage in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_usage"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Check the variables before the first request, or show what was read of all tenants."""
        days = check_whole_number(params["days"], "qlik_usage_days", 1, LONGEST_WINDOW_DAYS, "days")
        files = usage_files(params["dest"]) if params["dest"] else {}
        if params["check_only"]:
            check_selection(task_vars)
            for kind, path in files.items():
                check_output(path, _FILE, kind, params["dest"])
            return {"changed": False}
        hosts = [str(host) for host in task_vars["ansible_play_hosts_all"]]
        results = {host: plain(task_vars["hostvars"][host].get(params["result_variable"])) for host in hosts}
        usage = FleetUsage([HostUsage.from_result(host, results[host]) for host in hosts], days, run.clock.now())
        for line in usage.lines():
            say(line)
        for kind, path in files.items():
            content = as_json(usage.as_dict()) if kind is USAGE else usage.as_csv()
            write_output(path, content, _FILE, kind, params["dest"])
        return {"changed": False, "idle": usage.idle}
