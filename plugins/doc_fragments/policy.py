# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Rules for all tenants of a play."""

    DOCUMENTATION = r"""
options:
  time_zone:
    description: The time zone for days and times that have none, such as V(Europe/Berlin). By default UTC.
    type: raw
  protected_file:
    description:
      - A YAML file with a list of protected tenants, for example hostname patterns such as V(acme.*).
      - The role P(tenantops.qlik.tenant_decommission#role) describes the form, at its variable C(tenant_decommission_protected).
    type: raw
"""

    # Limits of a run, and the variables that it reads.
    WAVE = r"""
options:
  variable_prefix:
    description: The prefix of the variables that are read for each host.
    type: str
    default: tenant_decommission_
  max_tenants:
    description:
      - How many tenants one play may change. Tenants that are disabled or purged according to their receipts do not count, unless their
        countdown is restarted.
    type: raw
    default: 10
  require_protected_file:
    description: Fail if O(protected_file) is not set, if the file does not exist, or if it has no entries.
    type: raw
    default: false
  max_in_days:
    description: How many tenants may be deactivated within a number of days, over all runs. A mapping with C(tenants) and C(days).
    type: raw
"""
