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
      - The file of the tenant's receipt, the record of what was done to it, to be kept and committed. By default none is written.
      - Before the request an entry says what will be done, and after the response an entry says what was done. Old entries are kept. If a
        run is killed, the next run finds out what happened and completes the receipt.
      - If the file does not exist, but another file in the same folder is the receipt of this O(tenant_id) under another hostname, that
        file is used, with a warning. If there are two such files, the task fails.
      - If the file is not a receipt of this tenant, or cannot be written, the task fails before the request. The file is not changed.
      - A relative path is relative to the folder in which ansible-playbook was started. The option cannot be used with C(async), or with
        C(delegate_to) another machine.
    type: path
"""

    # Who writes into a receipt.
    AUTHOR = r"""
options:
  run_id:
    description: The name of this run in the receipt. By default all tasks of one run of ansible-playbook have the same generated name.
    type: str
  approved_by:
    description: Who approved the change. The text is copied into the receipt and not verified.
    type: str
  ticket:
    description: The ticket of the change. The text is copied into the receipt and not verified.
    type: str
notes:
  - Only one run at a time works on a tenant. Another one waits, up to O(max_wait). The lock is in the user's state folder
    (E(XDG_STATE_HOME), or the folder in E(TENANTOPS_QLIK_STATE_DIR)), to which only this user may have access. There is no lock between
    machines. Do not run for the same tenant on two machines at the same time.
"""
