# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, evaluated for each of them."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import hosts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_entries
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.origin import why_not_typed
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import OBSERVED_VARIABLES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION, tenant_variables
from ansible_collections.tenantops.qlik.tests.unit.controller import Play
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS, data, template, typed_at

PREFIX = "tenant_decommission_"

needs_tags = pytest.mark.skipif(not HAS_TAGS, reason="before 2.19, ansible-core keeps no origin of a text")


def read(
    of_hosts: dict[str, dict[str, t.Any]], *, play: Play | None = None, operation: str = DECOMMISSION
) -> list[Entry]:
    task: t.Any = SimpleNamespace(get_play=lambda: None)
    entries, _play = read_entries(
        task, (play or Play(of_hosts)).task_vars, prefix=f"tenant_{operation}_", operation=operation
    )
    return entries


def of(**variables: t.Any) -> dict[str, t.Any]:
    """Variables of the role, by their names without the prefix."""
    return {f"{PREFIX}{name}": value for name, value in variables.items()}


def test_each_host_has_its_own_values_and_the_defaults_of_the_role() -> None:
    found = read({"a": of(hostname="one"), "b": of(hostname="two", purge_after_days=60)})
    assert [(entry.host, entry["hostname"], entry["purge_after_days"], entry["verify"]) for entry in found] == [
        ("a", "one", 30, True),
        ("b", "two", 60, True),
    ]


def test_null_is_not_set_for_every_variable_alike() -> None:
    names = [variable.name for variable in tenant_variables(DECOMMISSION)]
    unset, null = read({"a": {}, "b": of(**dict.fromkeys(names))})
    assert {**null.values, "hostname": "a"} == unset.values
    assert (null.error, null.misplaced) == (None, ())


def test_a_template_is_evaluated_for_each_host() -> None:
    name = template("{{ inventory_hostname }}.eu")
    entries = read({"a": of(hostname=name), "b": of(hostname=name)})
    assert [entry["hostname"] for entry in entries] == ["a.eu", "b.eu"]
    assert {type(entry["hostname"]) for entry in entries} == {str}


def test_a_template_that_fails_is_an_error_of_its_host_only() -> None:
    broken, fine = read({"a": of(hostname=template("{{ nowhere }}")), "b": of(hostname="two")})
    assert f"{PREFIX}hostname" in str(broken.error)
    assert "nowhere" in str(broken.error)
    assert broken["hostname"] is None
    assert (fine["hostname"], fine.error) == ("two", None)


def test_what_the_inventory_calls_it_takes_the_place_of_a_variable_that_is_not_set() -> None:
    found = read(
        {
            "a": {"qlik_tenant_id": "one"},
            "b": {"qlik_tenant_id": "one", **of(tenant_id="two")},
            "c": {"qlik_tenant_id": template("{{ nowhere }}")},
            "d": {"qlik_tenant_id": template("{{ 'thr' ~ 'ee' }}"), **of(tenant_id=None)},
            "e": {},
        }
    )
    assert [one["tenant_id"] for one in found] == ["one", "two", None, "three", None]
    assert [one.name_of("tenant_id") for one in found] == [
        "qlik_tenant_id",
        f"{PREFIX}tenant_id",
        "qlik_tenant_id",
        "qlik_tenant_id",
        f"{PREFIX}tenant_id",
    ]
    assert [one["hostname"] for one in found] == ["a", "b", None, "d", "e"]
    assert "the name of the host in the inventory" in found[0].name_of("hostname")
    assert "qlik_tenant_id" in str(found[2].error)


def test_a_date_without_quotes_is_the_text_that_was_typed() -> None:
    (found,) = read({"a": {"qlik_tenant_id": datetime.date(2026, 11, 26), "qlik_ticket": datetime.date(2026, 11, 27)}})
    assert (found["tenant_id"], found.inventory["qlik_ticket"]) == ("2026-11-26", "2026-11-27")


def test_a_variable_that_rules_read_is_evaluated_and_null_if_it_is_not_set() -> None:
    (found,) = read({"a": {"qlik_ticket": template("{{ 'OPS-' ~ 7 }}")}})
    assert found.inventory == {**dict.fromkeys(OBSERVED_VARIABLES), "qlik_ticket": "OPS-7"}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (template("acme.eu.qlikcloud.com"), None),
        (None, None),
        (template("{{ inventory_hostname }}"), "is a template"),
        (template("{% if true %}acme.eu.qlikcloud.com{% endif %}"), "is a template"),
        (data("{{ inventory_hostname }}"), "is a template"),
    ],
)
def test_a_confirmation_is_typed_or_it_is_told_why_not(value: t.Any, why: str | None) -> None:
    assert why_not_typed({f"{PREFIX}confirm_hostname": value}, f"{PREFIX}confirm_hostname") == why


@needs_tags
def test_a_confirmation_that_nobody_typed_is_told_from_one_that_was() -> None:
    why = "was put together by a template or a plugin"
    assert why_not_typed({"confirm": data("acme.eu.qlikcloud.com")}, "confirm") == why


def test_a_confirmation_that_is_refused_is_not_evaluated() -> None:
    (found,) = read({"a": of(confirm_hostname="{{ nowhere }}")})
    assert (found["confirm_hostname"], found.error, found.not_typed) == ("{{ nowhere }}", None, "is a template")


def test_an_extra_variable_is_typed_also_if_it_is_not_trusted() -> None:
    # So does Automation controller hand on the answers of a survey.
    assert why_not_typed({"confirm": "acme.eu.qlikcloud.com"}, "confirm", extra={"confirm"}) is None
    assert why_not_typed({"confirm": "{{ inventory_hostname }}"}, "confirm", extra={"confirm"}) == "is a template"


