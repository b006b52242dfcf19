# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person at a terminal with ansible-playbook."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import yaml

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt, read_summary
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS
from ansible_collections.tenantops.qlik.tests.usual_host import OF_EVERY_TENANT

if TYPE_CHECKING:
    from simulator.process import Simulator


# The folder above ansible_collections that this file was imported from: what a command is to find is what is tested.
COLLECTIONS = pathlib.Path(__file__).parents[5]


class Done:
    """A finished command."""

    def __init__(self, status: int, output: str, errors: str, commands_seen: str) -> None:
        self.status = status
        self.stdout = output
        self.output = output + errors
        self.commands_seen = commands_seen

    def __repr__(self) -> str:
        return f"exit {self.status}\n{self.output}"


class Terminal:
    """A folder, a home and an environment, in which commands are run as a person would."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        mine = {
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
            "HOME": str(self.home),
        }
        settings = ("QLIK_", "TENANTOPS_", "XDG_")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(settings)} | mine

    def go_online(self, cloud: Simulator) -> None:
        """Reach this Qlik Cloud instead of the real one."""
        self.environment |= cloud.environment

    def log_in(self, region: str = "eu") -> None:
        """Have a region's credentials in the environment."""
        self.environment["QLIK_CLIENT_ID"] = CLIENTS[region]["client_id"]
        self.environment["QLIK_CLIENT_SECRET"] = CLIENTS[region]["client_secret"]

    def write(self, name: str, content: Any) -> pathlib.Path:
        """Write a file: text as it is, anything else as YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def write_inventory(self, hosts: dict[str, Any], **group_vars: Any) -> None:
        """Write tenants.yml."""
        self.write("tenants.yml", {"qlik_tenants": {"hosts": hosts, "vars": {**OF_EVERY_TENANT, **group_vars}}})

    def write_group_vars(self, **group_vars: Any) -> None:
        """Write what the tenants of a source of a plugin have in common, beside it."""
        self.write("group_vars/qlik_tenants.yml", {**OF_EVERY_TENANT, **group_vars})

    def receipt(self, name: str, region: str = "eu", folder: str = "qlik-receipts") -> Receipt:
        """A tenant's receipt, beside tenants.yml where no other folder is said."""
        return Receipt(self.folder / folder / f"{name}.{region}.qlikcloud.com.json")

    def run(self, *command: str, watch_processes: bool = False, timeout: float = 300, started_in: str = ".") -> Done:
        """Run a command to its end."""
        seen: set[str] = set()
        with _watched(self.home, seen) if watch_processes else contextlib.nullcontext():
            done = subprocess.run(
                command,
                cwd=self.folder / started_in,
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        return Done(done.returncode, done.stdout, done.stderr, "\n".join(seen))

    def decommission(self, *options: str, **more: Any) -> Done:
        """Run the playbook on tenants.yml."""
        return self.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.decommission", *options, **more)

    def plan(self, *options: str, file: str = "plan.json", **more: Any) -> Done:
        """Make a plan of tenants.yml."""
        path = json.dumps({"qlik_plan": file})
        return self.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.plan", "-e", path, *options, **more)

    def digest(self, file: str = "plan.json") -> str:
        """The digest of a plan, as its approver reads it."""
        return hashlib.sha256((self.folder / file).read_bytes()).hexdigest()

    def apply(self, digest: str, *options: str, file: str = "plan.json", **more: Any) -> Done:
        """Run the playbook on tenants.yml with a plan, approved by this digest."""
        approved = json.dumps({"qlik_plan": file, "qlik_plan_sha256": digest})
        return self.decommission("-e", approved, *options, **more)

    def restore(self, *options: str, **more: Any) -> Done:
        """Run the playbook of the undo on tenants.yml."""
        return self.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.restore", *options, **more)

    def sum_up(self, playbook: str, *options: str) -> tuple[Done, dict[str, Any]]:
        """Run decommission or restore on tenants.yml, and read the summary that it writes, whatever became of the tenants."""
        path = self.folder / "summary.json"
        path.unlink(missing_ok=True)
        variable = f"tenant_{playbook}_summary_file={path.name}"
        name = f"tenantops.qlik.{playbook}"
        done = self.run("ansible-playbook", "-i", "tenants.yml", name, "-e", variable, *options)
        assert path.exists(), done
        return done, read_summary(path)

    def decommission_each(self, *options: str) -> tuple[Done, dict[str, dict[str, Any]]]:
        """Run the playbook, and after it one that keeps each host's result; it runs where at least one host did not fail."""
        kept = self.folder / "results.json"
        results = "dict(hosts | zip(hosts | map('extract', hostvars, 'tenant_decommission_result')))"
        keep = {
            "name": "Keep the results",
            "ansible.builtin.copy": {"dest": str(kept), "content": f"{{{{ {results} | to_json }}}}"},
            "vars": {"hosts": "{{ groups.qlik_tenants }}"},
            "check_mode": False,
        }
        plays = [
            {"name": "Decommission", "ansible.builtin.import_playbook": "tenantops.qlik.decommission"},
            {"name": "Keep", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [keep]},
        ]
        self.write("site.yml", plays)
        done = self.run("ansible-playbook", "-i", "tenants.yml", "site.yml", *options)
        assert kept.exists(), done
        return done, json.loads(kept.read_text())

    def run_tasks(
        self,
        *tasks: dict[str, Any],
        options: tuple[str, ...] = (),
        play: dict[str, Any] | None = None,
        started_in: str = ".",
    ) -> Results:
        """Run tasks one after the other, whatever becomes of each; their registered results."""
        prepared = [
            {"name": f"Task {number}", "ignore_errors": True, "register": f"result_{number}", **task}
            for number, task in enumerate(tasks)
        ]
        names = ", ".join(f"result_{number}" for number in range(len(tasks)))
        keep = {
            "name": "Keep the results",
            "ansible.builtin.copy": {
                "dest": str(self.folder / "results.json"),
                "content": f"{{{{ [{names}] | to_json }}}}",
            },
            "delegate_to": "localhost",
            "check_mode": False,
            "diff": False,
            "vars": {
                "ansible_python_interpreter": sys.executable,
                "ansible_connection": "local",
                "ansible_become": False,
                "ansible_remote_tmp": str(self.home / "tmp"),
            },
        }
        common = {"hosts": "all", "gather_facts": False, "connection": "local"}
        playbook = self.write("play.yml", [{"name": "Play", **common, **(play or {}), "tasks": [*prepared, keep]}])
        inventory = self.folder / "inventory.yml"
        if not inventory.exists():
            self.write(inventory.name, {"all": {"hosts": {"acme.eu.qlikcloud.com": {}}}})
        done = self.run("ansible-playbook", "-i", str(inventory), str(playbook), *options, started_in=started_in)
        results = self.folder / "results.json"
        assert results.exists(), done
        return Results(done, json.loads(results.read_text()))


class Results(list[dict[str, Any]]):
    """The registered results of tasks, and the run that they come from."""

    def __init__(self, done: Done, results: list[dict[str, Any]]) -> None:
        super().__init__(results)
        self.done = done


@contextlib.contextmanager
def _watched(home: pathlib.Path, seen: set[str]) -> Iterator[None]:
    """Collect the command lines, as any user can see them, of the processes that belong to this home.

    Other programs of the machine are none of the test's business, and they come and go.
    """
    over = threading.Event()
    belongs = f"HOME={home}".encode()

    def watch() -> None:
        while not over.wait(0.005):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if belongs in (process / "environ").read_bytes().split(b"\0"):
                        command = (process / "cmdline").read_bytes()
                        seen.add(command.replace(b"\0", b" ").decode(errors="replace"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
