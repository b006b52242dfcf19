#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_preflight_info
short_description: Look at everything that taking tenants out of service depends on
version_added: 0.9.0
description:
  - Looks at the tenants of all hosts of the play, and changes nothing. It is safe to run against production.
  - "For each region: it requests one token of the register host, which has no effect on any tenant. It says whether the credentials work
    and until when the token is good, how far the clocks are apart, which proxy and CA certificates are used, and whether the register host
    answers reads."
  - "With O(org_client_id) and O(org_client_secret): it requests a token of the console and reads the organization's list once. It says how
    many tenants are listed, and whether the part of a subscription that would go is allowed."
  - "For each tenant: it reads the record from the register host, and probes the tenant's own host with a request that has no credentials.
    Neither has an effect on the tenant. It says whether the tenant is found, its hostnames and status, whether id, hostname and region
    agree, whether the hostname is an alias, and what the probe says."
  - It requests no token of a tenant's own host. The first such token makes Qlik Cloud create a bot user with administrator rights in a live
    tenant. So it does not look up the id of a tenant that has none in the inventory and in its receipt. A run does look it up, with such a
    token.
  - Prints it as a table, and fails if something would stop a run. Run it with C(run_once); the playbook C(tenantops.qlik.preflight)
    does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
options:
  variable_prefix:
    description: What the names of the variables begin with that are read for each host.
    type: str
    default: tenant_decommission_
  max_tenants:
    description: How many tenants one play may deactivate.
    type: raw
    default: 10
  credentials:
    description: For each region a mapping of C(client_id) and C(client_secret). Empty, O(client_id) and O(client_secret) are taken for all.
    type: raw
  time_zone:
    description: The time zone of days and times without one, such as C(Europe/Berlin). By default UTC.
    type: raw
  protected_file:
    description: A file of YAML with more protected tenants, as the variable C(protected) of a tenant has them.
    type: raw
  require_protected_file:
    description: Whether a run is refused if that file is not named, does not exist or protects no tenant.
    type: raw
    default: false
  max_in_days:
    description: How many tenants may be deactivated within how many days, over all runs. A mapping with C(tenants) and C(days).
    type: raw
  dest:
    description:
      - A file in the controller that what was found is written to, as JSON, with mode 0600. Missing folders are made.
      - Only a file of an earlier preflight is overwritten. A symbolic link is not followed.
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Look at everything
  tenantops.qlik.qlik_preflight_info:
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
    - What the organization lists. Null if it was not asked.
    - C(tenants) is the number of all tenants. It is null if only the disabled ones were listed, as is done without a limit of the part that
      may go. C(disabled) is the number of disabled ones.
  returned: always, but for wrong options
  type: dict
  sample:
    tenants: 250
    disabled: 3
    message: ""
tenants:
  description:
    - What was found of each host of the play, in the play's order. Its C(would) is V(deactivate), V(no-op) or V(stop).
    - C(probe_state) is what the tenant's host answers to a request without credentials. A live tenant answers V(unauthorized).
    - C(message) is why it would stop, or what a person should look at, such as a hostname that is an alias.
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
      probe_state: unauthorized
      receipt: /srv/fleet/qlik-receipts/acme.eu.qlikcloud.com.json
      receipt_state: null
      planned_action: deactivate
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
    run_controller_only("qlik_preflight_info")


if __name__ == "__main__":
    main()
