# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the documentation of each module run as they stand."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

from ansible_collections.tenantops.qlik.tests.integration.fleet import ORGANIZATION, SECRETS, host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading

MODULES = sorted((pathlib.Path(__file__).resolve().parents[4] / "plugins/modules").glob("qlik_*.py"))
EXAMPLES = re.compile(r'^EXAMPLES = r"""\n(.*?)^"""', re.DOTALL | re.MULTILINE)

# What an example needs that is not about its own module.
DEACTIVATED = {
    "name": "Have a tenant that is deactivated",
    "tenantops.qlik.qlik_tenant_deactivate": {
        "tenant_id": "zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM",
        "hostname": "acme.eu.qlikcloud.com",
    },
}
WITH_A_RECEIPT = {
    **DEACTIVATED,
    "tenantops.qlik.qlik_tenant_deactivate": {
        **DEACTIVATED["tenantops.qlik.qlik_tenant_deactivate"],
        "receipt_path": "{{ inventory_dir }}/qlik-receipts/acme.eu.qlikcloud.com.json",
    },
}
BEFORE = {
    "qlik_report": [WITH_A_RECEIPT],
    "qlik_watch": [WITH_A_RECEIPT],
    "qlik_tenant_probe": [DEACTIVATED],
    "qlik_tenant_reactivate": [DEACTIVATED],
    "qlik_wave_check": [
        {"name": "Decommission", "ansible.builtin.import_role": {"name": "tenantops.qlik.tenant_decommission"}},
    ],
    "qlik_wave_summary": [
        {"name": "Guard", "tenantops.qlik.qlik_wave_guard": {}, "register": "wave", "run_once": True},
    ],
}


@one_reading
@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_examples_of_a_module_run(module, start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme", id="zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    hosts = {
        **host("beta"),
        **host("acme", qlik_tenant_id="zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM"),
    }
    prefixed = {
        "tenant_decommission_hostname": "{{ inventory_hostname }}",
        "tenant_decommission_tenant_id": "{{ qlik_tenant_id }}",
    }
    # A client of the organization, as a look-up in a secret store would give it.
    console = {"client_id": ORGANIZATION["org_client_id"], "client_secret": ORGANIZATION["org_client_secret"]}
    terminal.write_inventory(hosts, console=console, **prefixed)
    examples = yaml.safe_load(EXAMPLES.search(module.read_text())[1])
    play = {
        "name": "Examples",
        "hosts": "qlik_tenants" if "wave" in module.stem else "acme.eu.qlikcloud.com",
        "connection": "local",
        "gather_facts": False,
        "tasks": [*BEFORE.get(module.stem, []), *examples],
    }
    terminal.write("play.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 0, done
    assert f"tenantops.qlik.{module.stem}" in str(examples)
    assert cloud.requests() or module.stem in {"qlik_rehearsal_report", "qlik_wave_guard", "qlik_wave_summary"}
    assert not any(secret in done.output for secret in SECRETS.values())
