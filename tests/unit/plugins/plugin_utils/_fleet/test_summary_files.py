# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a summary says at its end, and what pipelines get of it."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import JUNIT
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary_files import summary_junit, summary_markdown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless


def gone(name: str, days: float, region: str = "eu") -> tuple[str, TenantResult]:
    hostname = f"{name}.{region}.qlikcloud.com"
    result = TenantResult(
        hostname=hostname,
        region=region,
        changed=True,
        failed=False,
        previous_status="active",
        status="disabled",
        estimated_purge_date=write_time(NOW + timedelta(days=days)),
        receipt=f"/srv/qlik-receipts/{hostname}.json",
    )
    return hostname, result


def summed_up(*hosts: tuple[str, TenantResult | None], **more: t.Any) -> dict[str, t.Any]:
    options = {"operation": "decommission", "error": None, "check_mode": False, "run_id": "r", "now": NOW}
    return summarize(list(hosts), **{**options, "inventory": "-i tenants.yml", **more})


FAILED = ("bad.eu.qlikcloud.com", TenantResult(hostname="bad.eu.qlikcloud.com", failed=True, msg="HTTP 403"))

START = "2026-12-31T00:00:00Z"
WAITING = (
    "later.eu.qlikcloud.com",
    TenantResult(hostname="later.eu.qlikcloud.com", failed=False, not_before=START, msg=f"not due before {START}"),
)


def test_the_last_lines_say_where_the_receipts_are_until_when_and_how_it_is_undone() -> None:
    lines = summed_up(gone("acme", 30), FAILED)["lines"]
    assert lines[-5:] == [
        "Receipts:",
        "  /srv/qlik-receipts",
        f"It can be restored until {NOW + timedelta(days=30):%Y-%m-%d %H:%M} UTC:",
        "  ansible-playbook -i tenants.yml tenantops.qlik.restore --limit acme.eu.qlikcloud.com \\",
        "    -e tenant_restore_confirm_hostname=acme.eu.qlikcloud.com",
    ]


def test_of_several_tenants_the_first_day_is_said() -> None:
    lines = summed_up(gone("acme", 60), gone("beta", 30))["lines"]
    first = f"{NOW + timedelta(days=30):%Y-%m-%d %H:%M} UTC"
    assert lines[-5] == f"2 tenants can be restored, the first one until {first}, each with its own command:"
    assert "--limit beta.eu.qlikcloud.com" in lines[-4]
    assert "2 tenants can be restored, all until" in summed_up(gone("acme", 30), gone("beta", 30))["lines"][-5]


def test_of_many_tenants_the_most_urgent_commands_are_shown() -> None:
    names = ["e", "d", "c", "b", "a"]
    lines = summed_up(*(gone(name, 30 + number) for number, name in enumerate(names)))["lines"]
    assert [line.rpartition("=")[2] for line in lines if "confirm_hostname=" in line] == [
        f"{name}.eu.qlikcloud.com" for name in names[:3]
    ]
    assert lines[-1] == "  For the other 2, put the hostname of the tenant into both places of the command."


@pytest.mark.parametrize(
    ("hosts", "more"),
    [
        ([gone("acme", 30)], {"check_mode": True}),
        ([gone("acme", -1)], {}),
        ([FAILED], {}),
        ([gone("acme", 30)], {"operation": "restore"}),
    ],
    ids=["check mode", "too late", "failed", "restore"],
)
def test_where_nothing_can_be_undone_no_command_is_shown(hosts: t.Any, more: dict[str, t.Any]) -> None:
    assert "undone" not in "\n".join(summed_up(*hosts, **more)["lines"])


def test_more_than_twenty_tenants_are_counted_by_region_and_purge_date() -> None:
    few = [gone(f"t{number}", 30 + number % 2, "eu" if number % 3 else "us") for number in range(20)]
    assert "By region:" not in summed_up(*few)["lines"]
    lines = summed_up(*few, FAILED)["lines"]
    assert "  eu       13 changed" in lines and "  us       7 changed" in lines and "  unknown  1 failed" in lines
    assert f"  {NOW + timedelta(days=30):%Y-%m-%d}  10" in lines


def test_the_list_of_tests_has_one_per_tenant() -> None:
    found = summed_up(gone("acme", 30), FAILED, ("left.eu.qlikcloud.com", None), WAITING)["summary"]
    content = summary_junit(found)
    assert JUNIT.is_one(content)
    suites = ElementTree.fromstring(content)
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors"), suites.get("skipped")) == (
        "4",
        "1",
        "1",
        "1",
    )
    cases = {str(case.get("name")): [child.tag for child in case] for case in suites.iter("testcase")}
    assert cases == {
        "acme.eu.qlikcloud.com": ["system-out"],
        "bad.eu.qlikcloud.com": ["failure"],
        "left.eu.qlikcloud.com": ["error"],
        "later.eu.qlikcloud.com": ["skipped"],
    }
    refused = ElementTree.fromstring(summary_junit(summed_up(error="Too many tenants")["summary"]))
    assert [one.get("message") for one in refused.iter("error")] == ["Too many tenants"]


def test_the_page_of_a_job_says_from_when_a_tenant_is_due() -> None:
    assert f"`not due before {START}`" in summary_markdown(summed_up(WAITING)["summary"], [])


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_texts_do_nothing(value: str) -> None:
    host = (value, TenantResult(hostname=None, failed=True, msg=value))
    found = summed_up(host, error=value, inventory="-i x")
    assert all(is_harmless(line) for line in found["lines"])
    assert ElementTree.fromstring(summary_junit(found["summary"])).get("tests") == "2"
    rows = [line for line in summary_markdown(found["summary"], []).splitlines() if line.startswith("| `")]
    assert len(rows) == 1 and rows[0].count("`") == 4 and rows[0].count(" | ") == 4


def test_the_page_of_a_job_shows_tenants_and_the_undo() -> None:
    found = summed_up(gone("acme", 30), FAILED)
    text = summary_markdown(found["summary"], ["It can be undone until then:", "  ansible-playbook"])
    assert "### Tenants taken out of service\n" in text and "2 tenants: 1 changed, 1 failed." in text
    assert (
        "| `bad.eu.qlikcloud.com` | failed |" in text and "`HTTP 403`" in text and "```text\nIt can be undone" in text
    )
