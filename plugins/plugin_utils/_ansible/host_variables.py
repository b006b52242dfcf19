# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of a role for the host of a task, evaluated where they are needed.

A template in the options of a task costs some milliseconds for each host, also if the variable behind it is no template.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleError
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import check_client
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain


class HostVariables:
    """The variables with a prefix. ``found``: those of the task."""

    def __init__(self, templar: Templar, found: Mapping[str, t.Any], prefix: str) -> None:
        self._templar = templar
        self._found = found
        self._prefix = prefix

    def value(self, name: str, *others: str) -> t.Any:
        """The value of a variable; of the first of some others, by their full names, if it is not set or null."""
        return self.first(f"{self._prefix}{name}", *others)

    def first(self, *full_names: str) -> t.Any:
        """The value of the first of some variables, by their full names, that is set and not null."""
        for full_name in full_names:
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

    def late_client_of(self, region: str) -> Credentials | None:
        """The same, checked.

        :raises InvalidInput: it is none, or cannot be evaluated.
        """
        name = f"{self._prefix}credentials"
        try:
            client = self.client_of(region)
        except AnsibleError:
            # Ansible's words can show the text of the template, and there may be a secret in it.
            raise InvalidInput(
                f"{name} of region {region} cannot be evaluated; the reason is not shown, since there may be a secret in it: try its"
                " look-ups one by one."
            ) from None
        return None if client is None else check_client(client, region, name)

    @property
    def has_clients(self) -> bool:
        """Whether there is a mapping of regions to clients. Beside it no other client is used."""
        return bool(self._found.get(f"{self._prefix}credentials"))
