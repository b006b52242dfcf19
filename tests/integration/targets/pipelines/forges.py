# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins for GitHub, GitLab and Automation controller: they run what docs/pipelines publishes, and keep what those would keep.

Of the commands nothing is repeated here: they are taken out of the published files. What stands in for a forge is the checkout, the
artifacts, the variables, and the programs and services that a job speaks to.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ansible_runner
import yaml
from jinja2 import Environment

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, ORGANIZATION
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal
from ansible_collections.tenantops.qlik.tests.usual_host import OF_EVERY_TENANT

ROOT = pathlib.Path(__file__).resolve().parents[4]
PUBLISHED = ROOT / "docs" / "pipelines"
TOKEN = "canary-token-of-the-forge-4c7e"
DIGEST = re.compile(r"SHA-256 of `?plan\.json`?: `?([0-9a-f]{64})")
EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")


@dataclass
class Job:
    """A job that has ended."""

    status: int
    output: str
    number: int


class Repository:
    """A repository of tenants as docs/pipelines.md describes it, on a branch of a pull or merge request."""

    def __init__(self, terminal: Terminal, inventory: dict[str, Any]) -> None:
        self._terminal = terminal
        # How often somebody else has pushed.
        self.pushes = 0
        self.origin = terminal.folder / "origin.git"
        terminal.environment |= {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
        terminal.environment |= {
            "GIT_COMMITTER_EMAIL": "a@b",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0",
        }
        self._git("init", "--quiet", "--bare", "--initial-branch", "leavers", str(self.origin))
        first = self.checkout("first")
        for name in (
            "apply-vars.yml",
            "restore-vars.yml",
            "commit-receipts.sh",
            "fleet.qlik_receipts.yml",
            "ended.qlik_tenants.yml",
        ):
            shutil.copy(PUBLISHED / name, first / name)
        (first / "tenants.yml").write_text(yaml.safe_dump(inventory))
        (first / "group_vars").mkdir()
        (first / "group_vars/qlik_tenants.yml").write_text(yaml.safe_dump(OF_EVERY_TENANT))
        # The published one names a release on the network.
        local = {"collections": [{"name": str(ROOT), "type": "dir"}]}
        (first / "requirements.yml").write_text(yaml.safe_dump(local))
        self._git("add", ".", cwd=first)
        self._git("commit", "--quiet", "--message", "Tenants", cwd=first)
        self._git("push", "--quiet", "origin", "HEAD:leavers", cwd=first)

    def checkout(self, name: str, branch: str | None = None) -> pathlib.Path:
        """A fresh clone, of the branch of the request if no other one is named."""
        folder = self._terminal.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        self._git("clone", "--quiet", *(["--branch", branch] if branch else []), str(self.origin), str(folder))
        return folder

    def protect(self, approvers: dict[str, str]) -> None:
        """The protected branch, with the files of the approvers and of the pipeline."""
        folder = self.checkout("protected")
        (folder / "approvers").mkdir()
        for name, text in approvers.items():
            (folder / "approvers" / name).write_text(text)
        self._git("add", ".", cwd=folder)
        self._git("commit", "--quiet", "--message", "Approvers", cwd=folder)
        self._git("push", "--quiet", "origin", "HEAD:main", cwd=folder)

    @property
    def commits(self) -> int:
        return int(self._git("rev-list", "--count", "leavers", cwd=self.origin))

    def push(self, name: str, text: str) -> None:
        """Somebody pushes a file to the branch."""
        folder = self.checkout("somebody")
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        self._git("add", "--force", name, cwd=folder)
        self._git("commit", "--quiet", "--message", name, cwd=folder)
        self._git("push", "--quiet", "origin", "HEAD:leavers", cwd=folder)
        self.pushes += 1

    def receipt(self, name: str) -> Receipt:
        """A receipt as it was committed."""
        return Receipt(self.checkout("looked-at") / "qlik-receipts" / f"{name}.eu.qlikcloud.com.json")

    def _git(self, *arguments: str, cwd: pathlib.Path | None = None) -> str:
        command = ["git", *arguments]
        environment = self._terminal.environment
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True).stdout


