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
  - The tenant's state is read first. A tenant that is disabled already is left alone, since a second deactivation would restart the
    countdown to its purge.
  - A tenant is deactivated only if something proves that it lives. That is its record at the register host. If the register host refuses
    reads, it is a token that the tenant's own host issues, or an error of its own authentication service. Any other answer stops the task,
    and nothing is sent. If the receipt says that the tenant is disabled, an error is no proof either.
  - That token is requested only if the register host refuses reads and O(client_id) and O(client_secret) are given. The first token that a
    region-level client requests of a live tenant makes a bot user with administrator rights there. Verification requests none.
  - If the register host refuses reads, the server itself checks that id and hostname belong together.
  - Success is what the server confirmed. If the answer was lost, or is no refusal in the API's own form, the state is read again. A
    deactivation that was sent and is not confirmed fails, and counts as changed.
  - If the receipt says that the tenant was restored after its last deactivation, the task deactivates it all the same, and warns. The role
    P(tenantops.qlik.tenant_decommission#role) asks for a confirmation of its own then.
  - With O(receipt_path) a record is kept. A tenant that the API does not know any more, and whose host is nobody's, is V(purged) and
    unchanged where that record proves that it was deactivated and that the last day of its purge is over 48 hours past. Without such a
    record it is a failure.
  - Until the purge the deactivation can be undone, with M(tenantops.qlik.qlik_tenant_reactivate).
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.receipts
options:
  retries:
    description:
      - How often one request is repeated after a temporary failure. Temporary are the status 429, every 5xx except 501 and 505, and broken
        connections. The refusal of a proxy is final.
      - The request that deactivates is not simply repeated. The tenant's state is read first. If the tenant is disabled by then, nothing is
        sent.
    type: int
    default: 5
  tenant_id:
    description: The id of the tenant.
    type: str
    required: true
  hostname:
    description:
      - The hostname of the tenant, C(<name>.<region>.qlikcloud.com), the display name or an alias. Case does not matter.
      - It must be one of the hostnames of the tenant with this O(tenant_id), or nothing is done.
    type: str
    required: true
  confirm_hostname:
    description:
      - The hostname once more, typed by whoever wants the tenant gone. Where it is given, it must equal O(hostname).
      - A template here would confirm whatever stands there.
    type: str
  purge_after_days:
    description:
      - The days between deactivation and purge, a whole number from 10 to 90.
      - Only multi-tenant (OEM) entitlements may set it.
    type: raw
    default: 30
  reset_purge_timer:
    description:
      - Deactivate a tenant again that is disabled already. Its countdown starts anew, with O(purge_after_days).
      - With this the module is not idempotent. Each run moves the purge date.
    type: bool
    default: false
  verify:
    description:
      - Probe the tenant's host afterwards until it answers as deactivated, and fail where it does not within O(verify_timeout).
      - In check mode a tenant that would be deactivated is not probed.
    type: bool
    default: false
  verify_timeout:
    description: How long to probe at the most, in seconds.
    type: float
    default: 60
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
  - What the tenant's users want to keep has to be exported before. User licences are not released by it, release them before.
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
    msg: "{{ acme.hostname }} is purged about {{ acme.estimated_purge_date | default('a date that only the first run told', true) }}"
"""

RETURN = r"""
id:
  description: The id of the tenant.
  returned: always, but for wrong options
  type: str
  sample: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
name:
  description: The name of the tenant. Null if the register host does not show it.
  returned: always, but for wrong options
  type: str
  sample: Acme
hostname:
  description: The hostname that was given, in lower case.
  returned: always, but for wrong options
  type: str
  sample: acme.eu.qlikcloud.com
hostnames:
  description: All hostnames of the tenant. Empty where the register host does not show them.
  returned: always, but for wrong options
  type: list
  elements: str
  sample: ["acme.eu.qlikcloud.com"]
region:
  description: The region of the tenant.
  returned: always, but for wrong options
  type: str
  sample: eu
receipt:
  description: The file of the tenant's receipt; null where none is kept.
  returned: always, but for wrong options
  type: str
  sample: /srv/fleet/qlik-receipts/acme.eu.qlikcloud.com.json
status:
  description: The status that the tenant has now, or would have in check mode. V(purged) where its receipt proves that it is gone.
  returned: success, and where a deactivation could not be verified
  type: str
  sample: disabled
previous_status:
  description: The status that the tenant had before. V(active) or V(disabled) where only the probe told it.
  returned: success, and failures after reading it
  type: str
  sample: active
estimated_purge_date:
  description:
    - When the tenant is purged, UTC, as the server said it in its answer to the deactivation. If the answer has no such date, it is
      computed from the days, and a warning says so.
    - The API tells it in that answer alone. A tenant that was disabled before has the one of its receipt, and without one null.
  returned: success, and where a deactivation could not be verified
  type: str
  sample: "2026-12-24T14:01:22.000Z"
purge_date_computed:
  description:
    - Whether RV(estimated_purge_date) was computed from the time of the change, since the answer was lost or had no date that can be read.
  returned: success, and where a deactivation could not be verified
  type: bool
purge_after_days:
  description: The days that were asked for.
  returned: success, and where a deactivation could not be verified
  type: int
  sample: 30
msg:
  description: By which receipt the tenant is known to be gone.
  returned: where the tenant is purged
  type: str
  sample: gone (by receipt of 2026-08-01)
probe:
  description: What the tenant's host answered, as M(tenantops.qlik.qlik_tenant_probe) returns it.
  returned: with O(verify=true), unless check mode would change the tenant, and where the tenant is purged
  type: dict
  sample:
    state: deactivated
    http_status: 401
    code: TENANT_DEACTIVATED
    title: Tenant has been deactivated. Contact your administrator for more details.
    trace_id: 0f3a9c2b7d1e4856
diff:
  description: The status before and after.
  returned: success, and where a deactivation could not be verified
  type: dict
  sample:
    before: {status: active}
    after: {status: disabled, purge_after_days: 30}
http_status:
  description: The HTTP status of the answer that the failure rests on; null where there was none.
  returned: failure
  type: int
  sample: 403
code:
  description: The code of the error in that answer.
  returned: failure
  type: str
  sample: AUTH-5
trace_id:
  description: The trace id in that answer, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_deactivate")


if __name__ == "__main__":
    main()
