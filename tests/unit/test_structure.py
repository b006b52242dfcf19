# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The direction of imports, and that what is written down in several places is the same in all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.tenantops.qlik.plugins.module_utils._version import VERSION

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.tenantops.qlik.plugins"
CORE = sorted(PLUGINS.glob("module_utils/*.py"))
MODULES = sorted(path.stem for path in PLUGINS.glob("modules/*.py") if path.stem != "__init__")

# Where the core meets Ansible.
MEETING_PLACES = ("_module.py", "_argument_specs.py")


def imports_of(path: Path) -> Iterator[str]:
    """The full names of what a file imports, wherever in the file."""
    package = f"{COLLECTION}.{path.parent.name}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = parents[: len(parents) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def imports_any_of(path: Path, *names: str) -> set[str]:
    return {found for found in imports_of(path) if any(found == name or found.startswith(f"{name}.") for name in names)}


def test_the_core_is_there() -> None:
    assert len(CORE) > 10
    assert len(MODULES) >= 3


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_knows_nothing_of_ansible(path: Path) -> None:
    found = imports_any_of(path, "ansible")
    allowed = {"ansible.module_utils.basic"} if path.name in MEETING_PLACES else set()
    assert found <= allowed


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_requests_is_imported_by_the_client_alone(path: Path) -> None:
    found = imports_any_of(path, "requests", "urllib3", "urllib.request", "http.client", "httpx", "aiohttp")
    assert path.name == "_client.py" or not found


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_nothing_of_the_plugins_above_it(path: Path) -> None:
    above = imports_any_of(path, "ansible_collections")
    assert {name for name in above if not name.startswith(f"{COLLECTION}.module_utils")} == set()


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_does_not_import_where_it_meets_ansible(path: Path) -> None:
    meeting = {f"{COLLECTION}.module_utils.{Path(name).stem}" for name in MEETING_PLACES}
    assert path.name in MEETING_PLACES or not meeting & set(imports_of(path))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_holds_no_logic_of_its_own(name: str) -> None:
    path = PLUGINS / "modules" / f"{name}.py"
    assert set(imports_of(path)) == {"__future__", f"{COLLECTION}.module_utils._module"}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_runs_under_its_own_name(name: str) -> None:
    tree = ast.parse((PLUGINS / "modules" / f"{name}.py").read_text())
    calls = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "").startswith("run_")
        and isinstance(node.args[0], ast.Constant)
    ]
    assert calls == [name]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_an_action_of_the_same_name(name: str) -> None:
    tree = ast.parse((PLUGINS / "action" / f"{name}.py").read_text())
    names = [
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "NAME"
        if isinstance(node.value, ast.Constant)
    ]
    assert names == [name]


def test_every_action_has_its_module() -> None:
    assert sorted(path.stem for path in PLUGINS.glob("action/*.py") if path.stem != "__init__") == MODULES


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert sorted(runtime["action_groups"]["qlik"]) == MODULES
    assert runtime["requires_ansible"] == ">=2.19.0"


def test_the_version_is_that_of_the_collection() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert galaxy["version"] == VERSION
    assert (galaxy["namespace"], galaxy["name"]) == ("tenantops", "qlik")


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: path.name)
def test_a_file_says_its_licence_and_postpones_its_annotations(path: Path) -> None:
    text = path.read_text()
    assert "SPDX-License-Identifier: GPL-3.0-or-later" in text[:400]
    assert "from __future__ import annotations\n" in text
