# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for whoever reads it, and hostile values through every format that somebody reads: one table of them for all."""

from __future__ import annotations

import itertools
import re
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown, for_terminal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import plan_lines, plan_markdown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.plans import DIGEST, plan_of, to_deactivate, to_leave
from ansible_collections.tenantops.qlik.tests.unit.receipts import schema_faults

DISABLED = "b.us.qlikcloud.com"
PLAN = plan_of(
    to_deactivate(),
    to_leave(DISABLED, id="x1", region="us", expected_purge_date="2026-12-01T08:30:00.000Z"),
    to_leave("c.us.qlikcloud.com", id=None, region="us"),
    to_leave("d.us.qlikcloud.com", id="x3", region="us", status="purged"),
)


def lines_of(plan: dict[str, t.Any], name: str = "plan.json") -> list[str]:
    return plan_lines(plan, DIGEST, name)


def markdown_of(plan: dict[str, t.Any], name: str = "plan.json") -> list[str]:
    text = plan_markdown(plan, DIGEST, name)
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_the_terminal_shows_a_row_per_tenant_the_totals_the_end_and_the_digest() -> None:
    assert lines_of(PLAN) == [
        "Plan",
        "  host                   name  status → action      purge",
        f"  {HOSTNAME}  acme  active → deactivate  30 days, about 2026-12-24",
        f"  {DISABLED}     acme  disabled → no-op     2026-12-01 08:30 UTC",
        "  c.us.qlikcloud.com     acme  disabled → no-op     date unknown",
        "  d.us.qlikcloud.com     acme  purged → no-op       gone",
        "4 tenants: 1 to deactivate, 3 without a change.",
        "It may be applied until 2026-11-27T12:00:00Z.",
        f"SHA-256 of plan.json: {DIGEST}",
    ]


ACTIVITY = {
    **dict.fromkeys(("last_reload", "last_automation", "last_consumption")),
    "last_login": "2026-08-03T09:12:44Z",
    "active_users": 0,
}
CONTENTS = {
    **dict.fromkeys(("automations", "webhooks", "api_keys", "oauth_clients", "licenses_assigned"), 0),
    "users": 41,
    "spaces": 12,
    "items": {"app": 87},
    "app_bytes": 13_000_000_000,
    "file_bytes": 1_000_000_000,
}
IN_IT = "41 users, 12 spaces, 87 apps, 14 GB; last login 2026-08-03"


