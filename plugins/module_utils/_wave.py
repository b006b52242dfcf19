# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wave: the tenants of one play, checked together before the first request, then changed one by one.

A tenant travels as an entry, a plain mapping of what was written for it. The guard looks at all entries and hands them on;
the operation of each tenant takes its values from the guard's entry alone, and checks them again itself.
"""

from __future__ import annotations

import difflib
import os
import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from ._addresses import check_hostname_in_region, check_tenant_id
from ._connection import Run, check_credentials, open_client
from ._errors import InvalidInput, QlikError, Stopped
from ._inputs import (
    DEFAULT_PURGE_DAYS,
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
    Deactivation,
    Reactivation,
    Target,
    check_author,
    check_bool,
    check_confirmation,
    check_patterns,
    check_purge_days,
    check_receipt_path,
    check_seconds,
    check_whole_number,
    matching_pattern,
)
from ._journal import standing_in
from ._lifecycle import deactivate, reactivate
from ._output import for_terminal, shown, some
from ._plan import DEACTIVATE, LEAVE, Plan, Planned, planned_tenant
from ._receipts import DISABLED, PURGED, Standing
from ._times import read_time
from ._tokens import Token

DECOMMISSION, RESTORE = "decommission", "restore"

# For messages.
_DO = {DECOMMISSION: "deactivate", RESTORE: "reactivate"}

_VARIABLES: dict[str, t.Any] = {
    "hostname": None,
    "region": None,
    "tenant_id": None,
    "confirm_hostname": None,
    "verify": True,
    "verify_timeout": 60,
    "protected": (),
    "receipts_dir": None,
}

# By operation, the variables of a tenant that the guard reads, without the role's prefix, and what is meant where one is not set.
TENANT_VARIABLES: dict[str, dict[str, t.Any]] = {
    DECOMMISSION: {
        **_VARIABLES,
        "purge_after_days": DEFAULT_PURGE_DAYS,
        "min_purge_days": SHORTEST_PURGE_DAYS,
        "max_purge_days": LONGEST_PURGE_DAYS,
        "pre_tasks": None,
        "max_percent": None,
        "subscription_id": None,
    },
    RESTORE: _VARIABLES,
}


# By operation, the variables with the role's prefix that the role itself reads or sets.
ROLE_VARIABLES: dict[str, tuple[str, ...]] = {
    DECOMMISSION: (
        *("client_id", "client_secret", "credentials", "org_client_id", "org_client_secret"),
        *("max_tenants", "summary_file", "preflight_file", "result"),
    ),
    RESTORE: ("client_id", "client_secret", "credentials", "max_tenants", "summary_file", "result"),
}
# How like a variable of the role another one must be to be taken for a misspelt one.
_LIKENESS = 0.82

# What inventories call a tenant, whatever is to be done to it: taken where the variable of the operation is not set.
INVENTORY_VARIABLES = {
    "hostname": "qlik_hostname",
    "region": "qlik_region",
    "tenant_id": "qlik_tenant_id",
    "subscription_id": "qlik_subscription_id",
}


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
    disabled = {entry["host"] for entry in entries if asks_receipts and _is_done(entry, prefix)}
    if plan is not None:
        entries = [_with_plan(entry, prefix, plan) for entry in entries]
        wrong += _not_planned(entries)
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
            f"The play has {to_change} {tenants} to {_DO[operation]}{besides}, and {prefix}max_tenants allows {limit}: check the inventory"
            f" and --limit; if they are right, set {prefix}max_tenants to {to_change}."
        )
    wrong += _misspelt(entries, prefix, operation)
    if operation == DECOMMISSION:
        wrong += _late_pre_tasks(entries, prefix, pre_tasks)
    wrong += _duplicates(entries, "hostname", lambda value: str(value).lower())
    wrong += _duplicates(entries, "tenant_id", str)
    regions: dict[str, str] = {}
    policies: dict[str, list[str]] = {}
    for entry in entries:
        try:
            if operation == DECOMMISSION:
                _check_policy(entry, prefix)
            pattern = _protection(entry, prefix)
            if pattern:
                wrong.append(
                    f"{_name(entry)} is protected: its hostname matches '{for_terminal(pattern)}' in {prefix}protected."
                )
            order = check_wave_tenant({**entry, "planning": planning}, prefix, operation)
            regions[entry["host"]] = order.target.address.region
        except _WrongPolicy as error:
            policies.setdefault(error.message, []).append(_name(entry))
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
        "not_applied": _not_applied(entries, plan) if plan else [],
    }


def check_wave_target(entry: Mapping[str, t.Any], prefix: str) -> Target:
    """The tenant that a wave's entry means.

    :raises InvalidInput: the entry names none.
    """
    if entry.get("error"):
        raise InvalidInput(f"The variables of {_name(entry)} cannot be evaluated: {for_terminal(entry['error'])}.")
    address = check_hostname_in_region(entry["hostname"], entry["region"], prefix)
    tenant_id = entry["tenant_id"]
    if tenant_id is not None:
        tenant_id = check_tenant_id(tenant_id, f"{prefix}tenant_id")
    return Target(address, tenant_id)


def check_wave_tenant(
    entry: Mapping[str, t.Any], prefix: str, operation: str, run_id: str = ""
) -> Deactivation | Reactivation:
    """The order in a wave's entry: the tenant's own guards.

    :raises InvalidInput: what is wrong with this tenant.
    """
    target = check_wave_target(entry, prefix)
    planned = planned_tenant(entry["planned"]) if entry.get("planned") else None
    # A plan was read and approved with the tenant in it, and where one is made nothing is changed. What is typed all the same must fit.
    if not (planned or entry.get("planning")) or entry["confirm_hostname"]:
        check_confirmation(entry["confirm_hostname"], target.address, f"{prefix}confirm_hostname")
    verify_timeout = check_seconds(entry["verify_timeout"], f"{prefix}verify_timeout", 0)
    common: dict[str, t.Any] = {
        "target": target,
        "verify_timeout": verify_timeout if check_bool(entry["verify"], f"{prefix}verify") else None,
        "author": check_author(entry, run_id, "qlik_"),
        "receipt_path": receipt_path(entry, prefix, target),
        "protected": check_patterns(entry["protected"], f"{prefix}protected"),
        "counted": entry.get("counted", True),
    }
    if operation == RESTORE:
        return Reactivation(**common)
    shortest, longest = _check_policy(entry, prefix)
    days = check_purge_days(entry["purge_after_days"], f"{prefix}purge_after_days", shortest, longest)
    if planned:
        _check_planned(planned, target, days, prefix)
    return Deactivation(
        purge_after_days=days, planned=planned, listed_purge_date=entry.get("listed_purge_date"), **common
    )


def _check_planned(planned: Planned, target: Target, days: int, prefix: str) -> None:
    """What the inventory says of a tenant is what the plan says."""
    if planned.tenant_id is not None and target.tenant_id != planned.tenant_id:
        raise InvalidInput(
            f"Tenant {target} has the id {planned.tenant_id} in the plan: one of the two ids may be another customer's. Find"
            f" out which, and make a new plan where {prefix}tenant_id is right."
        )
    if planned.action == DEACTIVATE and days != planned.purge_after_days:
        raise InvalidInput(
            f"{prefix}purge_after_days is {days}, and the plan has {planned.purge_after_days} days for tenant {target}: give what was"
            " approved, or make a new plan."
        )


def receipt_path(entry: Mapping[str, t.Any], prefix: str, target: Target) -> str | None:
    """The file of the receipt of a wave's tenant."""
    folder, option = entry["receipts_dir"], f"{prefix}receipts_dir"
    if folder is None:
        return None
    if not isinstance(folder, str) or not folder:
        raise InvalidInput(f"{option} is {shown(folder)}: it must be the path of a folder.")
    return check_receipt_path(os.path.join(folder, f"{target.address.hostname}.json"), option)


