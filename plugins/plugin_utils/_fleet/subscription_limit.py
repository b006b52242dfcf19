# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the organization's list says of a wave: how large a part of each subscription goes, and when what is disabled will be purged.

One listing for the wave, not a call a tenant. Reference: "Organization API".
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import (
    Run,
    open_organization_client,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    ORGANIZATION_PREFIX,
    setting_names,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.organization import (
    Listing,
    list_disabled,
    list_tenants,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.scim import one_of
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError, Refused
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Deactivation
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import NO_OP
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import DISABLED_STATUSES, LIVE_STATUSES
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_percent
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import refusal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.recent import TakenDown, recent_in_list
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import Tenant, WaveInput

_DELETED = "deleted"

# A tenant of the organization's list, as the API package gives it.
ListedTenant = Mapping[str, t.Any]


@dataclass
class Listed:
    """What was found.

    ``tenants``: how many tenants the organization has, None if only the disabled ones were listed, or none; ``disabled``: how many of them
    are disabled, None if nothing was listed; ``details``: by host, the ``name`` and ``license_ends_at`` that the list has of its tenant;
    ``purge_dates``: of disabled tenants, by host;
    ``live``: hosts whose tenants live by the list; ``taken_down``: disabled tenants that count for ``max_in_days``, and have no receipt;
    ``inactive``: hosts whose tenants did not count, since by the list they are not live; ``error``: why the wave is too large;
    ``warnings``: what could not be found out, where nothing depends on it.
    """

    tenants: int | None = None
    disabled: int | None = None
    details: dict[str, dict[str, str | None]] = field(default_factory=dict)
    purge_dates: dict[str, str] = field(default_factory=dict)
    live: frozenset[str] = frozenset()
    taken_down: tuple[TakenDown, ...] = ()
    inactive: frozenset[str] = frozenset()
    error: str | None = None
    warnings: list[str] = field(default_factory=list)


def look_up_wave(wave: WaveInput, params: Mapping[str, t.Any], run: Run) -> Listed:
    """Ask the organization about a wave that passed the guard, where its credentials are given.

    :arg wave: the limit is what its tenants have as ``max_percent``. If a plan is made, all tenants are
        listed, for their names and licences, and a list that is not shown is no reason to make no plan.
    :arg params: ``org_client_id``, ``org_client_secret`` and the options of requests.
    :raises InvalidInput: there is a limit and no credentials, or something is wrong with them. Nothing was sent.
    :raises QlikError: there is a limit, and the list is not shown.
    """
    prefix, tenants = wave.prefix, [tenant for tenant in wave.tenants if tenant.command is not None]
    limits = {
        tenant.host: check_percent(tenant.entry["max_percent"], tenant.entry.name_of("max_percent"))
        for tenant in tenants
        if tenant.entry["max_percent"] is not None
    }
    if not tenants:
        # Such as a wave that is not due.
        return Listed()
    client = open_organization_client(params, run, prefix)
    if client is None:
        if not limits:
            return Listed()
        names = setting_names(prefix, ORGANIZATION_PREFIX)
        raise InvalidInput(
            f"{prefix}max_percent is {min(limits.values()):g}, and needs the organization's client: give {names.credentials}, or"
            f" {names.environment} in the environment. Nothing was changed."
        )
    try:
        listing, whole = _list(client, tenants, only_disabled=not limits and not wave.planning)
    except QlikError as error:
        names_of_limits = [*(["max_percent"] if limits else []), *(["max_in_days"] if wave.recent else [])]
        if names_of_limits and not wave.planning:
            checked = " and ".join(f"{prefix}{name}" for name in names_of_limits)
            reason = f"{checked} cannot be checked. {error.message}"
            raise error.replaced(message=refusal([reason], is_rest=bool(wave.changed_before))) from None
        unknown = "Purge dates of tenants that are disabled already"
        if wave.planning:
            unknown += ", and the ends of licenses,"
        return Listed(warnings=[f"{unknown} are not known. {error.message}"])
    known = _Known(listing, tenants, wave)
    found = Listed(
        tenants=len(listing.tenants) if whole else None,
        disabled=sum(_status(listed) in DISABLED_STATUSES for listed in listing.tenants),
        details=known.details(),
        purge_dates=known.purge_dates(),
        live=known.live(),
    )
    if wave.recent is not None and wave.policy.max_in_days is not None:
        disabled = [one for one in listing.tenants if _status(one) in DISABLED_STATUSES]
        found.taken_down = tuple(recent_in_list(disabled, wave.recent.taken_ids, wave.policy.max_in_days, wave.now))
    if limits:
        found.inactive = known.inactive
        found.error = known.too_large(limits)
    return found


def _list(client: Client, tenants: Iterable[Tenant], *, only_disabled: bool) -> tuple[Listing, bool]:
    """All tenants, or only the disabled ones; and whether it is all. If the server lists nothing without naming subscriptions, all tenants
    of those that the inventory knows.
    """
    try:
        return (list_disabled(client), False) if only_disabled else (list_tenants(client), True)
    except Refused as refused:
        names = sorted({str(one.entry["subscription_id"]) for one in tenants if one.entry["subscription_id"]})
        if refused.http_status != 400 or not names:
            raise
        return list_tenants(client, one_of("subscriptionId", names)), True


class _Known:
    """The list, beside the tenants of the wave.

    ``inactive``: the hosts that need not count, since their tenants are not live by the list, or are not in it and done by their
    receipts or the plan.
    """

    def __init__(self, listing: Listing, tenants: Iterable[Tenant], wave: WaveInput) -> None:
        self._listing = listing
        self._prefix = wave.prefix
        self._changed_before = wave.changed_before
        by_id = {tenant["id"]: tenant for tenant in listing.tenants}
        by_hostname: dict[str, list[ListedTenant]] = {}
        for listed in listing.tenants:
            # Hostnames of tenants that are gone are given to others.
            if _status(listed) != _DELETED:
                for hostname in {name.lower() for name in listed["hostnames"]}:
                    by_hostname.setdefault(hostname, []).append(listed)
        self._wave: list[tuple[Tenant, ListedTenant | None]] = []
        for tenant in tenants:
            if (target := tenant.target) is None:
                continue
            same = by_hostname.get(target.address.hostname, [])
            found = by_id.get(target.tenant_id) if target.tenant_id else same[0] if len(same) == 1 else None
            self._wave.append((tenant, found))
        self.inactive = frozenset(
            tenant.host
            for tenant, listed in self._wave
            if (not _is_live(listed) and not _resets(tenant) if listed else tenant.host in wave.done)
        )

    def details(self) -> dict[str, dict[str, str | None]]:
        """What a reader of a plan wants to know of the wave's tenants, by host."""
        return {
            tenant.host: {key: listed[key] for key in ("name", "license_ends_at")}
            for tenant, listed in self._wave
            if listed
        }

    def live(self) -> frozenset[str]:
        """The hosts whose tenants live by the list: with a documented status that says so, and the id that the inventory has."""
        return frozenset(
            tenant.host
            for tenant, listed in self._wave
            if listed and _status(listed) in LIVE_STATUSES and tenant.target and tenant.target.tenant_id == listed["id"]
        )

    def _was_taken(self, listed: ListedTenant) -> bool:
        taken = any(name.lower() in self._changed_before for name in listed["hostnames"])
        return taken and _status(listed) in DISABLED_STATUSES

    def purge_dates(self) -> dict[str, str]:
        """The dates of the disabled tenants of the wave, by host."""
        return {
            tenant.host: listed["purge_date"]
            for tenant, listed in self._wave
            if listed and _status(listed) in DISABLED_STATUSES and read_time(listed["purge_date"])
        }

    def too_large(self, limits: Mapping[str, float]) -> str | None:
        """Why the wave takes too large a part of a subscription; None where it does not.

        What counts is live by the list, whatever receipts say of it. Of the limits of a subscription's hosts the lowest one holds.
        """
        going = [
            (tenant, listed) for tenant, listed in self._wave if tenant.host not in self.inactive and not _stays(tenant)
        ]
        lost = sorted(
            tenant.entry.shown_host for tenant, listed in going if listed is None or listed["subscription_id"] is None
        )
        if lost:
            unreadable = self._listing.unreadable
            besides = f" ({unreadable} of its entries cannot be read)" if unreadable else ""
            return (
                f"The organization's list{besides} has no entry with a subscription for {some(lost)}, so {self._prefix}max_percent cannot"
                " be checked. Check hostname and id, and that the client is one of this organization."
            )
        of_host = {tenant.host: listed["subscription_id"] for tenant, listed in going if listed}
        # What earlier parts of this wave took was live when the play began.
        before = {
            listed["id"]: listed["subscription_id"] for listed in self._listing.tenants if self._was_taken(listed)
        }
        # By their ids: two hosts may name one tenant.
        taken = Counter({**before, **{one["id"]: one["subscription_id"] for _tenant, one in going if one}}.values())
        live = {listed["id"]: listed["subscription_id"] for listed in self._listing.tenants if _is_live(listed)}
        whole = Counter({**before, **live}.values())
        wrong = []
        for name, count in sorted(taken.items()):
            limit = min((limits[host] for host, one in of_host.items() if one == name and host in limits), default=100)
            if 100 * count > limit * whole[name]:
                wrong.append(
                    f"This run would deactivate {count} of the {whole[name]} live tenants of subscription {for_terminal(name, 100)}"
                    f" ({100 * count / whole[name]:.4g} %), but {self._prefix}max_percent allows {limit:g} %."
                )
        if not wrong:
            return None
        return f"{' '.join(wrong)} Check the inventory and --limit; if they are right, raise {self._prefix}max_percent."


def _stays(tenant: Tenant) -> bool:
    """The plan that is applied leaves the tenant as it is, and stops it if it is live."""
    return tenant.planned is not None and tenant.planned.action == NO_OP


def _resets(tenant: Tenant) -> bool:
    """Its countdown is restarted if it is disabled already."""
    return isinstance(tenant.command, Deactivation) and tenant.command.reset_purge_timer


def _is_live(listed: ListedTenant) -> bool:
    """Neither disabled nor deleted; what has no status may be live."""
    return _status(listed) not in (_DELETED, *DISABLED_STATUSES)


def _status(listed: ListedTenant) -> str | None:
    return None if listed["status"] is None else str(listed["status"]).lower()
