# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a tenant was taken down, by its receipt: what counts for a limit over many runs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import taken_down_at
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, event, failed, intent

BEFORE, THEN, LATER = ago(days=50), ago(days=20), ago(days=5)
DONE = event("deactivated", THEN, status="disabled", purge_after_days=30)


@pytest.mark.parametrize(
    ("events", "taken"),
    [
        ([], None),
        ([intent(THEN), DONE], THEN),
        # Undone, by us or by somebody else.
        ([intent(THEN), DONE, event("reactivated", LATER)], None),
        ([intent(THEN), DONE, event("observed", LATER, status="active")], None),
        # Undone, and taken down again.
        ([intent(BEFORE), event("deactivated", BEFORE), event("reactivated", BEFORE), intent(THEN), DONE], THEN),
        # Somebody had restored it, and the next run saw it live.
        ([event("deactivated", BEFORE), intent(THEN, previous_status="active"), DONE], THEN),
        # A countdown that is restarted takes nothing down.
        ([event("deactivated", THEN), intent(LATER, previous_status="disabled"), event("deactivated", LATER)], THEN),
        # Gone for good is not undone.
        ([DONE, event("purged", LATER)], THEN),
        # Somebody else took it down.
        ([event("observed", THEN, status="disabled")], None),
        # A request that came to nothing, and requests whose outcome is not known, or was found later.
        ([intent(THEN), failed(THEN)], None),
        ([intent(THEN, previous_status=None), failed(THEN)], None),
        ([intent(THEN)], THEN),
        ([intent(THEN), failed(THEN, "unknown")], THEN),
        ([intent(THEN), event("observed", LATER, status="disabled")], THEN),
        ([intent(THEN), event("purged", LATER)], THEN),
        ([intent(THEN), event("observed", LATER, status="active")], None),
        ([intent(THEN, action="reactivate")], None),
    ],
)
def test_when_a_tenant_was_taken_down(events: list[dict[str, t.Any]], taken: str | None) -> None:
    assert taken_down_at(events) == read_time(taken)
