# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tenants of a list are called in an inventory: each by a name that is its own, or not at all, and then that is said."""

from __future__ import annotations

import re
import typing as t
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address

# What Ansible takes for a host and for nothing else: no pattern, no range, no port, no list.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}")
_NAMES_OF_OTHERS = frozenset(("localhost", "127.0.0.1", "all", "ungrouped"))
_SHOWN = 10

Tenant = dict[str, t.Any]


def by_hostname(tenants: Iterable[Tenant]) -> tuple[dict[str, Tenant], list[str]]:
    """The tenants by the first of their hostnames under qlikcloud.com, in lower case; and a sentence for each reason that some are
    left out.

    A hostname that two tenants have is that of the one which is not ``deleted``. Where both live, nobody can say which is meant,
    and it is neither's.
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
        ("a hostname that a living tenant has by now", gone),
        ("the same hostname as another tenant", ambiguous),
    )
    return named, [f"Left out, since they have {why}: {_list(some)}." for why, some in reasons if some]


def rename(
    named: Mapping[str, Tenant], names: Mapping[str, t.Any], taken: Iterable[str]
) -> tuple[list[str], str | None]:
    """Other names of the tenants, in the same order; and a sentence about those that keep their hostname, since the other name does
    not do.

    :arg named: the tenants by their hostnames.
    :arg names: by their hostnames the other names.
    :arg taken: names of groups.
    """
    unfit_names = _NAMES_OF_OTHERS | {name.lower() for name in taken}
    counted = Counter(name for name in names.values() if isinstance(name, str))

    def does(hostname: str, name: t.Any) -> bool:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower() in unfit_names:
            return False
        # A tenant that has the hostname of another one for its name must not take its place.
        address = find_address([name])
        return counted[name] == 1 and (address is None or address.hostname == hostname)

    kept = [hostname for hostname in named if not does(hostname, names.get(hostname))]
    unfit = frozenset(kept)
    renamed = [hostname if hostname in unfit else names[hostname] for hostname in named]
    if not kept:
        return renamed, None
    words = "are called by their hostname, since the name that hostname_template gives is another tenant's, a group's, or none"
    return renamed, f"These tenants {words}: {_list(named[hostname] for hostname in kept)}."


def _list(tenants: Iterable[Tenant]) -> str:
    shown = [f"{one['id']} ({', '.join(one['hostnames']) or one['name'] or 'no name'})" for one in tenants]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
