# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report makes of receipts and the organization's list."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import (
    Report,
    Tenant,
    build_report,
    tenant_of,
)
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import back, gone, tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.receipts import event, intent, receipt


def listed(name: str, status: str | None, **more: t.Any) -> dict[str, t.Any]:
    hostnames = [f"{name}.eu.qlikcloud.com"]
    return {"id": tenant_id(name), "status": status, "hostnames": hostnames, "purge_date": None, **more}


def beside(folder: Path, *listing: dict[str, t.Any], **more: t.Any) -> Report:
    return build_report([read_whole_folder(str(write_folder(folder, NOW)))], NOW, listing=listing, **more)


def one(*events: dict[str, t.Any], **other: t.Any) -> Tenant:
    return tenant_of("/r/acme.eu.qlikcloud.com.json", receipt(*events, **other), NOW)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("changed", "disabled", None),
        ("changed", "DEACTIVATED", None),
        ("changed", "active", "somebody restored it"),
        ("changed", "deleted", "records the purge"),
        ("changed", None, None),
        ("overdue", "active", "somebody restored it"),
        ("restored", "active", None),
        ("restored", "disabled", "somebody disabled it"),
        ("failed", "disabled", "somebody disabled it"),
        ("purged", "deleted", None),
        ("purged", "active", "its receipt says that it was purged"),
    ],
)
def test_what_list_and_receipt_do_not_agree_on_is_said(
    tmp_path: Path, name: str, status: str, words: str | None
) -> None:
    tenant = next(one for one in beside(tmp_path, listed(name, status)).tenants if one.hostname.startswith(name))
    assert (words or "") in (tenant.difference or "") and bool(tenant.difference) == bool(words)


def test_a_tenant_that_the_list_lacks_differs_unless_it_is_purged(tmp_path: Path) -> None:
    differing = {one.hostname.partition(".")[0] for one in beside(tmp_path).tenants if one.difference}
    assert differing == {"again", "changed", "failed", "killed", "overdue", "refused", "restored", "seen", "soon"}


def test_a_countdown_that_somebody_restarted_is_said(tmp_path: Path) -> None:
    date = write_time(NOW + timedelta(days=60))
    report = beside(tmp_path, listed("changed", "disabled", purge_date=date))
    tenant = next(one for one in report.tenants if one.hostname.startswith("changed"))
    assert "restarted the countdown" in (tenant.difference or "")


def test_disabled_tenants_without_a_receipt_are_named(tmp_path: Path) -> None:
    report = beside(
        tmp_path, listed("changed", "disabled"), listed("stranger", "disabled"), listed("customer", "active")
    )
    assert report.unrecorded == ("stranger.eu.qlikcloud.com",)
    limited = beside(tmp_path, listed("stranger", "disabled"), only={"changed.eu.qlikcloud.com"})
    assert [tenant.hostname for tenant in limited.tenants] == ["changed.eu.qlikcloud.com"]
    assert limited.unrecorded == ()


def test_who_sent_the_request_is_its_author_although_a_later_run_found_the_outcome() -> None:
    asked = {**intent(NOW - timedelta(hours=2)), "by": {"user": "ann", "host": "desk"}}
    resolved = {**event("deactivated", NOW, resolved=True), "by": {"user": "night-job", "host": "runner"}}
    taken = one(asked, resolved).taken
    assert taken and (taken.user, taken.machine) == ("ann", "desk")


def test_what_was_only_seen_has_no_author() -> None:
    tenant = one(event("observed", NOW, status="disabled"))
    assert tenant.taken and tenant.taken.kind == "observed"


def test_a_failure_is_over_when_something_succeeds() -> None:
    failed = event("failed", NOW - timedelta(hours=3), action="deactivate", effect="none")
    assert one(intent(NOW - timedelta(hours=4)), failed).failure
    assert one(intent(NOW - timedelta(hours=4)), failed, *gone(NOW - timedelta(hours=1))).failure is None


def test_verified_approvers_and_contents_are_kept_apart_from_claims() -> None:
    tenant = one(
        *gone(
            NOW,
            approved_by="a claim",
            approvals=[{"identity": "ann@example.com", "key": "SHA256:x"}],
            contents={"users": 3},
            activity={"last_login": None},
        )
    )
    assert tenant.taken and (tenant.taken.approved_by, tenant.taken.approvers) == ("a claim", ("ann@example.com",))
    assert (tenant.contents, tenant.activity) == ({"users": 3}, {"last_login": None})


def test_a_tenant_that_came_back_by_itself_is_restored_without_an_author() -> None:
    tenant = one(*gone(NOW - timedelta(days=3)), event("observed", NOW, status="active"))
    assert (tenant.situation.value, tenant.restored and tenant.restored.kind) == ("restored", "observed")
    assert one(*gone(NOW - timedelta(days=3)), *back(NOW)).restored.kind == "reactivated"
