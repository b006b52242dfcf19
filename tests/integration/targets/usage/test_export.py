# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate of an export, with the tasks that the documentation shows; the vendor's command line is played by a copy."""

from __future__ import annotations

import pathlib
import re
import shlex
import sys

import pytest
import yaml

from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from simulator.process import Simulator

pytestmark = pytest.mark.thorough

DOCUMENT = pathlib.Path(__file__).resolve().parents[4] / "docs/before-you-start.md"
USED_SINCE = {"users": 1, "logins": 1, "last_login": "+1h"}


def block_of_the_document(language, words):
    """The block of code that has these words."""
    (text,) = (
        block for block in re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if words in block
    )
    return text


def tasks_of_the_document():
    tasks = yaml.safe_load(block_of_the_document("yaml", "Write the manifest"))
    played = {
        "List the apps": {"ansible.builtin.set_fact": {"apps": {"stdout_lines": ["one", "two"]}}},
        "Export each app": {
            "ansible.builtin.copy": {"dest": "{{ export }}/{{ item }}.qvf", "content": "{{ item }}", "mode": "0600"},
            "loop": ["one", "two"],
        },
    }
    return [{"name": task["name"], **played[task["name"]]} if task["name"] in played else task for task in tasks]


def test_a_tenant_goes_only_with_an_export_that_is_newer_than_its_last_use(tmp_path):
    terminal = Terminal(tmp_path / "terminal")
    inventory = block_of_the_document("yaml", "tenant_decommission_export_manifest: ")
    variables = yaml.safe_load(inventory.replace("/srv/exports", "{{ inventory_dir }}/exports"))["qlik_tenants"]["vars"]
    hosts = {**host("acme"), **host("used"), **host("missing", tenant_decommission_export_manifest="nowhere.json")}
    terminal.write_inventory(hosts, **variables)
    terminal.write("export.yml", tasks_of_the_document())
    terminal.write("exports/.keep", "")
    with Simulator(
        scenario(tenant("acme"), tenant("used", content=USED_SINCE), tenant("missing")), directory=tmp_path / "cloud"
    ) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        done = terminal.run(*shlex.split(block_of_the_document("sh", "tenant_decommission_pre_tasks")))
        posts = [post["headers"]["qlik-confirm-hostname"] for post in cloud.action_posts()]
    assert done.status == 2, done
    assert posts == ["acme.eu.qlikcloud.com"], done
    output = " ".join(done.output.split())
    assert "tenant_decommission_export_manifest is nowhere.json, which is missing" in output
    assert "and somebody used the tenant on" in output
