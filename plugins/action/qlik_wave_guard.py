# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_credentials,
    check_regions,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown
from ansible_collections.tenantops.qlik.plugins.module_utils._local.state_dir import state_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import (
    read_entries,
    read_registered,
    read_results,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import has_foreign_run_once, read_loaded
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave, pass_tenants
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    SUMMARY,
    BadOutput,
    check_output,
    check_plan_output,
    read_plan_file,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan, read_plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import check_max_tenants
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import Listed, look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import read_wave


class ActionModule(QlikAction):
    """qlik_wave_guard in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_guard"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read what was written for each host of the play, check it, and sign what passed."""
        # The batches of a play are one wave.
        wave_id = str(getattr(self._task.get_play(), "_uuid", None) or uuid.uuid4().hex)
        try:
            self._look_back(params["variables"], wave_id, task_vars)
            return self._guard(params, run, task_vars, wave_id)
        except QlikError as error:
            # What earlier batches have done stays this wave's.
            error.result = {"id": wave_id, **error.result}
            raise

    def _look_back(self, prefix: str, wave_id: str, task_vars: Mapping[str, t.Any]) -> None:
        """Stop where more of the batch before have failed than the play allows.

        Ansible looks at ``max_fail_percentage`` only while tasks fail that no ``always`` follows, and one follows here.
        """
        allowed = getattr(self._task.get_play(), "max_fail_percentage", None)
        if allowed is None:
            return
        everybody = [str(host) for host in task_vars["ansible_play_hosts_all"]]
        first = everybody.index(str(task_vars["ansible_play_batch"][0]))
        # What was registered once in a batch, its hosts have alone.
        before = read_registered(task_vars, everybody[first - 1], f"_{prefix}wave") if first else None
        if not isinstance(before, Mapping) or before.get("id") != wave_id:
            return
        hosts = before.get("batch") or ()
        results = dict(read_results(task_vars, before, f"{prefix}result"))
        failed = sum((results.get(host) or {"failed": True}).get("failed", True) for host in hosts)
        if hosts and 100 * failed / len(hosts) > allowed:
            raise Stopped(
                f"The wave is stopped: {failed} of the {len(hosts)} tenants of the batch before failed, and max_fail_percentage allows"
                f" {allowed:g} %. Nothing was sent for the other batches."
            )

    def _guard(
        self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any], wave_id: str
    ) -> dict[str, t.Any]:
        prefix, operation = params["variables"], params["operation"]
        regions = check_regions(params["regions_with_credentials"], f"{prefix}credentials")
        # A mapping of credentials speaks for its regions; one client without a mapping is taken for each region's.
        one_client = check_credentials(params, prefix=prefix) if not regions else None
        # Before anything else is looked at: without the approved plan nothing else matters.
        plan = self._plan(params, run)
        file, named = params["summary_file"], f"{prefix}summary_file"
        summary = check_output(file, named, SUMMARY) if file else None
        wave = read_wave(
            read_entries(self._task, task_vars, prefix=prefix, operation=operation),
            prefix=prefix,
            operation=operation,
            max_tenants=params["max_tenants"],
            regions_with_credentials=None if one_client else regions,
            plan=plan,
            planning=params["planning"],
            pre_tasks=read_loaded(self._task, task_vars, f"{prefix}pre_tasks"),
            prepare_all=has_foreign_run_once(self._task),
            run_id=run.run_id,
            approved_by=params["approved_by"],
            ticket=params["ticket"],
        )
        guard_wave(wave)
        receipts = {tenant.command.receipt_path for tenant in wave.tenants if tenant.command}
        if summary in receipts - {None}:
            raise BadOutput(
                f"{named} is {shown(file)}: the receipt of a tenant is to be kept there. Name another file."
            )
        if not (run.check_mode or params["planning"]):
            # Without it there is no lock, and each tenant would stop by itself.
            state_folder()
        listed = Listed()
        if operation == DECOMMISSION:
            listed = look_up_wave(wave, params, run)
        if listed.refusal and not params["planning"]:
            raise InvalidInput(f"The wave is refused, nothing was changed. {listed.refusal}")
        warnings = [f"Applying the plan would be refused: {listed.refusal}"] if listed.refusal else listed.warnings
        tenants = pass_tenants(
            wave,
            wave_id,
            one_client=one_client is not None,
            purge_dates=listed.purge_dates,
            live=listed.live,
            inactive=listed.at_rest,
        )
        result = {
            "changed": False,
            "id": wave_id,
            "batch": [str(host) for host in task_vars.get("ansible_play_batch", ())],
            "tenants": {tenant.host: tenant.signed() for tenant in tenants},
            "regions": wave.regions,
            "count": len(wave.tenants),
            "to_change": wave.to_change,
            "plan_sha256": plan.sha256 if plan else None,
            "not_applied": wave.not_applied,
            "listed": listed.details,
            "limit": {"option": f"{prefix}max_tenants", "tenants": check_max_tenants(wave)},
        }
        return {**result, "warnings": warnings} if warnings else result

    @staticmethod
    def _plan(params: Mapping[str, t.Any], run: Run) -> Plan | None:
        """The approved plan, where one is to be applied."""
        path, approved = params["plan"], params["plan_sha256"]
        if params["planning"]:
            if not path:
                raise InvalidInput("qlik_plan is missing: name the file to write, such as -e qlik_plan=plan.json.")
            check_plan_output(path)
            return None
        if not path and not approved:
            return None
        if not path:
            raise InvalidInput(
                "qlik_plan is missing and qlik_plan_sha256 is given: name the file of the plan, or leave out both. Nothing was sent."
            )
        return read_plan(read_plan_file(path), approved, run.clock.now(), params["plan_max_hours"])
