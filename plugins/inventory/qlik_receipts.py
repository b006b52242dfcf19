# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: qlik_receipts
short_description: The tenants of a folder of receipts as hosts
version_added: 0.9.0
description:
  - A receipt is the record of what was done to one tenant, a JSON file.
  - Reads the receipts of a folder. Each tenant that has one is a host of the group O(tenants_group), with what its receipt says in
    variables that begin with C(qlik_). It sends nothing.
  - "Groups by what the receipts say: C(qlik_disabled), C(qlik_restored), C(qlik_purged), and C(qlik_overdue), which are the disabled
    tenants whose purge date passed more than 48 hours ago. A tenant that was never disabled is in none of them."
  - Its source is a YAML file whose name ends in C(qlik_receipts.yml) or C(qlik_receipts.yaml).
  - The playbooks of this collection run on this inventory without changes to it, above all C(tenantops.qlik.restore).
  - The plugin never sets C(tenant_restore_confirm_hostname) or C(tenant_decommission_confirm_hostname). Somebody has to type the hostname
    of each tenant that is to be changed, for example with C(-e).
  - A file that is not a valid receipt is left out, and a warning names it. A symbolic link is not followed.
author:
  - tenantops.qlik contributors (@tenantops)
options:
  plugin:
    description: Says that the file is a source of this plugin.
    type: str
    required: true
    choices: [tenantops.qlik.qlik_receipts]
  receipts_dir:
    description:
      - The folder. A relative path is relative to the folder of this inventory file.
      - The hosts get it as C(tenant_decommission_receipts_dir), so that the roles use the same receipts.
    type: str
    default: qlik-receipts
  tenants_group:
    description:
      - The group of all tenants. The default is the one that the playbooks run on. For this group
        C(ansible_python_interpreter) is set to the Python that runs ansible-playbook.
    type: str
    default: qlik_tenants
notes:
  - "The variables are those of P(tenantops.qlik.qlik_tenants#inventory) that a receipt knows: C(qlik_hostname), C(qlik_hostnames),
    C(qlik_tenant_id), C(qlik_region), C(qlik_status) (V(active), V(disabled), V(purged)) and C(qlik_deletion_starts_at). These are
    the values in the receipt. The real status may have changed since."
"""

EXAMPLES = r"""
# fleet.qlik_receipts.yml, beside the folder qlik-receipts
plugin: tenantops.qlik.qlik_receipts

---
# a folder elsewhere
plugin: tenantops.qlik.qlik_receipts
receipts_dir: /srv/fleet/receipts
"""

import os
import sys
import typing as t
from collections.abc import Mapping
from datetime import datetime, timezone

from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile, absolute
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import find_address
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import (
    DISABLED,
    LIVE,
    PURGED,
    ReceiptState,
    receipt_state,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import (
    WholeFolder,
    read_whole_folder,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.core_version import check_core
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.host_names import by_hostname, without_strangers
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.untrusted import untrusted

if t.TYPE_CHECKING:
    from ansible.parsing.dataloader import DataLoader

_GROUPS = ("qlik_disabled", "qlik_restored", "qlik_purged", "qlik_overdue")
_STATUSES = {LIVE: "active", DISABLED: "disabled", PURGED: "purged"}


class InventoryModule(BaseInventoryPlugin):
    """The tenants of a folder of receipts."""

    NAME = "tenantops.qlik.qlik_receipts"
    inventory: InventoryData

    def verify_file(self, path: str) -> bool:
        """Whether this may be a source of this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("qlik_receipts.yml", "qlik_receipts.yaml"))

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:  # noqa: FBT001, FBT002
        """Add the tenants to the inventory."""
        super().parse(inventory, loader, path, cache)
        unknown = sorted(set(map(str, self._read_config_data(path))) - set(self._options))
        if unknown:
            raise AnsibleParserError(
                f"Unknown options: {', '.join(unknown)}. Correct them, or remove them. The options are in the output of"
                " ansible-doc -t inventory tenantops.qlik.qlik_receipts."
            )
        try:
            check_core()
        except QlikError as error:
            raise AnsibleParserError(error.message) from None
        folder = self._read_folder(path)
        for file in folder.unreadable:
            self.display.warning(f"Left out of the inventory: {file}")
        for name in map(os.path.basename, folder.creations):
            self.display.warning(
                f"Left out of the inventory: {for_terminal(name, 300)} is the receipt of a tenant whose creation is not confirmed. Run"
                " qlik_tenant_create, or the rehearsal, with this receipt again."
            )
        self._populate(folder)

    def _read_folder(self, source: str) -> WholeFolder:
        given = plain(self.get_option("receipts_dir"))
        try:
            path = absolute(given if given.startswith("~") else os.path.join(os.path.dirname(source), given))
            return read_whole_folder(path)
        except UnusableFile as error:
            raise AnsibleParserError(
                f"receipts_dir is {shown(given)}: the folder {error}. Name the folder of the receipts. A relative path is relative"
                f" to the folder of {for_terminal(source)}."
            ) from None

    def _populate(self, folder: WholeFolder) -> None:
        now, group = datetime.now(timezone.utc), plain(self.get_option("tenants_group"))
        tenants = [_tenant(receipt) for receipt in folder.receipts.values()]
        others = {
            name: plain(host.vars.get("qlik_tenant_id"))
            for name, host in self.inventory.hosts.items()
            if host.vars.get("qlik_tenant_id") is not None
        }
        named, remarks = by_hostname(tenants)
        named, strange = without_strangers(named, others)
        for remark in (*remarks, *([strange] if strange else ())):
            self.display.warning(remark)
        for name in (group, *_GROUPS):
            self.inventory.add_group(name)
        self.inventory.set_variable(group, "ansible_python_interpreter", sys.executable)
        self.inventory.set_variable(group, "tenant_decommission_receipts_dir", untrusted(folder.path))
        for name, tenant in named.items():
            self.inventory.add_host(name, group)
            for group_of_state in _groups(tenant["state"], now):
                self.inventory.add_host(name, group_of_state)
            host = self.inventory.hosts[name]
            for variable, value in _variables(name, tenant).items():
                host.set_variable(variable, untrusted(value))


def _tenant(receipt: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The tenant of a receipt, as by_hostname() takes it. Of the hostnames the first one never changes."""
    state = receipt_state(receipt["events"])
    hostnames = [name for name in (*receipt["hostnames"], receipt["hostname"]) if find_address([name])]
    return {
        "id": receipt["tenant_id"],
        "hostnames": list(dict.fromkeys(hostnames)),
        "region": receipt["region"],
        "name": None,
        "status": _STATUSES.get(state.state or ""),
        "state": state,
    }


def _groups(state: ReceiptState, now: datetime) -> list[str]:
    if state.state == DISABLED:
        return ["qlik_disabled", "qlik_overdue"] if state.overdue(now) else ["qlik_disabled"]
    if state.state == PURGED:
        return ["qlik_purged"]
    return ["qlik_restored"] if state.state == LIVE and state.restored else []


def _variables(name: str, tenant: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "qlik_hostname": name,
        "qlik_hostnames": tenant["hostnames"],
        "qlik_tenant_id": tenant["id"],
        "qlik_region": tenant["region"],
        "qlik_status": tenant["status"],
        "qlik_deletion_starts_at": tenant["state"].purge_date,
    }
