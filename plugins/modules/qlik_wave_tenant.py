#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_tenant
short_description: (internal) Take one tenant of a guarded wave out of service, or bring it back
version_added: 0.9.0
description:
  - Internal to the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role). Nothing is promised for any
    other use.
  - Does what M(tenantops.qlik.qlik_tenant_deactivate) or M(tenantops.qlik.qlik_tenant_reactivate) does, for an entry that
    M(tenantops.qlik.qlik_wave_guard) has passed in the same run of ansible-playbook, after the tenant's own guards. Those are the
    confirmation, the range of days, and what is protected.
  - A tenant without an id gets it from its receipt, else its host is asked for it.
  - The result also has the keys that M(tenantops.qlik.qlik_tenant_deactivate) returns, for a restore as well. Only C(id) is called
    RV(tenant_id) here, and RV(probe_state) stands for C(probe).
  - If the task stops before the entry is used, such as for an entry that the guard has not signed in this run, the result lacks these keys
    and those that are returned for a guarded entry.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  wave_variable:
    description: The variable that the result of M(tenantops.qlik.qlik_wave_guard) was registered in.
    type: str
    default: _tenant_decommission_wave
  tokens_variable:
    description: The variable that the results of M(tenantops.qlik.qlik_region_token), in a loop over the regions, were registered in.
    type: str
    default: _tenant_decommission_tokens
  tenant:
    description: The host's entry in the result of the guard. By default taken from O(wave_variable), which costs less than a template.
    type: dict
  tokens:
    description: The results for the regions. By default taken from O(tokens_variable).
    type: list
    elements: dict
  credentials:
    description:
      - The client of the tenant's region, for a tenant whose id has to be looked up. It goes before O(client_id) and O(client_secret).
      - By default the region's entry in the variable C(credentials) of the role, and O(client_id) and O(client_secret) the role's variables
        of these names.
    type: dict
    suboptions:
      client_id:
        description: The id of the client.
        type: str
        required: true
      client_secret:
        description: The secret of the client.
        type: str
        required: true
  prepared_variable:
    description:
      - The variable that holds the signature of the host's entry, once the tasks have run that come before a deactivation
        (C(tenant_decommission_pre_tasks)). A tenant that has such tasks stops without it.
    type: str
    default: _tenant_decommission_prepared
attributes:
  check_mode:
    support: full
    details: Reads and decides as a real run does, and sends no deactivation.
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Check all tenants together
  tenantops.qlik.qlik_wave_guard:
  run_once: true
  register: wave

- name: Ask for one token per region
  tenantops.qlik.qlik_region_token:
    region: "{{ item }}"
  loop: "{{ wave.regions }}"
  run_once: true
  register: tokens

- name: Deactivate and verify each tenant
  tenantops.qlik.qlik_wave_tenant:
    wave_variable: wave
    tokens_variable: tokens
"""

RETURN = r"""
wave:
  description: The id of the wave. All batches of a play are one wave.
  returned: for a guarded entry
  type: str
  sample: 0f3a9c2b7d1e48560f3a9c2b7d1e4856
tenant_id:
  description: The id of the tenant.
  returned: for a guarded entry
  type: str
  sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
action:
  description: What was decided, V(deactivate), V(reactivate), V(reset) or V(no-op). Null for a failure.
  returned: for a guarded entry
  type: str
  sample: deactivate
probe_state:
  description: What a user of the tenant sees now, as in M(tenantops.qlik.qlik_tenant_probe); null where it was not probed.
  returned: for a guarded entry
  type: str
  sample: deactivated
changed:
  description: Whether the tenant was changed, or may have been. In check mode, whether it would be.
  returned: always
  type: bool
failed:
  description: Whether it failed. A change that was sent and is not confirmed, or not verified in time, is also RV(changed).
  returned: always
  type: bool
not_before:
  description: The tenant is not due before this time (RFC 3339, UTC). Nothing was asked or sent.
  returned: if it is not due
  type: str
  sample: "2026-12-31T00:00:00Z"
msg:
  description: What was done, or what is wrong and what to do about it.
  returned: always
  type: str
  sample: active → disabled
activity:
  description: Who used the tenant in the 90 days before, as M(tenantops.qlik.qlik_tenant_usage_info) returns it.
  returned: if it was asked for, such as by C(tenant_decommission_idle_days), and the tenant is live
  type: dict
contents:
  description: What was in the tenant, as M(tenantops.qlik.qlik_tenant_usage_info) returns it.
  returned: if it was asked for, such as by C(tenant_decommission_idle_days), and the tenant is live
  type: dict
idle_warning:
  description: Why the tenant is not idle, as the end of a sentence.
  returned: if it is not idle, and C(tenant_decommission_idle_check) is V(warn)
  type: str
  sample: "it is in use: the last login was 2026-11-26T08:00:00Z, and tenant_decommission_idle_days is 30"
restored_on:
  description: The day on which the tenant was restored since its last deactivation.
  returned: if it was restored, and this run would deactivate it again
  type: str
  sample: "2026-11-26"
warnings:
  description: What a person should look at. Ansible shows them.
  returned: if there are any
  type: list
  elements: str
notes:
  description: The same for the summary, and more that is only shown there.
  returned: if there are any
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_tenant")


if __name__ == "__main__":
    main()
