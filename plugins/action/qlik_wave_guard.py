# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_credentials,
    check_regions,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_bool
from ansible_collections.tenantops.qlik.plugins.module_utils._local.state_dir import state_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.ending import sum_up_at_exit
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_entries
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import (
    batch_of,
    check_play,
    check_selection,
    due_hosts,
    has_foreign_run_once,
    id_of_play,
    read_loaded,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.approved_plan import approved_plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave, pass_tenants, refusal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import SUMMARY, BadOutput, check_output
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import read_policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import expired_protections, in_days_problem
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import (
    Part,
    WaveLog,
    log_part,
    read_wave_log,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import Listed, look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput, read_wave

# The process of ansible-playbook imports this file, before it forks the worker of the first wave.
sum_up_at_exit()


class ActionModule(QlikAction):
    """qlik_wave_guard in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_guard"
    CONTROLLER_ONLY = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Do the task. A refusal is kept for the summary too, wherever it comes from."""
        task_vars = task_vars or {}
        self._hosts: dict[str, str | None] = dict.fromkeys(map(str, task_vars.get("ansible_play_hosts_all", ())))
        result = super().run(tmp, task_vars)
        if result.get("failed") and not self._task.args.get("empty"):
            refused = Part(
                operation=str(self._task.args.get("operation", DECOMMISSION)),
                hosts=self._hosts,
                error=str(result.get("msg")),
                planning=bool(self._task.args.get("planning")),
                check_mode=self._task.check_mode,
            )
            log_part(id_of_play(self._task), refused)
        return result

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert."""
        check_request_options(params, lambda option: f"{params['variable_prefix']}{option}")
        check_bool(params["require_plan"], "qlik_require_plan")

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read what was written for each host of the play, check it, and sign what passed."""
        # The batches of a play are one wave, and so are the runs of the role in a loop.
        play = id_of_play(self._task)
        try:
            check_selection(task_vars)
            if params["empty"]:
                if params["planning"]:
                    log_part(play, Part(operation=params["operation"], hosts={}, planning=True))
                wave = self._read([], params, run, task_vars, plan=approved_plan(params, run.clock.now()).plan)
                return _result_of(play, wave, tenants={}, listed={}, limit=_limit_of(wave))
            check_play(self._task, task_vars)
            before = read_wave_log(play, params["operation"])
            self._look_back(before)
            return self._guard(params, run, task_vars, before)
        except QlikError as error:
            raise error.replaced(result={"id": play, **error.result}) from None

    def _look_back(self, before: WaveLog) -> None:
        """Stop if more tenants of the batch before have failed than the play allows.

        Ansible looks at ``max_fail_percentage`` only while tasks fail that no ``always`` follows, and one follows here.
        """
        allowed = getattr(self._task.get_play(), "max_fail_percentage", None)
        if allowed is None or not before.parts:
            return
        last = before.parts[-1]
        hosts = last.part.batch
        failed = sum(host not in last.results or bool(last.results[host].failed) for host in hosts)
        if hosts and 100 * failed / len(hosts) > allowed:
            raise Stopped(
                f"The run is stopped: in the previous batch {failed} of {len(hosts)} tenants failed, and max_fail_percentage allows"
                f" {allowed:g} %. No later batch was started. Look at the failures in the summary, then run again."
            )

    def _guard(
        self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any], before: WaveLog
    ) -> dict[str, t.Any]:
        prefix, operation, play = params["variable_prefix"], params["operation"], id_of_play(self._task)
        # Without the approved plan nothing else matters.
        approved = approved_plan(params, run.clock.now(), inventory=_sources(task_vars))
        # What could not be written at the end is said before the first request.
        file, named = params["summary_file"], f"{prefix}summary_file"
        summary = check_output(file, named, SUMMARY) if file else None
        entries, of_play = read_entries(self._task, task_vars, prefix=prefix, operation=operation)
        self._hosts = {entry.host: str(entry["hostname"]).lower() for entry in entries}
        problems, is_rest = list(of_play.problems), bool(before.changed_before)
        if problems:
            raise InvalidInput(refusal(problems, is_rest=is_rest))
        wave = self._read(entries, params, run, task_vars, plan=approved.plan, before=before)
        guard_wave(wave)
        receipts = {tenant.command.receipt_path for tenant in wave.tenants if tenant.command}
        if summary in receipts - {None}:
            raise BadOutput(
                f"{named} is {shown(file)}: the receipt of a tenant is to be kept there. Name another file."
            )
        if not (run.check_mode or params["planning"]):
            # Without it there is no lock, and each tenant would stop by itself.
            state_folder()
        listed = look_up_wave(wave, params, run) if operation == DECOMMISSION else Listed()
        too_many = [one for one in (listed.error, in_days_problem(wave, listed.taken_down)) if one]
        if too_many and not params["planning"]:
            raise InvalidInput(refusal(too_many, is_rest=is_rest))
        warnings = [*approved.warnings, *wave.policy.warnings, *expired_protections(wave)]
        warnings += [
            *(f"As it is now, a run with this plan would be refused: {one}" for one in too_many),
            *listed.warnings,
        ]
        tenants = pass_tenants(
            wave,
            play,
            one_client=wave.regions_with_credentials is None,
            purge_dates=listed.purge_dates,
            live=listed.live,
            inactive=listed.inactive,
        )
        part = Part(
            operation=operation,
            hosts=self._hosts,
            batch=tuple(batch_of(task_vars)),
            due=tuple(due_hosts(self._task, task_vars)),
            to_change=tuple(sorted(wave.counting)),
            prepares=tuple(tenant.host for tenant in tenants if tenant.prepares),
            plan_sha256=wave.plan.sha256 if wave.plan else None,
            approvals=tuple(approval.to_json() for approval in wave.plan.approvals) if wave.plan else (),
            applied_before=wave.applied_before,
            not_applied=tuple(wave.not_applied),
            confirmed=tuple(of_play.confirmed),
            receipts=tuple(sorted({str(entry["receipts_dir"]) for entry in entries})),
            summary_file=params["summary_file"],
            check_mode=run.check_mode,
            planning=params["planning"],
            run_id=run.run_id,
        )
        log_part(play, part)
        return _result_of(
            play,
            wave,
            tenants={tenant.host: tenant.signed() for tenant in tenants},
            listed=listed.details,
            limit=_limit_of(wave),
            warnings=warnings,
        )

    def _read(
        self,
        entries: Sequence[t.Any],
        params: Mapping[str, t.Any],
        run: Run,
        task_vars: dict[str, t.Any],
        *,
        plan: Plan | None,
        before: WaveLog | None = None,
    ) -> WaveInput:
        before = before or WaveLog()
        prefix = params["variable_prefix"]
        regions = check_regions(params["regions_with_credentials"], f"{prefix}credentials")
        # A mapping of credentials is for the regions that it names; one client without a mapping is for every region.
        one_client = check_credentials(params, prefix=prefix) if not regions and entries else None
        return read_wave(
            entries,
            prefix=prefix,
            operation=params["operation"],
            regions_with_credentials=None if one_client else regions,
            plan=plan,
            planning=params["planning"],
            policy=read_policy(params),
            pre_tasks=read_loaded(self._task, task_vars, f"{prefix}pre_tasks"),
            prepare_all=has_foreign_run_once(self._task),
            inventory_hosts=[str(host) for host in task_vars.get("groups", {}).get("all", ())],
            run_id=run.run_id,
            now=run.clock.now(),
            earlier=frozenset(before.hostnames),
            changed_before=frozenset(before.changed_before),
        )


def _result_of(play: str, wave: WaveInput, **more: t.Any) -> dict[str, t.Any]:
    result = {
        "changed": False,
        "id": play,
        "regions": wave.regions,
        "count": len(wave.tenants),
        "to_change": wave.to_change,
        "plan_sha256": wave.plan.sha256 if wave.plan else None,
        "approvals": [approval.to_json() for approval in wave.plan.approvals] if wave.plan else [],
        "applied_before": list(wave.applied_before),
        "not_applied": wave.not_applied,
    }
    return {**result, **{name: value for name, value in more.items() if name != "warnings" or value}}


def _sources(task_vars: Mapping[str, t.Any]) -> list[str]:
    """The files of the inventory."""
    return [source for source in task_vars["hostvars"]._inventory._sources if os.path.exists(source)]


def _limit_of(wave: WaveInput) -> dict[str, t.Any]:
    return {"option": f"{wave.prefix}max_tenants", "tenants": wave.policy.max_tenants}
