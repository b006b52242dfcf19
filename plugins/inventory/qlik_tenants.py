# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: qlik_tenants
short_description: The Qlik Cloud tenants of an organization as hosts
version_added: 0.9.0
description:
  - Lists tenants of every region and subscription by the organization API, disabled ones too. Each is a host of the group
    O(tenants_group), with what is known of it in variables that begin with C(qlik_).
  - Its source is a YAML file whose name ends in C(qlik_tenants.yml) or C(qlik_tenants.yaml).
  - The playbooks of this collection run on it as it is. It never sets a confirmation, and refuses to compute one. A tenant from this
    inventory is deactivated only with an approved plan, or if somebody types its hostname as confirmation.
  - Values from the API are never evaluated as templates, even if they contain C({{ }}).
author:
  - tenantops.qlik contributors (@tenantops)
extends_documentation_fragment:
  - tenantops.qlik.connection.requests
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is a source of this plugin.
    type: str
    required: true
    choices: [tenantops.qlik.qlik_tenants]
  org_client_id:
    description: The id of an organization-level OAuth client with the scope C(cloud-console.tenants:read). It may be a template.
    type: str
    env:
      - name: QLIK_ORG_CLIENT_ID
  org_client_secret:
    description: The secret of that client. It may be vaulted, and it may be a template, such as a look-up.
    type: str
    env:
      - name: QLIK_ORG_CLIENT_SECRET
  filter:
    description:
      - A SCIM filter, which the server applies, such as V(status eq "active" and countryCode eq "DE").
      - A tenant is listed only if it matches this filter and all of O(statuses), O(regions), O(subscription_ids), O(name) and
        O(license_ended_before).
    type: str
  statuses:
    description:
      - List only tenants with one of these statuses, V(active), V(disabled), V(deactivated) or V(deleted). V(disabled) and V(deactivated)
        mean the same.
    type: list
    elements: str
  regions:
    description: List only tenants in these regions, given by their short codes, such as V(eu).
    type: list
    elements: str
  subscription_ids:
    description:
      - List only tenants of these subscriptions. It is required if the API refuses a filter without C(subscriptionId) (HTTP 400).
    type: list
    elements: str
  name:
    description: List only tenants with this name. Two tenants in different regions can have the same name.
    type: str
  license_ended_before:
    description:
      - List only tenants whose license ended before this. A date such as V(2026-09-30), a time such as V(2026-09-30T12:00:00Z), or a
        number of days ago such as V(60d).
      - A tenant whose license has no end is not listed then.
    type: raw
  hostname_template:
    description:
      - A template for the names of the hosts, such as V({{ qlik_name }}.{{ qlik_region }}). By default the name of a host is the first
        hostname of its tenant under C(qlikcloud.com).
      - A name is not used if it has other characters than letters, digits, C(.), C(_) and C(-), or if another tenant, a group, or a host
        of an inventory source that was read before has it too, in upper or lower case. The tenant keeps its hostname then, with a
        warning. With O(strict) it is an error.
      - The plugin cannot see inventory sources that are read after this one. Ansible would merge a host of the same name into the tenant.
        So name this source last with C(-i).
    type: str
  tenants_group:
    description:
      - The group of all tenants that are listed. The default is the one that the playbooks run on. For this group
        C(ansible_python_interpreter) is set to the Python that runs ansible-playbook.
    type: str
    default: qlik_tenants
notes:
  - The cache holds the tenants, not the credentials. Its key covers the credentials, the host and the filter that the server is sent. So a
    cache is never used for another organization or another filter.
  - The plugin does not set C(ansible_connection). The playbooks set it themselves. If the plugin set it, C(ansible all) would run a command
    on this machine once per tenant.
"""

EXAMPLES = r"""
# tenants whose license ended more than 60 days ago, as ended.qlik_tenants.yml
plugin: tenantops.qlik.qlik_tenants
statuses: [active]
license_ended_before: 60d

---
# one group per region, one group by name; credentials from a secret store; cached for an hour
plugin: tenantops.qlik.qlik_tenants
org_client_id: "{{ lookup('ansible.builtin.env', 'CONSOLE_ID') }}"
org_client_secret: "{{ lookup('ansible.builtin.env', 'CONSOLE_SECRET') }}"
strict: true
keyed_groups:
  - {key: qlik_region, prefix: region}
