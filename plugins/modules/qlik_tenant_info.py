#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_info
short_description: Look up a Qlik Cloud tenant by its id or its hostname
version_added: 0.1.0
description:
  - By O(tenant_id) the register host of the region is asked.
  - By O(hostname) the tenant's own API is asked, with a token of that tenant. It is the way from a hostname to an id, as long as the tenant
    lives. A deactivated tenant refuses every call, so it shows no record then, and RV(state) says why.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.connection
options:
  tenant_id:
    description: The id of the tenant. It needs O(region).
    type: str
  hostname:
    description:
      - The hostname of the tenant, C(<name>.<region>.qlikcloud.com). Case does not matter.
      - It needs O(client_id) and O(client_secret), since a token of the register host is no good at a tenant's host.
    type: str
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Find the id of a tenant
  tenantops.qlik.qlik_tenant_info:
    hostname: acme.eu.qlikcloud.com
  register: acme

- name: Show it
  ansible.builtin.debug:
    msg: "{{ acme.tenants | map(attribute='id') }}"
"""

RETURN = r"""
tenants:
  description: The tenant, or nothing where there is none to be seen.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
      sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
    name:
      description: The name that people see.
      type: str
      sample: acme
    hostnames:
      description: The hostnames, the display name first.
      type: list
      elements: str
      sample: ["acme.eu.qlikcloud.com"]
    region:
      description: The short code of the region, as in the hostname.
      type: str
      sample: eu
    datacenter:
      description: The data centre, in the API's words.
      type: str
      sample: eu-west-1
    status:
      description: The status.
      type: str
      sample: active
    status_since:
      description: Since when it has that status.
      type: str
      sample: "2026-10-01T08:00:00.000Z"
    created:
      description: When the tenant was made.
      type: str
      sample: "2024-01-15T09:30:00.000Z"
    updated:
      description: When the tenant was last changed.
      type: str
      sample: "2026-10-01T08:00:00.000Z"
    purge_date:
      description: When it is purged; null where nobody knows it. The register host and the tenant's own API do not tell it.
      type: str
      sample: null
state:
  description: What the tenant's host answers, as in M(tenantops.qlik.qlik_tenant_probe).
  returned: success, with O(hostname)
  type: str
  sample: active
http_status:
  description: The HTTP status of the answer that the failure rests on; null where there was none.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that answer.
  returned: failure
  type: str
  sample: AUTH-5
trace_id:
  description: The trace id in that answer, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._module import run_module


def main():
    run_module("qlik_tenant_info")


if __name__ == "__main__":
    main()
