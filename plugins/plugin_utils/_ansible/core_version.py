# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of ansible-core that this collection works on."""

from __future__ import annotations

import re

from ansible import constants
from ansible.release import __version__

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import NONE_IS_EMPTY

# As requires_ansible in meta/runtime.yml, of which Ansible itself only warns.
OLDEST = (2, 16)


def check_core(version: str = __version__) -> None:
    """Check that the guards of this collection can rely on ansible-core.

    :raises InvalidInput: it is older than those that are tested; or it leaves templates as they are, which only cores before 2.19 do.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise InvalidInput(
            f"This is ansible-core {version}, and tenantops.qlik needs {oldest} or newer: nothing was changed. Install a newer one, such as"
            f" with pip install 'ansible-core>={oldest}'."
        )
    if NONE_IS_EMPTY and not constants.DEFAULT_UNDEFINED_VAR_BEHAVIOR:
        raise InvalidInput(
            "error_on_undefined_vars is false in Ansible's configuration (ansible.cfg, or ANSIBLE_ERROR_ON_UNDEFINED_VARS), so a path or"
            " another value could be the text of a template: nothing was changed. Set it to true."
        )
