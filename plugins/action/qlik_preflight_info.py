# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, Stopped
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_entries
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import check_selection, read_loaded
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    PREFLIGHT,
    as_json,
    check_output,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight import preflight
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION


class ActionModule(QlikAction):
    """qlik_preflight_info in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_preflight_info"
    CONTROLLER_ONLY = True

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert."""
        check_request_options(params, self.name_of)

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look at everything, print it, and fail where something would stop a run."""
        prefix, dest, named = params["variable_prefix"], params["dest"], self.name_of("dest")
        if dest:
            check_output(dest, named, PREFLIGHT)
        check_selection(task_vars)
        entries, of_play = read_entries(self._task, task_vars, prefix=prefix, operation=DECOMMISSION)
        refused = list(of_play.problems)
        if refused:
            raise InvalidInput(f"A run would be refused, so nothing was looked at. {' '.join(refused)}")
        pre_tasks = read_loaded(self._task, task_vars, f"{prefix}pre_tasks")
        inventory_hosts = [str(host) for host in task_vars.get("groups", {}).get("all", ())]
        found = preflight(
            entries,
            prefix=prefix,
            params=params,
            run=run,
            pre_tasks=pre_tasks,
            inventory_hosts=inventory_hosts,
            name_of=self.name_of,
        )
        for line in found["lines"]:
            say(line)
        if dest:
            write_output(dest, as_json(run.mask_texts(found)), named, PREFLIGHT)
        if found["problems"]:
            number = len(found["problems"])
            problems = "1 problem" if number == 1 else f"{number} problems"
            raise Stopped(
                f"Preflight found {problems} that would stop the run or single tenants (see above). Fix that, then run preflight again.",
                result=found,
            )
        return {"changed": False, **found}
