# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receipt names the CI job that wrote it, where the environment names the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Author
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.job import job_url
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import Journal
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.receipts import TARGET, content_of

GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/fleet", "GITHUB_RUN_ID": "4711"}
AZURE = {
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/acme/",
    "SYSTEM_TEAMPROJECT": "The fleet",
    "BUILD_BUILDID": "7",
}
JOBS = {
    "GitLab": (
        {"CI_JOB_URL": "https://gitlab.example/acme/fleet/-/jobs/12"},
        "https://gitlab.example/acme/fleet/-/jobs/12",
    ),
    "GitHub": (GITHUB, "https://github.com/acme/fleet/actions/runs/4711"),
    "Azure": (AZURE, "https://dev.azure.com/acme/The%20fleet/_build/results?buildId=7"),
    "Jenkins": ({"BUILD_URL": "http://jenkins:8080/job/fleet/3/"}, "http://jenkins:8080/job/fleet/3/"),
    "none": ({}, None),
    "half of GitHub": ({"GITHUB_RUN_ID": "4711"}, None),
    "not set": ({"CI_JOB_URL": ""}, None),
    "no URL": ({"CI_JOB_URL": "job 12"}, None),
    "another scheme": ({"CI_JOB_URL": "javascript:alert(1)"}, None),
    "a password": ({"BUILD_URL": "https://me:pw@jenkins/job/3/"}, None),
    "hostile": ({"CI_JOB_URL": "https://gitlab.example/\x1b[2J"}, None),
    "markup": ({"CI_JOB_URL": "https://gitlab.example/<script>"}, None),
    "too long": ({"CI_JOB_URL": f"https://gitlab.example/{'x' * 500}"}, None),
}


@pytest.mark.parametrize("case", JOBS)
def test_the_url_of_a_job_is_taken_from_the_environment_if_it_is_a_plain_one(case: str) -> None:
    environment, url = JOBS[case]
    assert job_url(environment) == url


def test_an_event_names_its_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_JOB_URL", "https://gitlab.example/acme/fleet/-/jobs/12")
    journal = Journal(str(tmp_path / "acme.json"), Author("the-run"), FakeClock())
    journal.open(TARGET)
    journal.record("observed", {"status": "disabled"})
    (written,) = content_of(tmp_path / "acme.json")["events"]
    assert written["by"]["job"] == "https://gitlab.example/acme/fleet/-/jobs/12"
