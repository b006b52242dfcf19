#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_reactivate
short_description: Reactivate a deactivated Qlik Cloud tenant
version_added: 0.9.0
description:
  - Reactivates a deactivated tenant. This is possible until the tenant is purged. Nothing can restore a purged tenant.
  - The tenant's state is read first. A tenant that is live is not changed. If the register host does not allow reads, a probe of the
    tenant's own host decides. No token is requested from the tenant, so no bot user is created. The only change is that the tenant is live
    again.
  - The API does not document the response to a reactivation. The task succeeds if the tenant is live when it is read or probed afterwards.
    If a reactivation was sent and this cannot be confirmed, the task fails with C(changed=true).
extends_documentation_fragment:
  - tenantops.qlik.attributes
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
  verify:
    description:
      - Probe the tenant's own host afterwards until it answers as a live one, and fail if it does not within O(verify_timeout).
      - In check mode a tenant that would be reactivated is not probed.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details: Gets a token, reads and decides as a real run does, and sends no reactivation.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: tenantops.qlik.qlik_tenant_deactivate
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Undo the deactivation, and see that the tenant answers again
  tenantops.qlik.qlik_tenant_reactivate:
    tenant_id: zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM
    hostname: acme.eu.qlikcloud.com
    confirm_hostname: acme.eu.qlikcloud.com
    verify: true
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
  description: The status that the tenant has now, or would have in check mode.
  returned: success, and if a reactivation could not be verified
  type: str
  sample: active
previous_status:
  description: The status that the tenant had before. If only the probe showed the state, it is V(active) or V(disabled).
  returned: success, and failures after reading it
  type: str
  sample: disabled
probe:
  description: What the tenant's host answered, as M(tenantops.qlik.qlik_tenant_probe) returns it.
  returned: with O(verify=true) (not in check mode if the tenant would be changed)
  type: dict
  sample: {state: active, http_status: 200, code: null, title: null, trace_id: null}
diff:
  description: The status before and after.
  returned: success, and if a reactivation could not be verified
  type: dict
  sample:
    before: {status: disabled}
    after: {status: active}
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
    run_module("qlik_tenant_reactivate")


if __name__ == "__main__":
    main()
