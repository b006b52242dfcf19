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
  - The API has no way to say that a second request means the first one again, so a repeat makes a second tenant. This module sends one
    request for each receipt. If O(receipt_path) says that its tenant was created, none is sent. Then the task only checks that the tenant
    lives, and sets O(alias) and O(name) if they are not set yet.
  - If the answer to the request was lost, the request is not sent again, and not by a later run with the same receipt either. With the
    client of the organization, its list is searched for live tenants of the region that were created since, have no alias, and are in no
    receipt of the same folder. If there is exactly one, and it was created before the request's O(timeout) had passed, it is the new
    tenant. In all other cases the task fails and names what it found. Somebody else may have created that, so nothing is sent to it
    before a person confirms it with O(confirm_hostname).
  - If O(alias) is given, the task stops if any tenant has it, live or deactivated, or if nobody can say.
  - In check mode no license key is read and nothing is sent that has an effect.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.connection.organization
  - tenantops.qlik.receipts
options:
  retries:
    description:
      - How often one request is repeated after a temporary failure. Temporary are the status 429, every 5xx except 501 and 505, and broken
        connections. The refusal of a proxy is final.
      - The request that creates the tenant is not repeated if it may have had an effect, since that could make a second one. The
        organization's list is read instead.
    type: int
    default: 5
  region:
    required: true
  license_key:
    description:
      - The signed license key of the subscription. It is a secret.
      - If it is not given, it is read from the environment variable E(QLIK_LICENSE_KEY). Give this or O(license_from).
    type: str
  license_from:
    description:
      - The hostname of a live tenant of the subscription, in the same region. Its license key is used.
      - Reading it takes a token of that tenant. The first token that a region-level client requests of a live tenant makes a bot user with
        administrator rights there.
    type: str
  alias:
    description:
      - The first part of the alias hostname, 3 to 63 letters, digits and hyphens. V(rehearsal-1) becomes
        C(rehearsal-1.<region>.qlikcloud.com).
      - Some licenses, such as those of trials, have no alias. Then the task fails after the tenant was created. Leave it out and run again.
      - An alias that the tenant has already is not replaced by another one.
      - It needs O(client_id) and O(client_secret), and makes their bot user in the new tenant. So does O(name).
    type: str
  name:
    description: What the tenant is called. By default the server chooses a name.
    type: str
  confirm_hostname:
    description:
      - The hostname of the tenant that an earlier run with the same O(receipt_path) created, if the answer to that was lost and the list
        does not say for certain which tenant it is. The failed task names the hostname. Set this only after you have seen in the management
        console that nobody else created that tenant.
      - The tenant is used only if the list of the organization has it, so this needs the client of the organization.
      - If the receipt has no creation that is in doubt, or the tenant of the receipt has another hostname, the task stops.
    type: str
  receipt_path:
    description:
      - The file of the tenant's receipt. It is required. The intent is written before the request, the outcome right after its answer.
      - The server chooses the first hostname of the tenant, so nobody knows it before. Name the file after the alias, such as
        C(qlik-receipts/rehearsal-1.eu.qlikcloud.com.json). The other modules and the roles find it by the tenant's id, and continue it. Or
        rename it to C(<hostname>.json) afterwards.
      - A file that is no receipt of a tenant that this module created, or that cannot be written, stops the task before the request.
      - A relative path counts from the folder that the run was started in. Refused with C(async) and when delegated to another machine.
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
  returned: always, but for wrong options
  type: str
  sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
hostname:
  description: The first hostname of the tenant, which Qlik generated and which never changes; null if none was created.
  returned: always, but for wrong options
  type: str
  sample: t0123456789abcd.eu.qlikcloud.com
hostnames:
  description: All hostnames of the tenant, the alias after the first one.
  returned: always, but for wrong options
  type: list
  elements: str
  sample: ["t0123456789abcd.eu.qlikcloud.com", "rehearsal-1.eu.qlikcloud.com"]
status:
  description:
    - The status of the tenant. Also if the task failed because the tenant of the receipt is V(disabled). Null if it is not known.
  returned: always, but for wrong options
  type: str
  sample: active
receipt:
  description: The file of the tenant's receipt.
  returned: always, but for wrong options
  type: str
  sample: /srv/fleet/qlik-receipts/rehearsal-1.eu.qlikcloud.com.json
http_status:
  description: The HTTP status of the answer that the failure rests on; null where there was none.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that answer.
  returned: failure
  type: str
  sample: TENANTS-22
trace_id:
  description: The trace id in that answer, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_create")


if __name__ == "__main__":
    main()
