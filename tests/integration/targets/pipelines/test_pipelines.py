# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published pipelines from plan to restore: on each forge the same story, told by its own files."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.targets.pipelines.forges import (
    TOKEN,
    Controller,
    GitHub,
    GitLab,
    Repository,
)
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading
from ansible_collections.tenantops.qlik.tests.unit.signing import make_key

pytestmark = [
    # What has drifted is an alias, which only a register host that answers reads can show.
    one_reading,
    pytest.mark.parametrize(
        "kind",
        [
            pytest.param(GitHub, id="github", marks=pytest.mark.thorough),
            pytest.param(GitLab, id="gitlab", marks=pytest.mark.thorough),
            # The one that comes with the oldest ansible-core: it runs with each of them.
            pytest.param(Controller, id="controller"),
        ],
    ),
]

INVENTORY = {
    "qlik_tenants": {
        # No confirmation: the plan is one.
        "hosts": {
            **host("acme", tenant_decommission_confirm_hostname=None),
            **host("beta", tenant_decommission_confirm_hostname=None),
        }
    }
}


def effective(cloud, action):
    return [post["path"] for post in cloud.action_posts() if post["effective"] and post["path"].endswith(action)]


def test_from_plan_through_refused_drift_to_restore(kind, start_cloud, terminal):
    before = start_cloud(scenario(tenant("acme"), tenant("beta")))
    drifted = start_cloud(scenario(tenant("acme"), tenant("beta", aliases=["other.eu.qlikcloud.com"])))
    terminal.go_online(before)
    repository = Repository(terminal, INVENTORY)
    forge = kind(terminal, repository)
    jobs = []

    # What is to be done is shown where it is approved, and nothing is done.
    jobs.append(planned := forge.plan())
    assert planned.status == 0, planned.output
    assert before.action_posts() == []
    digest = forge.digest()

    # Any other digest is refused as a whole.
    jobs.append(refused := forge.apply("0" * 64, planned))
    assert refused.status != 0
    assert "is not the plan that was approved" in refused.output, refused.output
    assert before.action_posts() == []
    assert forge.kept == 0

    # So is a job without one.
    jobs.append(refused := forge.apply("", planned))
    assert refused.status != 0, refused.output
    assert before.action_posts() == []

    # One of the tenants is not any more what was approved: it stops alone.
    terminal.go_online(drifted)
    # And somebody pushes to the branch while the job runs: the receipts come on top of that.
    forge.meanwhile = lambda: repository.push("notes.md", "Meanwhile.")
    jobs.append(partly := forge.apply(digest, planned))
    assert partly.status != 0
    assert "beta.eu.qlikcloud.com (betabetabetabetabetabetabetabeta) differs from the plan" in partly.output, (
        partly.output
    )
    assert effective(drifted, "deactivate") == [f"/api/v1/tenants/{tenant_id('acme')}/actions/deactivate"]
    # Its receipt was kept although the job failed and the branch had moved, and says by what it was approved.
    assert forge.kept == 1
    done = forge.receipt("acme").events
    assert {(event["plan_sha256"], event["approved_by"], event["ticket"]) for event in done} == {
        (digest, "approver", "CHG-1")
    }

    if kind is not Controller:
        assert set(forge.artifacts[planned.number]) == {"plan.json", "plan.json.sha256", "plan.md"}
        kept_files = {"plan.json", "summary.json", "qlik-receipts/acme.eu.qlikcloud.com.json"}
        assert kept_files <= set(forge.artifacts[partly.number])

    # Planned again, it goes.
    jobs.append(planned := forge.plan())
    assert planned.status == 0, planned.output
    assert forge.digest() != digest
    digest = forge.digest()
    jobs.append(applied := forge.apply(digest, planned))
    assert applied.status == 0, applied.output
    assert len(effective(drifted, "deactivate")) == 2
    assert forge.receipt("beta").kinds == ["intent", "deactivated", "observed"]

    # Once more, nothing happens.
    kept, since = forge.kept, drifted.mark()
    jobs.append(again := forge.apply(digest, planned))
    assert again.status == 0, again.output
    assert drifted.action_posts(since) == []
    assert forge.kept == kept

    # And back.
    jobs.append(restored := forge.restore("acme"))
    assert restored.status == 0, restored.output
    assert effective(drifted, "reactivate") == [f"/api/v1/tenants/{tenant_id('acme')}/actions/reactivate"]
    assert "reactivated" in forge.receipt("acme").kinds
    assert forge.receipt("acme").events[-1]["ticket"] == "CHG-2"

    shown = "".join(job.output for job in jobs)
    assert CLIENTS["eu"]["client_secret"] not in shown
    assert TOKEN not in shown


