# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running an operation as a module or an action does, with options as their argument spec leaves them."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.argument_specs import ARGUMENT_SPECS
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import OPERATIONS, perform
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.apply import change_tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import GuardedTenant
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, REGION, TENANT_ID

_CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def options(name: str, /, **given: t.Any) -> dict[str, t.Any]:
    """The options of an operation, those that are not given with their defaults."""
    defaults = {option: spec.get("default") for option, spec in ARGUMENT_SPECS[name].items()}
    return {**defaults, **given}


def operate(name: str, run: Run, /, **given: t.Any) -> dict[str, t.Any]:
    """Run an operation with these options."""
    return perform(OPERATIONS[name], options(name, **given), run)


def change_guarded(tenant: GuardedTenant, run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for what the guard has passed, with these options."""
    return perform(lambda params, run: change_tenant(tenant, params, run), options("qlik_wave_tenant", **given), run)


def deactivate(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_tenant_deactivate for the tenant of the tests."""
    tenant = {"tenant_id": TENANT_ID, "hostname": HOSTNAME, "confirm_hostname": HOSTNAME}
    return operate("qlik_tenant_deactivate", run, **{**_CREDENTIALS, **tenant, **given})


def reactivate(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_tenant_reactivate for the tenant of the tests."""
    tenant = {"tenant_id": TENANT_ID, "hostname": HOSTNAME, "confirm_hostname": HOSTNAME}
    return operate("qlik_tenant_reactivate", run, **{**_CREDENTIALS, **tenant, **given})


def probe(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_tenant_probe for the tenant of the tests."""
    return operate("qlik_tenant_probe", run, **{**_CREDENTIALS, "hostname": HOSTNAME, **given})


def region_token(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_region_token for the region of the tests."""
    return operate("qlik_region_token", run, **{**_CREDENTIALS, "region": REGION, **given})
