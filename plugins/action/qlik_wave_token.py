# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import check_client
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import region_token
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.token_store import TOKENS


class ActionModule(QlikAction):
    """qlik_wave_token in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_wave_token"
    CONTROLLER_ONLY = True

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The client of the region, of which Ansible would not say which variable it comes from."""
        if params["credentials"] is not None:
            check_client(params["credentials"], str(params["region"]), f"{params['variable_prefix']}credentials")

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:  # noqa: ARG002
        """Request a token, and keep it where the tasks of this run find it and no variable shows it."""
        result = region_token(params, run, params["variable_prefix"])
        result["token"] = TOKENS.keep(result.pop("access_token"))
        return result
