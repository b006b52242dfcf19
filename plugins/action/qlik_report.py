# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import absolute
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import display, say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.receipts import read_play_receipts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.files import check_folder, write_report
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.inputs import check_names, read_list
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, build_report
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.purge_calendar import (
    ICALENDAR_IMPORT_ERROR,
    MISSING,
)

# What needs attention, in words.
_ATTENTION = {
    "pending": "with an outcome that is not known",
    "differs": "with another state in the organization's list",
    "unrecorded": "without a receipt",
}


class ActionModule(QlikAction):
    """qlik_report in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_report"
    CONTROLLER_ONLY = True

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert."""
        check_request_options(params, self.name_of)

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read the receipts, write the files and say which."""
        check_names(task_vars)
        check_folder(params["dest"])
        found = read_play_receipts(self._task, task_vars)
        listing, not_listed = read_list(params, run)
        report = build_report(found.folders, run.clock.now(), only=found.only, listing=listing, not_listed=not_listed)
        files = write_report(report, params["dest"])
        if ICALENDAR_IMPORT_ERROR:
            display.warning(MISSING)
        path = absolute(params["dest"])
        lines = _lines(report, path, files)
        for line in lines:
            say(line)
        totals = {**report.totals, **report.attention}
        return {"changed": False, "path": path, "files": files, "totals": totals, "lines": lines}


def _lines(report: Report, path: str, files: list[str]) -> list[str]:
    counted = [f"{number} {state}" for state, number in report.totals.items() if number]
    needing = [f"{number} {_ATTENTION.get(reason, reason)}" for reason, number in report.attention.items() if number]
    named = [name for name in files if "/" not in name]
    certificates = len(files) - len(named)
    plural = "" if len(report.tenants) == 1 else "s"
    return [
        "Report",
        f"  {len(report.tenants)} tenant{plural}{': ' if counted else ''}{', '.join(counted)}",
        *([f"  Needs attention: {', '.join(needing)}"] if needing else []),
        *(f"  {for_terminal(one.receipt, 300)}: {one.text}" for one in report.creations),
        *(f"  Left out: {one}" for one in report.unreadable),
        *([f"  {for_terminal(report.not_listed, 2000)}"] if report.not_listed else []),
        f"Written into {for_terminal(os.path.join(path, ''), 1000)}: {', '.join(named)}"
        + (f", {certificates} certificate{'' if certificates == 1 else 's'} of purged tenants" if certificates else ""),
    ]
