#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_summary
short_description: (internal) Print what became of the tenants of a play
version_added: 0.9.0
description:
  - Internal to the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role). Nothing is promised for any
    other use. Run it with C(run_once),
    in an C(always) section, since ansible-core skips a play's last tasks when every host has failed.
  - Prints one line per tenant, the totals, the failures with the server's words, what can be removed from the inventory and what
    is overdue. Changes and sends nothing.
  - The same goes as data into the statistics of the run, as M(ansible.builtin.set_stats) does it, under the names
    C(tenant_decommission_summary) and C(tenant_restore_summary), where Automation controller finds it.
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
  operation:
    description: What the wave was for.
    type: str
    choices: [decommission, restore]
    default: decommission
  dest:
    description:
      - A file that RV(summary) is written to, as JSON, in check mode too. By default none. Missing folders are made.
      - Only an earlier summary is overwritten. A symbolic link is not followed.
    type: path
  junit:
    description: A file that the summary is written to as JUnit, one test per tenant. As O(dest).
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Sum up
  tenantops.qlik.qlik_wave_summary:
    wave: "{{ wave }}"
    result_variable: tenant_decommission_result
  run_once: true
"""

RETURN = r"""
lines:
  description: What was printed.
  returned: success
  type: list
  elements: str
summary:
  description:
    - The same as data. C(docs/summary.schema.json) of the collection describes it.
  returned: success
  type: dict
  sample:
    schema: 2
    operation: decommission
    totals: {changed: 3, unchanged: 1, purged: 0, failed: 0, not_reached: 0}
    removable: []
    overdue: []
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_summary")


if __name__ == "__main__":
    main()
