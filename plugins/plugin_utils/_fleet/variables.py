# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the roles in one table. ``meta/argument_specs.yml`` of each role says the same; a test compares them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import (
    DEFAULT_PURGE_DAYS,
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
)

DECOMMISSION, RESTORE = "decommission", "restore"

# For messages.
VERBS = {DECOMMISSION: "deactivate", RESTORE: "reactivate"}


@dataclass(frozen=True)
class Variable:
    """A variable of a role.

    ``name``: without the role's prefix; ``type`` and ``default``: as in the role's argument spec; ``per_tenant``: the guard reads it
    for each host (else the role's tasks read it once for the play); ``inventory``: what inventories call it, whatever is to be done to
    the tenant: taken if the variable itself is not set; ``entry_point``: the only one that takes it.
    """

    name: str
    type: str
    default: t.Any = None
    per_tenant: bool = False
    inventory: str | None = None
    entry_point: str | None = None


def _of_tenant(name: str, kind: str, *, default: t.Any = None, inventory: str | None = None) -> Variable:
    return Variable(name, kind, default, per_tenant=True, inventory=inventory)


_COMMON = (
    _of_tenant("hostname", "str", inventory="qlik_hostname"),
    _of_tenant("region", "str", inventory="qlik_region"),
    _of_tenant("tenant_id", "str", inventory="qlik_tenant_id"),
    _of_tenant("confirm_hostname", "str"),
    _of_tenant("verify", "bool", default=True),
    _of_tenant("verify_timeout", "int", default=60),
    _of_tenant("protected", "list", default=()),
    _of_tenant("receipts_dir", "path"),
    Variable("client_id", "str"),
    Variable("client_secret", "str"),
    Variable("max_tenants", "int", 10),
    Variable("summary_file", "path"),
)

_VARIABLES: dict[str, tuple[Variable, ...]] = {
    DECOMMISSION: (
        *_COMMON,
        _of_tenant("confirm_restored", "str"),
        _of_tenant("purge_after_days", "int", default=DEFAULT_PURGE_DAYS),
        _of_tenant("min_purge_days", "int", default=SHORTEST_PURGE_DAYS),
        _of_tenant("max_purge_days", "int", default=LONGEST_PURGE_DAYS),
        _of_tenant("pre_tasks", "path"),
        _of_tenant("max_percent", "float"),
        _of_tenant("subscription_id", "str", inventory="qlik_subscription_id"),
        Variable("credentials", "dict", {}),
        Variable("org_client_id", "str"),
        Variable("org_client_secret", "str"),
        Variable("preflight_file", "path", entry_point="preflight"),
    ),
    # Its default is that of the decommission.
    RESTORE: (*_COMMON, Variable("credentials", "dict")),
}

# What the roles register under a name with their prefix.
REGISTERED = ("result",)

# Variables of the inventory that rules read of each host, by their full names. Nobody can set them as variables of a role.
OBSERVED_VARIABLES: tuple[str, ...] = ("qlik_approved_by", "qlik_ticket")


def variables_of(operation: str) -> tuple[Variable, ...]:
    """The variables of a wave's role."""
    return _VARIABLES[operation]


def tenant_variables(operation: str) -> tuple[Variable, ...]:
    """Those of them that the guard reads for each host."""
    return tuple(variable for variable in _VARIABLES[operation] if variable.per_tenant)
