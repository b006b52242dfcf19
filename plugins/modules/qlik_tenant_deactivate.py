#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_deactivate
short_description: Deactivate a Qlik Cloud tenant, which schedules its purge
version_added: 0.9.0
description:
  - Deactivates a tenant. Its users are shut out at once, and O(purge_after_days) days later it is purged, for good.
  - The tenant's state is read first. A tenant that is disabled already is not changed, because a second deactivation would restart the
    countdown to its purge.
  - "A tenant is deactivated only if there is proof that it is live. Proof is (1) that the register host shows it as active. If the register
    host does not allow reads, proof is (2) that the tenant's own host issues a token, or (3) that the tenant's own authentication service
    refuses the request. (If the tenant is deactivated, its host answers that it is deactivated.) With any other answer the task fails, and
    no deactivation is sent."
  - If the receipt says that the tenant is disabled, and the register host does not allow reads, (3) is not accepted as proof.
  - The token of (2) is requested only if the register host does not allow reads, and O(client_id) and O(client_secret) are given. With
    O(verify=true) no further token is requested.
  - If the register host does not allow reads, the server itself checks that id and hostname belong together.
  - The task succeeds only if the server confirms the deactivation. If the response is lost, or is not a clear error of the API, the state
    is read again. If a deactivation was sent and is not confirmed, the task fails with C(changed=true).
  - If the receipt says that the tenant was restored after its last deactivation, the task deactivates it, with a warning. The role
    P(tenantops.qlik.tenant_decommission#role) asks for a separate confirmation then.
  - With O(receipt_path) a record is kept.
  - "A tenant that no longer exists is reported with the status V(purged) and C(changed=false) if all of this is true: the API no longer has
    it; its hostname no longer exists; the receipt shows its deactivation, and no restore after it; and the latest date on which it can have
    been purged was more than 48 hours ago. Otherwise the task fails for it."
  - Until the purge the deactivation can be undone, with M(tenantops.qlik.qlik_tenant_reactivate).
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.bot_user
  - tenantops.qlik.attributes.delegation
  - tenantops.qlik.attributes.async
  - tenantops.qlik.connection
  - tenantops.qlik.connection.register_host
  - tenantops.qlik.connection.requests
  - tenantops.qlik.tenant.changed
  - tenantops.qlik.tenant.region
  - tenantops.qlik.receipts
  - tenantops.qlik.receipts.author
options:
  purge_after_days:
    description:
      - The days between deactivation and purge, a whole number from 10 to 90.
      - The module always sends this number, also the default.
      - Qlik documents it only for multi-tenant (OEM) contracts. With another contract the server may refuse the request, and the task
        fails. Or the server may use its own number of days, and there is a warning with the date.
    type: raw
    default: 30
  reset_purge_timer:
    description:
      - If the tenant is disabled already, deactivate it again. The countdown to the purge starts again, with O(purge_after_days).
      - With this the module is not idempotent. Each run moves the purge date.
    type: bool
    default: false
  verify:
    description:
      - Probe the tenant's own host afterwards until it answers as deactivated, and fail if it does not within O(verify_timeout).
      - In check mode a tenant that would be deactivated is not probed.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details: Gets a token, reads and decides as a real run does, and sends no deactivation.
  diff_mode:
    support: full
  idempotent:
    support: full
    details: Unless O(reset_purge_timer=true).
notes:
  - Before you deactivate a tenant, export everything that its users want to keep, and release the user licenses. The deactivation does
    neither.
seealso:
  - module: tenantops.qlik.qlik_tenant_probe
  - module: tenantops.qlik.qlik_tenant_reactivate
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Say what would happen (with --check --diff), or do it
  tenantops.qlik.qlik_tenant_deactivate:
    tenant_id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
    hostname: acme.eu.qlikcloud.com
    confirm_hostname: acme.eu.qlikcloud.com

- name: Deactivate, purge after 60 days, and see that the tenant answers as deactivated
  tenantops.qlik.qlik_tenant_deactivate:
    tenant_id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
    hostname: acme.eu.qlikcloud.com
    confirm_hostname: acme.eu.qlikcloud.com
    purge_after_days: 60
    verify: true
    receipt_path: qlik-receipts/acme.eu.qlikcloud.com.json
  register: acme

- name: Show until when it can be undone
  ansible.builtin.debug:
    msg: "{{ acme.hostname }} is purged about {{ acme.estimated_purge_date | default('unknown (see the first run)', true) }}"
"""

RETURN = r"""
id:
  description: The id of the tenant.
  returned: always, except if an option is wrong
  type: str
  sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
name:
  description: The name of the tenant. Null if the register host does not show it.
  returned: always, except if an option is wrong
  type: str
  sample: Acme
hostname:
  description: The hostname that was given, in lower case.
  returned: always, except if an option is wrong
  type: str
  sample: acme.eu.qlikcloud.com
hostnames:
  description: All hostnames of the tenant. Empty if the register host does not show them.
  returned: always, except if an option is wrong
  type: list
  elements: str
  sample: ["acme.eu.qlikcloud.com"]
region:
  description: The region of the tenant.
  returned: always, except if an option is wrong
  type: str
  sample: eu
receipt:
  description: The file of the tenant's receipt; null if none is kept.
  returned: always, except if an option is wrong
  type: str
  sample: /srv/fleet/qlik-receipts/acme.eu.qlikcloud.com.json
status:
  description: The status that the tenant has now, or would have in check mode. V(purged) if the receipt proves that it is purged.
  returned: success, and if a deactivation could not be verified
  type: str
  sample: disabled
previous_status:
  description: The status that the tenant had before. If only the probe showed the state, it is V(active) or V(disabled).
  returned: success, and failures after reading it
  type: str
  sample: active
estimated_purge_date:
  description:
    - When the tenant will be purged, UTC, as the server said in its response to the deactivation. If the response has no such date, it is
      computed from O(purge_after_days), and a warning says so.
    - Only that response has the date. For a tenant that was disabled before this run, it is the date in the receipt, or null if there is no
      receipt.
  returned: success, and if a deactivation could not be verified
  type: str
  sample: "2026-12-24T14:01:22.000Z"
purge_date_computed:
  description:
    - Whether RV(estimated_purge_date) was computed from the time of the change, because the response was lost or had no valid date.
  returned: success, and if a deactivation could not be verified
  type: bool
purge_after_days:
  description: The value of O(purge_after_days).
  returned: success, and if a deactivation could not be verified
  type: int
  sample: 30
msg:
  description: Why the tenant counts as purged.
  returned: if the tenant is purged
  type: str
  sample: gone (by receipt of 2026-08-01)
probe:
  description: What the tenant's host answered, as M(tenantops.qlik.qlik_tenant_probe) returns it.
  returned: with O(verify=true) (not in check mode if the tenant would be changed), and if the tenant is purged
  type: dict
  sample:
    state: deactivated
    http_status: 401
    code: TENANT_DEACTIVATED
    title: Tenant has been deactivated. Contact your administrator for more details.
    trace_id: 0f3a9c2b7d1e4856
diff:
  description: The status before and after.
  returned: success, and if a deactivation could not be verified
  type: dict
  sample:
    before: {status: active}
    after: {status: disabled, purge_after_days: 30}
http_status:
  description: The HTTP status of the response that caused the failure; null if there was no response.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that response.
  returned: failure
  type: str
  sample: AUTH-5
trace_id:
  description: The trace id in that response, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_deactivate")


if __name__ == "__main__":
    main()
