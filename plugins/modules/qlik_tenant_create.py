#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_create
short_description: Create a Qlik Cloud tenant to rehearse with
version_added: 0.9.0
description:
  - Creates one tenant, with the license key of a subscription, and sets its alias and its name.
  - It is for a tenant that nobody needs afterwards, such as the one of a rehearsal. It is not for provisioning customers. It sets up no
    identity provider, users, licenses, spaces or content.
  - The tenant uses one slot of the subscription until it is purged. That is at least 10 days after its deactivation.
  - The API cannot recognize a repeated request, so sending it twice creates two tenants. This module sends one request for each receipt. If
    the receipt in O(receipt_path) says that its tenant exists already, no request is sent. The task then only checks that the tenant is
    live, and sets O(alias) and O(name) if they are not set yet.
  - If the response is lost, the request is not sent again, not even by a later run with the same receipt. With the organization's client,
    the module searches the organization's list for live tenants of the region that were created after the request was sent, have no
    alias, and are in no receipt of the same folder. If there is exactly one, and it was created before the request's O(timeout) had
    passed, it is the new tenant. In all other cases the task fails and names the tenants that it found. Somebody else may have created
    them, so nothing is sent to any of them before a person confirms one with O(confirm_hostname).
  - If O(alias) is given, the task fails if a live or deactivated tenant has this alias already, or if this cannot be checked.
  - In check mode the license key is not read, and only requests without any effect are sent.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.bot_user
  - tenantops.qlik.connection
  - tenantops.qlik.connection.register_host
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
  - tenantops.qlik.receipts.author
options:
  region:
    description: The region's short code, such as V(eu) or V(us).
    type: str
    required: true
  license_key:
    description:
      - The signed license key of the subscription. It is a secret.
      - If it is not given, it is read from the environment variable E(QLIK_LICENSE_KEY). Give this or O(license_from).
    type: str
  license_from:
    description:
      - The hostname of a live tenant of the subscription, in the same region. Its license key is used.
      - Reading it needs O(client_id) and O(client_secret), and requests a token of that tenant, which may create a bot user there.
    type: str
  alias:
    description:
      - The first part of the alias hostname, 3 to 63 letters, digits and hyphens. V(rehearsal-1) becomes
        C(rehearsal-1.<region>.qlikcloud.com).
      - Some licenses, such as those of trials, do not allow an alias. Then the task fails after the tenant was created. Remove O(alias) and
        run again.
      - An alias that the tenant has already is not replaced by another one.
      - Setting it needs O(client_id) and O(client_secret), and creates a bot user in the new tenant.
    type: str
  name:
    description:
      - The name of the tenant. By default the server chooses one.
      - Setting it needs O(client_id) and O(client_secret), and creates a bot user in the new tenant.
    type: str
  confirm_hostname:
    description:
      - Set this only if the response to a creation was lost, and the organization's list does not show for certain which tenant was
        created. It is the hostname of that tenant. The failed task names it.
      - Before you set it, check in the management console that nobody else created that tenant.
      - It needs the organization's client, because the tenant is used only if it is in the organization's list.
      - If the outcome of the creation in O(receipt_path) is known, or its tenant has another hostname, the task fails.
    type: str
  receipt_path:
    description:
      - The file of the tenant's receipt, the record of what was done to it, to be kept and committed.
      - Before the request an entry says what will be done, and after the response an entry says what was done.
      - The server chooses the first hostname of the tenant, so it is not known in advance. Name the file after the alias, such as
        C(qlik-receipts/rehearsal-1.eu.qlikcloud.com.json). The other modules and the roles find the receipt by the tenant's id, and add to
        it. You can also rename the file to C(<hostname>.json) afterwards.
      - If the file is not a receipt of a tenant that this module created, or cannot be written, the task fails before the request.
      - A relative path is relative to the folder in which ansible-playbook was started.
    type: path
    required: true
attributes:
  check_mode:
    support: full
    details: Checks the alias and what the receipt says. The new tenant's id and hostname are not known, so they are null.
  diff_mode:
    support: none
  idempotent:
    support: full
    details: For each receipt, one tenant.
notes:
  - Runs only on the controller, because it writes the receipt there. C(async), and C(delegate_to) another machine, are refused.
  - The request that creates the tenant is not repeated if it may have had an effect. The organization's list is read instead.
seealso:
  - module: tenantops.qlik.qlik_tenant_deactivate
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Create a tenant to rehearse with
  tenantops.qlik.qlik_tenant_create:
    region: eu
    license_from: acme.eu.qlikcloud.com
    alias: rehearsal-1
    name: Rehearsal
    receipt_path: qlik-receipts/rehearsal-1.eu.qlikcloud.com.json
  register: rehearsal

- name: Take it down again
  tenantops.qlik.qlik_tenant_deactivate:
    tenant_id: "{{ rehearsal.id }}"
    hostname: "{{ rehearsal.hostname }}"
    purge_after_days: 10
    receipt_path: qlik-receipts/rehearsal-1.eu.qlikcloud.com.json
"""

RETURN = r"""
id:
  description: The id of the tenant; null if none was created, and in check mode.
  returned: always, except if an option is wrong
  type: str
  sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
hostname:
  description: The first hostname of the tenant, which Qlik generated and which never changes; null if none was created.
  returned: always, except if an option is wrong
  type: str
  sample: t0123456789abcd.eu.qlikcloud.com
hostnames:
  description: All hostnames of the tenant, the alias after the first one.
  returned: always, except if an option is wrong
  type: list
  elements: str
  sample: ["t0123456789abcd.eu.qlikcloud.com", "rehearsal-1.eu.qlikcloud.com"]
status:
  description:
    - The status of the tenant; null if it is not known. It is also returned if the task failed because the tenant is V(disabled).
  returned: always, except if an option is wrong
  type: str
  sample: active
receipt:
  description: The file of the tenant's receipt.
  returned: always, except if an option is wrong
  type: str
  sample: /srv/fleet/qlik-receipts/rehearsal-1.eu.qlikcloud.com.json
http_status:
  description: The HTTP status of the response that caused the failure; null if there was no response.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that response.
  returned: failure
  type: str
  sample: TENANTS-22
trace_id:
  description: The trace id in that response, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_create")


if __name__ == "__main__":
    main()