@dataclass
class Forge:
    """What GitHub and GitLab have in common here. ``comments`` are those on the request, oldest first; ``artifacts`` are the files that
    each job kept. ``meanwhile`` is called once, when a job has checked out the branch.
    """

    terminal: Terminal
    repository: Repository
    comments: list[str] = field(default_factory=list)
    artifacts: dict[int, dict[str, bytes]] = field(default_factory=dict)
    number: int = 0
    meanwhile: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        for program, text in (("gh", GH), ("curl", CURL), ("python", PYTHON)):
            path = self.terminal.write(f"bin/{program}", text)
            path.chmod(0o755)

    def digest(self) -> str:
        """What an approver reads in the last comment."""
        return DIGEST.findall(self.comments[-1])[-1]

    def protect(self, signers: str) -> None:
        """Have a list of those who may approve, where the authors of plans cannot write it."""
        variables = (PUBLISHED / "apply-signed-vars.yml").read_text()
        self.repository.protect({"allowed_signers": signers, "apply-signed-vars.yml": variables})

    def plan_of(self, job: Job) -> bytes:
        """The plan that a job made, as an approver downloads it."""
        return self.artifacts[job.number]["plan.json"]

    def _push_signatures(self, signatures: dict[str, str]) -> None:
        there = {path.stem for path in (self.repository.checkout("looked-at") / "signatures").glob("*.sig")}
        for name in signatures.keys() - there:
            self.repository.push(f"signatures/{name}.sig", signatures[name])

    def receipt(self, name: str) -> Receipt:
        return self.repository.receipt(name)

    @property
    def kept(self) -> int:
        """How often receipts were kept."""
        return self.repository.commits - 1 - self.repository.pushes

    def _checkout(self) -> pathlib.Path:
        folder = self.repository.checkout("workspace")
        if self.meanwhile is not None:
            self.meanwhile()
            self.meanwhile = None
        return folder

    def _keep(self, folder: pathlib.Path, paths: list[str]) -> None:
        """Keep files and folders as artifacts of the job; what is not there is left out with a warning, as the forges do it."""
        files = [file for path in paths for file in (folder / path, *(folder / path).rglob("*")) if file.is_file()]
        kept = self.artifacts.setdefault(self.number, {})
        kept |= {str(file.relative_to(folder)): file.read_bytes() for file in files}

    def _shell(self, script: str, folder: pathlib.Path, environment: dict[str, str]) -> tuple[int, str]:
        given = {**self.terminal.environment, **environment}
        given["PATH"] = f"{self.terminal.folder / 'bin'}:{pathlib.Path(sys.executable).parent}:{given['PATH']}"
        given["COMMENTS"] = str(self.terminal.folder / "comments")
        # An installed collection goes before that of the tests.
        given["ANSIBLE_COLLECTIONS_PATH"] = str(self.terminal.home / ".ansible/collections")
        # The version that a pipeline pins need not be the one that is tested here.
        script = re.sub(r"ansible-core==[0-9.*]+", "ansible-core", script)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=300, check=False)
        path = self.terminal.folder / "comments"
        if path.exists():
            self.comments += [path.read_text()]
            path.unlink()
        return done.returncode, done.stdout + done.stderr


# Stand-ins for the programs that comment. They fail where they are not given what the real ones need.
GH = f"""#!/bin/sh
set -eu
[ "$GH_TOKEN" = {TOKEN} ]
case "$*" in
    "pr comment 7 --body-file "*) cat "$5" > "$COMMENTS" ;;
    "issue create --title "*" --body-file "*) cat "$6" > "$COMMENTS" ;;
    *) exit 1 ;;
esac
"""
CURL = f"""#!/bin/sh
set -eu
[ "$(cat)" = 'header = "PRIVATE-TOKEN: {TOKEN}"' ] && [ "$1 $2" = "--config -" ]
case "$*" in
    *"--form body=<plan.md https://gitlab.example/api/v4/projects/5/merge_requests/7/notes") cat plan.md > "$COMMENTS" ;;
    *"--form description=<plan.md https://gitlab.example/api/v4/projects/5/issues") cat plan.md > "$COMMENTS" ;;
    *) exit 1 ;;
esac
"""


# Runs in place of the Python of the job's image: what the job installs is installed here, if in another version.
PYTHON = f"""#!/bin/sh
set -eu
case "$*" in "-m pip install ansible-core=="*) exit 0 ;; esac
exec {sys.executable} "$@"
"""


