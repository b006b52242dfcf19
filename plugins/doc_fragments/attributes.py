# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What can be said of every module in the same words."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and say what it would do without doing it.
  diff_mode:
    description: Says what changes, or would change, in diff mode.
  idempotent:
    description: Run twice with the same options, the second run changes nothing and says so.
  action:
    description: Runs in the controller, as an action.
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

    # Beside ATTRIBUTES, for actions that look at the play.
    CONTROLLER_ONLY = r"""
options: {}
notes:
  - Needs the play and its hosts, and so runs in the controller alone. It refuses C(async) and delegation to another machine.
"""
