# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What proves the end of a tenant, as Markdown: what was deleted, when, and how that is known. It names no person."""

from __future__ import annotations

import hashlib
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.contents import content_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Tenant

# The first line. By it an earlier certificate is recognised and may be overwritten.
HEADING = "# Deletion of a Qlik Cloud tenant"


def certificate(tenant: Tenant, receipt: bytes) -> str:
    """The certificate of one tenant that is purged.

    :arg receipt: the bytes of its receipt.
    """
    seen = tenant.purged.at if tenant.purged else tenant.since
    rows = [
        ("tenant", tenant.hostname),
        ("id", tenant.tenant_id),
        ("region", tenant.region),
        ("taken out of service", _time(tenant.taken.at if tenant.taken else None)),
        ("days until the purge", tenant.purge_after_days),
        ("purge date", _purge_date(tenant)),
        ("seen to be gone", _time(seen)),
        ("plan (SHA-256)", tenant.taken.plan_sha256 if tenant.taken else None),
        ("receipt", tenant.receipt),
        ("receipt (SHA-256)", hashlib.sha256(receipt).hexdigest()),
    ]
    lines = [
        HEADING,
        "",
        "Qlik has deleted this tenant with everything in it.",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {for_markdown(value)} |" for name, value in rows if value),
        "",
        "## What was deleted",
        "",
    ]
    contents = content_lines(tenant.contents)
    if contents:
        lines += ["When it was taken out of service, it held at least:", "", *(f"- {line}" for line in contents), ""]
    else:
        lines += ["The tenant as a whole. What was in it was not recorded.", ""]
    return "\n".join([*lines, *_PROOF])


_PROOF = (
    "## How it is known",
    "",
    "All of this was found, and is recorded in the receipt:",
    "",
    "- Qlik Cloud confirmed that the tenant was disabled, and nothing undid that.",
    "- The last possible purge date was more than 48 hours ago.",
    "- After that, the register host of its region answered that the id does not exist, or that the tenant is deleted.",
    "- After that, the hostname of the tenant no longer existed.",
    "",
    "Backups that the vendor keeps, and copies that somebody made before, are not covered.",
    "",
)


def _purge_date(tenant: Tenant) -> str | None:
    if tenant.purge_date is None:
        return None
    return f"{_time(tenant.purge_date)}{' (computed)' if tenant.purge_computed else ''}"


def _time(value: datetime | None) -> str | None:
    return None if value is None else write_time(value)
