# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Qlik Cloud knows of a tenant, and whether its receipt says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt
from ansible_collections.tenantops.qlik.tests.integration.fleet import scenario, tenant_id

if TYPE_CHECKING:
    from simulator.process import Simulator

_CONSOLE = "https://console.qlikcloud.com"
_CLIENT = {"id": "org-client", "secret": "org-client-secret"}


def watched_scenario(*tenants: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Qlik Cloud without limits whose organization can be asked what became of its tenants, whatever the register host shows."""
    return scenario(*tenants, organization={"clients": [_CLIENT]}, rate_limits={"model": "off"}, **more)


def records(cloud: Simulator, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The records of tenants, as the organization's console shows them, by name."""
    with requests.Session() as session:
        session.trust_env = False
        session.proxies, session.verify = {"https": cloud.proxy}, cloud.ca
        form = {"grant_type": "client_credentials", "client_id": _CLIENT["id"], "client_secret": _CLIENT["secret"]}
        token = session.post(f"{_CONSOLE}/oauth/token", json=form).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        return {name: session.get(f"{_CONSOLE}/api/core/tenants/{tenant_id(name)}").json()["data"][0] for name in names}


def posts_to(cloud: Simulator, name: str, since: int = 0) -> list[dict[str, Any]]:
    """The requests to change a tenant."""
    return cloud.action_posts(since, path=f"*/{tenant_id(name)}/*")


def wrong_with_deactivation(
    record: dict[str, Any], posts: list[dict[str, Any]], receipt: Receipt, *, reads: bool
) -> Iterator[str]:
    """What is wrong with a tenant that was to be deactivated, however many runs it took.

    :arg record: as the console shows it. :arg posts: the requests to change it. :arg reads: the register host shows tenants.
    """
    if record["status"] != "disabled":
        yield f"it is {record['status']}"
        return
    if [post["effective"] for post in posts] != [True]:
        yield f"{len(posts)} requests to deactivate it: {posts}"
    beside = [path.name for path in receipt.path.parent.glob(f"*{receipt.path.stem}*") if path != receipt.path]
    if beside:
        yield f"beside the receipt there is {beside}"
    kinds = receipt.kinds
    if kinds.count("deactivated") != 1 or "intent" in kinds[kinds.index("deactivated") :]:
        yield f"the receipt has {kinds}"
        return
    outcome = receipt.events[kinds.index("deactivated")]
    date = outcome.get("estimated_purge_date"), outcome.get("purge_date_computed", False)
    if not outcome.get("resolved"):
        told = (record["deletionStartsAt"], False)
    else:
        told = (_whole_seconds(record["deletionStartsAt"]), True) if reads else (None, False)
    if date != told:
        yield f"it is purged at {record['deletionStartsAt']}, and the outcome is {outcome}"


def _whole_seconds(time: str) -> str:
    # As receipts have the times that are not the server's own words.
    return datetime.fromisoformat(time).strftime("%Y-%m-%dT%H:%M:%SZ")
