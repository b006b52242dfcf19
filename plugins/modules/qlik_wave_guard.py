#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_guard
short_description: Check the tenants of a play together before anything is sent
version_added: 0.1.0
description:
  - A step of the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role). Run it with C(run_once).
  - Looks at all hosts of the play, and refuses the whole wave where there are more tenants than allowed, where two hosts name the same
    tenant, where a tenant is protected, or where a region has no credentials. It sends nothing.
  - What it passes is sealed. M(tenantops.qlik.qlik_wave_tenant) takes nothing else.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
options:
  operation:
    description: What the wave is for.
    type: str
    choices: [decommission, restore]
    default: decommission
  variables:
    description: What the names of the variables begin with that are read for each host.
    type: str
    default: tenant_decommission_
  max_tenants:
    description:
      - How many tenants one play may change. Those whose receipt says that they are disabled or purged do not count.
    type: raw
    default: 10
  regions_with_credentials:
    description: The regions that there are credentials for. Empty, O(client_id) and O(client_secret) are taken for all regions.
    type: list
    elements: str
  approved_by:
    description: Who approved it, taken over into the receipts as it is given.
    type: str
  ticket:
    description: The ticket that it belongs to, taken over into the receipts as it is given.
    type: str
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Guard the wave
  tenantops.qlik.qlik_wave_guard:
    max_tenants: 25
  run_once: true
  register: wave
"""

RETURN = r"""
tenants:
  description: For each host what was written for its tenant, sealed.
  returned: success
  type: dict
regions:
  description: The regions that a token is needed for.
  returned: success
  type: list
  elements: str
  sample: [eu, us]
count:
  description: The number of tenants.
  returned: success
  type: int
  sample: 12
to_change:
  description: The number of those that count for O(max_tenants).
  returned: success
  type: int
  sample: 10
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._module import run_controller_only


def main():
    run_controller_only("qlik_wave_guard")


if __name__ == "__main__":
    main()
