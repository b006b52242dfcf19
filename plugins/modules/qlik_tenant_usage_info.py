#!/usr/bin/python

# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: qlik_tenant_usage_info
short_description: Show who used a live Qlik Cloud tenant, and what is in it
version_added: 0.9.0
description:
  - Reads a live tenant with a token of its own host. It changes no content. But the token may create a bot user in the tenant, also in
    check mode. That bot user does not count as a person.
  - A value is V(unknown) if the server refuses the request (403, 404), fails, or returns events without a time. V(unknown) is not zero, and
    it does not mean that nobody used the tenant.
  - The numbers show what this client can see. It is not documented whether that includes personal spaces and automations of other owners,
    so the real numbers can be higher.
  - A tenant of 1,000 items costs about 25 requests. A deactivated tenant refuses every request, so the task fails.
extends_documentation_fragment:
  - tenantops.qlik.attributes
  - tenantops.qlik.attributes.reads_tenants
  - tenantops.qlik.attributes.bot_user
  - tenantops.qlik.attributes.delegation
  - tenantops.qlik.attributes.async
  - tenantops.qlik.connection
  - tenantops.qlik.connection.requests
  - tenantops.qlik.tenant
  - tenantops.qlik.tenant.region
options:
  tenant_id:
    description: The id that the tenant must have. If its host names another one, the task fails.
    type: str
  subset:
    description: What to read.
    type: list
    elements: str
    choices: [activity, contents]
    default: [activity, contents]
  activity_days:
    description:
      - How many days back to look for activity, from 1 to 90. What is older is not reported.
      - Qlik Cloud keeps audits for 90 days.
    type: raw
    default: 30
author:
  - tenantops.qlik contributors (@tenantops)
"""

EXAMPLES = r"""
- name: Look for activity in the last 90 days, and at what is in the tenant
  tenantops.qlik.qlik_tenant_usage_info:
    hostname: acme.eu.qlikcloud.com
    activity_days: 90
  register: acme

- name: Show who used it
  ansible.builtin.debug:
    msg: "Last login: {{ acme.activity.last_login or 'none in 90 days' }}. Users: {{ acme.contents.users }}."
"""

RETURN = r"""
activity:
  description:
    - The last use of the tenant within O(activity_days). Each key is null if there was none, and V(unknown) if the server does not show it.
  returned: success, if O(subset) has V(activity)
  type: dict
  contains:
    last_login:
      description: When a person last started a session. In the audits this event has two names. The newest event of either name is used.
      type: str
      sample: "2026-08-03T09:12:44Z"
    last_reload:
      description: When the last reload of an app was created. Scheduled reloads count, so it does not show that a person used the tenant.
      type: str
      sample: "2026-11-26T04:00:00Z"
    last_automation:
      description: When an automation last ran. Automations can run on a schedule, so it does not show that a person used the tenant.
      type: str
      sample: null
    last_consumption:
      description: When a person last used analyzer capacity.
      type: str
      sample: null
    active_users:
      description: How many people started a session. Only the newest 100 sessions are read, so for a busy tenant it can be more.
      type: raw
      sample: 3
contents:
  description: What is in the tenant. Each key is a number, or V(unknown) if the server does not show it. There are no names in it.
  returned: success, if O(subset) has V(contents)
  type: dict
  contains:
    users:
      description: People, without bot users and deleted users.
      type: raw
      sample: 41
    spaces:
      description: Spaces.
      type: raw
      sample: 12
    items:
      description: A mapping of each type of item to a number.
      type: raw
      sample: {"app": 87, "dataset": 5}
    app_bytes:
      description: The size of all apps.
      type: raw
      sample: 14000000000
    file_bytes:
      description: The size of all data files.
      type: raw
      sample: 250000000
    automations:
      description: Automations.
      type: raw
      sample: 4
    webhooks:
      description: Webhooks.
      type: raw
      sample: 0
    api_keys:
      description: API keys that are active.
      type: raw
      sample: 2
    oauth_clients:
      description: OAuth clients.
      type: raw
      sample: 1
    licenses_assigned:
      description: User licenses that are assigned. They belong to the whole entitlement, which may have other tenants.
      type: raw
      sample: 38
http_status:
  description: The HTTP status of the response that caused the failure; null if there was no response.
  returned: failure
  type: int
  sample: 401
code:
  description: The code of the error in that response.
  returned: failure
  type: str
  sample: TENANT_DEACTIVATED
trace_id:
  description: The trace id in that response, for the vendor's support.
  returned: failure
  type: str
  sample: 0f3a9c2b7d1e4856
"""

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module


def main() -> None:
    run_module("qlik_tenant_usage_info")


if __name__ == "__main__":
    main()
