# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a contender did its work, by the simulator's log and by its own recap: what was not done cost nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmark.fleet import REGIONS, Fleet, Tenant
from benchmark.usage_pool import PATHS, TOKEN_PATH

Entry = Mapping[str, Any]
Check = Callable[[Fleet, Sequence[Entry], str], None]

_TOKENS = Counter((f"register.{region}.qlikcloud.com", "POST", "/oauth/token", 200, False) for region in REGIONS)


class NotDone(Exception):
    """The contender did something else than it was to do."""


def deactivates_each(fleet: Fleet, log: Sequence[Entry], output: str) -> None:
    """Each tenant, active before, is read, deactivated and probed; there is one token a region; and nothing else."""
    _calls_are(fleet, log, lambda tenant: [_read(tenant), _deactivation(tenant), _probe(tenant)])


def leaves_each(fleet: Fleet, log: Sequence[Entry], output: str) -> None:
    """Each tenant, disabled before, is read and probed, and not touched."""
    _calls_are(fleet, log, lambda tenant: [_read(tenant), _probe(tenant)])


def reads_each(fleet: Fleet, log: Sequence[Entry], output: str) -> None:
    """Of each tenant's own host one token is requested, then what is in it is read; and nothing else."""
    wanted = Counter(("GET", *_path_and_query(path), 200) for path in PATHS) + Counter([("POST", TOKEN_PATH, (), 200)])
    found: defaultdict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    for entry in log:
        query = tuple(sorted(entry["query"].items()))
        found[entry["host"]][entry["method"], entry["path"], query, entry["status"]] += 1
    for tenant in fleet.tenants:
        if found.pop(tenant.hostname, None) != wanted:
            raise NotDone(f"{tenant.hostname}: expected one token and {len(PATHS)} reads, the log has others")
    if found:
        raise NotDone(f"expected nothing else, the log has requests of {sorted(found)}")


def _path_and_query(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    parts = urlsplit(url)
    return parts.path, tuple(sorted(parse_qsl(parts.query)))


def runs_on_each(fleet: Fleet, log: Sequence[Entry], output: str) -> None:
    """One task ran on each host, and sent nothing."""
    if log:
        raise NotDone(f"{len(log)} requests were sent, expected none")
    ran = set(re.findall(r"^(\S+)\s+: ok=1\s.*\bunreachable=0\s+failed=0\s", output, re.MULTILINE))
    if ran != {tenant.hostname for tenant in fleet.tenants}:
        raise NotDone(f"the task ran on {len(ran)} hosts, expected {len(fleet)}")


def _read(tenant: Tenant) -> tuple[Any, ...]:
    return f"register.{tenant.region}.qlikcloud.com", "GET", f"/api/v1/tenants/{tenant.id}", 200, False


def _deactivation(tenant: Tenant) -> tuple[Any, ...]:
    path = f"/api/v1/tenants/{tenant.id}/actions/deactivate"
    return f"register.{tenant.region}.qlikcloud.com", "POST", path, 200, True


def _probe(tenant: Tenant) -> tuple[Any, ...]:
    # 401 is what a deactivated tenant's host says to the credentials that a live one issues a token for.
    return tenant.hostname, "POST", "/oauth/token", 401, False


def _calls_are(fleet: Fleet, log: Sequence[Entry], wanted: Callable[[Tenant], list[tuple[Any, ...]]]) -> None:
    owners = {one.hostname: one for one in fleet.tenants} | {one.id: one for one in fleet.tenants}
    found: defaultdict[Tenant | None, list[tuple[Any, ...]]] = defaultdict(list)
    for entry in log:
        named = re.match(r"/api/v1/tenants/(\w+)", entry["path"] or "")
        owner = owners.get(named[1] if named else entry["host"])
        found[owner].append((entry["host"], entry["method"], entry["path"], entry["status"], entry["effective"]))
    for tenant in fleet.tenants:
        if found[tenant] != wanted(tenant):
            raise NotDone(f"{tenant.hostname}: expected {wanted(tenant)}, the log has {found[tenant]}")
    if Counter(found[None]) != _TOKENS:
        raise NotDone(f"expected one token a region, the log has {found[None]}")
