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
  - The token is valid only for that host, for some hours. One token serves all tenants of the region.
  - The result is hidden in all output, as with C(no_log), but C(register) works. The message of a failure is shown.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_only
  - tenantops.qlik.attributes.delegation
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
options:
  region:
    description: The region's short code, such as V(eu) or V(us).
    type: str
    required: true
  credentials:
    description:
      - O(client_id) and O(client_secret) in one mapping. Useful if one lookup returns both.
      - If it is set, O(client_id) and O(client_secret) are ignored.
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
  - Refuses C(async), because ansible-core would keep the result with the token in a file.
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
  description: How long the token is valid, in seconds; null if the server did not say.
  returned: success
  type: int
  sample: 21600
expires_at:
  description: The time (UTC) at which the token expires; null if the server did not say.
  returned: success
  type: str
  sample: "2026-11-24T21:37:11Z"
client:
  description: A digest of the client's id. Runs on the same machine use it to share what they know about the rate limit.
  returned: success
  type: str
  sample: 9f86d081884c7d65
host:
  description: The host that the token is valid for.
  returned: success
  type: str
  sample: register.eu.qlikcloud.com
http_status:
  description: The HTTP status of the response that caused the failure; null if there was no response.
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

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_region_token")


if __name__ == "__main__":
    main()
