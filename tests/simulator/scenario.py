# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scenario: which regions, clients and tenants there are, and how the simulated Qlik Cloud behaves.

README.md describes the keys. A key that is not known is an error: a misspelt fault would otherwise be a test of
nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from typing import Any

import yaml

from simulator import checks
from simulator.algorithms import ALGORITHMS
from simulator.checks import ScenarioError
from simulator.content import Content
from simulator.creation import Creation
from simulator.misbehaviour import Misbehaviour
from simulator.regions import Region
from simulator.tenants import Directory, Tenant, license_key, tenant_id_of

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}\.(?P<region>{_LABEL})\.qlikcloud\.com", re.IGNORECASE)
_STATUSES = ("active", "disabled", "deleted", "user-access-disabled")
_CREATED = datetime.datetime(2024, 1, 15, 9, 30, tzinfo=datetime.timezone.utc)
_DEFAULT_PURGE = datetime.timedelta(days=30)


@dataclasses.dataclass
class Organization:
    clients: dict[str, str] = dataclasses.field(default_factory=dict)
    subscription: Any = "sub-1"  # a text or a list of texts
    cursor: str = "next"
    by_id: str = "list"
    filter_required: bool = False

    @property
    def subscriptions(self) -> list[str]:
        return self.subscription if isinstance(self.subscription, list) else [self.subscription]

    def check(self, where: str) -> None:
        self.clients = _clients(self.clients, f"{where}.clients")
        if not self.subscriptions:
            raise ScenarioError(f"{where}.subscription: must have at least one")
        for subscription in self.subscriptions:
            checks.text(subscription, f"{where}.subscription")
        checks.one_of(self.cursor, ("next", "offset"), f"{where}.cursor")
        checks.one_of(self.by_id, ("list", "bare"), f"{where}.by_id")
        checks.flag(self.filter_required, f"{where}.filter_required")


@dataclasses.dataclass
class Reads:
    allow: bool = True
    status: int = 403
    purged: str = "not_found"

    def check(self, where: str) -> None:
        checks.flag(self.allow, f"{where}.allow")
        checks.one_of(self.status, (401, 403, 404, 405), f"{where}.status")
        checks.one_of(self.purged, ("not_found", "deleted"), f"{where}.purged")


@dataclasses.dataclass
class Limit:
    model: Any = "bucket"
    tier1: int = 1000
    tier2: int = 100
    window: float = 300
    scale: float = 1
    retry_after: str = "seconds"
    min_retry_after: int = 1

    def check(self, where: str) -> None:
        if self.model is False:  # YAML reads a bare `off` as false
            self.model = "off"
        checks.one_of(self.model, (*ALGORITHMS, "off"), f"{where}.model")
        checks.whole(self.tier1, f"{where}.tier1", least=1)
        checks.whole(self.tier2, f"{where}.tier2", least=1)
        checks.number(self.window, f"{where}.window", least=1)
        checks.number(self.scale, f"{where}.scale", least=0.001)
        checks.one_of(self.retry_after, ("seconds", "date"), f"{where}.retry_after")
        checks.whole(self.min_retry_after, f"{where}.min_retry_after", least=1)


@dataclasses.dataclass
class TokenRules:
    lifetime: int = 21600
    expires_after_requests: int | None = None
    dates: bool = True

    def check(self, where: str) -> None:
        checks.whole(self.lifetime, f"{where}.lifetime")
        if self.expires_after_requests is not None:
            checks.whole(self.expires_after_requests, f"{where}.expires_after_requests")
        checks.flag(self.dates, f"{where}.dates")


@dataclasses.dataclass
class Fault:
    do: Misbehaviour
    name: str = ""
    host: str = "*"
    method: str = "*"
    path: str = "*"
    tenant: str | None = None
    skip: int = 0
    times: int | None = 1

    def check(self, where: str) -> None:
        self.do = checks.section(Misbehaviour, self.do, f"{where}.do")
        for name in ("name", "host", "method", "path"):
            checks.text(getattr(self, name), f"{where}.{name}")
        if self.tenant is not None:
            checks.text(self.tenant, f"{where}.tenant")
        checks.whole(self.skip, f"{where}.skip")
        if self.times is not None:
            checks.whole(self.times, f"{where}.times")