class GitHub(Forge):
    """Runs the workflows of docs/pipelines/github."""

    def plan(self) -> Job:
        return self._run("plan", {"github.head_ref": "leavers", "github.event.number": "7"})

    def apply(self, digest: str, plan: Job) -> Job:
        return self._apply(digest, plan, "tenants.yml")

    def leavers(self) -> Job:
        return self._run("leavers", {})

    def apply_leavers(self, digest: str, plan: Job) -> Job:
        return self._apply(digest, plan, "ended.qlik_tenants.yml")

    def _apply(self, digest: str, plan: Job, inventory: str) -> Job:
        inputs = {"plan_run": str(plan.number), "plan_sha256": digest, "ticket": "CHG-1", "inventory": inventory}
        return self._run("apply", self._inputs(**inputs))

    def apply_signed(self, signatures: dict[str, str], plan: Job) -> Job:
        self._push_signatures(signatures)
        return self._run("apply-signed", self._inputs(plan_run=str(plan.number), branch="leavers", ticket="CHG-1"))

    def restore(self, name: str) -> Job:
        hostname = f"{name}.eu.qlikcloud.com"
        return self._run("restore", self._inputs(tenant=hostname, confirm_hostname=hostname, ticket="CHG-2"))

    def watch(self) -> Job:
        return self._run("watch", {})

    @staticmethod
    def _inputs(**inputs: str) -> dict[str, str]:
        return {f"inputs.{name}": value for name, value in inputs.items()}

    def _run(self, name: str, more: dict[str, str]) -> Job:
        self.number += 1
        context = {
            "secrets.QLIK_CLIENT_ID": CLIENTS["eu"]["client_id"],
            "secrets.QLIK_CLIENT_SECRET": CLIENTS["eu"]["client_secret"],
            "secrets.QLIK_ORG_CLIENT_ID": ORGANIZATION["org_client_id"],
            "secrets.QLIK_ORG_CLIENT_SECRET": ORGANIZATION["org_client_secret"],
            "github.token": TOKEN,
            "github.actor": "approver",
            "github.ref_name": "leavers",
            "github.run_id": str(self.number),
            "github.run_attempt": "1",
            **more,
        }

        def filled(values: dict[str, str]) -> dict[str, str]:
            return {key: EXPRESSION.sub(lambda found: context[found[1]], value) for key, value in values.items()}

        workflow = yaml.safe_load((PUBLISHED / "github" / f"{name}.yml").read_text())
        (job,) = workflow["jobs"].values()
        status, output, folder = 0, "", pathlib.Path()
        for step in job["steps"]:
            if step.get("if", "success()") not in ("always()", "failure()" if status else "success()"):
                continue
            action = step.get("uses", "").partition("@")[0]
            given = filled(step.get("with", {}))
            if action == "actions/checkout" and "path" in given:
                shutil.copytree(self.repository.checkout("other", given["ref"]), folder / given["path"])
            elif action == "actions/checkout":
                folder = self._checkout()
            elif action == "actions/upload-artifact":
                self._keep(folder, given["path"].split())
            elif action == "actions/download-artifact":
                for path, content in self.artifacts[int(given["run-id"])].items():
                    (folder / path).write_bytes(content)
            elif action:
                assert action == "actions/setup-python"
            else:
                # An expression inside of a command would be run as part of it.
                assert "${{" not in step["run"]
                code, printed = self._shell(step["run"], folder, filled({**job["env"], **step.get("env", {})}))
                status, output = status or code, output + printed
        return Job(status, output, self.number)


