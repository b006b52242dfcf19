#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_reactivate
short_description: Reactivate a Qlik Cloud tenant, the undo of its deactivation
version_added: 0.9.0
description:
  - Reactivates a deactivated tenant. It is possible until the tenant is purged; nothing brings a purged tenant back.
  - The tenant's state is read first, and a tenant that lives is left alone. If the register host refuses to show the tenant, a probe of
    the tenant's own host decides. No token is requested of the tenant, so nothing in it changes but that it lives again.
  - The API documents no answer to rely on. So success is what reading the tenant, or probing it, shows afterwards; a reactivation that was
    sent and is not confirmed fails, and counts as changed.
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
      - The request that reactivates is not simply repeated. The tenant's state is read first. If the tenant is active by then, nothing is
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
    description: The hostname once more, typed. Where it is given, it must equal O(hostname).
    type: str
  verify:
    description: Probe the tenant's host afterwards until it answers as a live one, and fail where it does not within O(verify_timeout).
    type: bool
    default: false
  verify_timeout:
    description: How long to probe at the most, in seconds.
    type: float
    default: 60
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
  description: The status that the tenant has now, or would have in check mode.
  returned: success, and where a reactivation could not be verified
  type: str
  sample: active
previous_status:
  description: The status that the tenant had before. V(active) or V(disabled) where only the probe told it.
  returned: success, and failures after reading it
  type: str
  sample: disabled
probe:
  description: What the tenant's host answered, as M(tenantops.qlik.qlik_tenant_probe) returns it.
  returned: with O(verify=true), unless check mode would change the tenant
  type: dict
  sample: {state: active, http_status: 200, code: null, title: null, trace_id: null}
diff:
  description: The status before and after.
  returned: success, and where a reactivation could not be verified
  type: dict
  sample:
    before: {status: disabled}
    after: {status: active}
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
    run_module("qlik_tenant_reactivate")


if __name__ == "__main__":
    main()
