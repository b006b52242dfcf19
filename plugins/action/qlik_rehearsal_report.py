# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping

from ansible.release import __version__ as ansible_core

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import as_json, write_output
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.end import read_end
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.report import (
    REPORT,
    REPORT_TEXT,
    build_report,
    report_lines,
    report_markdown,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.seen import read_seen


class ActionModule(QlikAction):
    """qlik_rehearsal_report in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_rehearsal_report"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:  # noqa: ARG002
        """Write the report, print how it ended, and fail if a step failed or a tenant may live."""
        folder = params["dir"]
        seen = read_seen(os.path.join(folder, "answers"), params["steps"])
        end = read_end(params["receipt"])
        report = build_report(seen, end, created=write_time(run.clock.now()), ansible_core=ansible_core)
        paths = {
            REPORT: os.path.join(folder, "rehearsal.json"),
            REPORT_TEXT: os.path.join(folder, "rehearsal.md"),
        }
        if not run.check_mode:
            write_output(paths[REPORT], as_json(report), "dir", REPORT, folder)
            write_output(paths[REPORT_TEXT], report_markdown(report).encode(), "dir", REPORT_TEXT, folder)
        for line in report_lines(seen, end):
            say(line)
        result = {"report": paths[REPORT], "end": end.to_json(), "lines": report_lines(seen, end)}
        if run.check_mode:
            # No tenant was created, so no other step could be run.
            return {"changed": False, **result}
        unfinished = seen.unfinished
        if not end.is_safe or unfinished:
            steps = ", ".join(f"{step.name} ({step.outcome})" for step in unfinished)
            raise Stopped(
                f"The rehearsal failed. {f'Steps that failed or were not run: {steps}. ' if steps else ''}{end.message}",
                result=result,
            )
        return {"changed": True, **result}