class GitLab(Forge):
    """Runs the jobs of docs/pipelines/gitlab-ci.yml."""

    def plan(self) -> Job:
        return self._run("plan")

    def apply(self, digest: str, plan: Job) -> Job:
        return self._run("apply", needs=plan, PLAN_SHA256=digest, TICKET="CHG-1")

    def apply_signed(self, signatures: dict[str, str], plan: Job) -> Job:
        self._push_signatures(signatures)
        return self._run("apply-signed", needs=plan, TICKET="CHG-1")

    def leavers(self) -> Job:
        return self._run("leavers")

    def apply_leavers(self, digest: str, plan: Job) -> Job:
        return self._run("apply-leavers", needs=plan, PLAN_SHA256=digest, TICKET="CHG-1")

    def restore(self, name: str) -> Job:
        hostname = f"{name}.eu.qlikcloud.com"
        return self._run("restore", TENANT=hostname, CONFIRM_HOSTNAME=hostname, TICKET="CHG-2")

    def watch(self) -> Job:
        return self._run("watch")

    def _run(self, name: str, needs: Job | None = None, **typed: str) -> Job:
        self.number += 1
        pipeline = yaml.safe_load((PUBLISHED / "gitlab-ci.yml").read_text())
        job = pipeline[name]
        assert job["stage"] in pipeline["stages"]
        predefined = {
            "QLIK_CLIENT_ID": CLIENTS["eu"]["client_id"],
            "QLIK_CLIENT_SECRET": CLIENTS["eu"]["client_secret"],
            "QLIK_ORG_CLIENT_ID": ORGANIZATION["org_client_id"],
            "QLIK_ORG_CLIENT_SECRET": ORGANIZATION["org_client_secret"],
            "GITLAB_TOKEN": TOKEN,
            "GITLAB_USER_LOGIN": "approver",
            "CI_DEFAULT_BRANCH": "main",
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_PROJECT_ID": "5",
            "CI_PROJECT_URL": str(self.repository.origin).removesuffix(".git"),
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "leavers",
            "CI_JOB_ID": str(self.number),
        }
        own = {
            **pipeline["variables"],
            **{
                key: re.sub(r"\$(\w+)", lambda at: predefined[at[1]], value)
                for key, value in job.get("variables", {}).items()
            },
        }
        folder = self._checkout()
        if needs is not None:
            assert job["needs"] == ["leavers" if name == "apply-leavers" else "plan"]
            for path, content in self.artifacts[needs.number].items():
                (folder / path).write_bytes(content)
        environment = {**predefined, **own, **typed}
        script = "\n".join([*pipeline["default"]["before_script"], *_flat(job["script"])])
        status, output = self._shell(script, folder, environment)
        if "after_script" in job:
            # In a shell of its own, and whatever became of the script. Its status is ignored.
            output += self._shell("\n".join(_flat(job["after_script"])), folder, environment)[1]
        kept = job.get("artifacts", {})
        if kept.get("when", "on_success") == "always" or not status:
            self._keep(folder, kept.get("paths", []))
        return Job(status, output, self.number)


def _flat(lines: list[Any]) -> list[str]:
    """The lines of a script: GitLab puts lists in it into their place."""
    return [one for line in lines for one in (_flat(line) if isinstance(line, list) else [line])]


