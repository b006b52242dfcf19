# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run, check_credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._plan import Plan, read_plan
from ansible_collections.tenantops.qlik.plugins.module_utils._wave import (
    INVENTORY_VARIABLES,
    TENANT_VARIABLES,
    guard_wave,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._files import read_file
from ansible_collections.tenantops.qlik.plugins.plugin_utils._hosts import read_hosts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._play import has_foreign_run_once, read_loaded
from ansible_collections.tenantops.qlik.plugins.plugin_utils._seal import seal


class ActionModule(QlikAction):
    """qlik_wave_guard in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_guard"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read what was written for each host of the play, check it, and seal what passed."""
        prefix, operation = params["variables"], params["operation"]
        regions = params["regions_with_credentials"]
        # A mapping of credentials speaks for its regions; one client without a mapping is taken for each region's.
        one_client = check_credentials(params) if not regions else None
        # Before anything else is looked at: without the approved plan nothing else matters.
        plan = self._plan(params, run)
        wave = guard_wave(
            list(
                read_hosts(
                    self._task,
                    task_vars,
                    TENANT_VARIABLES[operation],
                    prefix=prefix,
                    inventory_names=INVENTORY_VARIABLES,
                )
            ),
            prefix=prefix,
            operation=operation,
            max_tenants=params["max_tenants"],
            regions_with_credentials=None if one_client else regions or [],
            plan=plan,
            planning=params["planning"],
            pre_tasks=read_loaded(self._task, task_vars, f"{prefix}pre_tasks"),
            wave_id=getattr(self._task.get_play(), "_uuid", None),
            prepare_all=has_foreign_run_once(self._task),
        )
        claims = {name: params[name] for name in ("approved_by", "ticket")}
        for entry in wave["tenants"].values():
            entry |= {"prefix": prefix, "one_client": one_client is not None, **claims}
            entry["seal"] = seal(entry)
        return {"changed": False, **wave}

    @staticmethod
    def _plan(params: Mapping[str, t.Any], run: Run) -> Plan | None:
        """The approved plan, where one is to be applied."""
        path, approved = params["plan"], params["plan_sha256"]
        if params["planning"]:
            if not path:
                raise InvalidInput("qlik_plan is missing: name the file to write, such as -e qlik_plan=plan.json.")
            return None
        if not path and not approved:
            return None
        if not path:
            raise InvalidInput(
                "qlik_plan is missing and qlik_plan_sha256 is given: name the file of the plan, or leave out both. Nothing was sent."
            )
        return read_plan(read_file(path, "qlik_plan"), approved, run.clock.now(), params["plan_max_hours"])
