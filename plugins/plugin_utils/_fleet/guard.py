# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard of a wave: all tenants of a play, checked together before the first request."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import DEACTIVATE
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import (
    WrongPolicy,
    check_policy,
    check_wave_tenant,
    host_of,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import (
    duplicates,
    is_done,
    late_pre_tasks,
    misspelt,
    not_applied,
    not_planned,
    protection,
    with_plan,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION, VERBS


def guard_wave(
    entries: Sequence[Mapping[str, t.Any]],
    *,
    prefix: str,
    operation: str,
    max_tenants: t.Any,
    regions_with_credentials: Collection[str] | None,
    plan: Plan | None = None,
    planning: bool = False,
    pre_tasks: t.Any = None,
    prepare_all: bool = False,
    wave_id: str = "",
) -> dict[str, t.Any]:
    """Check a wave as a whole.

    :arg entries: one a host: ``host`` (its name in the inventory), the keys of TENANT_VARIABLES as they were written, and
        ``error`` where one of them could not be evaluated; ``unknown`` where variables with this prefix are set that the role does
        not know.
    :arg prefix: what stands before these keys in the names of the variables.
    :arg operation: what the wave is for: ``decommission``, ``restore``.
    :arg max_tenants: how many tenants one play may change. Those whose receipt says that they are disabled or purged do not
        count; they may not be changed either, where all together are more.
    :arg regions_with_credentials: the regions that credentials were given for; None: given for whatever region.
    :arg plan: the approved plan that is applied: it confirms its tenants, and those count that it says are to be deactivated.
    :arg planning: a plan is made. Nothing can be changed then, so no confirmation is needed, and there may be any number of tenants.
    :arg pre_tasks: the file of tasks that the play runs for each tenant first.
    :arg prepare_all: they are run for all tenants, also for those that are left alone.
    :arg wave_id: what to call it.
    :returns: ``id`` (of this wave), ``tenants`` (host to entry, with the region that it lies in as ``in_region``, what the plan says of
        it as ``planned``, whether it counts as ``to_change``, whether it may be changed as ``counted``, and whether its tasks come first
        as ``prepares``), ``regions`` (those that a token is needed for), ``count`` (the hosts), ``to_change`` (those that count),
        ``plan_sha256``, ``not_applied`` (the hostnames in the plan that no host of the play has).
    :raises InvalidInput: with all that is wrong with the wave as a whole. What is wrong with one tenant alone is left to that
        tenant's operation, which stops it alone.
    """
    limit = check_whole_number(max_tenants, f"{prefix}max_tenants", 0, 10**6)
    wrong: list[str] = []
    # Receipts are files: they are read where something depends on them.
    asks_receipts = operation == DECOMMISSION and (plan is None or pre_tasks)
    disabled = {entry["host"] for entry in entries if asks_receipts and is_done(entry, prefix)}
    if plan is not None:
        entries = [with_plan(entry, prefix, plan) for entry in entries]
        wrong += not_planned(entries)
        done = {entry["host"] for entry in entries if (entry["planned"] or {}).get("action") != DEACTIVATE}
        besides = " by the plan"
    else:
        done = disabled
        besides = (
            f" (and {len(done)} that are disabled or purged by their receipts, which do not count)" if done else ""
        )
    to_change = len(entries) - len(done)
    if to_change > limit and not planning:
        tenants = "tenant" if to_change == 1 else "tenants"
        wrong.append(
            f"The play has {to_change} {tenants} to {VERBS[operation]}{besides}, and {prefix}max_tenants allows {limit}: check the"
            f" inventory and --limit; if they are right, set {prefix}max_tenants to {to_change}."
        )
    wrong += misspelt(entries, prefix, operation)
    if operation == DECOMMISSION:
        wrong += late_pre_tasks(entries, prefix, pre_tasks)
    wrong += duplicates(entries, "hostname", lambda value: str(value).lower())
    wrong += duplicates(entries, "tenant_id", str)
    regions: dict[str, str] = {}
    policies: dict[str, list[str]] = {}
    for entry in entries:
        try:
            if operation == DECOMMISSION:
                check_policy(entry, prefix)
            pattern = protection(entry, prefix)
            if pattern:
                wrong.append(
                    f"{host_of(entry)} is protected: its hostname matches '{for_terminal(pattern)}' in {prefix}protected."
                )
            order = check_wave_tenant({**entry, "planning": planning}, prefix, operation)
            regions[entry["host"]] = order.target.address.region
        except WrongPolicy as error:
            policies.setdefault(error.message, []).append(host_of(entry))
        except QlikError:
            # Its own operation says so. It needs no token.
            pass
    for message, hosts in policies.items():
        wrong.append(f"{some(hosts)}: {message}")
    if regions_with_credentials is not None:
        missing = sorted(set(regions.values()).difference(regions_with_credentials))
        if missing:
            wrong.append(
                f"There are no credentials for region {', '.join(missing)}: give them in {prefix}credentials (a client works in its own"
                f" region alone), or {prefix}client_id and {prefix}client_secret, or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET in the"
                " environment."
            )
    if wrong:
        raise InvalidInput("The wave is refused, nothing was sent. " + " ".join(wrong))
    unprepared = set() if prepare_all or not pre_tasks else done | disabled
    # What is left out of the count, or of the tasks that come first, is not changed.
    left_out = unprepared | (done if len(entries) > limit else set())
    return {
        "id": wave_id,
        "tenants": {
            entry["host"]: {
                **entry,
                "wave": wave_id,
                "operation": operation,
                "planning": planning,
                "plan_sha256": plan.sha256 if plan else None,
                "in_region": regions.get(entry["host"]),
                "to_change": entry["host"] not in done,
                "prepares": bool(pre_tasks) and not planning and entry["host"] not in unprepared,
                "counted": planning or entry["host"] not in left_out,
            }
            for entry in entries
        },
        "regions": sorted(set(regions.values())),
        "count": len(entries),
        "to_change": to_change,
        "plan_sha256": plan.sha256 if plan else None,
        "not_applied": not_applied(entries, plan) if plan else [],
    }
