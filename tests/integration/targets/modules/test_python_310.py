# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python 3.10, the oldest on a machine that a module is sent to: all that is sent there compiles, can be imported, and runs."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import scenario, tenant

pytestmark = pytest.mark.thorough

ROOT = pathlib.Path(__file__).resolve().parents[4]
IMPORT_ALL = """
import importlib, pathlib, sys
folder = pathlib.Path(sys.argv[1])
found = [path.relative_to(folder).with_suffix("").parts for part in ("module_utils", "modules")
         for path in folder.glob(f"ansible_collections/tenantops/qlik/plugins/{part}/**/*.py")]
for parts in found:
    importlib.import_module(".".join(parts))
print(len(found))
"""


@pytest.fixture(scope="module")
def python310() -> str:
    """A Python 3.10 of this machine. The name on PATH proves nothing: pyenv has one that fails while that version is not active."""
    candidates = [shutil.which("python3.10"), *pathlib.Path.home().glob(".pyenv/versions/3.10.*/bin/python3")]
    for path in filter(None, candidates):
        done = subprocess.run(
            [path, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if done.stdout.strip() == "(3, 10)":
            return str(path)
    pytest.skip("no Python 3.10 on this machine")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory) -> str:
    """requests and what it needs, without anything else of this environment. They are made of Python only, or can do without the rest."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in ("requests", "urllib3", "idna", "certifi", "charset_normalizer"):
        package = pathlib.Path(importlib.util.find_spec(name).origin).parent
        shutil.copytree(package, folder / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return str(folder)


def test_all_that_a_module_needs_can_be_imported(python310, libraries, tmp_path):
    package = tmp_path / "ansible_collections" / "tenantops" / "qlik" / "plugins"
    for part in ("module_utils", "modules"):
        shutil.copytree(ROOT / "plugins" / part, package / part, ignore=shutil.ignore_patterns("__pycache__"))
    ansible = pathlib.Path(importlib.util.find_spec("ansible").origin).parent
    (tmp_path / "ansible").mkdir()
    (tmp_path / "ansible" / "__init__.py").touch()
    shutil.copyfile(ansible / "release.py", tmp_path / "ansible" / "release.py")
    shutil.copytree(ansible / "module_utils", tmp_path / "ansible" / "module_utils")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), libraries))}
    done = subprocess.run(
        [python310, "-c", IMPORT_ALL, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    files = [path for part in ("module_utils", "modules") for path in (ROOT / "plugins" / part).rglob("*.py")]
    assert int(done.stdout) == len(files) > 50


def test_a_module_runs(python310, libraries, start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme", status="disabled")))
    terminal.go_online(cloud)
    terminal.environment["PYTHONPATH"] = libraries
    module = {
        "tenantops.qlik.qlik_tenant_probe": {"hostname": "acme.eu.qlikcloud.com", "expect": "deactivated"},
        "async": 120,
        "poll": 1,
        "vars": {"ansible_python_interpreter": python310, "ansible_async_dir": str(terminal.folder / "jobs")},
    }
    (result,) = terminal.run_tasks(module)
    assert (result["failed"], result.get("state")) == (False, "deactivated"), result.get("msg")
    assert [request["headers"]["user-agent"].split("/")[0] for request in cloud.requests()] == ["tenantops.qlik"]
