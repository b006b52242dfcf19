# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.action import QlikAction


class ActionModule(QlikAction):
    """qlik_tenant_create in the controller; its options and results are documented in the module of the same name."""

    NAME = "qlik_tenant_create"
