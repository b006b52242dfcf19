#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_plan
short_description: (internal) Write the plan of a wave, for somebody to approve
version_added: 0.9.0
description:
  - Internal to the playbook C(tenantops.qlik.plan), whose last step it is. Nothing is promised for any other use.
    Run it with C(run_once), after M(tenantops.qlik.qlik_wave_tenant) has looked at
    the tenants of a wave that M(tenantops.qlik.qlik_wave_guard) has passed for planning.
  - Writes the plan, beside it its digest (C(.sha256), as C(sha256sum) does) and a table for a merge request (C(.md)), and prints the table
    and the digest. In check mode too.
  - A plan is whole or there is none. It fails where nothing can be said of one of the tenants, and leaves the files as they are.
  - The text of the plan goes into the statistics of the run too, as M(ansible.builtin.set_stats) does it, under the name
    C(qlik_plan_base64), where Automation controller finds it. The digest does not. It is the approver's to give.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
options:
  wave:
    description: The result of M(tenantops.qlik.qlik_wave_guard), also a failed one.
    type: dict
    required: true
  result_variable:
    description: The variable that each host's result of M(tenantops.qlik.qlik_wave_tenant) was registered in.
    type: str
    default: tenant_decommission_result
  dest:
    description:
      - The file of the plan. A relative path is relative to the folder in which ansible-playbook was started. Missing folders are made.
      - Only an earlier plan is overwritten, and beside it only its digest and its table. A symbolic link is not followed.
    type: path
    required: true
  valid_hours:
    description: For how many hours the plan may be applied. A fraction, and 0, are allowed.
    type: raw
    default: 72
  planned_by:
    description: Who makes the plan. The text is copied into the plan and not verified. This person's signature does not approve the plan.
    type: raw
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Check all tenants together
  tenantops.qlik.qlik_wave_guard:
    planning: true
    plan: plan.json
  run_once: true
  register: wave

- name: Ask for one token per region
  tenantops.qlik.qlik_region_token:
    region: "{{ item }}"
  loop: "{{ wave.regions }}"
  run_once: true
  register: tokens

- name: Look at each tenant
  tenantops.qlik.qlik_wave_tenant:
    wave_variable: wave
    tokens_variable: tokens
  register: tenant_decommission_result

- name: Write the plan
  tenantops.qlik.qlik_wave_plan:
    wave: "{{ wave }}"
    dest: plan.json
  run_once: true
"""

RETURN = r"""
path:
  description: The file of the plan.
  returned: success
  type: str
  sample: /srv/fleet/plan.json
plan:
  description: The plan. C(docs/plan.schema.json) of the collection describes it.
  returned: success
  type: dict
  sample:
    schema: 2
    created: "2026-11-24T09:00:00Z"
    expires: "2026-11-27T09:00:00Z"
    content_sha256: 5f2d0b8e6a3c41d7905b1e2f7c6a8d34e9b0417c5d2a6f83b1e4097d6c5a2b38
    warnings: []
    tenants:
      - id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
        name: Acme
        hostname: acme.eu.qlikcloud.com
        hostnames: [acme.eu.qlikcloud.com]
        region: eu
        status: active
        action: deactivate
        purge_after_days: 30
        expected_purge_date: "2026-12-24"
        license_ends_at: "2026-09-30T00:00:00.000Z"
        restored_on: null
        warnings: []
plan_sha256:
  description: The SHA-256 digest of the file, which its approver gives to the run that applies it.
  returned: success
  type: str
  sample: 0c9d7e5b3a1f8264d0e7b9c5a3f1826d4e0b7c9a5f3d1826e4b0c7d9a5f3e182
lines:
  description: What was printed.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_plan")


if __name__ == "__main__":
    main()
