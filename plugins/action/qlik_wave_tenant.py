# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible import context

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._output import for_terminal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._seal import is_sealed


class ActionModule(QlikAction):
    """qlik_wave_tenant in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_tenant"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Act on what the guard of this run has passed, and on nothing else."""
        entry, host = params["tenant"], task_vars.get("inventory_hostname")
        if not is_sealed(entry) or entry["host"] != host:
            raise Stopped(
                f"{host} was not passed by the guard of this wave: nothing was sent. Run the play from its beginning, with all tasks of"
                " the role."
            )
        if entry["prepares"]:
            self._must_be_prepared(entry, task_vars.get(params["prepared_variable"]))
        return super().operate(params, run, task_vars)

    @staticmethod
    def _must_be_prepared(entry: Mapping[str, t.Any], mark: t.Any) -> None:
        """Stop a tenant for which the tasks that come first have not all run in this wave."""
        skipped = context.CLIARGS.get("skip_tags")
        if mark != entry["seal"] or skipped:
            why = "--skip-tags may leave out some of them" if skipped else "they have not run for it"
            raise Stopped(
                f"The tasks in {for_terminal(entry['pre_tasks'])} come before {for_terminal(entry['host'])} is deactivated, and {why}:"
                " nothing was sent. Run the play from its beginning, with all tasks."
            )
