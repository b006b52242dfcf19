# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who asks Qlik Cloud, and how requests are made. Each module takes the parts that it uses."""

    DOCUMENTATION = r"""
options:
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
"""

    # Beside a client, or instead of it.
    REGISTER_HOST = r"""
options:
  access_token:
    description:
      - An access token of the region's register host (C(register.<region>.qlikcloud.com)), as M(tenantops.qlik.qlik_region_token) returns
        it. With it, no new token is requested.
      - If O(client_id) and O(client_secret) are given too, a token that the server refuses is renewed once.
    type: str
"""

    # Clients of several regions, where a module looks at a whole play.
    CREDENTIALS = r"""
options:
  credentials:
    description:
      - A mapping of each region to a mapping of C(client_id) and C(client_secret).
      - If it is empty, O(client_id) and O(client_secret) are used for all regions.
    type: raw
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
      - How long one request may take, from connecting to the last byte of the response, in seconds, from 0.1 to 3600.
    type: float
    default: 30
  retries:
    description:
      - How many times one request is repeated after a temporary failure, from 0 to 100.
      - HTTP 429, every 5xx except 501 and 505, and broken connections are temporary. If a proxy refuses the connection, the request is
        not repeated.
    type: int
    default: 5
  max_wait:
    description:
      - How long one task may wait in total, in seconds. It waits before it repeats a request, and while the rate limit blocks it.
      - If the server asks for a longer wait (C(Retry-After)), the task fails without waiting.
    type: float
    default: 900
  ca_path:
    description:
      - A file or a folder of CA certificates in PEM form. They are trusted instead of those of the environment variable
        E(REQUESTS_CA_BUNDLE), or those that come with requests. Certificates are always checked.
    type: path
requirements:
  - requests >= 2.28.0
notes:
  - Proxies and CA certificates are taken from the environment (E(HTTPS_PROXY), E(NO_PROXY), E(REQUESTS_CA_BUNDLE)), in a task also from
    its C(environment) keyword. Credentials in C(~/.netrc) are not used.
"""
