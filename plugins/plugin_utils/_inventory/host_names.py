# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of the listed tenants in an inventory. No two hosts have one name, and a tenant that is left out is named in a warning."""

from __future__ import annotations

import re
import typing as t
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address

# What Ansible takes for a host and for nothing else: no pattern, no range, no port, no list.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}")
_NAMES_OF_OTHERS = frozenset(("localhost", "127.0.0.1", "all", "ungrouped"))
_SHOWN = 10

Tenant = dict[str, t.Any]


def by_hostname(tenants: Iterable[Tenant]) -> tuple[dict[str, Tenant], list[str]]:
    """The tenants by the first of their hostnames under qlikcloud.com, in lower case; and a sentence for each reason that some are
    left out.

    If two tenants have the same hostname, the one that is not ``deleted`` gets it. If both live, neither gets it, since nobody can say
    which one is meant.
    """
    nameless: list[Tenant] = []
    found: defaultdict[str, list[Tenant]] = defaultdict(list)
    for tenant in tenants:
        address = find_address(tenant["hostnames"])
        if address is None:
            nameless.append(tenant)
        else:
            found[address.hostname].append(tenant)
    named: dict[str, Tenant] = {}
    gone: list[Tenant] = []
    ambiguous: list[Tenant] = []
    for hostname, sharing in found.items():
        living = [tenant for tenant in sharing if tenant["status"] != "deleted"] if len(sharing) > 1 else sharing
        if len(living) == 1:
            named[hostname] = living[0]
            gone += (tenant for tenant in sharing if tenant is not living[0])
        else:
            ambiguous += sharing
    reasons = (
        ("no hostname under qlikcloud.com", nameless),
        ("a hostname that a live tenant has now", gone),
        ("the same hostname as another tenant", ambiguous),
    )
    return named, [
        f"Tenants left out of the inventory, because they have {why}: {_list(some)}." for why, some in reasons if some
    ]


def rename(
    named: Mapping[str, Tenant], names: Mapping[str, t.Any], *, groups: Iterable[str], hosts: Mapping[str, t.Any]
) -> tuple[list[str], str | None]:
    """Other names of the tenants, in the same order; and a sentence about those that keep their hostname, since the other name cannot
    be used.

    Names that differ only in case count as the same name: people and file systems mix them up.

    :arg named: the tenants by their hostnames.
    :arg names: by their hostnames the other names.
    :arg groups: names of groups.
    :arg hosts: names of hosts of other inventory sources, each with the tenant id that it has there, or None.
    """
    of_groups = {name.lower() for name in groups}
    of_hosts = {name.lower(): (name, tenant_id) for name, tenant_id in hosts.items()}
    counted = Counter(name.lower() for name in names.values() if isinstance(name, str))

    def fault(hostname: str, name: t.Any) -> str | None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return "is not a host name of letters, digits, '.', '_' and '-'"
        if name.lower() in _NAMES_OF_OTHERS:
            return "is a reserved name in Ansible"
        if name.lower() in of_groups:
            return "is the name of a group"
        address = find_address([name])
        if counted[name.lower()] > 1 or (address is not None and address.hostname != hostname):
            return "is the name of another tenant too"
        if name.lower() in of_hosts and of_hosts[name.lower()] != (name, named[hostname]["id"]):
            # Ansible would merge the tenant into that host, and run on both what is meant for one.
            return "is the name of a host of another inventory source"
        return None

    faults = {hostname: fault(hostname, names.get(hostname)) for hostname in named}
    renamed = [hostname if fault else names[hostname] for hostname, fault in faults.items()]
    kept = [f"{hostname} ({shown(names.get(hostname))} {fault})" for hostname, fault in faults.items() if fault]
    if not kept:
        return renamed, None
    return (
        renamed,
        f"hostname_template gives names that cannot be used, so these tenants keep their hostname: {_cut(kept)}.",
    )


def without_strangers(named: Mapping[str, Tenant], hosts: Mapping[str, t.Any]) -> tuple[dict[str, Tenant], str | None]:
    """The tenants whose hostname is not, in another inventory source, that of a tenant with another id; and a sentence about the rest.

    Ansible would merge them, and the id that somebody wrote would be replaced.

    :arg hosts: as for rename().
    """
    strangers = {
        hostname: tenant for hostname, tenant in named.items() if hosts.get(hostname) not in (None, tenant["id"])
    }
    rest = {hostname: tenant for hostname, tenant in named.items() if hostname not in strangers}
    if not strangers:
        return rest, None
    pairs = [
        f"{hostname} (qlik_tenant_id {shown(hosts[hostname])} in that source, {tenant['id']} in the list)"
        for hostname, tenant in strangers.items()
    ]
    return rest, (
        f"Tenants left out of the inventory, because another inventory source has a host of this name with another qlik_tenant_id:"
        f" {_cut(pairs)}. One of the two ids may be another customer's: compare them, and correct qlik_tenant_id in that source."
    )


def _list(tenants: Iterable[Tenant]) -> str:
    return _cut([f"{one['id']} ({', '.join(one['hostnames']) or one['name'] or 'no name'})" for one in tenants])


def _cut(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
