# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the record that is kept of a change."""

    DOCUMENTATION = r"""
options:
  receipt_path:
    description:
      - The file of the tenant's receipt, the record of what was done to it, to be kept and committed. By default none is kept.
      - The intent is written before the request, the outcome right after its answer. Earlier events stay. A run that was killed is
        resolved by the next one.
      - If there is no such file, and one beside it is the receipt of the same O(tenant_id) under another of its hostnames, that one is
        continued, and a warning says so. If there are two of them, the task stops.
      - A file that is no receipt of this tenant, or that cannot be written, stops the task before the request, and stays as it is.
      - A relative path counts from the folder that the run was started in. Refused with C(async) and when delegated to another machine.
    type: path
  run_id:
    description: What the receipt calls this run. By default a name that all tasks of one run of ansible-playbook share.
    type: str
  approved_by:
    description: Who approved it, taken over into the receipt as it is given.
    type: str
  ticket:
    description: The ticket that it belongs to, taken over into the receipt as it is given.
    type: str
notes:
  - One run at a time works on a tenant. Its lock lies in the user's state folder (E(XDG_STATE_HOME), or the folder that
    E(TENANTOPS_QLIK_STATE_DIR) names), which must be the user's alone. Runs on different machines do not know of each other.
"""