class Controller:
    """Runs the job templates of docs/pipelines/awx/setup.yml, with ansible-runner as Automation controller does."""

    def __init__(self, terminal: Terminal, repository: Repository) -> None:
        self.terminal = terminal
        self._inventory = repository.checkout("inventory") / "tenants.yml"
        (play,) = yaml.safe_load((PUBLISHED / "awx" / "setup.yml").read_text())
        modules = {key: value for task in play["tasks"] for key, value in task.items() if key.startswith("awx.")}
        credential = modules["awx.awx.credential_type"]
        assert credential["inputs"]["required"] == ["client_id", "client_secret"]
        self._credential = {
            # Twice: Ansible's own templates, then the controller's.
            name: _rendered(_rendered(value, {}), CLIENTS["eu"])
            for name, value in credential["injectors"]["env"].items()
        }
        self._mount = terminal.folder / "mount"
        self._signers = terminal.folder / "execution-environment" / "allowed_signers"
        self._variables = {**play["vars"], "receipts": str(self._mount), "allowed_signers": str(self._signers)}
        (templates,) = (task["loop"] for task in play["tasks"] if "awx.awx.job_template" in task)
        self._templates = {template["name"]: template for template in templates}
        surveys = {"qlik apply": play["vars"]["approver_survey"], "qlik restore": play["vars"]["restore_survey"]}
        surveys["qlik apply signed"] = play["vars"]["signed_survey"]
        self._surveys = {name: {one["variable"] for one in survey["spec"]} for name, survey in surveys.items()}
        nodes = modules["awx.awx.workflow_job_template"]["workflow_nodes"]
        assert [node["unified_job_template"]["type"] for node in nodes] == ["workflow_approval", "job_template"]
        self._number = 0
        self._artifacts: dict[int, dict[str, Any]] = {}
        self._printed = ""

    def digest(self) -> str:
        """What an approver reads in the output of the job that made the plan."""
        return DIGEST.findall(self._printed)[-1]

    def receipt(self, name: str) -> Receipt:
        return Receipt(self._mount / f"{name}.eu.qlikcloud.com.json")

    @property
    def kept(self) -> int:
        """How many files are on the mount."""
        return len(list(self._mount.glob("*.json")))

    def plan(self) -> Job:
        return self._run("qlik plan", {})

    def protect(self, signers: str) -> None:
        """Have a list of those who may approve, where the authors of plans cannot write it."""
        self._signers.parent.mkdir()
        self._signers.write_text(signers)

    def plan_of(self, job: Job) -> bytes:
        """The plan that a job made, as an approver downloads it."""
        return base64.b64decode(self._artifacts[job.number]["qlik_plan_base64"])

    def apply(self, digest: str, plan: Job) -> Job:
        return self._fetch_and_apply("qlik apply", plan, qlik_plan_sha256=digest)

    def apply_signed(self, signatures: dict[str, str], plan: Job) -> Job:
        return self._fetch_and_apply("qlik apply signed", plan, qlik_signatures="".join(signatures.values()))

    def _fetch_and_apply(self, template: str, plan: Job, **answers: str) -> Job:
        with self._api() as address:
            controller = {"CONTROLLER_HOST": address, "CONTROLLER_OAUTH_TOKEN": TOKEN, "no_proxy": "127.0.0.1"}
            given = {"qlik_plan_job": plan.number, "qlik_ticket": "CHG-1", **answers}
            return self._run(template, given, **controller)

    def leavers(self) -> Job:
        with self._of_leavers():
            return self._run("qlik plan leavers", {})

    def apply_leavers(self, digest: str, plan: Job) -> Job:
        with self._of_leavers():
            return self.apply(digest, plan)

    @contextlib.contextmanager
    def _of_leavers(self) -> Iterator[None]:
        """Jobs on the inventory "leavers", with the organization's credential."""
        before = self._inventory
        self._inventory = before.with_name("ended.qlik_tenants.yml")
        self._credential |= {f"QLIK_{name.upper()}": value for name, value in ORGANIZATION.items()}
        yield
        self._inventory = before

    def restore(self, name: str) -> Job:
        hostname = f"{name}.eu.qlikcloud.com"
        answers = {"tenant_restore_confirm_hostname": hostname, "qlik_ticket": "CHG-2"}
        return self._run("qlik restore", answers, limit=hostname)

    def watch(self) -> Job:
        return self._run("qlik watch", {})

    def _run(self, name: str, answers: dict[str, Any], limit: str | None = None, **environment: str) -> Job:
        self._number += 1
        template = self._templates[name]
        assert set(answers) <= self._surveys.get(name, set())
        given = {key: _rendered(value, self._variables) for key, value in template.get("extra_vars", {}).items()}
        # Each job has a container of its own, and so no file of another one.
        folder = self.terminal.folder / f"job{self._number}"
        shutil.copytree(PUBLISHED / "awx", folder / "project")
        done = ansible_runner.run(
            private_data_dir=str(folder),
            playbook=template["playbook"],
            inventory=str(self._inventory),
            extravars={**given, "awx_user_name": "approver", **answers},
            envvars={**self.terminal.environment, **self._credential, **environment},
            limit=limit,
            quiet=True,
        )
        self._printed = "".join(event.get("stdout", "") + "\n" for event in done.events)
        stats = [event["event_data"] for event in done.events if event["event"] == "playbook_on_stats"]
        self._artifacts[self._number] = stats[0].get("artifact_data", {}) if stats else {}
        shutil.rmtree(folder)
        return Job(done.rc, self._printed, self._number)

    @contextlib.contextmanager
    def _api(self) -> Iterator[str]:
        """The controller's API, as far as a job asks for another one."""
        artifacts = self._artifacts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                number = re.fullmatch(r"/api/v2/jobs/(\d+)/", self.path)
                known = number is not None and self.headers["Authorization"] == f"Bearer {TOKEN}"
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                if number is not None and known:
                    self.wfile.write(json.dumps({"artifacts": artifacts[int(number[1])]}).encode())

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _rendered(value: Any, variables: dict[str, Any]) -> Any:
    if not isinstance(value, str):
        return value
    return Environment().from_string(value).render(variables)
