# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of a role for the host of a task, evaluated where they are needed.

A template in the options of a task costs some milliseconds for each host, also if the variable behind it is no template.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain


class HostVariables:
    """The variables with a prefix. ``found``: those of the task."""

    def __init__(self, templar: Templar, found: Mapping[str, t.Any], prefix: str) -> None:
        self._templar = templar
        self._found = found
        self._prefix = prefix

    def value(self, name: str, *others: str) -> t.Any:
        """The value of a variable; of the first of some others, by their full names, if it is not set or null."""
        for full_name in (f"{self._prefix}{name}", *others):
            value = self._found.get(full_name)
            value = plain(self._templar.template(value) if isinstance(value, str) else value)
            if value is not None:
                return value
        return None

    def options(self, *names: str) -> dict[str, t.Any]:
        """Those of the variables that are set, as options of a task."""
        values = {name: self.value(name) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def client_of(self, region: str | None) -> t.Any:
        """The client of a region in the mapping ``credentials``; None if it has none. The clients of other regions are not evaluated."""
        clients = self._found.get(f"{self._prefix}credentials")
        if isinstance(clients, str):
            clients = self._templar.template(clients)
        client = clients.get(region) if isinstance(clients, Mapping) else None
        return None if client is None else plain(self._templar.template(client))

    @property
    def has_clients(self) -> bool:
        """Whether there is a mapping of regions to clients. Beside it no other client is used."""
        return bool(self._found.get(f"{self._prefix}credentials"))
