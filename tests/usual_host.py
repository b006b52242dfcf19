# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory says of its hosts. The inventories of the unit tests, the integration tests and the benchmarks begin with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

# What a rule needs of every tenant, by the names of the variables. A date without quotes is the text that was typed, as a rule gets it.
OF_EVERY_TENANT: dict[str, Any] = {
    name: value.isoformat() if isinstance(value, date) else value
    for name, value in yaml.safe_load(
        (Path(__file__).parent / "../playbooks/vars/every_tenant.yml").read_text()
    ).items()
}


def usual_host(hostname: Any, tenant_id: Any, operation: str = "decommission") -> dict[str, Any]:
    """The variables of a confirmed tenant."""
    return {"qlik_tenant_id": tenant_id, f"tenant_{operation}_confirm_hostname": hostname, **OF_EVERY_TENANT}
