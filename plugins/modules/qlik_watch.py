#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_watch
short_description: Report the tenants that need attention soon
version_added: 0.9.0
description:
  - "For a daily job. It reads the receipts as M(tenantops.qlik.qlik_report) does, and fails if a tenant needs attention: a purge that is
    near, a disabled tenant that is live again, a request whose outcome is not known, an overdue purge, a tenant whose
    C(tenant_decommission_not_before) is reached or near, a protection that has ended, a file that is not a valid receipt."
  - For each tenant that is disabled according to its receipt, the module checks whether it is live again. With O(org_client_id) and
    O(org_client_secret) it reads the organization's list. Without them it asks the register host of the region, if it has credentials for
    the region. If it has none, or if the register host does not allow reads, it probes the tenant's own host, without credentials.
  - It shows which tenants it could not check.
  - It changes nothing, and requests no token of a tenant's own host.
  - Run it with C(run_once), as the playbook C(tenantops.qlik.watch) does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.writes_files
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.credentials
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
  - tenantops.qlik.policy
options:
  days:
    description:
      - Report each purge, and each tenant whose C(tenant_decommission_not_before) is reached, within this number of days, from 0 to 365.
    type: raw
    default: 7
  dest:
    description:
      - The results are written to this file on the controller, as JSON, as C(docs/watch.schema.json) of the collection describes it. It is
        written also if no tenant needs attention.
      - Only a file of an earlier watch is overwritten. A symbolic link is not followed.
    type: path
  markdown:
    description: A file for a short Markdown text, for example for a chat message. It is overwritten under the same rules as O(dest).
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Fail if a tenant needs attention within two weeks
  tenantops.qlik.qlik_watch:
    days: 14
    dest: watch.json
  run_once: true
"""

RETURN = r"""
findings:
  description: What needs attention, the most urgent first.
  returned: always, except if an option is wrong
  type: list
  elements: dict
  sample:
    - reason: purge_near
      name: acme.eu.qlikcloud.com
      text: It can be restored until 2026-11-30 09:15 UTC.
      at: "2026-11-30T09:15:00Z"
      command: ansible-playbook -i fleet.qlik_receipts.yml tenantops.qlik.restore --limit acme.eu.qlikcloud.com
not_looked_at:
  description: The tenants that could not be checked, so that they may be live again, with the reason.
  returned: always, except if an option is wrong
  type: list
  elements: dict
  sample:
    - hostname: acme.eu.qlikcloud.com
      problem: "its own host cannot be reached (unreachable): Probing acme.eu.qlikcloud.com: no complete response within 30 s"
lines:
  description: What was printed.
  returned: always, except if an option is wrong
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_watch")


if __name__ == "__main__":
    main()
