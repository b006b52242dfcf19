# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.ending import check_guarded, sum_up
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import id_of_play
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import Part, log_part, read_wave_log


class ActionModule(QlikAction):
    """qlik_wave_summary in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_summary"
    CONTROLLER_ONLY = True

    def _ignored_variable(self, task_vars: Mapping[str, t.Any]) -> str | None:  # noqa: ARG002
        """None: the guard has refused such a variable, and there is a summary in any case."""
        return None

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Show what became of each tenant."""
        play, operation = id_of_play(self._task), params["operation"]
        wave = read_wave_log(play, operation)
        guard = params["wave"] or {}
        error = guard.get("msg") if guard.get("failed") else None
        if error and not (wave.parts and wave.last.error):
            # The guard's task failed before the guard began, such as in a template.
            hosts = dict.fromkeys(map(str, task_vars["ansible_play_hosts_all"]))
            log_part(play, Part(operation=operation, hosts=hosts, error=error, check_mode=run.check_mode))
            wave = read_wave_log(play, operation)
        check_guarded(wave)
        found = sum_up(play, wave, run, dest=params["dest"], junit=params["junit"])
        # As set_stats does: Automation controller keeps it with the job, and hands it on in a workflow.
        stats = {"data": {f"tenant_{operation}_summary": found["summary"]}, "per_host": False, "aggregate": False}
        return {"changed": False, **found, "ansible_stats": stats}
