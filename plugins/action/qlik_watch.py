# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, check_request_options
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import Protection, check_protections
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.receipts import read_play_receipts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry, start_of
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    Kind,
    as_json,
    check_output,
    json_with,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import read_policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.inputs import check_names, read_list
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.look import look
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import build_report
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.watch import Start, watch
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.watch_text import (
    HEADING,
    watch_data,
    watch_lines,
    watch_markdown,
)

# By option, what is written.
_OUTPUTS = {
    "dest": Kind("a watch", json_with("schema", "findings", "not_looked_at")),
    "markdown": Kind("the text of a watch", lambda content: content.startswith(HEADING.encode())),
}


# Of the local policy, what a watch does not look at.
_NO_LIMITS = {
    "require_protected_file": False,
    "max_tenants": None,
    "max_in_days": None,
    "variable_prefix": "tenant_decommission_",
}


class ActionModule(QlikAction):
    """qlik_watch in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_watch"
    CONTROLLER_ONLY = True

    def check(self, params: Mapping[str, t.Any]) -> None:
        """The options that Ansible would convert."""
        check_request_options(params, self.name_of)
        check_whole_number(params["days"], self.name_of("days"), 0, 365)

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look, say what needs attention, and fail if anything does."""
        check_names(task_vars)
        for option, kind in _OUTPUTS.items():
            if params[option]:
                check_output(params[option], self.name_of(option), kind)
        days = check_whole_number(params["days"], self.name_of("days"), 0, 365)
        received = read_play_receipts(self._task, task_vars)
        policy = read_policy(
            {**_NO_LIMITS, **{name: params[name] for name in ("time_zone", "protected_file")}}, self.name_of
        )
        starts = list(_starts(received.entries, policy.zone))
        protections = [*policy.protected, *_protections(received.entries, policy.zone)]
        listing, not_listed = read_list(params, run)
        report = build_report(
            received.folders, run.clock.now(), only=received.only, listing=listing, not_listed=not_listed
        )
        seen = look(report, params, run, self.name_of("client_id").removesuffix("client_id"))
        found = watch(report, seen, days, starts=starts, protections=protections)
        data, lines = watch_data(found), [run.mask(line) for line in watch_lines(found)]
        for line in lines:
            say(line)
        contents = {"dest": as_json(run.mask_texts(data)), "markdown": run.mask(watch_markdown(found)).encode()}
        for option, kind in _OUTPUTS.items():
            if params[option]:
                write_output(params[option], contents[option], self.name_of(option), kind)
        result = {"findings": data["findings"], "not_looked_at": data["not_looked_at"], "lines": lines}
        if found.findings:
            number = len(found.findings)
            need = "1 finding needs" if number == 1 else f"{number} findings need"
            raise Stopped(f"{need} attention (see above).", result=result)
        return {"changed": False, **result}


def _starts(entries: Iterable[Entry], zone: tzinfo) -> Iterator[Start]:
    """The tenants that have a time from which they may go."""
    for entry in entries:
        moment = start_of(entry, zone)
        if moment is not None:
            yield Start(str(entry["hostname"]).lower(), moment)


def _protections(entries: Iterable[Entry], zone: tzinfo) -> Iterator[Protection]:
    for entry in entries:
        yield from check_protections(entry["protected"], entry.name_of("protected"), zone)
