# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Qlik Cloud says now of the tenants that are disabled by their receipts, if the organization's list was not read.

The register host is asked if there are credentials for the region and it answers reads; else the tenant's own host is probed without
credentials. Neither has an effect on a tenant: no token of a tenant's own host is requested.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, open_client
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_client,
    check_credentials,
    check_regions,
    setting_names,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.tenants import probe, read_tenant
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import check_hostname
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Target
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import (
    DISABLED_STATUSES,
    LIVE_STATES,
    LIVE_STATUSES,
    Reading,
    Record,
    State,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Tenant


@dataclass(frozen=True)
class Sight:
    """What was seen of a tenant. ``state``: ``live``, ``disabled``, ``gone``; None: it cannot be told. ``words``: by what, or why not."""

    state: str | None
    words: str


def look(report: Report, params: Mapping[str, t.Any], run: Run, prefix: str) -> dict[str, Sight]:
    """Look at each tenant that is disabled by its receipt, by hostname.

    :arg prefix: what stands before the names of the options in messages.
    :raises InvalidInput: something is wrong with the credentials. Nothing was sent.
    """
    tenants = [tenant for tenant in report.tenants if tenant.can_be_restored]
    if report.listed is not None:
        return {tenant.hostname: _in_list(tenant) for tenant in tenants}
    regions = {tenant.region for tenant in tenants}
    found = _credentials(params, regions, prefix)
    clients = {region: _Region(region, client, params, run, prefix) for region, client in found}
    return {tenant.hostname: clients[tenant.region].look(tenant) for tenant in tenants}


def _in_list(tenant: Tenant) -> Sight:
    if tenant.listed is None:
        return Sight("gone", "it is not in the organization's list any more")
    status = tenant.listed.status or "without a status"
    words = f"the organization lists it as {for_terminal(status, 40)}"
    if status in LIVE_STATUSES:
        return Sight("live", words)
    return Sight("disabled" if status in DISABLED_STATUSES else "gone" if status == "deleted" else None, words)


def _credentials(
    params: Mapping[str, t.Any], regions: Iterable[str], prefix: str
) -> list[tuple[str, tuple[Credentials | None, str]]]:
    """For each region its client, None if there is none, and the mapping that it comes from."""
    mapping = f"{prefix}credentials"
    if check_regions(params["credentials"], mapping):
        found = params["credentials"]
        return [
            (one, (check_client(found[one], one, mapping) if one in found else None, mapping))
            for one in sorted(regions)
        ]
    client = check_credentials(params, prefix=prefix)
    return [(one, (client, "")) for one in sorted(regions)]


class _Region:
    """A region, and whether its register host can be asked. It is asked for a token when the first tenant is looked at."""

    def __init__(
        self, name: str, client: tuple[Credentials | None, str], params: Mapping[str, t.Any], run: Run, prefix: str
    ) -> None:
        credentials, mapping = client
        names = setting_names(prefix, mapping=mapping)
        self._client: Client = open_client(params, run, region=name, credentials=credentials, names=names)
        self._reads = credentials is not None

    def look(self, tenant: Tenant) -> Sight:
        """Look at a tenant of the region."""
        target = Target(check_hostname(tenant.hostname), tenant.tenant_id)
        read = self._read(target)
        if isinstance(read, Record):
            words = f"the register host says {for_terminal(read.status, 40)}"
            if read.status in LIVE_STATUSES:
                return Sight("live", words)
            return Sight("disabled" if read.status in DISABLED_STATUSES else None, words)
        if read is Reading.ABSENT:
            return Sight("gone", "the register host does not know it any more")
        found = probe(self._client, target.address, credentials=None)
        words = f"its own host {found.state.seen}"
        if found.state in LIVE_STATES:
            return Sight("live", words)
        if found.state is State.DEACTIVATED:
            return Sight("disabled", words)
        if found.state is State.NOT_FOUND:
            return Sight("gone", "its hostname does not exist any more")
        return Sight(None, f"{words}: {for_terminal(found.description, 300)}")

    def _read(self, target: Target) -> Record | Reading:
        if not self._reads:
            return Reading.REFUSED
        try:
            found = read_tenant(self._client, target)
        except InvalidInput:
            raise
        except QlikError:
            # The probe needs no credentials, and says what is wrong with the way there.
            found = Reading.REFUSED
        # What refuses one read refuses all.
        self._reads = found is not Reading.REFUSED
        return found
