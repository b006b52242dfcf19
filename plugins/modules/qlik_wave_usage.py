#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_usage
short_description: (internal) Read and show who uses the tenants of a play, and what is in them
version_added: 0.9.0
description:
  - Internal to the playbook C(tenantops.qlik.usage). M(tenantops.qlik.qlik_tenant_usage_info) is for your own plays.
  - With O(step=check) it checks the options before the first request. With O(step=read) it reads the tenant of its host. With
    O(step=show) it prints a table of what was read of all hosts.
  - The first token that a region-level client requests of a live tenant has an effect there, also in check mode. It makes a bot user with
    administrator rights.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  step:
    description: What to do. V(check) and V(show) are for all hosts, so run them with C(run_once).
    type: str
    choices: [check, read, show]
    required: true
  result_variable:
    description: The variable that each host's result of O(step=read) was registered in.
    type: str
    default: _tenant_decommission_usage
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
- name: Read who uses each tenant, and what is in it
  tenantops.qlik.qlik_wave_usage:
    step: read
  register: _tenant_decommission_usage

- name: Show what was read of all tenants
  tenantops.qlik.qlik_wave_usage:
    step: show
  run_once: true
"""

RETURN = r"""
activity:
  description: As M(tenantops.qlik.qlik_tenant_usage_info) returns it.
  returned: O(step=read), if the tenant is not deactivated
  type: dict
contents:
  description: As M(tenantops.qlik.qlik_tenant_usage_info) returns it.
  returned: O(step=read), if the tenant is not deactivated
  type: dict
idle:
  description: The hosts whose tenants no person used in these days. A tenant of which that is unknown is not among them.
  returned: O(step=show)
  type: list
  elements: str
  sample: [acme.eu.qlikcloud.com]
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_usage")


if __name__ == "__main__":
    main()
