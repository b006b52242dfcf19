# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in a tenant, and who used it when: the key `content` of a tenant in a scenario. README.md describes each field."""

from __future__ import annotations

import dataclasses
from typing import Any

from simulator import checks
from simulator.checks import ScenarioError

# Reference, "What is in a tenant": the name of one event, and its newer name.
LOGIN_EVENTS = ("com.qlik.user-session.begin", "com.qlik.core.user-session.begun")
CURSORS = ("next", "cursor", "startingAfter", "page")
# The calls of that section, each by a short name.
ENDPOINTS = (
    *("user-count", "users", "audits", "reloads", "automations", "consumption", "quotas", "spaces", "items"),
    *("files", "webhooks", "api-keys", "oauth-clients", "license"),
)
_MOMENTS = ("last_login", "last_reload", "last_automation", "last_consumption")
_NUMBERS = (
    *("users", "bots", "logins", "bot_logins", "automations", "spaces", "app_bytes", "connections", "file_bytes"),
    *("webhooks", "api_keys", "oauth_clients", "licenses_assigned"),
)


@dataclasses.dataclass
class Content:
    """Numbers and times; every single thing of it is made up from its number when it is asked for."""

    users: int = 0
    bots: int = 0
    logins: int = 0
    last_login: Any = None
    login_event: str = LOGIN_EVENTS[1]
    bot_logins: int = 0
    dated: bool = True
    last_reload: Any = None
    last_automation: Any = None
    last_consumption: Any = None
    automations: int = 0
    spaces: int = 0
    items: dict[str, int] = dataclasses.field(default_factory=dict)
    app_bytes: int = 0
    connections: int = 0
    file_bytes: int = 0
    webhooks: int = 0
    api_keys: int = 0
    oauth_clients: int = 0
    licensed: bool = True
    licenses_assigned: int = 0
    names: str = "a name"
    sorts: bool = True
    cursors: dict[str, str] = dataclasses.field(default_factory=dict)
    refuse: dict[str, int] = dataclasses.field(default_factory=dict)
    tier1: int | None = None

    def check(self, where: str) -> None:
        for name in _NUMBERS:
            checks.whole(getattr(self, name), f"{where}.{name}")
        for name in _MOMENTS:
            setattr(self, name, checks.moment(getattr(self, name), f"{where}.{name}"))
        for name in ("dated", "licensed", "sorts"):
            checks.flag(getattr(self, name), f"{where}.{name}")
        checks.one_of(self.login_event, LOGIN_EVENTS, f"{where}.login_event")
        checks.text(self.names, f"{where}.names")
        for kind, number in checks.mapping(self.items, f"{where}.items").items():
            checks.whole(number, f"{where}.items.{kind}")
        for endpoint, cursor in checks.mapping(self.cursors, f"{where}.cursors").items():
            checks.one_of(endpoint, ENDPOINTS, f"{where}.cursors")
            checks.one_of(cursor, CURSORS, f"{where}.cursors.{endpoint}")
        for endpoint, status in checks.mapping(self.refuse, f"{where}.refuse").items():
            checks.one_of(endpoint, ENDPOINTS, f"{where}.refuse")
            checks.status(status, f"{where}.refuse.{endpoint}")
        if self.tier1 is not None:
            checks.whole(self.tier1, f"{where}.tier1", least=1)
        if bool(self.logins) != (self.last_login is not None):
            raise ScenarioError(f"{where}: logins and last_login go together")
        if self.logins and not self.users:
            raise ScenarioError(f"{where}: logins are those of users, and there are none")
