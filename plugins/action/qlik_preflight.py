# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Mapping

from ansible.utils.display import Display

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._errors import InvalidInput, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._preflight import preflight
from ansible_collections.tenantops.qlik.plugins.module_utils._wave import TENANT_VARIABLES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._hosts import read_hosts

display = Display()


class ActionModule(QlikAction):
    """qlik_preflight in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_preflight"
    CONTROLLER_ONLY = True

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look at everything, print it, and fail where something would stop a run."""
        prefix = params["variables"]
        entries = list(read_hosts(self._task, task_vars, TENANT_VARIABLES, prefix=prefix))
        found = preflight(entries, prefix=prefix, params=params, run=run)
        for line in found["lines"]:
            display.display(run.hide(line))
        if params["dest"]:
            _write(params["dest"], run.hide(json.dumps(found, indent=2, sort_keys=True)))
        if found["problems"]:
            raise Stopped(
                f"{len(found['problems'])} of the things looked at would stop a run: see above.", result=found
            )
        return {"changed": False, **found}


def _write(path: str, text: str) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise InvalidInput(f"dest is {path!r}: it cannot be written ({error.strerror}).") from None
