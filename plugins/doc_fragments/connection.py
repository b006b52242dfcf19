# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The region, the client, and how requests are made. All modules have the first part and REQUESTS."""

    DOCUMENTATION = r"""
options:
  region:
    description:
      - The region's short code, such as V(eu) or V(us). One DNS label; new regions need no new version of this collection.
    type: str
  client_id:
    description:
      - The id of a region-level OAuth client. Such a client works only in its own region.
      - If it is not given, it is read from the environment variable E(QLIK_CLIENT_ID).
    type: str
  client_secret:
    description:
      - The secret of that client, of at least 8 characters.
      - If it is not given, it is read from the environment variable E(QLIK_CLIENT_SECRET).
    type: str
  access_token:
    description:
      - A token of the region's register host, as M(tenantops.qlik.qlik_region_token) returns it, to use instead of requesting one.
      - If O(client_id) and O(client_secret) are given too, a token that the server refuses is renewed once.
    type: str
notes:
  - Runs in the controller whatever C(ansible_connection) and C(become) say. Delegated to another machine, the module runs there. With
    C(async) it runs as a module on this machine, which needs C(ansible_connection=local), and best
    C(ansible_python_interpreter) set to V({{ ansible_playbook_python }}).
"""

    # The organization-level client, where a module can use one.
    ORGANIZATION = r"""
options:
  org_client_id:
    description:
      - The id of an organization-level OAuth client with the scope C(cloud-console.tenants:read).
      - If it is not given, it is read from the environment variable E(QLIK_ORG_CLIENT_ID).
    type: str
  org_client_secret:
    description:
      - The secret of that client.
      - If it is not given, it is read from the environment variable E(QLIK_ORG_CLIENT_SECRET).
    type: str
"""

    # How requests are made, by modules and by the inventory plugin.
    REQUESTS = r"""
options:
  timeout:
    description:
      - How long one request may take, from connecting to the last byte of the response, in seconds.
    type: float
    default: 30
  retries:
    description:
      - How often one request is repeated after a temporary failure. Temporary are the status 429, every 5xx except 501 and 505, and broken
        connections. The refusal of a proxy is final.
    type: int
    default: 5
  max_wait:
    description:
      - How long one task may wait in total, before repeats and for the rate limit, in seconds.
      - If the server asks for a longer wait (C(Retry-After)), the task fails without waiting.
    type: float
    default: 900
  ca_path:
    description:
      - A file or a folder of CA certificates in PEM form, to be trusted instead of those of the environment variable
        E(REQUESTS_CA_BUNDLE) or those that come with requests. Certificates are always checked.
    type: path
requirements:
  - requests >= 2.28.0
notes:
  - Proxies and CA certificates are taken from the environment (E(HTTPS_PROXY), E(NO_PROXY), E(REQUESTS_CA_BUNDLE)), in a task also from
    its C(environment) keyword. A C(.netrc) is not read.
"""
