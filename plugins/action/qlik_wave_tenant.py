# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._errors import Stopped
from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._seal import is_sealed


class ActionModule(QlikAction):
    """qlik_wave_tenant in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_tenant"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Act on what the guard of this run has passed, and on nothing else."""
        if not is_sealed(params["tenant"]):
            raise Stopped(
                f"{task_vars.get('inventory_hostname')} was not passed by the guard of this wave: nothing was sent. Run the play from"
                " its beginning, with all tasks of the role."
            )
        return super().operate(params, run, task_vars)