def change_tenant(params: Mapping[str, t.Any], run: Run) -> dict[str, t.Any]:
    """Take one tenant of a guarded wave out of service, or bring it back, as the wave's operation is.

    :returns: the role's result of a host.
    """
    entry = params["tenant"]
    known = {
        "wave": entry["wave"],
        "hostname": entry["hostname"],
        "id": entry["tenant_id"],
        "region": entry["region"],
    }
    # Nothing is changed where a plan is made, whatever mode the run is in.
    planning = entry.get("planning", False)
    check_mode = run.check_mode or planning
    try:
        order = check_wave_tenant(entry, entry["prefix"], entry["operation"], run.run_id)
        address = order.target.address
        known |= {"hostname": address.hostname, "region": address.region}
        client = open_client(
            params,
            run,
            region=address.region,
            credentials=check_credentials(params["credentials"] or (params if entry["one_client"] else {})),
            token=_token_of(address.region, params["tokens"]),
        )
        if isinstance(order, Deactivation):
            result = deactivate(client, order, check_mode=check_mode)
        else:
            result = reactivate(client, order, check_mode=check_mode)
    except QlikError as error:
        error.result = _host_result({**known, **error.result}, changed=error.changed, failed=True, msg=error.message)
        raise
    change = result.get("msg") or (
        f"{result['previous_status']} → {result['status']}"
        if result["changed"]
        else f"{result['status']} already, left alone"
    )
    if not result["changed"] and order.planned and order.planned.action == DEACTIVATE:
        done_by_it = result["plan_sha256"] == entry["plan_sha256"]
        change += (
            " (as planned, by an earlier run)" if done_by_it else " (the plan was to deactivate it: somebody has since)"
        )
    if order.target.tenant_id is None and result["id"] is not None:
        change += f" (its id was looked up: {result['id']})"
    action = _DO[entry["operation"]] if result["changed"] else LEAVE
    return _host_result(
        {**known, **result}, changed=result["changed"] and not planning, failed=False, msg=change, action=action
    )


