# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What can be said of several modules in the same words: what they support, what they change, and where they run."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and say what it would do without doing it.
  diff_mode:
    description: Says what changes, or would change, in diff mode.
  idempotent:
    description: If a task runs twice with the same options, the second run changes nothing and reports C(changed=false).
  action:
    description: Runs in the controller, as an action plugin.
    support: full
  action_group:
    description: Takes defaults from C(module_defaults) of the group C(group/tenantops.qlik.qlik).
    support: full
    membership:
      - tenantops.qlik.qlik
"""

    # For modules that change nothing at Qlik Cloud.
    READS_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: Changes nothing, so it does the same in check mode.
  diff_mode:
    support: N/A
    details: Changes nothing.
  idempotent:
    support: full
    details: Changes nothing.
"""

    # For modules that change nothing at Qlik Cloud, and write files.
    WRITES_FILES = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: Changes no tenant. In check mode it does the same, and writes its files too.
  diff_mode:
    support: N/A
    details: Changes no tenant.
  idempotent:
    support: full
    details: Changes no tenant.
"""

    # For modules that only read, but may request a token of a tenant's own host. Beside BOT_USER.
    READS_TENANTS = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: Only reads. It sends the same requests in check mode, so the bot user can be created in check mode too.
  diff_mode:
    support: N/A
    details: Only reads.
  idempotent:
    support: full
    details: Only reads.
"""

    # For modules that may request a token of a tenant's own host.
    BOT_USER = r"""
options: {}
notes:
  - The first token that a region-level client requests from a live tenant's own host has an effect. Qlik Cloud creates a bot user with
    administrator rights in that tenant. The bot user stays there when the client is deleted.
"""

    CONTROLLER_ONLY = r"""
options: {}
notes:
  - Runs only on the controller, because it reads the play and its hosts. C(async), and C(delegate_to) another machine, are refused.
"""

    DELEGATION = r"""
options: {}
notes:
  - The task runs in the controller. C(ansible_connection) and C(become) have no effect. With C(delegate_to) another machine, it runs on
    that machine.
"""

    # Beside DELEGATION.
    ASYNC = r"""
options: {}
notes:
  - With C(async) the task runs as a module on this machine. It needs C(ansible_connection=local). If the inventory sets
    C(ansible_python_interpreter), set that to V({{ ansible_playbook_python }}) for this task.
"""
