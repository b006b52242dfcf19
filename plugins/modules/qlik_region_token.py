#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_region_token
short_description: Get an access token of a Qlik Cloud region's register host
version_added: 0.9.0
description:
  - Asks the register host of a region for an access token, with the credentials of a region-level OAuth client.
  - The token is good for that host alone, for some hours. One token serves all tenants of the region.
  - A result that holds a token is censored in all output, and can be registered all the same. A failure is shown.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  region:
    required: true
  credentials:
    description:
      - O(client_id) and O(client_secret) in one value, for when both come out of one look-up.
      - It goes before O(client_id) and O(client_secret).
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
attributes:
  idempotent:
    details: Changes nothing at Qlik Cloud; each run gets a token of its own.
notes:
  - Refuses C(async), since ansible-core would keep the result with the token in a file.
  - O(access_token) is not used.
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Get a token of the region eu (credentials from QLIK_CLIENT_ID and QLIK_CLIENT_SECRET)
  tenantops.qlik.qlik_region_token:
    region: eu
  register: eu_token

- name: Use it
  tenantops.qlik.qlik_tenant_deactivate:
    access_token: "{{ eu_token.access_token }}"
    tenant_id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
    hostname: acme.eu.qlikcloud.com
"""

RETURN = r"""
access_token:
  description: The token.
  returned: success
  type: str
  sample: eyJhbGciOiJFUzM4NCIsImtpZCI6Im
token_type:
  description: The type of the token, as the server wrote it.
  returned: success
  type: str
  sample: bearer
expires_in:
  description: How long the token is good for, in seconds; null where the server did not say.
  returned: success
  type: int
  sample: 21600
expires_at:
  description: Until when the token is good, UTC; null where the server did not say.
  returned: success
  type: str
  sample: "2026-11-24T21:37:11Z"
client:
  description: A digest of the client's id. By it runs on one machine share what they know of the rate limit.
  returned: success
  type: str
  sample: 9f86d081884c7d65
host:
  description: The host that the token is good for.
  returned: success
  type: str
  sample: register.eu.qlikcloud.com
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
    run_module("qlik_region_token")


if __name__ == "__main__":
    main()
