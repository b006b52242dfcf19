# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CI job that a run belongs to, as its environment names it. In a pipeline the user and the host of a receipt are the runner's."""

from __future__ import annotations

import re
from collections.abc import Mapping

# One per CI system: GitLab, GitHub Actions, Azure Pipelines, Jenkins, CircleCI, Buildkite.
_URLS = (
    "{CI_JOB_URL}",
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{SYSTEM_TEAMFOUNDATIONCOLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{BUILDKITE_BUILD_URL}",
)
# No user and no password in it, and nothing that does harm where it is shown.
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[!-;=?-~]*)?")
_LONGEST = 500


def job_url(environment: Mapping[str, str]) -> str | None:
    """The URL of the job; None if the environment names none, or not by a plain http or https URL without a user in it."""
    for template in _URLS:
        try:
            url = template.format_map(environment).replace(" ", "%20")
        except KeyError:
            continue
        if len(url) <= _LONGEST and _URL.fullmatch(url):
            return url
    return None
