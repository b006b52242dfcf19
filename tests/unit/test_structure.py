# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may import whom, and that what is written down in several places is the same in all of them."""

from __future__ import annotations

import ast
import re
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from ansible_collections.tenantops.qlik.plugins.module_utils._base.version import VERSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.core_version import OLDEST

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.tenantops.qlik.plugins"
FILES = sorted(path for path in PLUGINS.rglob("*.py"))
MODULES = sorted(path.stem for path in PLUGINS.glob("modules/*.py"))

# What each package of plugins/ may import of the others, besides itself.
BELOW_LIFECYCLE = {"_base", "_local", "_domain", "_http", "_receipts", "_api"}
LAYERS: dict[str, set[str]] = {
    "module_utils/_base": set(),
    "module_utils/_local": {"_base"},
    "module_utils/_domain": {"_base"},
    "module_utils/_http": {"_base", "_local", "_domain"},
    "module_utils/_receipts": {"_base", "_domain"},
    "module_utils/_api": {"_base", "_domain", "_http"},
    "module_utils/_lifecycle": BELOW_LIFECYCLE,
    "module_utils/_ansible": {*BELOW_LIFECYCLE, "_lifecycle"},
}
# Single files of a package that another one may use, and no others.
ONLY = {("module_utils/_http", "_domain"): {"addresses"}}

HTTP_LIBRARIES = ("requests", "urllib3", "urllib.request", "http.client", "httpx", "aiohttp")


def package_of(path: Path) -> str:
    """A file's package, as "module_utils/_http"; of a plugin its kind, as "action"."""
    return "/".join(path.relative_to(PLUGINS).parts[:-1])


def imports_of(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports, wherever in the file."""
    package = [*COLLECTION.split("."), *package_of(path).split("/")]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield ".".join([*base, *([node.module] if node.module else [])])


def own_imports(path: Path) -> Iterator[tuple[str, str]]:
    """What a file imports of this collection: the package, and the file in it."""
    for name in imports_of(path):
        if name.startswith(f"{COLLECTION}."):
            package, _dot, file = name.removeprefix(f"{COLLECTION}.").rpartition(".")
            yield package.replace(".", "/"), file


def imported_from(path: Path, *libraries: str) -> set[str]:
    return {name for name in imports_of(path) if any(name == one or name.startswith(f"{one}.") for one in libraries)}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def test_there_is_something_to_look_at() -> None:
    assert {package_of(path) for path in FILES} >= {*LAYERS, "plugin_utils/_ansible", "plugin_utils/_fleet", "action"}
    assert len(MODULES) >= 10


def test_each_package_imports_only_those_below_it() -> None:
    offenders = []
    for path in FILES:
        package = package_of(path)
        for other, file in own_imports(path):
            kind, _slash, name = other.partition("/")
            if other == package:
                continue
            if package in LAYERS:
                allowed = kind == "module_utils" and name in LAYERS[package]
                allowed = allowed and file in ONLY.get((package, name), {file})
            else:
                allowed = kind == "module_utils" or (kind == "plugin_utils" and package != "modules")
            if not allowed:
                offenders.append(f"{path.relative_to(PLUGINS)} imports {other}/{file}")
    assert offenders == []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {
        (package_of(path), path.stem): {one for one in own_imports(path) if one[0].split("/")[0].endswith("_utils")}
        for path in FILES
    }
    left: Mapping[t.Any, set[t.Any]] = graph
    while True:
        # What imports none of the rest is in no circle.
        inner = {file: imported & set(left) for file, imported in left.items()}
        kept = {file: imported for file, imported in inner.items() if imported}
        if len(kept) == len(left):
            break
        left = kept
    assert sorted(left) == []


def test_requests_is_imported_by_the_http_package_only() -> None:
    offenders = [path for path in FILES if imported_from(path, *HTTP_LIBRARIES)]
    assert [path for path in offenders if package_of(path) != "module_utils/_http"] == []


def test_module_utils_import_of_ansible_only_what_a_module_has() -> None:
    offenders = []
    for path in FILES:
        package = package_of(path)
        allowed = {"ansible.module_utils.basic"} if package == "module_utils/_ansible" else set()
        if package.startswith("module_utils") and not imported_from(path, "ansible") <= allowed:
            offenders.append(str(path))
    assert offenders == []


def test_a_module_only_runs_the_operation_of_its_name() -> None:
    offenders = []
    for name in MODULES:
        path = PLUGINS / "modules" / f"{name}.py"
        named = [
            call.args[0].value
            for call in calls(path)
            if getattr(call.func, "id", "").startswith("run_") and isinstance(call.args[0], ast.Constant)
        ]
        if set(imports_of(path)) != {"__future__", f"{COLLECTION}.module_utils._ansible.module"} or named != [name]:
            offenders.append(name)
    assert offenders == []


def test_each_module_has_an_action_of_its_name() -> None:
    named = {}
    for path in PLUGINS.glob("action/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "NAME":
                named[path.stem] = ast.literal_eval(node.value)
    assert named == {name: name for name in MODULES}


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert sorted(runtime["action_groups"]["qlik"]) == MODULES
    assert runtime["requires_ansible"] == ">={}.{}.0".format(*OLDEST)


def test_the_version_is_that_of_the_collection() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert (galaxy["namespace"], galaxy["name"], galaxy["version"]) == ("tenantops", "qlik", VERSION)


def test_what_was_added_was_added_in_a_release() -> None:
    """Nothing was released before 0.9.0, and nothing is documented for a release that is not made yet."""
    paths = [*PLUGINS.rglob("*.py"), *ROOT.glob("roles/*/meta/argument_specs.yml")]
    found = {
        (path.name, tuple(map(int, version.split("."))))
        for path in paths
        for version in re.findall(r"^ *version_added: (\S+)$", path.read_text(), re.MULTILINE)
    }
    newest = tuple(map(int, VERSION.split(".")))
    assert {path.stem for path in PLUGINS.glob("modules/*.py")} <= {
        name.removesuffix(".py") for name, _version in found
    }
    assert [one for one in found if not (0, 9, 0) <= one[1] <= newest] == []


def test_each_file_says_its_licence_and_postpones_its_annotations() -> None:
    texts = {path.relative_to(PLUGINS): path.read_text() for path in FILES}
    wanted = ("SPDX-License-Identifier: GPL-3.0-or-later", "from __future__ import annotations\n")
    assert [str(path) for path, text in texts.items() if not all(one in text for one in wanted)] == []


def test_an_option_that_need_not_be_set_is_handed_on_in_the_form_that_old_cores_need() -> None:
    files = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml")]
    options = [
        (str(path.relative_to(ROOT)), str(value))
        for path in files
        for task in tasks_of(yaml.safe_load(path.read_text()))
        for action, args in task.items()
        if action.startswith("tenantops.qlik.") and isinstance(args, dict)
        for option, value in args.items()
        if "default(none)" in str(value) and option != "credentials"
    ]
    assert len(options) > 20
    assert [one for one in options if not re.fullmatch(r"\{\{ \w+ \| default\(none\) \}\}", one[1])] == []


def tasks_of(part: t.Any) -> Iterator[dict[str, t.Any]]:
    """The tasks of a file, and of the plays and blocks in it."""
    for one in part if isinstance(part, list) else ():
        if isinstance(one, dict):
            yield one
            for inner in ("tasks", "block", "rescue", "always"):
                yield from tasks_of(one.get(inner))
