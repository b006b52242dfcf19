#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_usage
short_description: Show who used the tenants of a play, and what is in them
version_added: 0.1.0
description:
  - A step of the playbook C(tenantops.qlik.usage), and internal to it. Run it with C(run_once).
  - Prints a table of what M(tenantops.qlik.qlik_tenant_usage_info) read of each host. Sends nothing.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  check_only:
    description: Only check the other options, before the first request.
    type: bool
    default: false
  result_variable:
    description: The variable that each host's result of M(tenantops.qlik.qlik_tenant_usage_info) was registered in.
    type: str
    default: _tenant_decommission_usage
  days:
    description: How many days back was looked for activity, from 1 to 90.
    type: raw
    default: 90
  dest:
    description:
      - A file such as V(usage.json). The usage is written to it as JSON, and as CSV to the file of the same name with the ending C(.csv).
        By default none. Missing folders are made.
      - Only earlier files of the same kind are overwritten. A symbolic link is not followed.
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Show what was read of all tenants
  tenantops.qlik.qlik_wave_usage:
    days: 90
  run_once: true
"""

RETURN = r"""
idle:
  description: The hosts whose tenants no person used in these days. A tenant of which that is unknown is not among them.
  returned: success, without O(check_only)
  type: list
  elements: str
  sample: [acme.eu.qlikcloud.com]
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_usage")


if __name__ == "__main__":
    main()