@dataclasses.dataclass
class _TenantEntry:
    hostname: str
    id: str = ""
    aliases: list[str] = dataclasses.field(default_factory=list)
    name: str = ""
    status: str = "active"
    subscription: str = ""
    datacenter: str = ""
    country: str = ""
    created_at: Any = _CREATED
    status_updated_at: Any = None
    created_by: str = "simulator"
    license_number: str = "9000000000000001"
    license_starts_at: Any = _CREATED
    license_ends_at: Any = None
    purge_at: Any = None
    deactivated_code: str = "TENANT_DEACTIVATED"
    deactivation_disallowed: bool = False
    shown: dict[str, Any] = dataclasses.field(default_factory=dict)
    content: Any = dataclasses.field(default_factory=dict)

    def check(self, where: str) -> None:
        self.content = checks.section(Content, self.content, f"{where}.content")
        for name in ("created_at", "status_updated_at", "license_starts_at", "license_ends_at", "purge_at"):
            setattr(self, name, checks.moment(getattr(self, name), f"{where}.{name}"))
        for name in ("hostname", "created_by", "license_number"):
            checks.text(getattr(self, name), f"{where}.{name}")
        for name in ("id", "name", "subscription", "datacenter", "country"):
            if not isinstance(getattr(self, name), str):
                raise ScenarioError(f"{where}.{name}: must be a text, not {getattr(self, name)!r}")
        checks.one_of(self.status, _STATUSES, f"{where}.status")
        codes = ("TENANT_DEACTIVATED", "TENANT_DISABLED")
        checks.one_of(self.deactivated_code, codes, f"{where}.deactivated_code")
        checks.flag(self.deactivation_disallowed, f"{where}.deactivation_disallowed")
        self.shown = checks.mapping(self.shown, f"{where}.shown")

    def tenant(self, regions: dict[str, Region], organization: Organization, where: str) -> Tenant:
        hostnames = [self.hostname, *checks.sequence(self.aliases, f"{where}.aliases")]
        region = regions[_region_of(hostnames, regions, where)]
        purge_at = self.purge_at
        status_updated_at = self.status_updated_at or self.created_at
        if self.status == "disabled" and purge_at is None:
            purge_at = checks.moment("+30d", where)
        return Tenant(
            id=self.id or tenant_id_of(self.hostname.lower()),
            name=self.name or self.hostname.partition(".")[0],
            hostnames=hostnames,
            region=region.name,
            status=self.status,
            subscription=self.subscription or organization.subscriptions[0],
            datacenter=self.datacenter or region.datacenter,
            country=self.country or region.country,
            created_at=self.created_at,
            updated_at=status_updated_at,
            status_updated_at=status_updated_at,
            created_by=self.created_by,
            license_number=self.license_number,
            license_starts_at=self.license_starts_at,
            license_ends_at=self.license_ends_at,
            purge_at=purge_at,
            deactivated_code=self.deactivated_code,
            deactivation_disallowed=self.deactivation_disallowed,
            shown=self.shown,
            content=self.content,
        )


@dataclasses.dataclass
class Scenario:
    regions: dict[str, Region]
    organization: Organization
    directory: Directory
    reads: Reads
    rate_limits: Limit
    tokens: TokenRules
    reactivate_answer: str
    creation: Creation
    latency: float
    clock_skew: float
    faults: list[Fault]

    def secrets(self) -> set[str]:
        """All client secrets and license keys: they must not be in the log, wherever a client may have put one."""
        found = set(self.organization.clients.values()) | set(map(license_key, self.organization.subscriptions))
        for region in self.regions.values():
            found.update(region.clients.values())
        return found


_KEYS = {
    *("regions", "organization", "tenants", "fleets", "reads", "rate_limits", "tokens"),
    *("reactivate_answer", "creation", "latency", "clock_skew", "faults"),
}


def load(path: pathlib.Path) -> Scenario:
    """A scenario file; JSON is YAML too."""
    try:
        with path.open(encoding="utf-8") as stream:
            return build(yaml.safe_load(stream) or {})
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path} is not YAML: {error}") from error


