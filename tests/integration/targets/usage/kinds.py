# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet in which each tenant is used in another way."""

from __future__ import annotations

from typing import Any

from ansible_collections.tenantops.qlik.tests.integration.fleet import tenant

HOSTILE = "\x1b[31m::set-output name=x::y | <b>@all</b>\n## Approved"
_OLDER_EVENT = "com.qlik.user-session.begin"

_QUIET = {"users": 3, "spaces": 2, "items": {"app": 5}, "app_bytes": 2_000_000_000}

# What is in each tenant, by its name.
CONTENTS: dict[str, dict[str, Any]] = {
    "idle": {**_QUIET, "logins": 2, "last_login": "-60d", "last_consumption": "-61d"},
    "never": {**_QUIET},
    "yesterday": {
        "users": 41,
        "logins": 9,
        "last_login": "-1d",
        "spaces": 12,
        "items": {"app": 87},
        "app_bytes": 14 * 10**9,
    },
    "older-event": {**_QUIET, "logins": 1, "last_login": "-2d", "login_event": _OLDER_EVENT},
    "capacity": {**_QUIET, "last_consumption": "-3d"},
    "reloads": {**_QUIET, "last_reload": "-1h", "automations": 2, "last_automation": "-1h"},
    "bot": {**_QUIET, "bot_logins": 120},
    "refused": {**_QUIET, "refuse": {"audits": 403}},
    "undated": {**_QUIET, "logins": 1, "last_login": "-60d", "dated": False},
    "unlicensed": {**_QUIET, "licensed": False},
    "thousand": {
        "users": 120,
        "bots": 2,
        "items": {"app": 400, "dataset": 600},
        "app_bytes": 80 * 10**9,
        "file_bytes": 5 * 10**9,
    },
    "hostile": {**_QUIET, "names": HOSTILE, "items": {f"{HOSTILE}app": 4, "app": 1}},
    "unsorted": {**_QUIET, "logins": 130, "last_login": "-4d", "sorts": False},
    "empty": {},
    "disabled": {**_QUIET},
}


def tenants() -> list[dict[str, Any]]:
    """All of them, for a scenario."""
    more = {"disabled": {"status": "disabled"}, "hostile": {"shown": {"name": HOSTILE}}}
    return [tenant(name, content=content, **more.get(name, {})) for name, content in CONTENTS.items()]
