# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.utils.display import Display

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._files import write_result
from ansible_collections.tenantops.qlik.plugins.plugin_utils._hosts import read_registered

display = Display()


class ActionModule(QlikAction):
    """qlik_wave_summary in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_summary"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Collect what became of each host, and print it."""
        wave = params["wave"]
        if not wave:
            raise Stopped(
                "The wave was not guarded, so nothing was sent. Run the play from its beginning, with all tasks of the role."
            )
        hosts = [
            (str(host), read_registered(task_vars, host, params["result_variable"]))
            for host in task_vars["ansible_play_hosts_all"]
        ]
        operation = params["operation"]
        found = summarize(
            hosts,
            operation=operation,
            refusal=wave.get("msg") if wave.get("failed") else None,
            check_mode=run.check_mode,
            run_id=run.run_id,
            now=run.clock.now(),
        )
        for line in found["lines"]:
            display.display(line)
        if params["dest"]:
            write_result(params["dest"], found["summary"], run.hide)
        # As set_stats does: Automation controller keeps it with the job, and hands it on in a workflow.
        stats = {"data": {f"tenant_{operation}_summary": found["summary"]}, "per_host": False, "aggregate": False}
        return {"changed": False, **found, "ansible_stats": stats}