def _host_result(
    result: Mapping[str, t.Any], *, changed: bool, failed: bool, msg: str, action: str | None = None
) -> dict[str, t.Any]:
    return {
        "wave": result["wave"],
        "hostname": result["hostname"],
        "hostnames": result.get("hostnames", []),
        "tenant_id": result["id"],
        "region": result["region"],
        "action": action,
        "changed": changed,
        "previous_status": result.get("previous_status"),
        "status": result.get("status"),
        "purge_after_days": result.get("purge_after_days"),
        "estimated_purge_date": result.get("estimated_purge_date"),
        "purge_date_reckoned": result.get("purge_date_reckoned", False),
        "probe_state": result.get("probe", {}).get("state"),
        "receipt": result.get("receipt"),
        "failed": failed,
        "msg": msg,
        **{key: result[key] for key in ("diff", "warnings") if key in result},
    }


def _token_of(region: str, tokens: Sequence[Mapping[str, t.Any]]) -> Token:
    """The token that was issued for a region.

    :arg tokens: the results of qlik_region_token, each with the region as its ``item``.
    """
    for result in tokens:
        if result.get("item") == region:
            value = result.get("access_token")
            if value and not result.get("failed"):
                return Token(str(value), read_time(result.get("expires_at")), result.get("client"))
            raise Stopped(
                f"There is no token for region {region}, so nothing was sent for this tenant. {result.get('msg', '')}",
                http_status=result.get("http_status"),
                code=result.get("code"),
                trace_id=result.get("trace_id"),
            )
    raise Stopped(f"No token was asked for region {region}: nothing was sent. Run the play from its beginning.")


def _is_done(entry: Mapping[str, t.Any], prefix: str) -> bool:
    """The tenant's receipt says that there is nothing to do."""
    try:
        target = check_wave_target(entry, prefix)
        path = receipt_path(entry, prefix, target)
    except QlikError:
        # Its own operation says what is wrong.
        return False
    told = standing_in(path, target) if path else Standing()
    return told.state in (DISABLED, PURGED) and told.unsettled is None