@pytest.mark.thorough
def test_receipts_that_git_ignores_fail_the_job_and_are_its_artifacts(kind, start_cloud, terminal):
    if kind is Controller:
        pytest.skip("Automation controller keeps receipts on a mount, not in a repository")
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    repository = Repository(terminal, INVENTORY)
    repository.push(".gitignore", "*.json\n")
    forge = kind(terminal, repository)
    planned = forge.plan()
    assert planned.status == 0, planned.output
    applied = forge.apply(forge.digest(), planned)
    assert len(effective(cloud, "deactivate")) == 2
    assert applied.status == 1, applied.output
    assert "These receipts are not committed, because git ignores them" in applied.output
    assert ".gitignore:1:*.json\tqlik-receipts/acme.eu.qlikcloud.com.json" in applied.output
    assert forge.kept == 0
    assert {f"qlik-receipts/{name}.eu.qlikcloud.com.json" for name in ("acme", "beta")} <= set(
        forge.artifacts[applied.number]
    )


@pytest.mark.thorough
def test_the_watch_of_each_morning_reports_and_fails_when_a_purge_is_near(kind, start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    repository = Repository(terminal, INVENTORY)
    forge = kind(terminal, repository)
    planned = forge.plan()
    assert forge.apply(forge.digest(), planned).status == 0
    quiet = forge.watch()
    assert quiet.status == 0 and "Nothing needs attention." in quiet.output, quiet.output
    if kind is not Controller:
        assert {"qlik-report/report.html", "qlik-report/purges.ics", "watch.md"} <= set(forge.artifacts[quiet.number])
    # Somebody restores a tenant by hand.
    since = cloud.mark()
    terminal.go_online(start_cloud(scenario(tenant("acme", status="disabled", purge_at="+30d"), tenant("beta"))))
    noisy = forge.watch()
    assert (
        noisy.status != 0 and "beta.eu.qlikcloud.com: Its receipt says disabled, but the tenant is live" in noisy.output
    ), noisy.output
    assert "acme.eu.qlikcloud.com:" not in noisy.output
    if kind is GitHub:
        assert "`beta.eu.qlikcloud.com`" in forge.comments[-1]
    assert cloud.action_posts(since) == []
    assert TOKEN not in quiet.output + noisy.output


@pytest.mark.thorough
def test_people_approve_by_their_signatures(kind, start_cloud, terminal, tmp_path):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    repository = Repository(terminal, INVENTORY)
    forge = kind(terminal, repository)
    # The one who starts the jobs here is called approver.
    keys = {name: make_key(tmp_path, name) for name in ("approver", "bob", "carol")}
    forge.protect("".join(f"{name} {key.public}\n" for name, key in keys.items()))
    planned = forge.plan()
    assert planned.status == 0, planned.output
    plan = tmp_path / "downloaded.json"
    plan.write_bytes(forge.plan_of(planned))
    signatures = {name: key.sign(plan).read_text() for name, key in keys.items()}

    # Whoever made the plan does not count.
    refused = forge.apply_signed({name: signatures[name] for name in ("approver", "bob")}, planned)
    assert refused.status != 0
    assert "qlik_approvals_required is 2, and it is approved by bob (" in refused.output, refused.output
    assert "made the plan (planned_by is 'approver')" in refused.output
    assert cloud.action_posts() == []

    applied = forge.apply_signed(signatures, planned)
    assert applied.status == 0, applied.output
    assert len(effective(cloud, "deactivate")) == 2
    assert "can also change who may approve" not in applied.output
    for event in forge.receipt("acme").events:
        assert [one["identity"] for one in event["approvals"]] == ["bob", "carol"]
        assert event["ticket"] == "CHG-1"


@pytest.mark.thorough
def test_the_leavers_of_each_week_are_listed_planned_shown_and_taken_out_of_service(kind, start_cloud, terminal):
    ended, paying = tenant("acme", license_ends_at="-61d"), tenant("beta", license_ends_at="+90d")
    cloud = start_cloud(scenario(ended, paying))
    terminal.go_online(cloud)
    forge = kind(terminal, Repository(terminal, INVENTORY))
    planned = forge.leavers()
    assert planned.status == 0, planned.output
    assert cloud.action_posts() == []
    assert "acme.eu.qlikcloud.com" in planned.output and "beta.eu.qlikcloud.com" not in planned.output
    # Whoever the forge says started it: their signature would not approve it.
    assert "Made by approver (not verified)." in planned.output
    applied = forge.apply_leavers(forge.digest(), planned)
    assert applied.status == 0, applied.output
    assert effective(cloud, "deactivate") == [f"/api/v1/tenants/{tenant_id('acme')}/actions/deactivate"]
    assert "deactivated" in forge.receipt("acme").kinds and forge.kept == 1
