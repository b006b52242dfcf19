# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants, and what deactivation and reactivation do to one."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import string
from collections.abc import Iterable, Iterator
from typing import Any

from simulator import clock
from simulator.content import Content

_LETTERS_AND_DIGITS = string.digits + string.ascii_letters


def tenant_id_of(hostname: str) -> str:
    """A made-up id that is the same in every run: 32 letters and digits, as Qlik Cloud's are."""
    number = int.from_bytes(hashlib.sha256(hostname.encode()).digest(), "big")
    digits = []
    for _dummy in range(32):
        number, digit = divmod(number, len(_LETTERS_AND_DIGITS))
        digits.append(_LETTERS_AND_DIGITS[digit])
    return "".join(digits)


def license_key(subscription: str) -> str:
    """The signed key of a subscription, a secret."""
    return f"simulated.{subscription}.{hashlib.sha256(subscription.encode()).hexdigest()}"


@dataclasses.dataclass
class Tenant:
    id: str
    name: str
    hostnames: list[str]
    region: str
    status: str
    subscription: str
    datacenter: str
    country: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    status_updated_at: datetime.datetime
    created_by: str
    license_number: str
    license_starts_at: datetime.datetime
    license_ends_at: datetime.datetime | None = None
    purge_at: datetime.datetime | None = None
    deactivated_code: str = "TENANT_DEACTIVATED"
    deactivation_disallowed: bool = False
    shown: dict[str, Any] = dataclasses.field(default_factory=dict)
    content: Content = dataclasses.field(default_factory=Content)
    bots: set[str] = dataclasses.field(default_factory=set)  # the clients that have a bot user here

    @property
    def purged(self) -> bool:
        if self.status == "deleted":
            return True
        return self.status == "disabled" and self.purge_at is not None and self.purge_at <= clock.now()

    @property
    def current_status(self) -> str:
        return "deleted" if self.purged else self.status

    @property
    def deactivated(self) -> bool:
        return self.status == "disabled"

    def has_hostname(self, name: str) -> bool:
        """Reference, "Read one tenant": hostnames know no case."""
        return name.lower() in (own.lower() for own in self.hostnames)

    def answers_to(self, id_or_hostname: str) -> bool:
        return id_or_hostname == self.id or self.has_hostname(id_or_hostname)

    def deactivate(self, days: int) -> None:
        """Reference, "Deactivate": sent again to a disabled tenant it resets the countdown."""
        moment = clock.now()
        self.status = "disabled"
        self.purge_at = moment + datetime.timedelta(days=days)
        self.updated_at = self.status_updated_at = moment

    def reactivate(self) -> bool:
        """Whether that changed anything."""
        if not self.deactivated:
            return False
        self.status = "active"
        self.purge_at = None
        self.updated_at = self.status_updated_at = clock.now()
        return True


class Directory:
    """All tenants in the order of the scenario, found by id or by hostname."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        self._by_id: dict[str, Tenant] = {}
        self._by_hostname: dict[str, Tenant] = {}
        for tenant in tenants:
            self.add(tenant)

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._by_id.values())

    def add(self, tenant: Tenant) -> None:
        if tenant.id in self._by_id:
            raise ValueError(f"two tenants with the id {tenant.id}")
        for hostname in tenant.hostnames:
            if hostname.lower() in self._by_hostname:
                raise ValueError(f"two tenants with the hostname {hostname}")
        self._by_id[tenant.id] = tenant
        for hostname in tenant.hostnames:
            self._by_hostname[hostname.lower()] = tenant

    def set_alias(self, tenant: Tenant, alias: str) -> None:
        """Reference, "Hostnames": the alias is the second hostname; the one that it replaces is free again."""
        for old in tenant.hostnames[1:2]:
            del self._by_hostname[old.lower()]
        tenant.hostnames[1:2] = [alias]
        self._by_hostname[alias.lower()] = tenant

    def with_id(self, tenant_id: str) -> Tenant | None:
        return self._by_id.get(tenant_id)

    def with_hostname(self, hostname: str) -> Tenant | None:
        return self._by_hostname.get(hostname.lower())
