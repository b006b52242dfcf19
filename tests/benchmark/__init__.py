# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tenant costs: our playbook beside other ways to the same end. docs/benchmarks/tenants.md tells what is measured."""

from __future__ import annotations
