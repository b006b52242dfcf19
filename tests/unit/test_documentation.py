# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of modules and roles, and the pages in docs/, say what the code says."""

from __future__ import annotations

import ast
import importlib
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.tenantops.qlik.docs.role_readmes import HEADING, with_table
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.argument_specs import ARGUMENT_SPECS, OF_THE_GROUP
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import OPERATIONS
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import State
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import OBSERVED_VARIABLES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    DECOMMISSION,
    RESTORE,
    VARIABLES_OF_PLAYBOOKS,
    variables_of,
)
from ansible_collections.tenantops.qlik.tests.unit.facts import SECRETS

COLLECTION = "ansible_collections.tenantops.qlik.plugins"
ROOT = Path(__file__).parents[2]
NAMES = sorted(ARGUMENT_SPECS)

Documentation = dict[str, t.Any]


def module(name: str) -> t.Any:
    return importlib.import_module(f"{COLLECTION}.modules.{name}")


def documentation(name: str) -> Documentation:
    """The documentation of a module with its fragments, merged as ansible-core does it."""
    found = yaml.safe_load(module(name).DOCUMENTATION)
    merged: Documentation = {"options": {}, "attributes": {}}
    for fragment in found.get("extends_documentation_fragment", []):
        _namespace, _collection, file, *part = fragment.split(".")
        variable = part[0].upper() if part else "DOCUMENTATION"
        fragments = importlib.import_module(f"{COLLECTION}.doc_fragments.{file}").ModuleDocFragment
        merge(merged, yaml.safe_load(getattr(fragments, variable)))
    merge(merged, found)
    return merged


def merge(target: Documentation, source: Documentation) -> None:
    for part in ("options", "attributes"):
        for key, value in source.get(part, {}).items():
            target[part][key] = {**target[part].get(key, {}), **value}


def described(options: Documentation) -> Documentation:
    """What documentation says of options, as an argument spec would say it."""
    return {
        name: {
            "required": option.get("required", False),
            "default": option.get("default"),
            "choices": option.get("choices"),
            "elements": option.get("elements"),
            "suboptions": described(option["suboptions"]) if "suboptions" in option else None,
        }
        for name, option in options.items()
    }