def build(value: Any) -> Scenario:
    values = checks.mapping(value, "scenario")
    checks.known_keys(values, _KEYS, "scenario")
    regions = {
        name: _region(name, entry) for name, entry in checks.mapping(values.get("regions", {}), "regions").items()
    }
    organization = checks.section(Organization, values.get("organization", {}), "organization")
    try:
        directory = Directory(_tenants(values, regions, organization))
    except ScenarioError:
        raise
    except ValueError as error:
        raise ScenarioError(str(error)) from error
    skew = values.get("clock_skew", 0)
    return Scenario(
        regions=regions,
        organization=organization,
        directory=directory,
        reads=checks.section(Reads, values.get("reads", {}), "reads"),
        rate_limits=checks.section(Limit, values.get("rate_limits", {}), "rate_limits"),
        tokens=checks.section(TokenRules, values.get("tokens", {}), "tokens"),
        reactivate_answer=checks.one_of(
            values.get("reactivate_answer", "guide"), ("guide", "reference"), "reactivate_answer"
        ),
        creation=checks.section(Creation, values.get("creation", {}), "creation"),
        latency=checks.number(values.get("latency", 0), "latency"),
        clock_skew=checks.number(skew, "clock_skew", least=float("-inf")),
        faults=_faults(values.get("faults", [])),
    )


def _region(name: str, value: Any) -> Region:
    where = f"regions.{name}"
    if not re.fullmatch(_LABEL, name):
        raise ScenarioError(f"{where}: a region is one part of a host name")
    values = checks.mapping(value, where)
    checks.known_keys(values, {"clients"}, where)
    return Region(name, _clients(values.get("clients", []), f"{where}.clients"))


def _clients(value: Any, where: str) -> dict[str, str]:
    if value == {}:
        return {}
    clients = {}
    for number, entry in enumerate(checks.sequence(value, where)):
        values = checks.mapping(entry, f"{where}[{number}]")
        checks.known_keys(values, {"id", "secret"}, f"{where}[{number}]")
        identity = checks.text(values.get("id"), f"{where}[{number}].id")
        clients[identity] = checks.text(values.get("secret"), f"{where}[{number}].secret")
    return clients


def _region_of(hostnames: list[str], regions: dict[str, Region], where: str) -> str:
    found = set()
    for hostname in hostnames:
        match = _HOSTNAME.fullmatch(checks.text(hostname, f"{where}.hostname"))
        if match is None:
            raise ScenarioError(f"{where}: {hostname!r} is not <name>.<region>.qlikcloud.com")
        found.add(match.group("region").lower())
    region = found.pop()
    if found:
        raise ScenarioError(f"{where}: its hostnames are of several regions")
    if region not in regions:
        raise ScenarioError(f"{where}: the region {region!r} is not one of `regions`")
    return region


def _tenants(values: dict[str, Any], regions: dict[str, Region], organization: Organization) -> list[Tenant]:
    tenants = []
    for number, value in enumerate(checks.sequence(values.get("tenants", []), "tenants")):
        where = f"tenants[{number}]"
        tenants.append(checks.section(_TenantEntry, value, where).tenant(regions, organization, where))
    for number, value in enumerate(checks.sequence(values.get("fleets", []), "fleets")):
        tenants.extend(_fleet(value, f"fleets[{number}]", regions, organization))
    return tenants


def _fleet(value: Any, where: str, regions: dict[str, Region], organization: Organization) -> list[Tenant]:
    """Many tenants alike: `<prefix>0001.<region>.qlikcloud.com` and so on; the rest is what a tenant may have."""
    entry = checks.mapping(value, where)
    count = checks.whole(entry.pop("count", None), f"{where}.count", least=1)
    region = checks.text(entry.pop("region", None), f"{where}.region")
    prefix = checks.text(entry.pop("prefix", "fleet"), f"{where}.prefix")
    for single in ("id", "hostname", "aliases", "name"):
        if single in entry:
            raise ScenarioError(f"{where}: {single!r} is a matter of one tenant")
    tenants = []
    for number in range(1, count + 1):
        hostname = f"{prefix}{number:04d}.{region}.qlikcloud.com"
        tenants.append(
            checks.section(_TenantEntry, {**entry, "hostname": hostname}, where).tenant(regions, organization, where)
        )
    return tenants


def _faults(value: Any) -> list[Fault]:
    faults = []
    for number, entry in enumerate(checks.sequence(value, "faults")):
        values = checks.mapping(entry, f"faults[{number}]")
        values.setdefault("name", f"fault-{number + 1}")
        faults.append(checks.section(Fault, values, f"faults[{number}]"))
    return faults
