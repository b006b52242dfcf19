# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the organization's list says of a wave: how large a part of each subscription goes, and when what is disabled will be purged.

One listing for the wave, not a call a tenant. Reference: "Organization API".
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ._client import Client
from ._connection import Run, open_organization_client
from ._decision import DISABLED_STATUSES
from ._errors import InvalidInput, QlikError, Refused
from ._inputs import check_percent
from ._organization import Listing, list_disabled, list_tenants
from ._output import for_terminal, some
from ._selection import one_of
from ._times import read_time
from ._tokens import ORGANIZATION, credential_words
from ._wave import check_wave_target

_DELETED = "deleted"

Tenant = Mapping[str, t.Any]
Entry = Mapping[str, t.Any]


@dataclass
class Listed:
    """``purge_dates``: of disabled tenants, by host, as the list has them; ``tenants``: how many it has, None where it was not asked."""

    tenants: int | None = None
    purge_dates: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def look_up_wave(
    wave: Mapping[str, t.Any], params: Mapping[str, t.Any], run: Run, prefix: str, *, planning: bool = False
) -> Listed:
    """Ask the organization about a wave that passed the guard, where its credentials are given.

    :arg wave: the result of guard_wave().
    :arg params: ``max_percent`` (None: there is no such limit), ``org_client_id``, ``org_client_secret`` and the options of requests.
    :arg prefix: what stands before ``max_percent`` and the credentials in the names of the variables.
    :arg planning: a plan is made: of any number of tenants.
    :raises InvalidInput: there is a limit and no credentials, or more than the limit would go. Only tokens and the list were asked for.
    :raises Refused: there is a limit, and the list is not shown. Without a limit that is a warning.
    """
    percent = None if params["max_percent"] is None else check_percent(params["max_percent"], f"{prefix}max_percent")
    client = open_organization_client(params, run)
    if client is None:
        if percent is None:
            return Listed()
        options, variables = credential_words(prefix + ORGANIZATION.prefix)[0], credential_words(ORGANIZATION.prefix)[1]
        raise InvalidInput(
            f"{prefix}max_percent is {percent:g}, and nobody can be asked how many tenants there are: give {options}, or {variables} in"
            " the environment. Nothing was sent."
        )
    limit = None if planning else percent
    try:
        listing = _list(client, wave, disabled_alone=limit is None)
    except QlikError as error:
        if limit is not None:
            error.message = f"The wave is stopped, since {prefix}max_percent cannot be checked. {error.message}"
            raise
        return Listed(warnings=[f"Purge dates of tenants that are disabled already are not known. {error.message}"])
    known = _Known(listing, prefix)
    if limit is not None:
        _check_share([entry for entry in _valid(wave) if entry["to_change"]], known, limit, prefix)
    return Listed(len(listing.tenants), known.purge_dates(_valid(wave)))


def _list(client: Client, wave: Mapping[str, t.Any], *, disabled_alone: bool) -> Listing:
    """All tenants or the disabled ones; of the wave's subscriptions, where the server lists nothing without them and the inventory knows
    them.
    """
    try:
        return list_disabled(client) if disabled_alone else list_tenants(client)
    except Refused as refused:
        known = {entry["subscription_id"] for entry in _valid(wave)}
        names = sorted(name for name in known if isinstance(name, str) and name)
        if refused.http_status != 400 or not names:
            raise
        return list_tenants(client, one_of("subscriptionId", names))


class _Known:
    """A list, to look tenants up in."""

    def __init__(self, listing: Listing, prefix: str) -> None:
        self.listing = listing
        self._prefix = prefix
        self._by_id = {tenant["id"]: tenant for tenant in listing.tenants}
        self._by_hostname: dict[str, list[Tenant]] = {}
        for tenant in listing.tenants:
            # Hostnames of tenants that are gone are given to others.
            if tenant["status"] != _DELETED:
                for hostname in {name.lower() for name in tenant["hostnames"]}:
                    self._by_hostname.setdefault(hostname, []).append(tenant)

    def find(self, entry: Entry) -> Tenant | None:
        """The tenant of a wave's entry, by its id where it has one; None where it is not listed, or where it is not clear which."""
        target = check_wave_target(entry, self._prefix)
        if target.tenant_id is not None:
            return self._by_id.get(target.tenant_id)
        found = self._by_hostname.get(target.address.hostname, [])
        return found[0] if len(found) == 1 else None

    def purge_dates(self, entries: Sequence[Entry]) -> dict[str, str]:
        found = {entry["host"]: self.find(entry) for entry in entries}
        return {
            host: tenant["purge_date"]
            for host, tenant in found.items()
            if tenant and tenant["status"] in DISABLED_STATUSES and read_time(tenant["purge_date"])
        }


def _valid(wave: Mapping[str, t.Any]) -> list[Entry]:
    """The entries that name a tenant. The others stop by themselves."""
    return [entry for entry in wave["tenants"].values() if entry["in_region"] is not None]


def _check_share(entries: Sequence[Entry], known: _Known, percent: float, prefix: str) -> None:
    """Refuse a wave that takes too large a part of a subscription.

    The whole are its tenants that are not disabled or deleted, and those of the wave: run again, a wave is as large a part as before.
    """
    found = {entry["host"]: known.find(entry) for entry in entries}
    lost = sorted(host for host, tenant in found.items() if tenant is None or tenant["subscription_id"] is None)
    if lost:
        unreadable = known.listing.unreadable
        besides = f" ({unreadable} of its entries cannot be read)" if unreadable else ""
        names = some([for_terminal(host, 100) for host in lost])
        raise InvalidInput(
            f"The wave is refused, nothing was changed. Not in the organization's list with a subscription{besides}: {names}. So"
            f" {prefix}max_percent cannot be checked. Check hostname and id, and that the client is one of this organization."
        )
    going = {tenant["id"]: tenant for tenant in found.values() if tenant}
    live = {
        tenant["id"]: tenant
        for tenant in known.listing.tenants
        if tenant["status"] not in (None, _DELETED, *DISABLED_STATUSES)
    }
    taken = Counter(tenant["subscription_id"] for tenant in going.values())
    whole = Counter(tenant["subscription_id"] for tenant in {**live, **going}.values())
    wrong = [
        f"Of the {whole[name]} tenants of subscription {for_terminal(name, 100)} {count} would go ({100 * count / whole[name]:.1f} %)"
        for name, count in sorted(taken.items())
        if 100 * count > percent * whole[name]
    ]
    if wrong:
        raise InvalidInput(
            f"The wave is refused, nothing was changed. {'. '.join(wrong)}, and {prefix}max_percent allows {percent:g} %: check the"
            f" inventory and --limit; if they are right, raise {prefix}max_percent."
        )
