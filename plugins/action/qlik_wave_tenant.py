# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible import context

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.apply import change_tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.signature import is_sealed
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION

# The options that name variables, and what they name where they are not given.
_VARIABLES = {"wave_variable": "_tenant_decommission_wave", "tokens_variable": "_tenant_decommission_tokens"}


class ActionModule(QlikAction):
    """qlik_wave_tenant in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_tenant"
    CONTROLLER_ONLY = True

    def arguments(self, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The options that were not given, from the variables of the wave.

        Each template in a task costs some milliseconds a tenant. Here a variable is evaluated where it is needed, and no other.
        """
        args = super().arguments(task_vars)
        wave, tokens = (args.get(name, default) for name, default in _VARIABLES.items())
        if "tenant" not in args:
            args["tenant"] = plain(_in(_in(task_vars.get(wave), "tenants"), task_vars["inventory_hostname"]) or {})
        if "tokens" not in args:
            args["tokens"] = plain(_in(task_vars.get(tokens), "results") or [])
        entry = args["tenant"]
        self._passed = isinstance(entry, dict) and is_sealed(entry)
        if self._passed:
            # What a region's client is needed for, once there is a token, is the id of a tenant that lives.
            if entry["one_client"]:
                self._add(args, task_vars, entry, "client_id", "client_secret")
            elif entry["tenant_id"] is None and entry["operation"] == DECOMMISSION and "credentials" not in args:
                self._add_credentials(args, task_vars, entry)
        return args

    def _add(
        self, args: dict[str, t.Any], task_vars: Mapping[str, t.Any], entry: Mapping[str, t.Any], *names: str
    ) -> None:
        for name in names:
            value = task_vars.get(f"{entry['prefix']}{name}")
            if name not in args and value is not None:
                args[name] = plain(self._templar.template(value))

    def _add_credentials(
        self, args: dict[str, t.Any], task_vars: Mapping[str, t.Any], entry: Mapping[str, t.Any]
    ) -> None:
        """The client of the tenant's region alone: others may be of no avail here."""
        clients = task_vars.get(f"{entry['prefix']}credentials")
        if isinstance(clients, str):
            clients = self._templar.template(clients)
        client = _in(clients, entry["in_region"])
        if client is not None:
            args["credentials"] = plain(self._templar.template(client))

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Act on what the guard of this run has passed, and on nothing else."""
        entry, host = params["tenant"], task_vars.get("inventory_hostname")
        if not self._passed or entry["host"] != host:
            raise Stopped(
                f"{host} was not passed by the guard of this wave: nothing was sent. Run the play from its beginning, with all tasks of"
                " the role."
            )
        if entry["prepares"]:
            self._must_be_prepared(entry, task_vars.get(params["prepared_variable"]))
        return change_tenant(params, run)

    @staticmethod
    def _must_be_prepared(entry: Mapping[str, t.Any], mark: t.Any) -> None:
        """Stop a tenant for which the tasks that come first have not all run in this wave."""
        chosen = context.CLIARGS.get("skip_tags") or set(context.CLIARGS.get("tags") or ()) - {"all"}
        if mark != entry["seal"] or chosen:
            why = "tags were chosen, which may leave out some of them" if chosen else "they have not run for it"
            raise Stopped(
                f"The tasks in {for_terminal(entry['pre_tasks'])} come before {for_terminal(entry['host'])} is deactivated, and {why}:"
                " nothing was sent. Run the play from its beginning, with all tasks."
            )


def _in(found: t.Any, key: t.Any) -> t.Any:
    """What a mapping has for a key; None where it is no mapping: whatever a variable holds, it may be anything."""
    return found.get(key) if isinstance(found, Mapping) else None
