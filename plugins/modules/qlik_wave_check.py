#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_check
short_description: (internal) Fail if a tenant of a wave was left out
version_added: 0.9.0
description:
  - Internal to the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role) and their playbooks. Do not
    use it elsewhere. It may change without notice.
  - Fails if a tenant of the play was not reached, so that a run that did nothing, or not everything, is not taken for a success. Prints the
    summary of a wave that has none. Changes and sends nothing.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
options:
  operation:
    description: What the wave was for.
    type: str
    choices: [decommission, restore]
    default: decommission
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Every tenant must have been reached
  tenantops.qlik.qlik_wave_check:
    operation: decommission
  run_once: true
"""

RETURN = r"""
count:
  description: The number of tenants that were looked at.
  returned: success
  type: int
  sample: 12
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_check")


if __name__ == "__main__":
    main()
