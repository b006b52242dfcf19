#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_watch
short_description: Say which tenants need a person soon
version_added: 0.9.0
description:
  - "For a daily job. It reads the receipts as M(tenantops.qlik.qlik_report) does, and fails if something needs a person: a purge that comes
    near, a disabled tenant that lives again, a request whose outcome is not known, an overdue purge, a tenant that is due by
    C(tenant_decommission_not_before), a protection that has ended, a file that is no receipt."
  - Whether a tenant that is disabled by its receipt lives again is read from the organization's list if O(org_client_id) and
    O(org_client_secret) are given. Else its region's register host is asked, if there are credentials of the region. If it refuses reads,
    or without credentials, the tenant's own host is probed without credentials. It says which tenants it could not look at.
  - It changes nothing, and requests no token of a tenant's own host.
  - Run it with C(run_once); the playbook C(tenantops.qlik.watch) does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
options:
  days:
    description: How many days ahead a purge or a start is near, 0 to 365.
    type: raw
    default: 7
  credentials:
    description: For each region a mapping of C(client_id) and C(client_secret). Empty, O(client_id) and O(client_secret) are taken for all.
    type: raw
  dest:
    description:
      - A file in the controller that what was found is written to as JSON, as C(docs/watch.schema.json) of the collection describes it.
        It is also written if nothing needs a person.
      - Only a file of an earlier watch is overwritten. A symbolic link is not followed.
    type: path
  markdown:
    description: A file for a short text in Markdown, such as for a chat. As O(dest).
    type: path
  time_zone:
    description: The time zone of a C(tenant_decommission_not_before) and of an end of a protection without one. By default UTC.
    type: str
  protected_file:
    description: A YAML file of protected tenants, as for the role. An entry that has ended is a finding.
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Fail if a tenant needs a person within two weeks
  tenantops.qlik.qlik_watch:
    days: 14
    dest: watch.json
  run_once: true
"""

RETURN = r"""
findings:
  description: What needs a person, the most urgent first.
  returned: always, but for wrong options
  type: list
  elements: dict
  sample:
    - reason: purge_near
      name: acme.eu.qlikcloud.com
      text: It can be restored until 2026-11-30 09:15 UTC.
      at: "2026-11-30T09:15:00Z"
      command: ansible-playbook -i fleet.qlik_receipts.yml tenantops.qlik.restore --limit acme.eu.qlikcloud.com
not_looked_at:
  description: The tenants that could not be looked at, with the reason.
  returned: always, but for wrong options
  type: list
  elements: dict
  sample: []
lines:
  description: What was printed.
  returned: always, but for wrong options
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_watch")


if __name__ == "__main__":
    main()
