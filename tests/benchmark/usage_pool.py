# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of tenantops.qlik.usage in a pool of threads, without Ansible and without care: usage_pool.py tenants.txt 20

This is the time that the requests need on this machine, which runs the simulated Qlik Cloud too.
"""

from __future__ import annotations

import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

import requests

TOKEN_PATH = "/oauth/token"
# Of a tenant whose lists have one page each, in the order of the playbook.
PATHS = (
    "/api/v1/users/me",
    "/api/v1/automations?listAll=true&sort=-lastRunAt&limit=100",
    "/api/v1/items?noActions=true&limit=100",
    "/api/v1/users?fields=id%2Csubject%2Cstatus%2CcreatedAt&limit=100",
    "/api/v1/spaces?limit=1",
    "/api/v1/data-files/connections?includeSpaceStats=true&limit=100",
    "/api/v1/webhooks?limit=100",
    "/api/v1/api-keys?status=active&limit=100",
    "/api/v1/oauth-clients?limit=100",
    "/api/v1/licenses/overview",
    "/api/v1/audits?eventType=com.qlik.user-session.begin&sort=-eventTime&limit=100",
    "/api/v1/audits?eventType=com.qlik.core.user-session.begun&sort=-eventTime&limit=100",
    "/api/v1/reloads?sort=-creationTime&limit=1",
    "/api/v1/licenses/consumption?sort=-endTime&limit=10",
)


def _read(line: str) -> None:
    hostname, _tenant, _region, client, secret = line.split()
    body = {"client_id": client, "client_secret": secret, "grant_type": "client_credentials"}
    with requests.Session() as session:
        answer = session.post(f"https://{hostname}{TOKEN_PATH}", json=body, timeout=30)
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        for path in PATHS:
            session.get(f"https://{hostname}{path}", timeout=30).raise_for_status()


def main(path: str, threads: str) -> None:
    """Read each tenant, with a token of its own host, over one connection."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(_read, lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
