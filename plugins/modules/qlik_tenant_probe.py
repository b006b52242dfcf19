#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_probe
short_description: See what a user of a Qlik Cloud tenant sees
version_added: 0.9.0
description:
  - Requests a token from the tenant's own host, and derives the state of the tenant from the response.
  - With O(client_id) and O(client_secret) a live tenant issues a token, which is thrown away. This may create a bot user in the tenant.
  - Without credentials nothing in the tenant changes. The state of a live tenant is then V(unauthorized). That is normal. A deactivated
    tenant answers in the same way with and without credentials.
  - To probe without credentials although E(QLIK_CLIENT_ID) and E(QLIK_CLIENT_SECRET) are set, set O(client_id) and O(client_secret) to an
    empty string.
  - With O(expect) it is a check, and can wait until the tenant is in that state.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_tenants
  - tenantops.qlik.attributes.bot_user
  - tenantops.qlik.attributes.delegation
  - tenantops.qlik.attributes.async
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.tenant
  - tenantops.qlik.tenant.region
options:
  expect:
    description: The state that the tenant must be in, else the task fails.
    type: str
    choices: [active, deactivated, unauthorized, not_found, unreachable, unknown]
  wait_timeout:
    description: How long to probe until the tenant is in the state of O(expect), in seconds.
    type: float
    default: 0
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: See what the users of a tenant see, without credentials
  tenantops.qlik.qlik_tenant_probe:
    hostname: acme.eu.qlikcloud.com
    client_id: ""
    client_secret: ""
  register: acme

- name: Wait up to a minute until the tenant answers as deactivated
  tenantops.qlik.qlik_tenant_probe:
    hostname: acme.eu.qlikcloud.com
    expect: deactivated
    wait_timeout: 60
"""

RETURN = r"""
hostname:
  description: The hostname that was probed, in lower case.
  returned: always, except if an option is wrong
  type: str
  sample: acme.eu.qlikcloud.com
state:
  description:
    - "V(active): the tenant is live, and issued a token."
    - "V(deactivated): the tenant answers that it is deactivated."
    - "V(unauthorized): the tenant is live, and refuses the credentials or got none. Its own authentication service answers with an error in
      the API's form, with a code C(OAUTH-...), C(AUTH-...) or C(AUTHENTICATION-...)."
    - "V(not_found): no tenant has this hostname. The response has the code C(LOGIN-2), or is a 404 in the API's form, or the hostname does
      not exist."
    - "V(unreachable): there is no response, or it is HTTP 5xx or 429."
    - "V(unknown): any other response, such as the page of a proxy, or a code that is not documented. It does not show whether the tenant is
      live, deactivated, or does not exist."
  returned: always, except if an option is wrong
  type: str
  sample: deactivated
http_status:
  description: The HTTP status of the response; null if there was none.
  returned: always
  type: int
  sample: 401
code:
  description: The code of the error in the response.
  returned: always
  type: str
  sample: TENANT_DEACTIVATED
title:
  description: The title of the error in the response.
  returned: always, except if an option is wrong
  type: str
  sample: Tenant has been deactivated. Contact your administrator for more details.
trace_id:
  description: The trace id in the response, for the vendor's support.
  returned: always
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_probe")


if __name__ == "__main__":
    main()
