# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The tenant that a module is about."""

    DOCUMENTATION = r"""
options:
  hostname:
    description: The hostname of the tenant, C(<name>.<region>.qlikcloud.com). Case does not matter.
    type: str
    required: true
"""

    # Instead of DOCUMENTATION, for modules that change a tenant.
    CHANGED = r"""
options:
  tenant_id:
    description: The id of the tenant.
    type: str
    required: true
  hostname:
    description:
      - The hostname of the tenant, C(<name>.<region>.qlikcloud.com), the generated one or an alias. Case does not matter.
      - It must be one of the hostnames of the tenant with this O(tenant_id). If it is not, the task fails, and nothing is changed.
    type: str
    required: true
  confirm_hostname:
    description:
      - Type the hostname again, as confirmation. If it is given, it must equal O(hostname).
      - Do not use a template. It would always be equal, and so confirm nothing.
    type: str
  verify_timeout:
    description: How long O(verify=true) probes the tenant at the most, in seconds.
    type: float
    default: 60
notes:
  - "The request that changes the tenant is not repeated blindly: the tenant's state is read first. If the change was made already, the
    request is not sent again."
"""

    # Besides one of the two above.
    REGION = r"""
options:
  region:
    description:
      - The region's short code, such as V(eu) or V(us). It can be left out, because O(hostname) has it. If it is given, the two must
        agree.
    type: str
"""