def specified(spec: Documentation) -> Documentation:
    """The same of an argument spec."""
    return {
        name: {
            "required": option.get("required", False),
            "default": option.get("default"),
            "choices": option.get("choices"),
            "elements": option.get("elements"),
            "suboptions": specified(option["options"]) if "options" in option else None,
        }
        for name, option in spec.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_options_are_those_of_the_argument_spec(name: str) -> None:
    assert described(documentation(name)["options"]) == specified(ARGUMENT_SPECS[name])


@pytest.mark.parametrize("name", NAMES)
def test_the_types_are_those_of_the_argument_spec(name: str) -> None:
    spec = ARGUMENT_SPECS[name]
    types = {option: found["type"] for option, found in documentation(name)["options"].items()}
    # Numbers are checked by the operation itself, and so have no type of Ansible's.
    assert types == {option: "int" if callable(found["type"]) else found["type"] for option, found in spec.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_description_and_so_have_its_own(name: str) -> None:
    options = documentation(name)["options"]
    for option in (
        *options.values(),
        *(one for found in options.values() for one in found.get("suboptions", {}).values()),
    ):
        assert option["description"]


@pytest.mark.parametrize("name", NAMES)
def test_every_secret_is_one_for_ansible(name: str) -> None:
    spec = ARGUMENT_SPECS[name]
    for options in (spec, *(option["options"] for option in spec.values() if "options" in option)):
        for secret in {"client_secret", "access_token"} & set(options):
            assert options[secret]["no_log"] is True


# What each module uses to reach Qlik Cloud: it documents that, and nothing else.
REQUESTS = {"timeout", "retries", "max_wait", "ca_path"}
CLIENT = {"client_id", "client_secret"}
ORGANIZATION = {"org_client_id", "org_client_secret"}
CONNECTIONS: dict[str, set[str]] = {
    "qlik_preflight_info": {*CLIENT, *ORGANIZATION, *REQUESTS},
    "qlik_region_token": {"region", *CLIENT, *REQUESTS},
    "qlik_report": {*ORGANIZATION, *REQUESTS},
    "qlik_tenant_create": {"region", *CLIENT, "access_token", *ORGANIZATION, *REQUESTS},
    "qlik_tenant_deactivate": {"region", *CLIENT, "access_token", *REQUESTS},
    "qlik_tenant_info": {"region", *CLIENT, "access_token", *ORGANIZATION, *REQUESTS},
    "qlik_tenant_probe": {"region", *CLIENT, *REQUESTS},
    "qlik_tenant_reactivate": {"region", *CLIENT, "access_token", *REQUESTS},
    "qlik_tenant_usage_info": {"region", *CLIENT, *REQUESTS},
    "qlik_watch": {*CLIENT, *ORGANIZATION, *REQUESTS},
    "qlik_wave_guard": {*CLIENT, *ORGANIZATION, *REQUESTS},
    "qlik_wave_tenant": {*CLIENT, *REQUESTS},
    "qlik_wave_token": {"region", *CLIENT, *REQUESTS},
    "qlik_wave_usage": {*CLIENT, *REQUESTS},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_the_options_of_a_connection_that_it_uses_and_no_others(name: str) -> None:
    spec = ARGUMENT_SPECS[name]
    assert {"region", "access_token", *CLIENT, *ORGANIZATION, *REQUESTS} == OF_THE_GROUP
    assert OF_THE_GROUP & set(spec) == CONNECTIONS.get(name, set())
    if name in CONNECTIONS:
        assert [spec[option]["default"] for option in ("timeout", "retries", "max_wait")] == [30, 5, 900]


def test_every_module_describes_the_answer_of_a_failure_in_the_same_words() -> None:
    returned = {name: yaml.safe_load(module(name).RETURN) for name in OPERATIONS if name != "qlik_tenant_probe"}
    for key in ("http_status", "code", "trace_id"):
        assert len({str(found[key]["description"]) for found in returned.values()}) == 1, key


@pytest.mark.parametrize("name", NAMES)
def test_a_list_of_modules_shows_which_are_internal(name: str) -> None:
    found = yaml.safe_load(module(name).DOCUMENTATION)
    internal = name.startswith("qlik_wave_") or name == "qlik_rehearsal_report"
    assert found["short_description"].startswith("(internal)") == internal
    assert found["description"][0].startswith("Internal to the ") == internal


@pytest.mark.parametrize("name", NAMES)
def test_every_module_names_itself_and_what_it_supports(name: str) -> None:
    found = documentation(name)
    assert yaml.safe_load(module(name).DOCUMENTATION)["module"] == name
    assert found["attributes"]["check_mode"]["support"] == "full"
    assert {"check_mode", "diff_mode", "idempotent", "action_group"} <= set(found["attributes"])
    assert all("support" in attribute and "description" in attribute for attribute in found["attributes"].values())


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_tasks_of_the_module_with_options_that_it_has(name: str) -> None:
    tasks = yaml.safe_load(module(name).EXAMPLES)
    used = [task[f"tenantops.qlik.{name}"] or {} for task in tasks if f"tenantops.qlik.{name}" in task]
    assert used
    for args in used:
        assert set(args) <= set(ARGUMENT_SPECS[name])
        assert {option for option, spec in ARGUMENT_SPECS[name].items() if spec.get("required")} <= set(args)


@pytest.mark.parametrize("name", NAMES)
def test_no_example_confirms_by_a_template(name: str) -> None:
    for task in yaml.safe_load(module(name).EXAMPLES):
        for args in task.values():
            confirmation = args.get("confirm_hostname", "") if isinstance(args, dict) else ""
            assert "{{" not in confirmation


@pytest.mark.parametrize("name", NAMES)
def test_every_failure_of_an_operation_documents_what_the_server_said(name: str) -> None:
    returned = yaml.safe_load(module(name).RETURN)
    assert name not in OPERATIONS or {"http_status", "code", "trace_id"} <= set(returned)
    assert all(found["description"] and found["returned"] and found["type"] for found in returned.values())


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("qlik_region_token", {"access_token", "token_type", "expires_in", "expires_at", "host"}),
        (
            "qlik_tenant_deactivate",
            {"id", "hostname", "hostnames", "region", "status", "previous_status", "estimated_purge_date"}
            | {"purge_after_days", "probe", "diff"},
        ),
        ("qlik_tenant_probe", {"state", "http_status", "code", "title", "trace_id"}),
        ("qlik_tenant_usage_info", {"activity", "contents"}),
        ("qlik_wave_tenant", {"tenant_id", "probe_state"}),
    ],
)
def test_the_results_of_the_design_are_documented(name: str, keys: set[str]) -> None:
    assert keys <= set(yaml.safe_load(module(name).RETURN))


def test_the_states_to_expect_are_those_that_there_are() -> None:
    assert ARGUMENT_SPECS["qlik_tenant_probe"]["expect"]["choices"] == [state.value for state in State]


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
def test_the_table_of_variables_is_the_argument_spec_of_the_role(operation: str) -> None:
    role = f"tenant_{operation}"
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    documented = {
        (name, entry_point): (option["type"], option.get("default"))
        for entry_point, spec in specs.items()
        for name, option in spec["options"].items()
        if name.startswith(role)
    }
    table = {
        (f"{role}_{variable.name}", variable.entry_point or "main"): (
            variable.type,
            list(variable.default) if isinstance(variable.default, tuple) else variable.default,
        )
        for variable in variables_of(operation)
    }
    assert table == documented


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
def test_the_variables_of_all_roles_in_an_argument_spec_are_known_to_the_guard(operation: str) -> None:
    specs = yaml.safe_load((ROOT / f"roles/tenant_{operation}/meta/argument_specs.yml").read_text())["argument_specs"]
    options = {
        name for spec in specs.values() for name in spec["options"] if not name.startswith(f"tenant_{operation}_")
    }
    assert options <= {*VARIABLES_OF_PLAYBOOKS, *OBSERVED_VARIABLES}
    # A rule may read a variable of one operation only.
    assert operation == RESTORE or set(OBSERVED_VARIABLES) <= options


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
def test_the_readme_of_a_role_says_of_its_variables_what_the_argument_spec_says(operation: str) -> None:
    readme = ROOT / f"roles/tenant_{operation}/README.md"
    assert readme.read_text() == with_table(readme), "The argument spec has changed: run `make readme`."


def test_the_words_of_an_argument_spec_become_one_cell_of_a_table(tmp_path: Path) -> None:
    role = tmp_path / "tenant_restore"
    (role / "meta").mkdir(parents=True)
    url = "L({text},https://github.com/tenantops/qlik/blob/main/{path})"
    links = [
        url.format(text="a page", path="docs/plans.md#approve"),
        url.format(text="here", path="roles/tenant_restore/README.md#end"),
    ]
    option = {"type": "str", "description": [*links, "C(a|b), V(x)\nand E(HOME)."]}
    of_another_entry_point = {"type": "int", "default": 1, "description": "Not this."}
    spec = {
        "main": {"options": {"one": option}},
        "plan": {"options": {"one": of_another_entry_point, "two": of_another_entry_point}},
    }
    (role / "meta/argument_specs.yml").write_text(yaml.safe_dump({"argument_specs": spec}, sort_keys=False))
    readme = role / "README.md"
    readme.write_text(f"Before\n\n{HEADING}| old |\n\nAfter\n")
    assert with_table(readme) == (
        f"Before\n\n{HEADING}"
        "| `one` | str | none | [a page](../../docs/plans.md#approve) [here](#end) `a\\|b`, `x` and `HOME`. |\n"
        "| `two` | int | `1` | Not this. |\n\nAfter\n"
    )
    readme.write_text("No table")
    with pytest.raises(ValueError, match="has 0 tables of variables"):
        with_table(readme)


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
def test_the_defaults_of_a_role_are_those_of_its_argument_spec(operation: str) -> None:
    role = f"tenant_{operation}"
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    options = specs["main"]["options"]
    defaults = yaml.safe_load((ROOT / f"roles/{role}/defaults/main.yml").read_text())
    assert set(defaults) <= set(options)
    for name, value in defaults.items():
        # A template stands for what the description says.
        if not isinstance(value, str):
            assert options[name].get("default") == value, name


@pytest.mark.parametrize("name", NAMES)
def test_no_documentation_holds_a_secret_of_the_tests(name: str) -> None:
    text = Path(module(name).__file__).read_text()
    assert not [secret for secret in SECRETS if secret in text]


def rows_of(text: str, *heading: str) -> list[list[str]]:
    """The rows of all tables in a page that have this heading."""
    found, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        inside = line.startswith("|") and (inside or cells == list(heading))
        if inside and cells != list(heading) and not line.startswith("| ---"):
            found.append(cells)
    return found


ELLIPSIS = "In the page, write … for whatever the code puts into a message, also for a constant."


def texts_in(code: ast.AST) -> list[str]:
    """Each text in code. What is put into a text, also a constant, is an ellipsis."""
    texts = []
    for node in ast.walk(code):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            texts.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return texts


def messages_in_troubleshooting() -> set[str]:
    """What the page quotes."""
    page = (ROOT / "docs/troubleshooting.md").read_text()
    return {row[0] for row in rows_of(page, "message", "meaning", "what to do")}


def pattern_of(message: str) -> str:
    """What a quoted message matches. An ellipsis stands for anything: for what is put into the message, or for a part of it."""
    return r"[^\n]*".join(re.escape(part.strip()) for part in message.strip("`").split("…"))


def test_each_message_that_a_page_quotes_is_one_of_the_code() -> None:
    quoted = messages_in_troubleshooting()
    slips = rows_of((ROOT / "docs/security.md").read_text(), "mistake", "what stops it", "part of the message", "test")
    # The newcomer's words are those of real runs; another test compares them.
    quoted |= {words for _slip, _what, words, test in slips if test != "`test_newcomer.py`"}
    assert len(quoted) > 70
    texts = [path.read_text() for path in sorted((ROOT / "playbooks").rglob("*.*"))]
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        texts += texts_in(ast.parse(path.read_text()))
    code = "\n".join(texts)
    unknown = sorted(message for message in quoted if not re.search(pattern_of(message), code))
    assert not unknown, f"A page quotes what the code does not say. {ELLIPSIS}"


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`((?:\w+/)*test_\w+\.py)`", (ROOT / "docs/security.md").read_text()))
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(named) > 30
    assert not [name for name in sorted(named) if not any(file.endswith(f"/{name}") for file in files)]


def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("roles/*/README.md")]
    broken = []
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
            path, _hash, anchor = link.partition("#")
            target = page.parent / path if path else page
            is_page = target.suffix == ".md" and target.exists()
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if is_page else []
            if not target.exists() or (anchor and anchor not in map(anchor_of, headings)):
                broken.append((page.name, link))
    assert not broken


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_list_of_guides_of_the_site_is_complete() -> None:
    listed = re.findall(r"/main/docs/([\w-]+)\.md>", (ROOT / "docs/docsite/rst/guides.rst").read_text())
    assert sorted(listed) == sorted(path.stem for path in ROOT.glob("docs/*.md"))


def test_the_front_page_is_short() -> None:
    prose = re.sub(r"```.*?```", "", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert len(prose.split()) <= 760
