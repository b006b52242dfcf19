# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of the playbook with requests in a pool of threads, without Ansible and without care: thread_pool.py tenants.txt"""

from __future__ import annotations

import pathlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

_THREADS = 10
_here = threading.local()


def _session() -> requests.Session:
    if not hasattr(_here, "session"):
        _here.session = requests.Session()
    session: requests.Session = _here.session
    return session


def _call(status: int, method: str, url: str, **how: object) -> requests.Response:
    answer = _session().request(method, url, timeout=30, allow_redirects=False, **how)  # type: ignore[arg-type]
    if answer.status_code != status:
        raise SystemExit(f"{method} {url}: expected HTTP {status}, got {answer.status_code}: {answer.text}")
    return answer


def _client(line: str) -> dict[str, str]:
    return dict(zip(("client_id", "client_secret"), line.split()[3:5], strict=True), grant_type="client_credentials")


def main(path: str) -> None:
    """Read, deactivate and probe each tenant, with one token a region."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    tokens: dict[str, str] = {}
    for line in lines:
        region = line.split()[2]
        if region not in tokens:
            url = f"https://register.{region}.qlikcloud.com/oauth/token"
            tokens[region] = _call(200, "POST", url, json=_client(line)).json()["access_token"]

    def take_out_of_service(line: str) -> None:
        hostname, tenant, region = line.split()[:3]
        url = f"https://register.{region}.qlikcloud.com/api/v1/tenants/{tenant}"
        headers = {"Authorization": f"Bearer {tokens[region]}"}
        _call(200, "GET", url, headers=headers)
        confirmed = {**headers, "qlik-confirm-hostname": hostname}
        _call(200, "POST", f"{url}/actions/deactivate", headers=confirmed, json={"purgeAfterDays": 30})
        _call(401, "POST", f"https://{hostname}/oauth/token", json=_client(line))

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(take_out_of_service, lines))


if __name__ == "__main__":
    main(sys.argv[1])
