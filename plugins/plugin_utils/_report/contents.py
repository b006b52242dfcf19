# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was in a tenant, and when it was used last, in words. A receipt has it if somebody asked for it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_text import size_words

_NOUNS = {
    "users": "users",
    "spaces": "spaces",
    "automations": "automations",
    "webhooks": "webhooks",
    "api_keys": "API keys",
    "oauth_clients": "OAuth clients",
    "licenses_assigned": "assigned licenses",
}
_ACTIVITY = {
    "last_login": "last login",
    "last_reload": "last reload",
    "last_automation": "last automation",
    "last_consumption": "last consumption",
}
_MOST_TYPES = 12


def content_lines(contents: Mapping[str, t.Any] | None) -> list[str]:
    """What was in it: ``41 users``, ``87 of type app``, ``14 GB of apps``. What is not known is left out."""
    found = contents or {}
    lines = [f"{found[key]:,} {noun}" for key, noun in _NOUNS.items() if _is_number(found.get(key))]
    items = found.get("items")
    if isinstance(items, Mapping):
        numbers = [(str(kind), number) for kind, number in items.items() if _is_number(number)]
        lines += [f"{number:,} of type {for_terminal(kind, 40)}" for kind, number in sorted(numbers)[:_MOST_TYPES]]
    for key, noun in (("app_bytes", "apps"), ("file_bytes", "files")):
        if _is_number(found.get(key)):
            lines.append(f"{size_words(found[key])} of {noun}")
    return lines


def activity_lines(activity: Mapping[str, t.Any] | None) -> list[str]:
    """Who used it when: ``last login 2026-08-03``, ``no reload in the window``."""
    found = activity or {}
    lines = []
    for key, noun in _ACTIVITY.items():
        if key in found:
            time = read_time(found[key])
            shown = f"{time:%Y-%m-%d}" if time else "none seen" if found[key] is None else "unknown"
            lines.append(f"{noun} {shown}")
    if _is_number(found.get("active_users")):
        lines.append(f"{found['active_users']:,} active users")
    return lines


def _is_number(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