groups:
  internal: qlik_name is match('internal-')
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/qlik_tenants
cache_timeout: 3600
"""

import hashlib
import json
import sys
import typing as t
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import organization_tenants, perform
from ansible_collections.tenantops.qlik.plugins.module_utils._api.filters import check_selection
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import some
from ansible_collections.tenantops.qlik.plugins.module_utils._base.version import VERSION
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import CONSOLE_HOST
from ansible_collections.tenantops.qlik.plugins.module_utils._http.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.core_version import check_core
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import NONE_IS_EMPTY, plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.host_names import (
    by_hostname,
    rename,
    without_strangers,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.untrusted import untrusted

if t.TYPE_CHECKING:
    from ansible.parsing.dataloader import DataLoader

# Beside qlik_hostname: the variables of a host, and what they are called in a tenant's normal form.
_VARIABLES = {
    "qlik_tenant_id": "id",
    "qlik_hostnames": "hostnames",
    "qlik_region": "region",
    "qlik_name": "name",
    "qlik_status": "status",
    "qlik_datacenter": "datacenter",
    "qlik_country": "country",
    "qlik_subscription_id": "subscription_id",
    "qlik_license_starts_at": "license_starts_at",
    "qlik_license_ends_at": "license_ends_at",
    "qlik_deletion_starts_at": "purge_date",
    "qlik_created": "created",
    "qlik_updated": "updated",
}


# How the names of variables end that somebody types to confirm what is done to a tenant.
_CONFIRMATIONS = ("confirm_hostname", "confirm_restored")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The tenants of the organization. Which are meant and what they are called is decided in the core."""

    NAME = "tenantops.qlik.qlik_tenants"
    inventory: InventoryData

    def verify_file(self, path: str) -> bool:
        """Whether this may be a source of this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("qlik_tenants.yml", "qlik_tenants.yaml"))

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:  # noqa: FBT001, FBT002
        """Add the tenants to the inventory."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        self._check_keys(config)
        params = self._params(config)
        try:
            check_core()
            selection = check_selection(params, datetime.now(timezone.utc))
        except QlikError as error:
            raise AnsibleParserError(error.message) from None
        tenants = self._read_tenants(path, {**params, "filter": selection.filter}, use_cache=cache)
        undated = [tenant["id"] for tenant in tenants if selection.cannot_date(tenant)]
        if undated:
            self.display.warning(
                "Tenants left out of the inventory, because the end of their license cannot be read, and license_ended_before is set:"
                f" {some(undated)}. Check them in the management console, or list them without license_ended_before."
            )
        self._populate(tenant for tenant in tenants if selection.takes(tenant))

    def _check_keys(self, config: Mapping[str, t.Any]) -> None:
        unknown = sorted(set(map(str, config)) - set(self._options))
        if unknown:
            # A misspelt option would list tenants that it was to leave out.
            raise AnsibleParserError(
                f"Unknown options: {', '.join(unknown)}. Correct them, or remove them. The options are in the output of"
                " ansible-doc -t inventory tenantops.qlik.qlik_tenants."
            )
        empty = sorted(str(name) for name, value in config.items() if value is None)
        if empty:
            raise AnsibleParserError(f"{', '.join(empty)}: there is no value. Give one, or leave the option out.")
        computed = [str(name) for name in self.get_option("compose") if str(name).endswith(_CONFIRMATIONS)]
        if computed:
            raise AnsibleParserError(
                f"compose sets {', '.join(computed)}. A confirmation must be typed by a person: remove it from compose. For many tenants,"
                " make a plan with the playbook tenantops.qlik.plan, and have it approved."
            )

    def _params(self, config: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The options as the core takes them."""
        params = {name: plain(self.get_option(name)) for name in self._options}
        for name in ("org_client_id", "org_client_secret"):
            # From the environment it is taken as it is. Before ansible-core 2.19, get_option_and_origin() has nothing of the source.
            if name in config:
                params[name] = plain(self._evaluated(name, config[name]))
        return params

    def _evaluated(self, name: str, value: t.Any) -> t.Any:
        """A credential of the source, which may be a template."""
        self.templar.available_variables = self._vars
        try:
            return self.templar.template(value)
        except AnsibleError:
            # Ansible's words show the text, which may be the secret itself.
            raise AnsibleParserError(
                f"{name} cannot be evaluated as a template. Its text is not shown, since it may be a secret. Mark it as text with"
                f" !unsafe, or set QLIK_{name.upper()} in the environment."
            ) from None

    def _read_tenants(self, path: str, params: Mapping[str, t.Any], *, use_cache: bool) -> list[dict[str, t.Any]]:
        caching = params["cache"]
        key = f"{self.get_cache_key(path)}_{_digest(params)}"
        kept = self._cache.get(key) if caching and use_cache else None
        if isinstance(kept, Mapping) and isinstance(kept.get("tenants"), list):
            return t.cast("list[dict[str, t.Any]]", kept["tenants"])
        if REQUESTS_IMPORT_ERROR:
            raise AnsibleParserError(missing_required_lib("requests"))
        # Not on the standard output: that is the inventory's.
        run = Run(announce=lambda sentence: self.display.display(sentence, stderr=True))
        result = perform(organization_tenants, params, run)
        if result["failed"]:
            raise AnsibleParserError(run.mask(result["msg"]))
        for warning in result.get("warnings", ()):
            self.display.warning(warning)
        if caching:
            self._cache[key] = {"tenants": result["tenants"]}
        return t.cast("list[dict[str, t.Any]]", result["tenants"])

    def _populate(self, tenants: Iterable[dict[str, t.Any]]) -> None:
        """Add all of it to the inventory, or nothing if something is wrong with it."""
        others = {name: plain(host.vars.get("qlik_tenant_id")) for name, host in self.inventory.hosts.items()}
        named, remarks = by_hostname(tenants)
        named, strange = without_strangers(named, others)
        for remark in remarks:
            self.display.warning(remark)
        self._warn_or_fail(strange)
        hosts = {
            hostname: untrusted(
                {"qlik_hostname": hostname, **{variable: tenant[key] for variable, key in _VARIABLES.items()}}
            )
            for hostname, tenant in named.items()
        }
        names, kept = self._names(named, hosts, self.inventory.groups, others)
        found = self._build(names, hosts)
        if not found.groups.keys().isdisjoint(names):
            # Ansible takes a host and a group of one name for each other.
            names, kept = self._names(named, hosts, {**self.inventory.groups, **found.groups}, others)
            found = self._build(names, hosts)
        both = sorted(
            (found.groups.keys() & others.keys()) | ((self.inventory.groups.keys() | found.groups.keys()) & set(names))
        )
        if both:
            raise AnsibleParserError(
                f"A host and a group would have the same name {some(both)}: give the group another name (groups or keyed_groups)."
            )
        self._warn_or_fail(kept)
        _add_all(found, self.inventory)

    def _warn_or_fail(self, sentence: str | None) -> None:
        """Say it as a warning, as an error with ``strict``."""
        if sentence and self.get_option("strict"):
            raise AnsibleParserError(sentence)
        if sentence:
            self.display.warning(sentence)

    def _names(
        self,
        named: Mapping[str, dict[str, t.Any]],
        hosts: Mapping[str, Mapping[str, t.Any]],
        groups: Iterable[str],
        others: Mapping[str, t.Any],
    ) -> tuple[list[str], str | None]:
        """The names of the tenants in the inventory, and a sentence about those that the template has no usable name for."""
        template = self.get_option("hostname_template")
        if template is None:
            return list(named), None
        given = {hostname: self._evaluate(template, variables) for hostname, variables in hosts.items()}
        return rename(named, given, groups={*groups, self.get_option("tenants_group")}, hosts=others)

    def _build(self, names: Iterable[str], hosts: Mapping[str, Mapping[str, t.Any]]) -> InventoryData:
        """An inventory of only these hosts, with the groups that are constructed of them."""
        whole = self.inventory
        built = self.inventory = InventoryData()
        built.current_source = whole.current_source
        try:
            group = built.add_group(self.get_option("tenants_group"))
            built.set_variable(group, "ansible_python_interpreter", sys.executable)
            strict = self.get_option("strict")
            compose, groups, keyed_groups = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
            for name, variables in zip(names, hosts.values(), strict=True):
                host = built.hosts[built.add_host(name, group)]
                for variable, value in variables.items():
                    host.set_variable(variable, value)
                if compose or groups or keyed_groups:
                    known = {**variables, "inventory_hostname": name}
                    self._set_composite_vars(compose, known, name, strict)
                    self._add_host_to_composed_groups(groups, known, name, strict, fetch_hostvars=bool(compose))
                    self._add_host_to_keyed_groups(keyed_groups, known, name, strict, fetch_hostvars=bool(compose))
        finally:
            # The methods of constructed work on this attribute.
            self.inventory = whole
        return built

    def _compose(self, template: str, variables: Mapping[str, t.Any], *more: t.Any, **options: t.Any) -> t.Any:
        """The value of an expression of ``compose`` or ``keyed_groups``."""
        if NONE_IS_EMPTY:
            # Before ansible-core 2.19, a text that looks like another value becomes one: a tenant's name could choose the tenant's groups.
            # In a list it stays a text, and None stays None.
            alone = super()._compose(f"[({template})]", variables, *more, **options)
            if isinstance(alone, list) and len(alone) == 1:
                return alone[0]
        return super()._compose(template, variables, *more, **options)

    def _evaluate(self, template: str, variables: Mapping[str, t.Any]) -> t.Any:
        self.templar.available_variables = variables
        try:
            return plain(self.templar.template(template))
        except AnsibleError as error:
            if self.get_option("strict"):
                raise AnsibleParserError(f"hostname_template, for {variables['qlik_hostname']}: {error}") from None
            return None


def _add_all(found: InventoryData, inventory: InventoryData) -> None:
    """Add the groups and hosts of one inventory to another one."""
    for name, group in found.groups.items():
        inventory.add_group(name)
        for variable, value in group.vars.items():
            inventory.groups[name].set_variable(variable, value)
    for name, host in found.hosts.items():
        inventory.add_host(name)
        for variable, value in host.vars.items():
            inventory.hosts[name].set_variable(variable, value)
    for name, group in found.groups.items():
        for child in (*group.child_groups, *group.hosts):
            inventory.add_child(name, child.name)


def _digest(params: Mapping[str, t.Any]) -> str:
    """Of all that decides what the API answers, and of the version, whose normal form is kept."""
    parts = (VERSION, CONSOLE_HOST, params["org_client_id"], params["org_client_secret"], params["filter"])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
