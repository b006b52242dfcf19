#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_rehearsal_report
short_description: (internal) Write what a rehearsal saw
version_added: 0.9.0
description:
  - Internal to the playbook C(tenantops.qlik.rehearsal), which runs it as its last task. Nothing is promised for any other use.
  - Writes C(rehearsal.json), which C(docs/rehearsal.schema.json) of the collection describes, and C(rehearsal.md).
  - Prints how the rehearsal ended. Fails if a step failed or was not run, or if the tenant may still be live according to its receipt.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.controller_only
options:
  dir:
    description: The folder of the rehearsal. Its folder C(answers) has one file per step.
    type: path
    required: true
  receipt:
    description: The receipt of the tenant.
    type: path
    required: true
  steps:
    description: What the playbook noted of each step that it ran.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    support: full
    details: Writes nothing.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: The report has the time at which it was written.
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Write what was seen
  tenantops.qlik.qlik_rehearsal_report:
    dir: qlik-rehearsal
    receipt: qlik-rehearsal/receipts/rehearsal-1.eu.qlikcloud.com.json
  # It fails here, because no step was run. That is expected in this example.
  failed_when: false
"""

RETURN = r"""
report:
  description: The file that was written.
  returned: always, except if an option is wrong
  type: str
  sample: /srv/qlik-rehearsal/rehearsal.json
end:
  description: How the rehearsal ended.
  returned: always, except if an option is wrong
  type: dict
  sample:
    is_safe: true
    message: No tenant was created, so no slot is used.
lines:
  description: What was printed.
  returned: always, except if an option is wrong
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_rehearsal_report")


if __name__ == "__main__":
    main()
