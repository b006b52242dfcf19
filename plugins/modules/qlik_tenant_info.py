#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_info
short_description: Look up Qlik Cloud tenants by id, hostname or filter
version_added: 0.9.0
description:
  - Where O(org_client_id) and O(org_client_secret) are given, the organization API is asked. It knows the tenants of all regions, disabled
    ones too, and when they are purged.
  - Without them, by O(tenant_id) the register host of the region is asked.
  - Without them, by O(hostname) the tenant's own API is asked, with a token of that tenant. It is the way from a hostname to an id, as
    long as the tenant lives. A deactivated tenant refuses every call, so it shows no record then, and RV(state) says why. The first token
    that a region-level client requests of a live tenant makes a bot user with administrator rights there.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
options:
  tenant_id:
    description: The id of the tenant. It needs O(region), or the client of the organization.
    type: str
  hostname:
    description:
      - The hostname of the tenant, C(<name>.<region>.qlikcloud.com). Case does not matter.
      - It needs O(client_id) and O(client_secret), since a token of the register host is no good at a tenant's host, or the client of the
        organization.
    type: str
  filter:
    description:
      - A SCIM filter such as V(status eq "disabled" and regionCode eq "eu-west-1"), which the organization API applies. It needs the client
        of the organization.
      - The API may want it to name a C(subscriptionId).
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

- name: Find the tenants that are disabled, and when they are purged
  tenantops.qlik.qlik_tenant_info:
    org_client_id: "{{ console.client_id }}"
    org_client_secret: "{{ console.client_secret }}"
    filter: status eq "disabled"
  register: disabled
"""

RETURN = r"""
tenants:
  description:
    - The tenant, or nothing where there is none to be seen. With O(filter) all that it takes, with O(region) those of that region.
    - By O(hostname), the organization may know several. The one that lives is the first of them, before deleted ones that had the hostname.
    - All have the same keys. What the API that was asked does not tell is null.
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
    country:
      description: The country's code. The organization API tells it.
      type: str
      sample: IE
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
      description: When it is purged; null where nobody knows it. Only the organization API tells it.
      type: str
      sample: null
    subscription_id:
      description: The subscription. The organization API tells it.
      type: str
      sample: 5f3c1e0a9b7d4c2e
    license_starts_at:
      description: Since when there is a licence. The organization API tells it.
      type: str
      sample: "2024-01-15T00:00:00.000Z"
    license_ends_at:
      description: When the licence ends. The organization API tells it.
      type: str
      sample: "2026-09-01T00:00:00.000Z"
state:
  description: What the tenant's host answers, as in M(tenantops.qlik.qlik_tenant_probe).
  returned: success, with O(hostname) and without the client of the organization
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

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_info")


if __name__ == "__main__":
    main()
