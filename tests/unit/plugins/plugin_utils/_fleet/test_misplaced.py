# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables can only be meant for a role, and which one was meant."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.misplaced import is_misplaced, likely_meant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION, RESTORE
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX

# Who is meant by a name, in a decommission and in a restore.
NAMES = {
    f"{PREFIX}days": (True, False),
    f"{PREFIX}dry_run": (True, False),
    f"{PREFIX}Protected": (True, False),
    f"{PREFIX}protected": (False, False),
    f"{PREFIX}result": (False, False),
    f"{PREFIX}summary": (False, False),
    f"{PREFIX}credential": (True, True),
    f"{PREFIX}receipt_dir": (True, True),
    "tenant_restore_days": (False, True),
    "tenant_restore_protected": (False, False),
    "tenant_decomission_protected": (True, False),
    "tenant_decommision_days": (True, False),
    "tennant_decommission_x": (True, False),
    "Tenant_Decommission_days": (True, False),
    "tenant_restor_protected": (False, True),
    "tenant_decommissioned_at": (False, False),
    "tenant_restored_at": (False, False),
    "tenant_store_id": (False, False),
    "tenant_restored_protected": (False, True),
    "tenant_decommissioning_protected": (True, False),
    "tenant_decom_protected": (True, False),
    "tenantdecommission_protected": (True, False),
    "tenant__decommission_protected": (True, False),
    "decommission_protected": (True, False),
    "qlik_decommission_protected": (True, False),
    "qlik_tenant_decommission_max_percent": (True, False),
    "tenant_deactivate_protected": (True, False),
    "tenant_purge_after_days": (True, False),
    "qlik_tenant_purge_after_days": (True, False),
    "TENANT_DECOMMISSION_PROTECTED": (True, False),
    "qlik_tenant_protected": (True, True),
    "tenant_restoration_protected": (False, True),
    "qlik_restore_confirm_hostname": (False, True),
    "qlik_target": (True, True),
    "qlik_require_plans": (True, True),
    "qlik_plan_sha": (False, False),
    "qlik_tickets": (True, True),
    "qlik_plan_base64": (False, False),
    "qlik_plan_valid_hours": (False, False),
    "decommission_timeout": (False, False),
    "server_decommission_protected": (False, False),
    "restore_timeout": (False, False),
    "tenant_region": (False, False),
    "tenant_protected": (False, False),
    "tenant_decommission": (False, False),
    "qlik_sense_version": (False, False),
    "qlik_app_ids": (False, False),
    "qlik_status": (False, False),
    "qlik_tenants": (False, False),
    "qlik_tenant_name": (False, False),
    "qlik_purge_after_days": (True, False),
    "qlik_protected": (True, True),
    "qlik_confirm_hostname": (True, True),
    "qlik_hostname": (False, False),
    "qlik_tenant_id": (False, False),
    "qlik_subscription_id": (False, False),
    "qlik_plan": (False, False),
    "qlik_name": (False, False),
    "owner": (False, False),
    "_tenant_decommission_wave": (False, False),
    "ansible_host": (False, False),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_misplaced_if_it_can_only_be_meant_for_the_role_and_is_none_of_its_variables(name: str) -> None:
    assert (is_misplaced(name, DECOMMISSION), is_misplaced(name, RESTORE)) == NAMES[name]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        (f"{PREFIX}purge_afterdays", "purge_after_days"),
        (f"{PREFIX}days", "purge_after_days"),
        (f"{PREFIX}purge_day", "purge_after_days"),
        (f"{PREFIX}max_tenant", "max_tenants"),
        (f"{PREFIX}confirm_hostnam", "confirm_hostname"),
        (f"{PREFIX}Protected", "protected"),
        ("tenant_decomission_protected", "protected"),
        ("qlik_purge_after_days", "purge_after_days"),
        ("qlik_tenant_decommission_purge_after_days", "purge_after_days"),
        ("decommission_protected", "protected"),
        (f"{PREFIX}dry_run", None),
    ],
)
def test_the_hint_names_the_variable_that_was_meant(name: str, meant: str | None) -> None:
    assert likely_meant(name, DECOMMISSION) == (meant and PREFIX + meant)


def test_the_hint_names_the_variable_of_the_playbooks_that_was_meant() -> None:
    assert likely_meant("qlik_target", DECOMMISSION) == "qlik_targets"


def test_a_variable_that_a_rule_reads_is_known_and_a_name_like_it_is_misplaced() -> None:
    observed = ("qlik_contract_ends",)
    assert not is_misplaced("qlik_contract_ends", DECOMMISSION, observed)
    assert is_misplaced("qlik_contract_end", DECOMMISSION, observed)
    assert likely_meant("qlik_contract_end", DECOMMISSION, observed) == "qlik_contract_ends"
    assert not is_misplaced("qlik_contract_end", DECOMMISSION)