@needs_tags
def test_in_a_file_without_columns_only_the_same_object_and_a_tasks_value_are_copies() -> None:
    def on_line(number: int) -> t.Any:
        return typed_at("acme.eu.qlikcloud.com", "/i.ini", number)

    hostname = on_line(3)
    for confirm, facts, copied in (
        (on_line(3), (), False),
        (hostname, (), True),
        (on_line(3), ("confirm",), True),
        (on_line(4), ("confirm",), False),
    ):
        why = why_not_typed({"qlik_hostname": hostname, "confirm": confirm}, "confirm", facts=facts)
        assert why == ("is a copy of qlik_hostname" if copied else None)


@needs_tags
@pytest.mark.parametrize(("column", "copied"), [(5, True), (40, False), (None, False)])
def test_a_confirmation_at_the_place_of_another_variable_is_a_copy_of_it(column: int | None, copied: bool) -> None:
    def typed(col: int | None) -> t.Any:
        return typed_at("acme.eu.qlikcloud.com", "/i.yml", 3, col)

    variables = {"x": 1, "qlik_hostname": typed(None if column is None else 5), "confirm": typed(column)}
    assert why_not_typed(variables, "confirm") == ("is a copy of qlik_hostname" if copied else None)


def test_text_that_only_looks_like_a_template_is_text() -> None:
    text = "{{ lookup('pipe', 'id') }}"
    found = read({"a": of(hostname=data(text))})[0]["hostname"]
    assert (found, type(found)) == (text, str)


# Where receipts go.
def folder_of(file: Path | str | None, *sources: Path | str, said: t.Any = None) -> t.Any:
    """The folder of receipts of a host that this file of an inventory names, in a run with these sources."""
    variables: dict[str, t.Any] = {} if file is None else {"inventory_file": str(file)}
    if said is not None:
        variables |= of(receipts_dir=said)
    play = Play({"a": variables})
    play._inventory._sources = [str(source) for source in sources]
    (found,) = read({}, play=play)
    return found["receipts_dir"]


def test_receipts_go_beside_the_inventory_file(tmp_path: Path) -> None:
    tenants = tmp_path / "tenants" / "eu.yml"
    tenants.parent.mkdir()
    tenants.write_text("")
    assert folder_of(tenants, tenants) == str(tmp_path / "tenants" / "qlik-receipts")


def test_receipts_go_beside_an_inventory_folder_and_not_into_it(tmp_path: Path) -> None:
    # Ansible would read them as inventory.
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    assert folder_of(inventory / "eu.yml", inventory) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("order", [1, -1])
def test_of_folders_in_folders_the_outermost_counts(tmp_path: Path, order: int) -> None:
    inner = tmp_path / "inventory" / "eu" / "north"
    inner.mkdir(parents=True)
    sources = [tmp_path / "inventory", inner][::order]
    assert folder_of(inner / "tenants.yml", *sources) == str(tmp_path / "qlik-receipts")


def test_a_file_deep_in_an_inventory_folder_has_receipts_beside_the_folder(tmp_path: Path) -> None:
    deep = tmp_path / "inventory" / "a" / "b"
    deep.mkdir(parents=True)
    assert folder_of(deep / "tenants.yml", tmp_path / "inventory") == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("sources", [(), ("a.eu.qlikcloud.com,",), ("inventory",)])
def test_a_host_that_no_file_names_has_receipts_where_the_run_was_started(
    tmp_path: Path, sources: tuple[str, ...]
) -> None:
    (tmp_path / "inventory").mkdir()
    assert folder_of(None, *sources) == str(tmp_path / "qlik-receipts")
    assert folder_of("", *sources) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize(("file", "source"), [("inventory/eu.yml", "inventory"), ("./inventory/eu.yml", "inventory/")])
def test_relative_names_count_from_where_the_run_was_started(tmp_path: Path, file: str, source: str) -> None:
    (tmp_path / "inventory").mkdir()
    assert folder_of(file, source) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("said", ["elsewhere", "/var/receipts", "~/receipts"])
def test_a_folder_that_is_said_is_taken_as_it_is(tmp_path: Path, said: str) -> None:
    assert folder_of(tmp_path / "eu.yml", said=said) == said


def test_an_empty_name_is_left_to_the_operation_to_refuse(tmp_path: Path) -> None:
    assert folder_of(tmp_path / "eu.yml", said="") == ""


def test_variables_that_can_only_be_meant_for_the_role_are_named() -> None:
    one, other = read({"a": {**of(onne=2, result={}), "y": 1, "qlik_protected": []}, "b": of(protected=[])})
    assert (one.misplaced, other.misplaced) == (("qlik_protected", f"{PREFIX}onne"), ())


def test_a_variable_of_ones_own_that_one_of_the_role_is_made_of_is_not_ignored() -> None:
    secret = template("{{ qlik_client_secret }}")
    (used,) = read({"a": {"qlik_client_secret": "s", **of(client_secret=secret)}})
    (unused,) = read({"a": {"qlik_client_secret": "s"}})
    assert (used.misplaced, unused.misplaced) == ((), ("qlik_client_secret",))


def test_a_variable_of_the_inventory_can_be_read_without_being_one_of_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "OBSERVED_VARIABLES", ("qlik_name",))
    (found,) = read({"a": {"qlik_name": template("{{ 'Ac' ~ 'me' }}"), **of(qlik_name="no")}})
    assert (found.inventory, found.misplaced) == ({"qlik_name": "Acme"}, (f"{PREFIX}qlik_name",))