def with_usage(hostname: str = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    return to_deactivate(hostname, **{"activity": ACTIVITY, "contents": CONTENTS, **given})


def test_what_is_in_a_tenant_is_one_line_and_the_losses_are_those_of_all() -> None:
    other = with_usage("z.eu.qlikcloud.com", contents={**CONTENTS, "users": 371, "items": {"app": 1116}})
    # What is not deactivated loses nothing.
    plan = plan_of(with_usage(), other, with_usage(DISABLED, action="no-op"), to_deactivate("unread.eu.qlikcloud.com"))
    assert schema_faults("plan", plan_of(with_usage())) == []
    lines = lines_of(plan)
    assert lines[3] == f"    {IN_IT}"
    assert "412 users, 1,203 apps, 28 GB will be lost for good." in lines
    text = markdown_of(plan)
    assert text[2].endswith(" 412 users, 1,203 apps, 28 GB will be lost for good.")
    start = text.index("What is in them:")
    assert text[start + 2] == f"- `{HOSTNAME}`: {IN_IT}"
    assert not any("unread" in line for line in text[start : start + 5])


def test_a_number_that_is_not_known_makes_the_losses_a_lower_bound() -> None:
    plan = plan_of(with_usage(), with_usage("z.eu.qlikcloud.com", contents={**CONTENTS, "users": "unknown"}))
    assert "At least 41 users, 174 apps, 28 GB will be lost for good." in lines_of(plan)
    assert "    users unknown, 12 spaces, 87 apps, 14 GB; last login 2026-08-03" in lines_of(plan)


@pytest.mark.parametrize("key", ["app_bytes", "file_bytes"])
def test_a_size_of_which_a_part_is_not_known_is_not_known(key: str) -> None:
    plan = plan_of(with_usage(contents={**CONTENTS, key: "unknown"}))
    assert "    41 users, 12 spaces, 87 apps, size unknown; last login 2026-08-03" in lines_of(plan)


def test_two_plans_of_the_same_tenants_mean_the_same_only_if_their_contents_are_the_same() -> None:
    others = [with_usage(contents={**CONTENTS, "users": 42}), with_usage(activity={**ACTIVITY, "last_login": None})]
    digests = {plan_of(entry)["content_sha256"] for entry in (with_usage(), *others)}
    assert len(digests) == 3


HEADER = "| host | name | id | license ends | restored on | status | action | days | purge |"


@pytest.mark.parametrize("plan", [plan_of(), plan_of(to_leave())])
def test_a_plan_that_changes_no_tenant_says_so(plan: dict[str, t.Any]) -> None:
    for text in ("\n".join(markdown_of(plan)), "\n".join(lines_of(plan))):
        assert "0 to deactivate" in text
        assert "There is nothing to do." in text


SIGN = "ssh-keygen -Y sign -f KEY -n tenantops.qlik.plan plan.json"


def test_the_comment_for_a_merge_request_has_all_of_it_and_who_gives_what_to_whom() -> None:
    assert markdown_of(PLAN) == [
        "## Plan: Qlik Cloud tenants to be taken out of service",
        "",
        "4 tenants: 1 to deactivate, 3 without a change.",
        "",
        HEADER,
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        row(HOSTNAME, "acme", TENANT_ID, "unknown", "-", "active", "deactivate", "30", "about 2026-12-24"),
        row(DISABLED, "acme", "x1", "unknown", "-", "disabled", "no-op", "-", "2026-12-01 08:30 UTC"),
        row("c.us.qlikcloud.com", "acme", "unknown", "unknown", "-", "disabled", "no-op", "-", "date unknown"),
        row("d.us.qlikcloud.com", "acme", "x3", "unknown", "-", "purged", "no-op", "-", "gone"),
        "",
        "- made 2026-11-24T12:00:00Z, may be applied until 2026-11-27T12:00:00Z",
        f"- SHA-256 of `plan.json`: `{DIGEST}`",
        f"- SHA-256 of its entries only: `{PLAN['content_sha256']}`",
        "",
        "To approve the plan, start the run that applies it with the first digest: `-e qlik_plan_sha256=DIGEST`.",
        f"If your runs need signatures (`qlik_approvals_required`), sign the plan: `{SIGN}`",
    ]


def row(*cells: str) -> str:
    return f"| {' | '.join(f'`{cell}`' for cell in cells)} |"


def test_licence_restore_and_warnings_are_shown_of_each_tenant_and_of_the_plan() -> None:
    licence = "2027-03-01T00:00:00.000Z"
    odd = to_deactivate(license_ends_at=licence, restored_on="2026-11-20", warnings=["it is odd", "and restored"])
    plan = plan_of(odd, to_leave(DISABLED, name=None), warnings=["It would be refused."])
    shown = markdown_of(plan)
    restored = ("2027-03-01", "2026-11-20", "active", "deactivate", "30", "about 2026-12-24")
    assert row(HOSTNAME, "acme", TENANT_ID, *restored) in shown
    assert row(DISABLED, "unknown", TENANT_ID, "unknown", "-", "disabled", "no-op", "-", "date unknown") in shown
    start = shown.index("Warnings:")
    assert shown[start + 1 : start + 6] == [
        "",
        "- `It would be refused.`",
        f"- `{HOSTNAME}`: `it is odd`",
        f"- `{HOSTNAME}`: `and restored`",
        "",
    ]
    lines = lines_of(plan)
    start = lines.index("Warnings:")
    assert lines[start + 1 : -1] == [
        "  It would be refused.",
        f"  {HOSTNAME}: it is odd",
        f"  {HOSTNAME}: and restored",
    ]


def test_no_line_of_the_terminal_is_wider_than_100_columns() -> None:
    long = to_deactivate(
        f"{'x' * 63}.eu.qlikcloud.com", name="A name " * 20, status="user-access-disabled", warnings=["w " * 99]
    )
    lines = lines_of(plan_of(long, to_leave(), warnings=["w" * 300]))
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("entries", "total"),
    [
        ([], "0 tenants: 0 to deactivate, 0 without a change. There is nothing to do."),
        ([to_deactivate()], "1 tenant: 1 to deactivate, 0 without a change."),
        ([to_leave()], "1 tenant: 0 to deactivate, 1 without a change. There is nothing to do."),
        ([to_leave(), *[to_deactivate()] * 11], "12 tenants: 11 to deactivate, 1 without a change."),
    ],
)
def test_the_totals_count_each_action(entries: list[dict[str, t.Any]], total: str) -> None:
    plan = plan_of(*entries)
    assert total in lines_of(plan)
    assert total in markdown_of(plan)
    assert len(lines_of(plan)) == 5 + len(entries)
    assert len(markdown_of(plan)) == 13 + len(entries)


