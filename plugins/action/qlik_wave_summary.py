# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.utils.display import Display

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_results
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    SUMMARY,
    BadOutput,
    as_json,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize

display = Display()


class ActionModule(QlikAction):
    """qlik_wave_summary in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_summary"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Collect what became of each host, and print it."""
        wave, operation = params["wave"], params["operation"]
        found = summarize(
            read_results(task_vars, wave, params["result_variable"]),
            operation=operation,
            plan_sha256=wave.get("plan_sha256"),
            not_applied=wave.get("not_applied") or (),
            unprepared={host for host, entry in (wave.get("tenants") or {}).items() if entry["prepares"]},
            refusal=wave.get("msg") if wave.get("failed") else None,
            check_mode=run.check_mode,
            run_id=run.run_id,
            now=run.clock.now(),
        )
        for line in found["lines"]:
            display.display(line)
        if params["dest"]:
            _write(params["dest"], found["summary"])
        # As set_stats does: Automation controller keeps it with the job, and hands it on in a workflow.
        stats = {"data": {f"tenant_{operation}_summary": found["summary"]}, "per_host": False, "aggregate": False}
        return {"changed": False, **found, "ansible_stats": stats}


def _write(path: str, summary: Mapping[str, t.Any]) -> None:
    try:
        write_output(path, as_json(summary), f"tenant_{summary['operation']}_summary_file", SUMMARY)
    except BadOutput as error:
        # The guard refuses the wave for it, and has said so.
        if error.message not in (summary["refusal"] or ""):
            raise
