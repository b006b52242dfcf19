# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the guard."""

from __future__ import annotations

import difflib
import typing as t
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown, some
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_patterns, matching_pattern
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import DISABLED, PURGED, Standing
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import standing_in
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import (
    WrongPolicy,
    check_wave_target,
    host_of,
    receipt_path,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import ROLE_VARIABLES, TENANT_VARIABLES

# How like a variable of the role another one must be to be taken for a misspelt one.
_LIKENESS = 0.82


def is_done(entry: Mapping[str, t.Any], prefix: str) -> bool:
    """The tenant's receipt says that there is nothing to do."""
    try:
        target = check_wave_target(entry, prefix)
        path = receipt_path(entry, prefix, target)
    except QlikError:
        # Its own operation says what is wrong.
        return False
    told = standing_in(path, target) if path else Standing()
    return told.state in (DISABLED, PURGED) and told.unsettled is None


def with_plan(entry: Mapping[str, t.Any], prefix: str, plan: Plan) -> dict[str, t.Any]:
    """An entry with what the plan says of its tenant; the plan's id where the inventory has none."""
    try:
        planned = plan.tenants.get(check_wave_target(entry, prefix).address.hostname)
    except QlikError:
        # Its own operation says what is wrong.
        return {**entry, "planned": None}
    known = planned["id"] if planned and entry["tenant_id"] is None else entry["tenant_id"]
    return {**entry, "planned": planned, "tenant_id": known}


def not_planned(entries: Sequence[Mapping[str, t.Any]]) -> Iterator[str]:
    hosts = [host_of(entry) for entry in entries if entry["planned"] is None]
    if hosts:
        yield (
            f"The plan lacks {some(hosts)}: it is applied as it was approved, and to nothing else. Check -i and --limit, or make a new"
            " plan."
        )


def not_applied(entries: Sequence[Mapping[str, t.Any]], plan: Plan) -> list[str]:
    hosts = {entry["planned"]["hostname"] for entry in entries if entry["planned"]}
    return [hostname for hostname in plan.tenants if hostname not in hosts]


def misspelt(entries: Sequence[Mapping[str, t.Any]], prefix: str, operation: str) -> Iterator[str]:
    """Variables that are not the role's and look like one of them: what they were to say would be ignored."""
    known = (*TENANT_VARIABLES[operation], *ROLE_VARIABLES[operation])
    hosts: dict[str, list[str]] = {}
    for entry in entries:
        for name in entry.get("unknown", ()):
            hosts.setdefault(name, []).append(host_of(entry))
    for name, having in hosts.items():
        for like in difflib.get_close_matches(name, known, 1, _LIKENESS):
            yield (
                f"{prefix}{for_terminal(name, 100)} ({some(having)}) is no variable of the role, and looks like {prefix}{like}: correct it,"
                " or call a variable of your own something else."
            )


def late_pre_tasks(entries: Sequence[Mapping[str, t.Any]], prefix: str, loaded: t.Any) -> Iterator[str]:
    """Hosts whose tasks to be run first are not those that the play was loaded with."""
    hosts = [host_of(entry) for entry in entries if (entry["pre_tasks"] or None) != (loaded or None)]
    if hosts:
        yield (
            f"{prefix}pre_tasks of {some(hosts)} is not what the play was loaded with ({shown(loaded) if loaded else 'nothing'}): Ansible"
            f" includes those tasks before it looks at the inventory. Give {prefix}pre_tasks with -e, as a variable of the play or as a"
            " parameter of the role, one for all tenants."
        )


def duplicates(entries: Sequence[Mapping[str, t.Any]], key: str, normal: Callable[[t.Any], str]) -> list[str]:
    given = [(normal(entry[key]), host_of(entry)) for entry in entries if entry.get(key)]
    counts = Counter(value for value, host in given)
    return [
        f"{count} hosts have the {key} {shown(value)} ({', '.join(host for one, host in given if one == value)}): each tenant may stand"
        " in the inventory once."
        for value, count in counts.items()
        if count > 1
    ]


def protection(entry: Mapping[str, t.Any], prefix: str) -> str | None:
    if entry.get("error"):
        return None
    try:
        patterns = check_patterns(entry["protected"], f"{prefix}protected")
    except InvalidInput as error:
        raise WrongPolicy(error.message) from None
    for name in (entry["hostname"], entry["host"]):
        found = matching_pattern(name, patterns) if isinstance(name, str) else None
        if found:
            return found
    return None
