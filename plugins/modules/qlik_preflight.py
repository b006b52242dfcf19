#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_preflight
short_description: Look at everything that taking tenants out of service would rest on
version_added: 0.1.0
description:
  - Looks at the tenants of all hosts of the play, and changes nothing. It sends no POST but requests for tokens and probes, so it is
    safe to run against production.
  - For each region, whether the credentials work and until when the token holds, how far the clocks are apart, the proxy and the CA
    certificates in use, and whether the register host answers reads.
  - With O(org_client_id) and O(org_client_secret), whether the organization lists its tenants, and whether the part of a subscription
    that would go is allowed.
  - For each tenant, whether it is found, its hostnames and status, whether id, hostname and region agree, and what the probe says.
  - Prints it as a table, and fails where something would stop a run. Run it with C(run_once); the playbook C(tenantops.qlik.preflight)
    does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
options:
  variables:
    description: What the names of the variables begin with that are read for each host.
    type: str
    default: tenant_decommission_
  max_tenants:
    description: How many tenants one play may deactivate.
    type: raw
    default: 10
  credentials:
    description: For each region a mapping of C(client_id) and C(client_secret). Empty, O(client_id) and O(client_secret) are taken for all.
    type: dict
  dest:
    description:
      - A file in the controller that what was found is written to, as JSON. It is made with mode 0600; a file that is there is overwritten.
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Look at everything
  tenantops.qlik.qlik_preflight:
    max_tenants: 25
  run_once: true
"""

RETURN = r"""
regions:
  description: What was found of each region.
  returned: always, but for wrong options
  type: list
  elements: dict
  sample:
    - region: eu
      host: register.eu.qlikcloud.com
      token: true
      expires_at: "2026-11-24T21:37:11Z"
      clock_skew: 0
      route: directly
      ca_path: /etc/ssl/certs/ca-certificates.crt
      reads: true
      message: ""
organization:
  description:
    - How many tenants the organization lists, all where there is a limit of the part that may go, else the disabled ones. Null where it
      was not asked.
  returned: always, but for wrong options
  type: dict
  sample:
    tenants: 250
    message: ""
tenants:
  description: What was found of each tenant. Its C(would) is V(deactivate), V(leave) or V(stop).
  returned: always, but for wrong options
  type: list
  elements: dict
  sample:
    - host: acme.eu.qlikcloud.com
      hostname: acme.eu.qlikcloud.com
      tenant_id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
      region: eu
      status: active
      hostnames: [acme.eu.qlikcloud.com]
      probe_state: active
      receipt: /srv/fleet/qlik-receipts/acme.eu.qlikcloud.com.json
      receipt_says: null
      would: deactivate
      message: ""
problems:
  description: What would stop a run, or a tenant of it.
  returned: always, but for wrong options
  type: list
  elements: str
lines:
  description: What was printed.
  returned: always, but for wrong options
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_preflight")


if __name__ == "__main__":
    main()
