#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_report
short_description: Write what the receipts say, for people and for other programs
version_added: 0.9.0
description:
  - A receipt is the record of what was done to one tenant, a JSON file.
  - Reads all receipts in the folder C(tenant_decommission_receipts_dir) of each host of the play. If it is not set, the folder is
    C(qlik-receipts) next to the inventory. With C(--limit), only the tenants that C(--limit) selects are in the report.
  - With O(org_client_id) and O(org_client_secret) it reads the organization's list once. The report then shows the state from the list next
    to the state from the receipt, and marks differences. Apart from reading this list, no request is sent. No tenant is changed.
  - "Writes these files: C(report.html), a page that needs neither scripts nor a network; C(report.csv); C(report.json), as
    C(docs/report.schema.json) of the collection describes it; C(purges.ics), a calendar of the purge dates, if the Python library
    icalendar is there; C(metrics.prom), metrics in the form of OpenMetrics; and C(certificates/HOSTNAME.md) for each purged tenant."
  - A file that is not a valid receipt is named in the report, and in the printed lines (C(Left out)).
  - Run it with C(run_once), as the playbook C(tenantops.qlik.report) does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.writes_files
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
options:
  dest:
    description:
      - The files are written to this folder on the controller, each with mode 0600. It is made if it is missing.
      - Only files of an earlier report are overwritten. A symbolic link is not followed.
    type: path
    default: qlik-report
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Report on the receipts
  tenantops.qlik.qlik_report:
    dest: public
  run_once: true
"""

RETURN = r"""
path:
  description: The folder.
  returned: success
  type: str
  sample: /srv/fleet/qlik-report
files:
  description: The names of the files in it that were written.
  returned: success
  type: list
  elements: str
  sample: [report.html, report.csv, report.json, metrics.prom, purges.ics, certificates/crown.us.qlikcloud.com.md]
totals:
  description:
    - "How many tenants are in each state, according to their receipts. C(overdue): disabled, and the purge date passed more than 48 hours
      ago. C(disabled): the other disabled tenants. C(restored): active again since the last deactivation. C(live): active, and never
      disabled before. C(purged): deleted for good. C(unknown): the receipt does not say it."
    - "How many tenants need attention, by reason. C(pending): the outcome of a request is not known. C(failed): the last attempt failed.
      C(differs): the organization's list and the receipt disagree. C(unrecorded): disabled in the organization's list, and without a
      receipt."
  returned: success
  type: dict
  sample: {overdue: 0, disabled: 12, restored: 2, live: 0, purged: 4, unknown: 0, pending: 0, failed: 1, differs: 0, unrecorded: 0}
lines:
  description: What was printed.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_report")


if __name__ == "__main__":
    main()
