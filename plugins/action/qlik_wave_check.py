# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.ending import check_reached, sum_up
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import id_of_play, is_around
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import log_check, read_waves


class ActionModule(QlikAction):
    """qlik_wave_check in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_check"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:  # noqa: ARG002
        """Fail if a tenant was left out: of the wave of this play, else of the waves before it."""
        operation = params["operation"]
        waves = {play: wave for (play, kind), wave in read_waves().items() if kind == operation and wave.parts}
        play = id_of_play(self._task)
        if not waves:
            raise Stopped(
                "Nothing was done to the tenants of this play: no task of the role has run. Run the playbook from its beginning, with all"
                " its tasks."
            )
        looked_at = {play: waves[play]} if play in waves else {p: w for p, w in waves.items() if not w.is_checked}
        for name, wave in looked_at.items():
            log_check(name, operation)
            if not wave.is_summed_up:
                sum_up(name, wave, run, dest=wave.last.summary_file)
        for wave in looked_at.values():
            check_reached(wave, ignores_errors=is_around(self._task, "ignore_errors", self._templar))
        return {"changed": False, "count": sum(len(wave.rows) for wave in looked_at.values())}
