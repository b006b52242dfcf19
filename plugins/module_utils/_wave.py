# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wave: the tenants of one play, checked together before the first request, then taken out of service one by one.

A tenant travels as an entry, a plain mapping of what was written for it. The guard looks at all entries and hands them on;
the operation of each tenant takes its values from the guard's entry alone, and checks them again itself.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from ._addresses import check_hostname_in_region, check_tenant_id
from ._connection import Run, check_credentials, open_client
from ._errors import InvalidInput, QlikError, Stopped
from ._inputs import (
    DEFAULT_PURGE_DAYS,
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
    Deactivation,
    Target,
    check_bool,
    check_confirmation,
    check_patterns,
    check_purge_days,
    check_seconds,
    check_whole_number,
    matching_pattern,
)
from ._lifecycle import deactivate
from ._lookup import find_target
from ._output import for_terminal, shown
from ._times import read_time
from ._tokens import Token

# The variables of a tenant that the guard reads, without the role's prefix, and what is meant where one is not set.
TENANT_VARIABLES: dict[str, t.Any] = {
    "hostname": None,
    "region": None,
    "tenant_id": None,
    "confirm_hostname": None,
    "purge_after_days": DEFAULT_PURGE_DAYS,
    "min_purge_days": SHORTEST_PURGE_DAYS,
    "max_purge_days": LONGEST_PURGE_DAYS,
    "verify": True,
    "verify_timeout": 60,
    "protected": (),
}


def guard_wave(
    entries: Sequence[Mapping[str, t.Any]],
    *,
    prefix: str,
    max_tenants: t.Any,
    regions_with_credentials: Collection[str] | None,
) -> dict[str, t.Any]:
    """Check a wave as a whole.

    :arg entries: one a host: ``host`` (its name in the inventory), the keys of TENANT_VARIABLES as they were written, and
        ``error`` where one of them could not be evaluated.
    :arg prefix: what stands before these keys in the names of the variables.
    :arg max_tenants: how many tenants one play may deactivate.
    :arg regions_with_credentials: the regions that credentials were given for; None: given for whatever region.
    :returns: ``tenants`` (host to entry, with the region that it lies in as ``in_region``), ``regions`` (those that a token is
        needed for), ``count``.
    :raises InvalidInput: with all that is wrong with the wave as a whole. What is wrong with one tenant alone is left to that
        tenant's operation, which stops it alone.
    """
    limit = check_whole_number(max_tenants, f"{prefix}max_tenants", 0, 10**6)
    wrong: list[str] = []
    if len(entries) > limit:
        wrong.append(
            f"The play has {len(entries)} tenants to deactivate, and {prefix}max_tenants allows {limit}: check the inventory and"
            f" --limit; if they are right, set {prefix}max_tenants to {len(entries)}."
        )
    wrong += _duplicates(entries, "hostname", lambda value: str(value).lower())
    wrong += _duplicates(entries, "tenant_id", str)
    regions: dict[str, str] = {}
    policies: dict[str, list[str]] = {}
    for entry in entries:
        try:
            _check_policy(entry, prefix)
            pattern = _protection(entry, prefix)
            if pattern:
                wrong.append(
                    f"{_name(entry)} is protected: its hostname matches '{for_terminal(pattern)}' in {prefix}protected."
                )
            regions[entry["host"]] = check_wave_tenant(entry, prefix).target.address.region
        except _WrongPolicy as error:
            policies.setdefault(error.message, []).append(_name(entry))
        except QlikError:
            # Its own operation says so. It needs no token.
            pass
    for message, hosts in policies.items():
        more = f" and {len(hosts) - 3} more" if len(hosts) > 3 else ""
        wrong.append(f"{', '.join(hosts[:3])}{more}: {message}")
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
    return {
        "tenants": {entry["host"]: {**entry, "in_region": regions.get(entry["host"])} for entry in entries},
        "regions": sorted(set(regions.values())),
        "count": len(entries),
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


def check_wave_tenant(entry: Mapping[str, t.Any], prefix: str) -> Deactivation:
    """The order in a wave's entry: the tenant's own guards.

    :raises InvalidInput: what is wrong with this tenant.
    """
    target = check_wave_target(entry, prefix)
    check_confirmation(entry["confirm_hostname"], target.address, f"{prefix}confirm_hostname")
    shortest, longest = _check_policy(entry, prefix)
    days = check_purge_days(entry["purge_after_days"], f"{prefix}purge_after_days", shortest, longest)
    verify_timeout = check_seconds(entry["verify_timeout"], f"{prefix}verify_timeout", 0)
    return Deactivation(
        target=target,
        purge_after_days=days,
        verify_timeout=verify_timeout if check_bool(entry["verify"], f"{prefix}verify") else None,
        protected=check_patterns(entry["protected"], f"{prefix}protected"),
    )


def decommission(params: Mapping[str, t.Any], run: Run) -> dict[str, t.Any]:
    """Take one tenant of a guarded wave out of service.

    :returns: the role's result of a host.
    """
    entry = params["tenant"]
    known = {"hostname": entry["hostname"], "id": entry["tenant_id"], "region": entry["region"]}
    try:
        order = check_wave_tenant(entry, entry["prefix"])
        address = order.target.address
        known |= {"hostname": address.hostname, "region": address.region}
        client = open_client(
            params,
            run,
            region=address.region,
            credentials=check_credentials(params["credentials"] or (params if entry["one_client"] else {})),
            token=_token_of(address.region, params["tokens"]),
        )
        given_id = order.target.tenant_id
        order = replace(order, target=find_target(client, order.target))
        result = deactivate(client, order, check_mode=run.check_mode)
    except QlikError as error:
        error.result = _host_result({**known, **error.result}, changed=error.changed, failed=True, msg=error.message)
        raise
    change = (
        f"{result['previous_status']} → {result['status']}"
        if result["changed"]
        else f"{result['status']} already, left alone"
    )
    if given_id is None and result["id"] is not None:
        change += f" (its id was looked up: {result['id']})"
    return _host_result(result, changed=result["changed"], failed=False, msg=change)


def _host_result(result: Mapping[str, t.Any], *, changed: bool, failed: bool, msg: str) -> dict[str, t.Any]:
    return {
        "hostname": result["hostname"],
        "tenant_id": result["id"],
        "region": result["region"],
        "changed": changed,
        "previous_status": result.get("previous_status"),
        "status": result.get("status"),
        "estimated_purge_date": result.get("estimated_purge_date"),
        "purge_date_reckoned": result.get("purge_date_reckoned", False),
        "probe_state": result.get("probe", {}).get("state"),
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
                return Token(str(value), read_time(result.get("expires_at")))
            raise Stopped(
                f"There is no token for region {region}, so nothing was sent for this tenant. {result.get('msg', '')}",
                http_status=result.get("http_status"),
                code=result.get("code"),
                trace_id=result.get("trace_id"),
            )
    raise Stopped(f"No token was asked for region {region}: nothing was sent. Run the play from its beginning.")


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
