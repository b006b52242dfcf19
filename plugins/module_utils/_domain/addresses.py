# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a region, a hostname and a tenant id may be, and the hosts and paths made of them.

Everything that goes into a URL or a header passes through here first, so that a request can only go to a host under
``qlikcloud.com`` and only to a path that was meant (reference: "Hosts and credentials").
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from .._base.errors import InvalidInput
from .._base.text import shown

_DOMAIN = "qlikcloud.com"
_GOVERNMENT_DOMAIN = "qlikcloudgov.com"
_RESERVED_NAMES = frozenset(("register", "console", "api"))

# Answers for the tenants of all regions.
CONSOLE_HOST = f"console.{_DOMAIN}"

# One DNS label. A list of known regions would be out of date with the vendor's next data centre.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_REGION = re.compile(_LABEL)
_HOSTNAME = re.compile(rf"(?P<name>{_LABEL})\.(?P<region>{_LABEL})\.{re.escape(_DOMAIN)}")
_TENANT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")

_RIGHT_HOSTNAME = f"the tenant's name as in acme.eu.{_DOMAIN} (<name>.<region>.{_DOMAIN}, nothing before or after it)"
_NO_GOVERNMENT = "is not offered in Qlik Cloud Government: it has neither region-level clients nor deactivation by API"


@dataclass(frozen=True)
class Address:
    """A tenant's host, checked: ``hostname`` in lower case and the ``region`` that it lies in."""

    hostname: str
    region: str

    @property
    def register_host(self) -> str:
        """The host that answers for the lifecycle of this region's tenants."""
        return register_host(self.region)


def _lower(value: t.Any) -> str:
    # Outside of ASCII there are letters whose lower case is an ASCII letter: they are no letters of a host name.
    return value.lower() if isinstance(value, str) and value.isascii() else ""


def check_region(value: t.Any, option: str = "region") -> str:
    """The region's short code in lower case, such as ``eu``; InvalidInput where it is not one DNS label."""
    text = _lower(value)
    if _GOVERNMENT_DOMAIN in text:
        raise InvalidInput(f"{option} is {shown(value)}: tenant deactivation {_NO_GOVERNMENT}.")
    if not _REGION.fullmatch(text):
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a region's short code, one DNS label such as 'eu' or 'us'."
        )
    return text


def check_hostname(value: t.Any, option: str = "hostname") -> Address:
    """The address of a tenant; InvalidInput where the value is not a tenant's host name under qlikcloud.com."""
    text = _lower(value)
    if text.endswith(_GOVERNMENT_DOMAIN):
        raise InvalidInput(f"{option} is {shown(value)}: tenant deactivation {_NO_GOVERNMENT}.")
    found = _HOSTNAME.fullmatch(text)
    if not found:
        raise InvalidInput(f"{option} is {shown(value)}: it must be {_RIGHT_HOSTNAME}.")
    if found["name"] in _RESERVED_NAMES:
        raise InvalidInput(
            f"{option} is {shown(value)}: {found['name']} is a host of Qlik Cloud itself, not a tenant; it must be {_RIGHT_HOSTNAME}."
        )
    return Address(hostname=text, region=found["region"])


def find_address(hostnames: Iterable[t.Any]) -> Address | None:
    """The address in the first of these values that is a tenant's host name under qlikcloud.com; None where none is."""
    for value in hostnames:
        found = _HOSTNAME.fullmatch(_lower(value))
        if found and found["name"] not in _RESERVED_NAMES:
            return Address(hostname=found[0], region=found["region"])
    return None


def check_hostname_in_region(hostname: t.Any, region: t.Any, prefix: str = "") -> Address:
    """The address of a tenant whose region, where one is given, must be the one in its hostname.

    :arg prefix: what stands before ``hostname`` and ``region`` in the names of the options.
    """
    address = check_hostname(hostname, f"{prefix}hostname")
    if region is not None and check_region(region, f"{prefix}region") != address.region:
        raise InvalidInput(
            f"{prefix}region is {shown(region)} and {prefix}hostname is {shown(hostname)}: the hostname lies in region"
            f" '{address.region}', and the two must agree (the region may be left out)."
        )
    return address


def check_tenant_id(value: t.Any, option: str = "tenant_id") -> str:
    """The tenant's id; InvalidInput where it is not letters, digits, '-' and '_' alone, or is the alias ``me``."""
    if not isinstance(value, str) or not _TENANT_ID.fullmatch(value) or value.lower() == "me":
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be the id of a tenant, letters and digits such as"
            " 'zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM'."
        )
    return value


def register_host(region: str) -> str:
    """The register host of a region that check_region() has passed."""
    return f"register.{region}.{_DOMAIN}"


TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path

# Reference: "Organization API".
ORGANIZATION_TENANTS_PATH = "/api/core/tenants"


def tenant_path(tenant_id: str) -> str:
    """Reference: "Read one tenant"."""
    return f"/api/v1/tenants/{tenant_id}"


def action_path(tenant_id: str, action: str) -> str:
    """Reference: "Deactivate", "Reactivate"."""
    return f"{tenant_path(tenant_id)}/actions/{action}"
