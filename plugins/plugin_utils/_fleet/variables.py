# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the roles: their names without the prefix, and their defaults."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import (
    DEFAULT_PURGE_DAYS,
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
)

DECOMMISSION, RESTORE = "decommission", "restore"


# For messages.
VERBS = {DECOMMISSION: "deactivate", RESTORE: "reactivate"}


_VARIABLES: dict[str, t.Any] = {
    "hostname": None,
    "region": None,
    "tenant_id": None,
    "confirm_hostname": None,
    "verify": True,
    "verify_timeout": 60,
    "protected": (),
    "receipts_dir": None,
}


# By operation, the variables of a tenant that the guard reads, without the role's prefix, and what is meant where one is not set.
TENANT_VARIABLES: dict[str, dict[str, t.Any]] = {
    DECOMMISSION: {
        **_VARIABLES,
        "purge_after_days": DEFAULT_PURGE_DAYS,
        "min_purge_days": SHORTEST_PURGE_DAYS,
        "max_purge_days": LONGEST_PURGE_DAYS,
        "pre_tasks": None,
        "max_percent": None,
        "subscription_id": None,
    },
    RESTORE: _VARIABLES,
}


# By operation, the variables with the role's prefix that the role itself reads or sets.
ROLE_VARIABLES: dict[str, tuple[str, ...]] = {
    DECOMMISSION: (
        *("client_id", "client_secret", "credentials", "org_client_id", "org_client_secret"),
        *("max_tenants", "summary_file", "preflight_file", "result"),
    ),
    RESTORE: ("client_id", "client_secret", "credentials", "max_tenants", "summary_file", "result"),
}


# What inventories call a tenant, whatever is to be done to it: taken where the variable of the operation is not set.
INVENTORY_VARIABLES = {
    "hostname": "qlik_hostname",
    "region": "qlik_region",
    "tenant_id": "qlik_tenant_id",
    "subscription_id": "qlik_subscription_id",
}
