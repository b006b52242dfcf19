#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_summary
short_description: Print what became of the tenants of a play
version_added: 0.1.0
description:
  - A step of the role P(tenantops.qlik.tenant_decommission#role). Run it with C(run_once), in an C(always) section, since
    ansible-core skips a play's last tasks when every host has failed.
  - Prints a line a tenant, the totals, and the failures with the server's words. Changes and sends nothing.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
options:
  wave:
    description: The result of M(tenantops.qlik.qlik_wave_guard), also a failed one.
    type: dict
    required: true
  result_variable:
    description: The variable that each host's result of M(tenantops.qlik.qlik_wave_tenant) was registered in.
    type: str
    default: tenant_decommission_result
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
totals:
  description: How many tenants were changed (or would be, in check mode), left alone, failed, or were not reached.
  returned: success
  type: dict
  sample: {changed: 3, unchanged: 1, failed: 0, not_reached: 0}
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._module import run_controller_only


def main():
    run_controller_only("qlik_wave_summary")


if __name__ == "__main__":
    main()
