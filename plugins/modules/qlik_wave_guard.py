#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_guard
short_description: (internal) Check the tenants of a play together before anything is sent
version_added: 0.9.0
description:
  - Internal to the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role). Nothing is promised for any
    other use. Run it with C(run_once).
  - Looks at all hosts of the play, and refuses the whole wave where there are more tenants than allowed, where two hosts name the same
    tenant, where a tenant is protected, where a region has no credentials, or where the plan is not the one that was approved. It changes
    nothing.
  - With O(org_client_id) and O(org_client_secret) it lists the tenants of the organization once. It refuses a wave that takes a
    larger part of a subscription than the variable C(max_percent) of its tenants allows, and tells the purge dates of tenants that are
    disabled already.
  - What it passes is signed. M(tenantops.qlik.qlik_wave_tenant) takes nothing else.
  - In a play with C(serial) it is run for each batch, and looks at all hosts of the play each time. With C(max_fail_percentage) it stops
    where more of the batch before have failed.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
  - tenantops.qlik.policy
  - tenantops.qlik.policy.wave
options:
  operation:
    description: What the wave is for.
    type: str
    choices: [decommission, restore]
    default: decommission
  regions_with_credentials:
    description:
      - The regions that there are credentials for, as a list of their codes. Empty, O(client_id) and O(client_secret) are taken for all
        regions.
      - Anything that is no list of codes is refused, as a mapping of credentials that is none.
    type: raw
  planning:
    description:
      - A plan is made. The wave is passed for looking at its tenants alone, so no confirmation is needed and O(max_tenants) does not hold.
    type: bool
    default: false
  plan:
    description:
      - The file of the plan that is applied. It stands for the confirmation of its tenants, and a host that it lacks is refused.
      - With O(planning), the file that is to be written.
    type: path
  plan_sha256:
    description: The digest of that file, from whoever approved it.
    type: str
  plan_max_hours:
    description: A plan that is valid for longer than so many hours is refused.
    type: raw
    default: 168
  summary_file:
    description:
      - The file that M(tenantops.qlik.qlik_wave_summary) is going to write. The wave is refused if it cannot be written, or if a file is
        there that is no summary. Missing folders are made.
    type: path
  require_plan:
    description: Refuse a wave without a plan.
    type: bool
    default: false
  approvals_required:
    description:
      - The number of people who must have signed the plan. With 1 or more, a plan is needed, and O(plan_sha256) is not. By default the
        digest approves the plan.
    type: raw
  plan_signatures:
    description: The files of the signatures, as C(ssh-keygen -Y sign -n tenantops.qlik.plan) makes them.
    type: raw
  allowed_signers:
    description: OpenSSH's file of allowed signers. A pattern of names, or a certificate authority, proves nothing about a person.
    type: raw
  revoked_signers:
    description: A list of public keys that do not count any more, or a key revocation list of C(ssh-keygen -k).
    type: raw
  planner_may_approve:
    description: Whether the person who made the plan counts as one of those who approve it.
    type: raw
    default: false
  empty:
    description:
      - The group of tenants has no hosts. Only checks that this is meant, which it is not if the inventory could not be read as a whole.
    type: bool
    default: false
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Check all tenants together
  tenantops.qlik.qlik_wave_guard:
    max_tenants: 25
  run_once: true
  register: wave
"""

RETURN = r"""
id:
  description: What this wave is called. The batches of a play are one wave, and so are the runs of a role in a loop.
  returned: always, except if an option is wrong
  type: str
tenants:
  description: For each host what its task may do, signed.
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
plan_sha256:
  description: The digest of the plan that is applied; null where there is none.
  returned: success
  type: str
approvals:
  description: The people who approved the plan by their signatures, each with C(identity) and C(key).
  returned: success
  type: list
  elements: dict
applied_before:
  description: The hostnames in the plan that no host of the play has, and that are disabled or purged by their receipts.
  returned: success
  type: list
  elements: str
not_applied:
  description: The other hostnames in the plan that no host of the play has.
  returned: success
  type: list
  elements: str
to_change:
  description: The number of those that count for O(max_tenants).
  returned: success
  type: int
  sample: 10
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_guard")


if __name__ == "__main__":
    main()