@pytest.mark.parametrize("date", [None, "", "soon", "2026-99-99", 7])
def test_a_date_that_is_none_is_left_out(date: t.Any) -> None:
    assert lines_of(plan_of(to_deactivate(expected_purge_date=date)))[2].endswith("30 days")
    assert lines_of(plan_of(to_leave(expected_purge_date=date)))[2].endswith("date unknown")


# Every format, one table of hostile values.
HOSTILE_VALUES = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
SAMPLE_VALUES = pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
# A cell, and a text in a line: a code span of one backtick, with nothing in it that could end it or the cell.
CODE = r"`[^`|\n]+`"
ROW = re.compile(rf"\|(?: {CODE} \|){{9}}")
PLACES = [
    "hostname",
    "name",
    "id",
    "license_ends_at",
    "restored_on",
    "status",
    "action",
    "purge_after_days",
    "expected_purge_date",
]
# What is too long or belongs elsewhere is not on the terminal.
IN_LINES = ["hostname", "status"]


def without_code(line: str) -> str:
    return re.sub(CODE, "", line)


@HOSTILE_VALUES
def test_a_line_for_a_terminal(value: str) -> None:
    text = for_terminal(value)
    assert is_harmless(text)
    assert "E" in text
    assert len(text) <= 300


@HOSTILE_VALUES
def test_a_span_of_markdown(value: str) -> None:
    text = for_markdown(value)
    assert re.fullmatch(CODE, text)
    assert is_harmless(text)
    assert "EV" in text
    assert len(text) <= 302


@pytest.mark.parametrize(("value", "span"), [("", "` `"), (" ", "` `"), ("\n", "` `"), (None, "`None`"), (7, "`7`")])
def test_a_span_of_markdown_is_never_empty(value: t.Any, span: str) -> None:
    assert for_markdown(value) == span


def test_a_span_of_markdown_shows_what_would_end_it_as_what_looks_like_it() -> None:
    assert for_markdown("a`b|c``d\\|e") == "`a'b¦c''d\\¦e`"
    assert for_markdown("x" * 400, 10) == f"`{'x' * 9}…`"


@SAMPLE_VALUES
def test_a_line_of_a_plan(value: str) -> None:
    for key in PLACES:
        plan = plan_of(to_deactivate(**{key: value}), to_leave(DISABLED), warnings=[value])
        plan["tenants"][1]["warnings"] = [value]
        lines = lines_of(plan)
        assert all(is_harmless(line) and len(line) <= 100 for line in lines[:-1])
        # Nothing from outside begins a line.
        assert all(line.startswith("  ") for line in lines if "EV" in line)
        assert key not in IN_LINES or "E" in "".join(lines[2:4])
        assert "E" in "".join(lines[lines.index("Warnings:") + 1 : -1])


