# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant that somebody still uses, or that was not exported, does not go: what is read when, and what stops it."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.plans import DIGEST, entry_of, look, to_deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, told
from ansible_collections.tenantops.qlik.tests.unit.tenant_content import BOT, TenantContent, login
from ansible_collections.tenantops.qlik.tests.unit.waves import decommission
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent, Wire

OPTIONS = {"credentials": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}}
DAYS = "tenant_decommission_idle_days"


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record())
    wire.on("deactivate", answers.disabled())


@pytest.fixture
def content(wire: Wire, _live: None) -> TenantContent:
    content = TenantContent(wire)
    content.lists["/users"] = [{"id": "1", "subject": "auth0|1", "status": "active"}]
    return content


def go(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """A deactivation that is not verified: the host of these tests goes on living."""
    return decommission(run, **{"options": OPTIONS, "idle_days": 30, "verify": False, **given})


def steps(wire: Wire) -> list[str]:
    """The requests in order, those that read what is in the tenant as one."""
    kinds = ["use" if sent.url.startswith(f"https://{HOSTNAME}/") else sent.kind for sent in wire.sent]
    return [kind for number, kind in enumerate(kinds) if number == 0 or kinds[number - 1] != kind or kind != "use"]


def test_an_idle_tenant_is_read_right_before_the_post_and_its_receipt_has_it(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path
) -> None:
    content.lists["/audits"] = [login(ago(days=31))]
    result = go(run, receipts_dir=str(tmp_path))
    assert (result["failed"], result["changed"]) == (False, True), result["msg"]
    assert steps(wire) == ["read", "use", "deactivate"]
    assert result["activity"]["last_login"] == ago(days=31)
    assert result["contents"]["users"] == 1
    intent, outcome = (facts for _event, facts in told(tmp_path / f"{HOSTNAME}.json")[:2])
    for event in (intent, outcome):
        assert (event["activity"], event["contents"]) == (result["activity"], result["contents"])


def test_without_the_rule_nothing_is_asked(wire: Wire, run: Run, content: TenantContent, tmp_path: Path) -> None:
    result = go(run, idle_days=None, receipts_dir=str(tmp_path))
    assert result["changed"]
    assert steps(wire) == ["read", "deactivate"]
    assert "activity" not in result
    assert "contents" not in told(tmp_path / f"{HOSTNAME}.json")[0][1]


USED = {
    "a login": ("/audits", [login(ago(days=29))], f"the last login was {ago(days=29)}"),
    "capacity": (
        "/licenses/consumption",
        [{"endTime": ago(days=1), "userId": "1"}],
        f"the last use of analyzer capacity was {ago(days=1)}",
    ),
}


@pytest.mark.parametrize("case", USED)
def test_a_tenant_that_is_used_stops_with_the_time(wire: Wire, run: Run, content: TenantContent, case: str) -> None:
    path, entries, words = USED[case]
    content.lists[path] = entries
    result = go(run)
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"is in use: {words}, and {DAYS} is 30. Nothing was changed." in result["msg"]
    assert wire.of("deactivate") == []


IDLE = {
    "nobody": {},
    "only the bot": {"/audits": [login(ago(hours=1), BOT)]},
    "only what runs by itself": {
        "/reloads": [{"creationTime": ago(hours=1)}],
        "/automations": [{"id": "a", "lastRunAt": ago(hours=1)}],
    },
}


@pytest.mark.parametrize("case", IDLE)
def test_a_tenant_that_no_person_uses_goes(run: Run, content: TenantContent, case: str) -> None:
    content.lists |= IDLE[case]
    assert go(run)["changed"]


UNKNOWN: dict[str, dict[str, Reply]] = {
    "audits refused": {"/audits": answers.FORBIDDEN},
    "no date": {"/audits": answers.as_json(200, {"data": [login(None)]})},
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_unknown_is_not_idle(wire: Wire, run: Run, content: TenantContent, case: str) -> None:
    content.replies |= UNKNOWN[case]
    result = go(run)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert "does not show its last login" in result["msg"]


@pytest.mark.parametrize("reply", [answers.UNKNOWN_CLIENT, Reply(503), faults.refused()])
def test_a_host_that_issues_no_token_is_unknown(wire: Wire, run: Run, content: TenantContent, reply: t.Any) -> None:
    wire.on("probe", reply)
    result = go(run, options={**OPTIONS, "retries": 0})
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert f"in the last 30 days ({DAYS})" in result["msg"]


@pytest.mark.parametrize("case", ["used", "refused", "no token"])
def test_with_warn_it_goes_with_a_warning(wire: Wire, run: Run, content: TenantContent, case: str) -> None:
    content.lists["/audits"] = [login(ago(days=1))]
    if case == "refused":
        content.replies["/audits"] = answers.FORBIDDEN
    elif case == "no token":
        wire.on("probe", answers.UNKNOWN_CLIENT)
    result = go(run, idle_check="warn")
    assert (result["failed"], result["changed"]) == (False, True)
    words = "is in use" if case == "used" else "does not show its last login"
    assert words in " ".join(result["warnings"])


def test_the_host_of_another_tenant_stops_it_in_any_case(wire: Wire, run: Run, content: TenantContent) -> None:
    content.others["/users/me"] = {"id": BOT, "tenantId": "another"}
    result = go(run, idle_check="warn")
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert "is the host of tenant another" in result["msg"]


def test_a_host_that_says_that_it_is_deactivated_stops_it(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("probe", answers.deactivated())
    result = go(run, idle_check="warn")
    assert (result["failed"], wire.of("deactivate")) == (True, [])


def test_a_login_between_two_attempts_stops_it(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("deactivate", answers.rate_limited("1"), answers.disabled())
    usual = wire.reply

    def reply(sent: Sent) -> Reply:
        if sent.kind == "deactivate":
            content.lists["/audits"] = [login(ago(hours=0))]
        return usual(sent)

    wire.reply = reply  # type: ignore[method-assign]
    result = go(run)
    assert result["failed"]
    assert steps(wire) == ["read", "use", "deactivate", "read", "use"]
    assert "is in use" in result["msg"]


def test_between_two_attempts_what_is_in_it_is_not_read_again(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("deactivate", answers.rate_limited("1"), answers.disabled())
    assert go(run)["changed"]
    assert steps(wire) == ["read", "use", "deactivate", "read", "use", "deactivate"]
    assert len([sent for sent in wire.sent if "/api/v1/items" in sent.url]) == 1
    assert len([sent for sent in wire.sent if "/api/v1/audits" in sent.url]) == 4


def test_an_answer_that_was_lost_keeps_what_was_in_it(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path
) -> None:
    wire.on("read", answers.record(), answers.record("disabled"))
    wire.on("deactivate", faults.cut())
    assert go(run, receipts_dir=str(tmp_path))["changed"]
    (_event, outcome) = told(tmp_path / f"{HOSTNAME}.json")[1]
    assert outcome["contents"]["users"] == 1


def test_a_disabled_tenant_is_not_looked_into(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("read", answers.record("disabled"))
    assert not go(run)["failed"]
    assert go(run, reset_purge_timer=True)["changed"]
    assert "use" not in steps(wire)


def test_where_the_register_host_refuses_reads_it_is_the_same(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("read", answers.FORBIDDEN)
    assert go(run)["changed"]
    assert steps(wire) == ["read", "use", "deactivate"]
    content.lists["/audits"] = [login(ago(days=1))]
    assert "is in use" in go(run)["msg"]


# The plan


def test_a_plan_has_both_and_changes_nothing(wire: Wire, run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(ago(days=31))]
    result = look(run, idle_days=30, options=OPTIONS)
    entry = entry_of(result, run.clock.now())
    assert (entry["action"], entry["activity"], entry["contents"]) == (
        "deactivate",
        result["activity"],
        result["contents"],
    )
    assert steps(wire) == ["read", "use"]


def test_a_plan_without_the_rule_asks_nothing(wire: Wire, run: Run, content: TenantContent) -> None:
    entry = entry_of(look(run, options=OPTIONS), run.clock.now())
    assert (entry["activity"], entry["contents"]) == (None, None)
    assert steps(wire) == ["read"]


def test_a_tenant_that_is_used_is_refused_when_the_plan_is_made_or_the_plan_warns(
    run: Run, content: TenantContent
) -> None:
    content.lists["/audits"] = [login(ago(days=1))]
    assert "is in use" in look(run, idle_days=30, options=OPTIONS)["msg"]
    warned = look(run, idle_days=30, idle_check="warn", options=OPTIONS)
    assert not warned["failed"]
    (warning,) = entry_of(warned, run.clock.now())["warnings"]
    assert warning.startswith(f"it is in use: the last login was {ago(days=1)}")


def test_a_login_after_the_plan_was_made_stops_the_tenant_and_says_so(
    wire: Wire, run: Run, content: TenantContent
) -> None:
    content.lists["/audits"] = [login(ago(hours=1))]
    planned = {"planned": to_deactivate(), "plan_sha256": DIGEST, "confirm_hostname": None}
    result = go(run, **planned, plan_created=ago(hours=2))
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert f"the last login was {ago(hours=1)}, after the plan was made, and {DAYS} is 30" in result["msg"]
    assert "after the plan was made" not in go(run, **planned, plan_created=ago(hours=0))["msg"]


# The settings


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"idle_days": 91},
            f"{DAYS} is 91: it must be a whole number of days from 1 to 90: Qlik Cloud keeps audits for 90 days",
        ),
        ({"idle_days": 0}, f"{DAYS} is 0"),
        ({"idle_days": "a month"}, f"{DAYS} is 'a month'"),
        ({"idle_check": "maybe"}, "tenant_decommission_idle_check is 'maybe': it must be require or warn."),
        ({"idle_days": None, "idle_check": False}, "tenant_decommission_idle_check is False"),
        ({"export_manifest": ""}, "tenant_decommission_export_manifest is ''"),
        ({"export_manifest": 7}, "tenant_decommission_export_manifest is 7"),
    ],
)
def test_a_wrong_setting_stops_the_tenant(
    wire: Wire, run: Run, content: TenantContent, given: dict[str, t.Any], words: str
) -> None:
    result = go(run, **given)
    assert (result["failed"], wire.sent) == (True, [])
    assert words in result["msg"]


# The export


def export(folder: Path, *, content: bytes = b"all of it", **given: t.Any) -> str:
    """An export of one file, and its manifest."""
    (folder / "apps").mkdir(exist_ok=True)
    (folder / "apps" / "sales.qvf").write_bytes(b"all of it")
    file = {"path": "apps/sales.qvf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"hostname": HOSTNAME, "time": ago(days=1), "by": "ops", "files": [file], **given}
    path = folder / "manifest.json"
    path.write_text(json.dumps({key: value for key, value in manifest.items() if value is not None}))
    return str(path)


def test_a_tenant_that_was_exported_goes(wire: Wire, run: Run, content: TenantContent, tmp_path: Path) -> None:
    content.lists["/audits"] = [login(ago(days=2))]
    # What runs by itself makes no export too old.
    content.lists["/reloads"] = [{"creationTime": ago(hours=1)}]
    assert go(run, idle_days=None, export_manifest=export(tmp_path))["changed"]
    assert steps(wire) == ["read", "use", "deactivate"]


WRONG = {
    "older than a login": ({"time": ago(days=3)}, "and somebody used the tenant on"),
    "of the future": ({"time": "2027-01-01T00:00:00Z"}, "is in the future"),
    "no time": ({"time": "yesterday"}, "does not have the key time"),
    "nobody": ({"by": None}, "does not have the key by"),
    "another tenant": ({"hostname": "other.eu.qlikcloud.com"}, "is the export of other.eu.qlikcloud.com"),
    "no files": ({"files": []}, "does not have the key files"),
    "no list of files": ({"files": 7}, "does not have the key files"),
    "no digest": (
        {"files": [{"path": "apps/sales.qvf", "size": 9}]},
        "has a fault in files[0]: it must have path, size",
    ),
    "a missing file": ({"files": [{"path": "gone", "size": 9, "sha256": "0" * 64}]}, "names the file gone, which"),
    "another size": ({"content": b"all"}, "has 3 bytes, but it has 9"),
    "another digest": ({"content": b"all of IT"}, "has another SHA-256 digest for the file"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_tenant_whose_export_cannot_be_relied_on_stays(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path, case: str
) -> None:
    given, words = WRONG[case]
    content.lists["/audits"] = [login(ago(days=2))]
    path = export(tmp_path, **given)
    result = go(run, idle_days=None, export_manifest=path)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert f"tenant_decommission_export_manifest is {path}, which" in result["msg"]
    assert words in result["msg"]
    assert "Nothing was changed" in result["msg"]


@pytest.mark.parametrize("text", [None, "[]", "x", '{"hostname": 7}'])
def test_a_manifest_that_is_missing_or_is_none_stops_it(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)
    result = go(run, idle_days=None, export_manifest=str(path))
    assert (result["failed"], steps(wire)) == (True, ["read"])
    assert "Export it once more" in result["msg"]


def test_a_manifest_that_is_a_folder_stops_it(wire: Wire, run: Run, content: TenantContent, tmp_path: Path) -> None:
    result = go(run, idle_days=None, export_manifest=str(tmp_path))
    assert (result["failed"], steps(wire)) == (True, ["read"])
    assert f"tenant_decommission_export_manifest is {tmp_path}, which is a folder" in result["msg"]


def test_an_export_of_a_tenant_that_does_not_show_its_logins_is_not_enough(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path
) -> None:
    content.replies["/audits"] = answers.FORBIDDEN
    result = go(run, idle_days=None, export_manifest=export(tmp_path))
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert "does not show if somebody has used it since" in result["msg"]
    # A new export would end in the same way.
    assert "Export it once more" not in result["msg"]
    assert "To deactivate the tenant without this check, remove tenant_decommission_export_manifest." in result["msg"]


def test_neither_a_plan_nor_check_mode_needs_the_export(
    wire: Wire, run: Run, content: TenantContent, tmp_path: Path
) -> None:
    missing = str(tmp_path / "manifest.json")
    assert not look(run, export_manifest=missing, options=OPTIONS)["failed"]
    run.check_mode = True
    assert not go(run, idle_days=None, export_manifest=missing)["failed"]
    assert steps(wire) == ["read", "read"]
