# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import check_client
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Deactivation
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.host_variables import HostVariables
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import chosen_tags, id_of_play
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.apply import change_tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import GuardedTenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import log_begin, log_result
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.token_store import TOKENS

# What the role notes if one of the tasks that come first failed.
_FAILED = "failed"
# The options that name variables, and what they name where they are not given.
_VARIABLES = {"wave_variable": "_tenant_decommission_wave", "tokens_variable": "_tenant_decommission_tokens"}


class ActionModule(QlikAction):
    """qlik_wave_tenant in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_tenant"
    CONTROLLER_ONLY = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Do the task, and keep its result for the summary: a variable may hold the result of another host, or anything."""
        play, host = id_of_play(self._task), str((task_vars or {}).get("inventory_hostname"))
        log_begin(play, host)
        result = super().run(tmp, task_vars)
        log_result(play, host, result)
        return result

    def arguments(self, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The options that were not given, from the variables of the wave.

        Each template in a task costs some milliseconds a tenant. Here a variable is evaluated where it is needed, and no other.
        """
        args = super().arguments(task_vars)
        wave, tokens = (args.get(name, default) for name, default in _VARIABLES.items())
        if args.get("tenant") is None:
            args["tenant"] = plain(_in(_in(task_vars.get(wave), "tenants"), task_vars["inventory_hostname"]) or {})
        if args.get("tokens") is None:
            args["tokens"] = [_with_token(one) for one in plain(_in(task_vars.get(tokens), "results") or [])]
        tenant = GuardedTenant.verified(args["tenant"]) if isinstance(args["tenant"], dict) else None
        self._tenant = tenant
        if tenant is not None and tenant.command is not None:
            wanted = ["timeout", "retries", "max_wait", "ca_path"]
            # If there is a token, a region's client is needed only for the id of a live tenant.
            if tenant.one_client:
                wanted += ["client_id", "client_secret"]
            elif isinstance(tenant.command, Deactivation) and tenant.command.target.tenant_id is None:
                self._add_credentials(args, task_vars, tenant)
            variables = HostVariables(self._templar, task_vars, tenant.prefix)
            args |= variables.options(*(name for name in wanted if name not in args))
        return args

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert; each host may have its own."""
        if self._tenant is not None:
            prefix = self._tenant.prefix
            check_request_options(params, lambda option: f"{prefix}{option}")
            if params["credentials"] is not None:
                check_client(params["credentials"], self._tenant.region or "", f"{prefix}credentials")

    def _add_credentials(self, args: dict[str, t.Any], task_vars: Mapping[str, t.Any], tenant: GuardedTenant) -> None:
        """The client of the tenant's region, if no other was given."""
        if args.get("credentials") is None and tenant.command is not None:
            variables = HostVariables(self._templar, task_vars, tenant.prefix)
            client = variables.client_of(tenant.command.target.address.region)
            args |= {} if client is None else {"credentials": client}

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Act on what the guard of this run has passed, and on nothing else."""
        tenant, host = self._tenant, task_vars.get("inventory_hostname")
        if tenant is None or tenant.host != host:
            raise Stopped(
                f"{host} was not checked at the beginning of this run: nothing was changed. Run the play from its beginning, with all tasks"
                " of the role. If a condition (when) is set around the role, choose the tenants with --limit or the play's hosts instead."
            )
        if tenant.prepares and tenant.not_before is None:
            mark = task_vars.get(params["prepared_variable"])
            if mark == _FAILED:
                raise Stopped(f"Not deactivated: {_failed_task(task_vars, tenant)}")
            self._must_be_prepared(tenant, is_marked=mark == params["tenant"]["signature"])
        return change_tenant(tenant, params, run, lambda: self._late_credentials(tenant, task_vars))

    def _late_credentials(self, tenant: GuardedTenant, task_vars: Mapping[str, t.Any]) -> Credentials | None:
        """The client of the tenant's region, evaluated now: for each tenant that would be as many look-ups in a vault."""
        if tenant.one_client or tenant.command is None:
            return None
        variables = HostVariables(self._templar, task_vars, tenant.prefix)
        return variables.late_client_of(tenant.command.target.address.region)

    @staticmethod
    def _must_be_prepared(tenant: GuardedTenant, *, is_marked: bool) -> None:
        """Stop a tenant for which the tasks that come first have not all run in this wave."""
        chosen = chosen_tags()
        if chosen or not is_marked:
            why = "--tags or --skip-tags may skip some of them" if chosen else "they have not run for it"
            raise Stopped(
                f"{for_terminal(tenant.host)} was not deactivated: the tasks in {for_terminal(tenant.pre_tasks)} must run first, and"
                f" {why}. Run the play from its beginning{', without these options' if chosen else ', with all tasks'}."
            )


def _with_token(result: t.Any) -> t.Any:
    """A result of qlik_wave_token, with the token that it refers to, and with its region as ``item``, whatever the loop calls it."""
    if not isinstance(result, dict):
        return result
    found = {**result, "item": result.get(str(result.get("ansible_loop_var", "item")))}
    return {**found, "access_token": TOKENS.read(result["token"])} if "token" in result else found


def _failed_task(task_vars: Mapping[str, t.Any], tenant: GuardedTenant) -> str:
    """Which of the tasks that come first failed, and its message, as far as Ansible shows them."""
    task, result = task_vars.get("ansible_failed_task"), task_vars.get("ansible_failed_result")
    where = f"in {for_terminal(tenant.pre_tasks)}"
    if not isinstance(task, Mapping) or not isinstance(result, Mapping):
        return f"a task {where} failed."
    name = for_terminal(plain(task.get("name") or task.get("action")), 200)
    if task.get("no_log") or result.get("_ansible_no_log"):
        return f"the task '{name}' {where} failed. Its message is hidden, because of no_log."
    failed = [one for one in result.get("results") or () if isinstance(one, Mapping) and one.get("failed")]
    if any(one.get("_ansible_no_log") for one in failed):
        return f"the task '{name}' {where} failed. Its message is hidden, because of no_log."
    words = "; ".join(str(one.get("msg") or "") for one in failed or [result])
    return f"the task '{name}' {where} failed: {for_terminal(words, 1000)}"


def _in(found: t.Any, key: t.Any) -> t.Any:
    """What a mapping has for a key; None where it is no mapping: whatever a variable holds, it may be anything."""
    return found.get(key) if isinstance(found, Mapping) else None
