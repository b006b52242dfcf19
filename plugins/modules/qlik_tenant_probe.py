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
  - Asks the tenant's own host for a token, as the vendor's tutorial does, and tells the tenant's state from the answer.
  - With O(client_id) and O(client_secret) a live tenant issues a token, which is thrown away. The first token that a region-level client
    requests of a live tenant has an effect there. It makes a bot user with administrator rights, which stays when the client is deleted.
  - Without credentials nothing in the tenant changes. A live tenant is V(unauthorized) then. A deactivated tenant answers with its own
    code in both cases.
  - With O(expect) it is a check, and can wait until the tenant is in that state.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  hostname:
    description: The hostname of the tenant, C(<name>.<region>.qlikcloud.com). Case does not matter.
    type: str
    required: true
  expect:
    description: The state that the tenant must be in, else the task fails.
    type: str
    choices: [active, deactivated, unauthorized, not_found, unreachable, unknown]
  wait_timeout:
    description: How long to probe until the tenant is in the state of O(expect), in seconds.
    type: float
    default: 0
notes:
  - O(access_token) is not used. A token of the register host is no good at a tenant's host.
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: See what the users of a tenant see
  tenantops.qlik.qlik_tenant_probe:
    hostname: acme.eu.qlikcloud.com
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
  returned: always, but for wrong options
  type: str
  sample: acme.eu.qlikcloud.com
state:
  description:
    - V(active), a live tenant that issued a token.
    - V(deactivated), the tenant says so.
    - V(unauthorized), a live tenant that refuses the credentials, or got none. Its own authentication service says so, by an error in the
      API's form with a code C(OAUTH-...), C(AUTH-...) or C(AUTHENTICATION-...).
    - V(not_found), no tenant has this hostname. The code C(LOGIN-2), 404 in the API's form, or no such host name.
    - V(unreachable), no answer, or that of a server that fails (5xx) or limits the rate (429).
    - V(unknown), any other answer, such as the page of a proxy, or a code that is not documented. It proves neither that the tenant is
      live, nor that it is deactivated, nor that there is none.
  returned: always, but for wrong options
  type: str
  sample: deactivated
http_status:
  description: The HTTP status of the answer; null where there was none.
  returned: always
  type: int
  sample: 401
code:
  description: The code of the error in the answer.
  returned: always
  type: str
  sample: TENANT_DEACTIVATED
title:
  description: The title of the error in the answer.
  returned: always, but for wrong options
  type: str
  sample: Tenant has been deactivated. Contact your administrator for more details.
trace_id:
  description: The trace id in the answer, for the vendor's support.
  returned: always
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_probe")


if __name__ == "__main__":
    main()
