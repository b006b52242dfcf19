# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import check_claim
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.ending import check_guarded
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import id_of_play
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    PLAN,
    PLAN_DIGEST,
    PLAN_TEXT,
    check_plan_output,
    plan_files,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import (
    digest_of,
    limit_warnings,
    make_plan,
    plan_entry,
    write_plan,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import plan_lines, plan_markdown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import read_wave_log
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION


class ActionModule(QlikAction):
    """qlik_wave_plan in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_plan"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:  # noqa: ARG002
        """Make the plan of what was found for each host, write it and print it; a plan that lacks a tenant is none."""
        log, wave = read_wave_log(id_of_play(self._task), DECOMMISSION), params["wave"]
        refusal = wave.get("msg") if wave.get("failed") else None
        if not refusal:
            check_guarded(log)
        results = [(row.host, row.result) for row in log.rows]
        path, now = params["dest"], run.clock.now()
        if refusal:
            raise Stopped(f"No plan was written. {refusal}")
        wrong = [
            (host, result.msg if result else "it was not reached")
            for host, result in results
            if result is None or result.failed
        ]
        if wrong:
            for host, words in wrong:
                say(f"  {for_terminal(host, 253)}: {for_terminal(words, 2000)}")
            there = (
                f" {for_terminal(path)} is still the plan of an earlier run: do not apply it instead."
                if os.path.exists(path)
                else ""
            )
            raise Stopped(
                f"No plan was written: {len(wrong)} of {len(results)} tenants could not be evaluated (see above). Fix that, or exclude"
                f" these tenants with --limit.{there}"
            )
        entries = [plan_entry(result, now, wave["listed"].get(host)) for host, result in results if result is not None]
        warnings = [for_terminal(warning, 2000) for warning in wave.get("warnings", ())]
        warnings += limit_warnings(entries, wave["limit"]["tenants"], wave["limit"]["option"])
        plan = make_plan(
            entries, now, params["valid_hours"], warnings, check_claim(params["planned_by"], "qlik_planned_by")
        )
        text = write_plan(plan)
        digest, name = digest_of(text), os.path.basename(path)
        contents = {
            PLAN: text,
            PLAN_TEXT: plan_markdown(plan, digest, name).encode(),
            # The digest last: as long as it is the old one, so is the plan for whoever checks it.
            PLAN_DIGEST: f"{digest}  ".encode() + os.fsencode(name) + b"\n",
        }
        check_plan_output(path)
        for kind, file in plan_files(path).items():
            write_output(file, contents[kind], "qlik_plan", kind, path)
        lines = plan_lines(plan, digest, name)
        for line in lines:
            say(line)
        # Automation controller keeps it with the job. Encoded, so that nothing in it can be taken for a template where it comes back as a
        # variable. Not its digest: that is the approver's to give.
        encoded = base64.b64encode(text).decode()
        stats = {"data": {"qlik_plan_base64": encoded}, "per_host": False, "aggregate": False}
        return {
            "changed": False,
            "path": os.path.abspath(path),
            "plan": plan,
            "plan_sha256": digest,
            "lines": lines,
            "ansible_stats": stats,
        }