def _with_plan(entry: Mapping[str, t.Any], prefix: str, plan: Plan) -> dict[str, t.Any]:
    """An entry with what the plan says of its tenant; the plan's id where the inventory has none."""
    try:
        planned = plan.tenants.get(check_wave_target(entry, prefix).address.hostname)
    except QlikError:
        # Its own operation says what is wrong.
        return {**entry, "planned": None}
    known = planned["id"] if planned and entry["tenant_id"] is None else entry["tenant_id"]
    return {**entry, "planned": planned, "tenant_id": known}


def _not_planned(entries: Sequence[Mapping[str, t.Any]]) -> Iterator[str]:
    hosts = [_name(entry) for entry in entries if entry["planned"] is None]
    if hosts:
        yield (
            f"The plan lacks {some(hosts)}: it is applied as it was approved, and to nothing else. Check -i and --limit, or make a new"
            " plan."
        )


def _not_applied(entries: Sequence[Mapping[str, t.Any]], plan: Plan) -> list[str]:
    hosts = {entry["planned"]["hostname"] for entry in entries if entry["planned"]}
    return [hostname for hostname in plan.tenants if hostname not in hosts]


def _misspelt(entries: Sequence[Mapping[str, t.Any]], prefix: str, operation: str) -> Iterator[str]:
    """Variables that are not the role's and look like one of them: what they were to say would be ignored."""
    known = (*TENANT_VARIABLES[operation], *ROLE_VARIABLES[operation])
    hosts: dict[str, list[str]] = {}
    for entry in entries:
        for name in entry.get("unknown", ()):
            hosts.setdefault(name, []).append(_name(entry))
    for name, having in hosts.items():
        for like in difflib.get_close_matches(name, known, 1, _LIKENESS):
            yield (
                f"{prefix}{for_terminal(name, 100)} ({some(having)}) is no variable of the role, and looks like {prefix}{like}: correct it,"
                " or call a variable of your own something else."
            )


def _late_pre_tasks(entries: Sequence[Mapping[str, t.Any]], prefix: str, loaded: t.Any) -> Iterator[str]:
    """Hosts whose tasks to be run first are not those that the play was loaded with."""
    hosts = [_name(entry) for entry in entries if (entry["pre_tasks"] or None) != (loaded or None)]
    if hosts:
        yield (
            f"{prefix}pre_tasks of {some(hosts)} is not what the play was loaded with ({shown(loaded) if loaded else 'nothing'}): Ansible"
            f" includes those tasks before it looks at the inventory. Give {prefix}pre_tasks with -e, as a variable of the play or as a"
            " parameter of the role, one for all tenants."
        )


def _name(entry: Mapping[str, t.Any]) -> str:
    return for_terminal(entry["host"], 100)


def _duplicates(entries: Sequence[Mapping[str, t.Any]], key: str, normal: Callable[[t.Any], str]) -> list[str]:
    given = [(normal(entry[key]), _name(entry)) for entry in entries if entry.get(key)]
    counts = Counter(value for value, host in given)
    return [
        f"{count} hosts have the {key} {shown(value)} ({', '.join(host for one, host in given if one == value)}): each tenant may stand"
        " in the inventory once."
        for value, count in counts.items()
        if count > 1
    ]


def _protection(entry: Mapping[str, t.Any], prefix: str) -> str | None:
    if entry.get("error"):
        return None
    try:
        patterns = check_patterns(entry["protected"], f"{prefix}protected")
    except InvalidInput as error:
        raise _WrongPolicy(error.message) from None
    for name in (entry["hostname"], entry["host"]):
        found = matching_pattern(name, patterns) if isinstance(name, str) else None
        if found:
            return found
    return None


class _WrongPolicy(InvalidInput):
    """The house rule itself is wrong: no tenant is touched under it."""


def _check_policy(entry: Mapping[str, t.Any], prefix: str) -> tuple[int, int]:
    try:
        shortest = check_purge_days(entry["min_purge_days"], f"{prefix}min_purge_days")
        longest = check_purge_days(entry["max_purge_days"], f"{prefix}max_purge_days")
    except InvalidInput as error:
        raise _WrongPolicy(error.message) from None
    if shortest > longest:
        raise _WrongPolicy(
            f"{prefix}min_purge_days is {shortest} and {prefix}max_purge_days is {longest}: no number of days fits both."
        )
    return shortest, longest
