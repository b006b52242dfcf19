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

DEFAULT_MAX_TENANTS = 10

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
    _of_tenant("verify_timeout", "float", default=60),
    _of_tenant("protected", "list", default=()),
    Variable("client_id", "str"),
    Variable("client_secret", "str"),
    Variable("max_tenants", "int", DEFAULT_MAX_TENANTS),
    Variable("timeout", "float", 30),
    Variable("retries", "int", 5),
    Variable("max_wait", "float", 900),
    Variable("ca_path", "path"),
    Variable("summary_file", "path"),
)

_VARIABLES: dict[str, tuple[Variable, ...]] = {
    DECOMMISSION: (
        *_COMMON,
        _of_tenant("receipts_dir", "path"),
        _of_tenant("confirm_restored", "str"),
        _of_tenant("purge_after_days", "int", default=DEFAULT_PURGE_DAYS),
        _of_tenant("reset_purge_timer", "bool", default=False),
        _of_tenant("min_purge_days", "int", default=SHORTEST_PURGE_DAYS),
        _of_tenant("max_purge_days", "int", default=LONGEST_PURGE_DAYS),
        _of_tenant("idle_days", "int"),
        _of_tenant("idle_check", "str", default="require"),
        _of_tenant("export_manifest", "path"),
        _of_tenant("pre_tasks", "path"),
        _of_tenant("max_percent", "float"),
        _of_tenant("not_before", "str"),
        Variable("max_in_days", "dict"),
        _of_tenant("subscription_id", "str", inventory="qlik_subscription_id"),
        Variable("credentials", "dict", {}),
        Variable("org_client_id", "str"),
        Variable("org_client_secret", "str"),
        Variable("preflight_file", "path", entry_point="preflight"),
    ),
    # The defaults of these are the decommission's.
    RESTORE: (
        *_COMMON,
        _of_tenant("receipts_dir", "path", inventory="tenant_decommission_receipts_dir"),
        Variable("credentials", "dict"),
    ),
}

# What the roles register, and hand on to the next job of a workflow, under names with their prefix.
REGISTERED = ("result", "summary")

# What the receipt of each tenant says as it was given, and what inventories call it, for all roles alike.
CLAIMS = {"approved_by": "qlik_approved_by", "ticket": "qlik_ticket"}

# Who may approve a plan is not the inventory's to say, nor is whether a plan is needed, or who made it.
APPROVAL_VARIABLES = (
    *("qlik_plan", "qlik_plan_sha256", "qlik_plan_max_hours", "qlik_require_plan"),
    *("qlik_approvals_required", "qlik_plan_signatures", "qlik_allowed_signers", "qlik_revoked_signers"),
    *("qlik_planner_may_approve", "qlik_planned_by"),
    # Nor what is protected from it.
    *("qlik_protected_file", "qlik_require_protected_file"),
)

# Those of the playbooks that belong to the play. All its hosts must agree on them.
PLAY_VARIABLES = (*APPROVAL_VARIABLES, "qlik_plan_valid_hours", "qlik_summary_junit", "qlik_time_zone")

# All variables of the playbooks, and what a plan leaves for the next job of a workflow.
VARIABLES_OF_PLAYBOOKS = (
    *CLAIMS.values(),
    *PLAY_VARIABLES,
    "qlik_targets",
    "qlik_plan_base64",
    "qlik_usage_days",
    "qlik_usage_file",
)

_PREFIXES = {DECOMMISSION: "tenant_decommission_", RESTORE: "tenant_restore_"}


def variables_of(operation: str) -> tuple[Variable, ...]:
    """The variables of a wave's role."""
    return _VARIABLES[operation]


def tenant_variables(operation: str) -> tuple[Variable, ...]:
    """Those of them that the guard reads for each host."""
    return tuple(variable for variable in _VARIABLES[operation] if variable.per_tenant)


def prefix_of(operation: str) -> str:
    """What the names of the variables of a wave's role begin with."""
    return _PREFIXES[operation]


def known_names(operation: str) -> tuple[str, ...]:
    """All names without the prefix that may be set in a wave: the variables of its role, and what the role registers."""
    return (*(variable.name for variable in _VARIABLES[operation]), *REGISTERED)
