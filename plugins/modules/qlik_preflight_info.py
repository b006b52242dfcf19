#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_preflight_info
short_description: Check everything that a decommission needs, without changing a tenant
version_added: 0.9.0
description:
  - Checks the tenants of all hosts of the play, and changes nothing. It is safe to run against production.
  - "For each region: it requests one token from the register host of the region (C(register.<region>.qlikcloud.com)), which has no effect
    on any tenant. It shows whether the credentials work and when the token expires, how many seconds the clock of this machine is ahead of
    the server's, which proxy and CA certificates are used, and whether the register host allows reads."
  - "With O(org_client_id) and O(org_client_secret): it requests a token for the organization's client, and reads the organization's list
    of tenants once. It shows how many tenants are listed, and whether a run would stay within C(tenant_decommission_max_percent). This
    variable of the role P(tenantops.qlik.tenant_decommission#role) is read for each host."
  - "For each tenant: it reads the record from the register host, and probes the tenant's own host with a request that has no credentials.
    Neither has an effect on the tenant. It shows whether the tenant is found, its hostnames and status, whether id, hostname and region
    agree, whether the hostname is an alias, and what the probe shows."
  - It requests no token of a tenant's own host, because the first such token creates a bot user in a live tenant. If neither the inventory
    nor the receipt has the id of a tenant, preflight does not look it up. A real run does, and so creates the bot user.
  - Prints a table, and fails if something would stop a run. Run it with C(run_once), as the playbook C(tenantops.qlik.preflight) does.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.writes_files
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.credentials
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
  - tenantops.qlik.policy
  - tenantops.qlik.policy.wave
options:
  dest:
    description:
      - The results are written to this file on the controller, as JSON, with mode 0600. Missing folders are made.
      - Only a file of an earlier preflight is overwritten. A symbolic link is not followed.
    type: path
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Check everything that a decommission needs
  tenantops.qlik.qlik_preflight_info:
    max_tenants: 25
  run_once: true
"""

RETURN = r"""
regions:
  description:
    - What was found for each region. C(token) says whether a token was issued, and C(expires_at) when it expires.
    - C(clock_skew) is how many seconds the clock of this machine is ahead of the server's; negative if it is behind.
    - C(route) is V(directly) or the proxy. C(ca_path) has the CA certificates that are trusted.
    - C(reads) says whether the register host allows reading tenants; null if that is not known.
    - C(message) says what is wrong. It is empty if nothing is.
  returned: always, except if an option is wrong
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
    - C(tenants) is the number of all tenants. C(disabled) is the number of disabled tenants. If C(tenant_decommission_max_percent) is not
      set, only the disabled tenants are listed, and C(tenants) is null.
  returned: always, except if an option is wrong
  type: dict
  sample:
    tenants: 250
    disabled: 3
    message: ""
tenants:
  description:
    - What was found for each host of the play, in the order of the play.
    - "C(planned_action) is what a run would do. V(deactivate): deactivate the tenant. V(reset): deactivate a disabled tenant again, which
      restarts the countdown to its purge. V(no-op): change nothing, for example because the tenant is disabled already. V(stop): change
      nothing, and fail for this tenant."
    - C(probe_state) is what the tenant's own host answers to a request without credentials. A live tenant answers V(unauthorized).
    - C(message) says why this tenant would stop, or what to check, such as a hostname that is an alias.
  returned: always, except if an option is wrong
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
  description: What would stop the run, or single tenants.
  returned: always, except if an option is wrong
  type: list
  elements: str
lines:
  description: What was printed.
  returned: always, except if an option is wrong
  type: list
  elements: str
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_preflight_info")


if __name__ == "__main__":
    main()