@SAMPLE_VALUES
def test_a_row_of_a_plan_in_markdown(value: str) -> None:
    for key in PLACES:
        harmless = markdown_of(plan_of(to_deactivate(warnings=["a"]), to_leave(DISABLED), warnings=["b"]))
        lines = markdown_of(
            plan_of(to_deactivate(**{key: value}, warnings=[value]), to_leave(DISABLED), warnings=[value])
        )
        assert len(lines) == len(harmless)
        assert all(map(is_harmless, lines))
        assert ROW.fullmatch(lines[6])
        assert key == "expected_purge_date" or "EV" in lines[6]
        # Outside of code spans there is nothing that was not there before; the totals count actions.
        assert [without_code(line) for line in lines if "without a change." not in line] == [
            without_code(line) for line in harmless if "without a change." not in line
        ]


@SAMPLE_VALUES
def test_the_name_of_the_file(value: str) -> None:
    lines = lines_of(PLAN, value)
    assert len(lines) == len(lines_of(PLAN))
    assert lines[-1].endswith(f": {DIGEST}") and "EV" in lines[-1]
    comment = markdown_of(PLAN, value)
    assert [without_code(line) for line in comment] == [without_code(line) for line in markdown_of(PLAN)]
    assert any("EV" in line for line in comment)
    assert all(map(is_harmless, [*lines, *comment]))


RESULT = {
    "hostname": HOSTNAME,
    "tenant_id": TENANT_ID,
    "region": "eu",
    "changed": False,
    "failed": True,
    "previous_status": "active",
    "status": None,
    "estimated_purge_date": None,
    "probe_state": None,
    "receipt": "receipts/acme",
    "http_status": 403,
    "code": "AUTH-5",
    "trace_id": "0f3a",
    "msg": "HTTP 403.",
}


RESULT_PLACES = ["host", *(key for key, value in RESULT.items() if value is None or isinstance(value, str))]
OUTCOMES: list[dict[str, t.Any]] = [{}, {"failed": False}, {"failed": False, "changed": True}]


def summed_up(
    host: str = HOSTNAME, *, error: str | None = None, not_applied: tuple[str, ...] = (), **given: t.Any
) -> t.Any:
    return summarize(
        [(host, TenantResult.from_json({**RESULT, **given}))],
        operation="decommission",
        error=error,
        check_mode=False,
        run_id="the-run",
        now=NOW,
        plan_sha256=DIGEST,
        not_applied=not_applied,
    )


@SAMPLE_VALUES
def test_a_line_of_the_summary(value: str) -> None:
    for key, given in itertools.product(RESULT_PLACES, OUTCOMES):
        found = summed_up(**{**given, key: value, **({"hostname": None} if key == "host" else {})})
        # A row that is too long for a terminal is wrapped.
        assert sum(not line.startswith("   ") for line in found["lines"]) == len(summed_up(**given)["lines"])
        assert all(is_harmless(line) and len(line) < 3000 for line in found["lines"])
        assert all(line.startswith("  ") for line in found["lines"] if "EV" in line)
        assert is_harmless(str(found["summary"]["tenants"][0][key]))
        assert schema_faults("summary", found["summary"]) == []


@SAMPLE_VALUES
def test_the_lines_of_the_summary_about_the_plan(value: str) -> None:
    found = summed_up(not_applied=(value, "z.eu.qlikcloud.com"))
    said = [line for line in found["lines"] if "EV" in line]
    assert len(said) == 1
    assert said[0].startswith("Tenants of the plan that are not in this play, so nothing was done to them: ") and said[
        0
    ].endswith(", z.eu.qlikcloud.com.")
    refused = summed_up(error=value)
    assert all(map(is_harmless, [*found["lines"], *refused["lines"]]))
    assert [line[:2] for line in refused["lines"] if "EV" in line] == ["  "]


def test_the_summary_says_which_plan_was_applied_and_what_of_it_was_not() -> None:
    found = summed_up(not_applied=("y.eu.qlikcloud.com", "z.eu.qlikcloud.com"))
    assert found["summary"]["plan_sha256"] == DIGEST
    assert found["summary"]["not_applied"] == ["y.eu.qlikcloud.com", "z.eu.qlikcloud.com"]
    assert (
        "Tenants of the plan that are not in this play, so nothing was done to them: y.eu.qlikcloud.com, z.eu.qlikcloud.com."
        in found["lines"]
    )
    assert not any("plan" in line for line in summed_up()["lines"])
