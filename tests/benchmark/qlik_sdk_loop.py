# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of the playbook with the vendor's Python SDK, one tenant after the other: qlik_sdk_loop.py tenants.txt

The SDK wants an old version of requests, so it has a Python of its own; and it does not look at REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import sys
from typing import Any

import certifi

certifi.where = lambda: os.environ["REQUESTS_CA_BUNDLE"]

from qlik_sdk import AuthType, Config, Tenants
from qlik_sdk.auth import Auth
from qlik_sdk.rest import AuthenticationException


def _config(host: str, client: str, secret: str) -> Any:
    return Config(host=f"https://{host}", auth_type=AuthType.OAuth2, client_id=client, client_secret=secret)


def main(path: str) -> None:
    """Read, deactivate and probe each tenant, with one token a region."""
    regions: dict[str, Any] = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        hostname, tenant, region, client, secret = line.split()
        if region not in regions:
            regions[region] = Tenants(_config(f"register.{region}.qlikcloud.com", client, secret))
            regions[region].auth.authorize()
        found = regions[region].get(tenant)
        found.deactivate(qlik_confirm_hostname=hostname, data={"purgeAfterDays": 30})
        # The SDK has no probe: a token that is refused is one.
        with contextlib.suppress(AuthenticationException):
            Auth(_config(hostname, client, secret)).authorize()
            raise SystemExit(f"{hostname} issues a token")


if __name__ == "__main__":
    main(sys.argv[1])
