#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_wave_token
short_description: (internal) Get the token of a region for the tenants of a wave
version_added: 0.9.0
description:
  - Internal to the roles P(tenantops.qlik.tenant_decommission#role) and P(tenantops.qlik.tenant_restore#role). Nothing is promised for
    its use elsewhere; use M(tenantops.qlik.qlik_region_token) instead.
  - Does what M(tenantops.qlik.qlik_region_token) does, and registers a reference to the token instead of the token. Only
    M(tenantops.qlik.qlik_wave_tenant) can use it, and only in the same run.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.controller_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  region:
    description: The region's short code, such as V(eu) or V(us).
    type: str
    required: true
  credentials:
    description: The client of the region. It goes before O(client_id) and O(client_secret).
    type: dict
    suboptions:
      client_id:
        description: The id of the client.
        type: str
        required: true
      client_secret:
        description: The secret of the client.
        type: str
        required: true
  variable_prefix:
    description: What the names of the role's variables begin with, for messages.
    type: str
    default: tenant_decommission_
attributes:
  idempotent:
    details: Changes nothing at Qlik Cloud; each run gets a token of its own.
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Get the token of the region eu for a wave
  tenantops.qlik.qlik_wave_token:
    region: eu
  run_once: true
  register: token
"""

RETURN = r"""
token:
  description: A reference to the token. It is no secret, and useless outside of this run.
  returned: success
  type: str
  sample: "0:1240:9f86d081884c7d659a2feaa0c55ad015"
expires_at:
  description: Until when the token is good, UTC; null if the server did not say.
  returned: success
  type: str
  sample: "2026-11-24T21:37:11Z"
client:
  description: A digest of the client's id. By it runs on one machine share what they know of the rate limit.
  returned: success
  type: str
  sample: 9f86d081884c7d65
http_status:
  description: The HTTP status of the response that the failure is about; null if there was none.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that response.
  returned: failure
  type: str
  sample: AUTH-5
trace_id:
  description: The trace id in that response, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only


def main() -> None:
    run_controller_only("qlik_wave_token")


if __name__ == "__main__":
    main()
