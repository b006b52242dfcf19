# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tenant of a wave: from what was written for it to the command that changes it."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import (
    check_hostname_in_region,
    check_tenant_id,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import (
    Deactivation,
    Reactivation,
    Target,
    check_author,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import DEACTIVATE, Planned, planned_tenant
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import (
    check_bool,
    check_confirmation,
    check_patterns,
    check_purge_days,
    check_receipt_path,
    check_seconds,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import RESTORE


def check_wave_target(entry: Mapping[str, t.Any], prefix: str) -> Target:
    """The tenant that a wave's entry means.

    :raises InvalidInput: the entry names none.
    """
    if entry.get("error"):
        raise InvalidInput(f"The variables of {host_of(entry)} cannot be evaluated: {for_terminal(entry['error'])}.")
    address = check_hostname_in_region(entry["hostname"], entry["region"], prefix)
    tenant_id = entry["tenant_id"]
    if tenant_id is not None:
        tenant_id = check_tenant_id(tenant_id, f"{prefix}tenant_id")
    return Target(address, tenant_id)


def check_wave_tenant(
    entry: Mapping[str, t.Any], prefix: str, operation: str, run_id: str = ""
) -> Deactivation | Reactivation:
    """The order in a wave's entry: the tenant's own guards.

    :raises InvalidInput: what is wrong with this tenant.
    """
    target = check_wave_target(entry, prefix)
    planned = planned_tenant(entry["planned"]) if entry.get("planned") else None
    # A plan was read and approved with the tenant in it, and where one is made nothing is changed. What is typed all the same must fit.
    if not (planned or entry.get("planning")) or entry["confirm_hostname"]:
        check_confirmation(entry["confirm_hostname"], target.address, f"{prefix}confirm_hostname")
    verify_timeout = check_seconds(entry["verify_timeout"], f"{prefix}verify_timeout", 0)
    common: dict[str, t.Any] = {
        "target": target,
        "verify_timeout": verify_timeout if check_bool(entry["verify"], f"{prefix}verify") else None,
        "author": check_author(entry, run_id, "qlik_"),
        "receipt_path": receipt_path(entry, prefix, target),
        "protected": check_patterns(entry["protected"], f"{prefix}protected"),
        "counted": entry.get("counted", True),
    }
    if operation == RESTORE:
        return Reactivation(**common)
    shortest, longest = check_policy(entry, prefix)
    days = check_purge_days(entry["purge_after_days"], f"{prefix}purge_after_days", shortest, longest)
    if planned:
        _check_planned(planned, target, days, prefix)
    return Deactivation(
        purge_after_days=days, planned=planned, listed_purge_date=entry.get("listed_purge_date"), **common
    )


def _check_planned(planned: Planned, target: Target, days: int, prefix: str) -> None:
    """What the inventory says of a tenant is what the plan says."""
    if planned.tenant_id is not None and target.tenant_id != planned.tenant_id:
        raise InvalidInput(
            f"Tenant {target} has the id {planned.tenant_id} in the plan: one of the two ids may be another customer's. Find"
            f" out which, and make a new plan where {prefix}tenant_id is right."
        )
    if planned.action == DEACTIVATE and days != planned.purge_after_days:
        raise InvalidInput(
            f"{prefix}purge_after_days is {days}, and the plan has {planned.purge_after_days} days for tenant {target}: give what was"
            " approved, or make a new plan."
        )


def receipt_path(entry: Mapping[str, t.Any], prefix: str, target: Target) -> str | None:
    """The file of the receipt of a wave's tenant."""
    folder, option = entry["receipts_dir"], f"{prefix}receipts_dir"
    if folder is None:
        return None
    if not isinstance(folder, str) or not folder:
        raise InvalidInput(f"{option} is {shown(folder)}: it must be the path of a folder.")
    return check_receipt_path(os.path.join(folder, f"{target.address.hostname}.json"), option)


def host_of(entry: Mapping[str, t.Any]) -> str:
    return for_terminal(entry["host"], 100)


class WrongPolicy(InvalidInput):
    """The house rule itself is wrong: no tenant is touched under it."""


def check_policy(entry: Mapping[str, t.Any], prefix: str) -> tuple[int, int]:
    try:
        shortest = check_purge_days(entry["min_purge_days"], f"{prefix}min_purge_days")
        longest = check_purge_days(entry["max_purge_days"], f"{prefix}max_purge_days")
    except InvalidInput as error:
        raise WrongPolicy(error.message) from None
    if shortest > longest:
        raise WrongPolicy(
            f"{prefix}min_purge_days is {shortest} and {prefix}max_purge_days is {longest}: no number of days fits both."
        )
    return shortest, longest
