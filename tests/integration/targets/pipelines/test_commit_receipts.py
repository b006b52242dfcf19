# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/pipelines/commit-receipts.sh on real repositories: what a job did is on the branch afterwards, or the job fails."""

from __future__ import annotations

import os
import pathlib
import subprocess
from dataclasses import dataclass

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[4] / "docs" / "pipelines" / "commit-receipts.sh"
ACME, BETA = "qlik-receipts/acme.json", "qlik-receipts/beta.json"


@dataclass
class Clones:
    """A branch, the checkout of a job, and that of somebody else."""

    folder: pathlib.Path
    environment: dict[str, str]

    def git(self, where: str, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder / where), *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def write(self, where: str, name: str, text: str) -> None:
        path = self.folder / where / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def push(self, name: str, text: str) -> None:
        """Somebody else pushes a file."""
        self.write("somebody", name, text)
        self.git("somebody", "add", "--force", name)
        self.git("somebody", "commit", "--quiet", "--message", name)
        self.git("somebody", "push", "--quiet", "origin", "HEAD:leavers")

    def commit_receipts(self, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [SCRIPT, "run 7", "leavers"],
            cwd=self.folder / "job",
            # A job has no name and address of its own.
            env={**{key: value for key, value in self.environment.items() if "@" not in value}, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def pushed(self) -> dict[str, str]:
        """The files on the branch."""
        names = self.git("origin.git", "ls-tree", "-r", "--name-only", "leavers").split()
        return {name: self.git("origin.git", "show", f"leavers:{name}") for name in names}


@pytest.fixture(params=[None, 1], ids=["whole", "shallow"])
def clones(tmp_path, request):
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    environment |= {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    made = Clones(tmp_path, environment)
    made.git(".", "init", "--quiet", "--bare", "--initial-branch", "leavers", "origin.git")
    made.git(".", "clone", "--quiet", "origin.git", "somebody")
    made.push("tenants.yml", "one")
    made.push("tenants.yml", "two")
    made.push(BETA, "beta, first")
    depth = [] if request.param is None else ["--depth", str(request.param)]
    made.git(".", "clone", "--quiet", *depth, f"file://{tmp_path}/origin.git", "job")
    # As GitLab checks out.
    made.git("job", "checkout", "--quiet", "--detach")
    return made


def test_new_and_changed_receipts_are_pushed_and_nothing_else(clones):
    clones.write("job", ACME, "acme")
    clones.write("job", BETA, "beta, second")
    clones.write("job", "qlik-receipts/.beta.json.new", "half")
    clones.write("job", "summary.json", "not a receipt")
    assert clones.commit_receipts() == (0, "")
    assert clones.pushed() == {"tenants.yml": "two", ACME: "acme", BETA: "beta, second"}
    assert clones.git("origin.git", "log", "-1", "--format=%an %s", "leavers") == "qlik-receipts Receipts: run 7\n"
    assert clones.commit_receipts() == (0, "No new receipts.\n")


def test_without_receipts_there_is_nothing_to_do(clones):
    before = clones.pushed()
    assert clones.commit_receipts() == (0, "No new receipts.\n")
    assert clones.commit_receipts(RECEIPTS_DIR="nowhere") == (0, "No new receipts.\n")
    assert clones.pushed() == before


def test_a_receipt_that_is_gone_from_the_runner_stays_on_the_branch(clones):
    (clones.folder / "job" / BETA).unlink()
    clones.write("job", ACME, "acme")
    assert clones.commit_receipts() == (0, "")
    assert clones.pushed()[BETA] == "beta, first"


def test_a_branch_that_moved_meanwhile_keeps_both(clones):
    clones.write("job", ACME, "acme")
    # Also a file that the job has changed and does not commit.
    clones.write("job", "tenants.yml", "changed in the job")
    clones.push("tenants.yml", "three")
    clones.push("notes.md", "notes")
    status, _output = clones.commit_receipts()
    assert status == 0
    assert clones.pushed() == {"tenants.yml": "three", "notes.md": "notes", ACME: "acme", BETA: "beta, first"}


def test_a_branch_that_was_written_anew_gets_only_the_receipts(clones):
    clones.write("job", ACME, "acme")
    clones.git("somebody", "commit", "--quiet", "--amend", "--message", "another")
    clones.git("somebody", "push", "--quiet", "--force", "origin", "HEAD:leavers")
    clones.push("tenants.yml", "three")
    assert clones.commit_receipts()[0] == 0
    assert clones.pushed() == {"tenants.yml": "three", ACME: "acme", BETA: "beta, first"}


def test_another_receipt_of_the_same_tenant_fails_the_job(clones):
    clones.write("job", BETA, "beta, of this job")
    clones.push(BETA, "beta, of another one")
    status, output = clones.commit_receipts()
    assert status == 1
    assert "The branch leavers has other receipts of the same tenants" in output
    assert clones.pushed()[BETA] == "beta, of another one"
    # What the job has is still there, for its artifacts.
    assert (clones.folder / "job" / BETA).read_text() == "beta, of this job"


@pytest.mark.thorough
def test_a_branch_that_takes_no_push_fails_the_job_after_some_attempts(clones):
    hook = clones.folder / "origin.git" / "hooks" / "pre-receive"
    hook.write_text('#!/bin/sh\necho x >> "$ATTEMPTS"\nexit 1\n')
    hook.chmod(0o755)
    clones.write("job", ACME, "acme")
    attempts = clones.folder / "attempts"
    status, output = clones.commit_receipts(ATTEMPTS=str(attempts))
    assert status == 1
    assert "could not be pushed to leavers in 5 attempts" in output
    assert attempts.read_text().count("x") == 5
    # The next attempt of the job, such as its after_script, does not take it for done.
    hook.unlink()
    assert clones.commit_receipts()[0] == 0
    assert clones.pushed()[ACME] == "acme"


@pytest.mark.parametrize("rule", ["*.json", "qlik-receipts/", "/qlik-receipts", "acme.*"])
@pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude"])
def test_receipts_that_git_ignores_fail_the_job(clones, rule, where):
    with (clones.folder / "job" / where).open("a") as file:
        file.write(f"{rule}\n")
    clones.write("job", ACME, "acme")
    clones.write("job", BETA, "beta, second")
    status, output = clones.commit_receipts()
    assert status == 1
    assert "These receipts are not committed, because git ignores them:" in output
    assert ACME in output and rule in output and "No new receipts" not in output
    # Those that git knows already are pushed all the same.
    assert clones.pushed()[BETA] == "beta, second"
    assert ACME not in clones.pushed()
