# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.plan: what it writes, that it changes nothing, and when it makes no plan."""

from __future__ import annotations

import json
import pathlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.evidence import files_below, state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    SECRETS,
    planned_host,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import thorough_but
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[4] / "docs" / "plan.schema.json").read_text())
FILES = ("plan.json", "plan.json.sha256", "plan.md")


def read_plan(path: pathlib.Path) -> dict[str, Any]:
    """A plan, which must be as docs/plan.schema.json has it."""
    plan = json.loads(path.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(plan)
    return plan


def table_of(text: str) -> dict[str, list[str]]:
    """The rows of the table in a plan.md, by host."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heading, _line, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert heading == ["host", "name", "id", "license ends", "restored on", "status", "action", "days", "purge"]
    return {host.strip("`"): [cell.strip("`") for cell in cells] for host, *cells in rows}


@dataclass
class Planned:
    """Two plans of the same fleet: the second of another order of it, in check mode, started in another folder."""

    terminal: Terminal
    cloud: Simulator
    first: Done
    second: Done
    log: str
    reads: bool

    @property
    def plan(self) -> dict[str, Any]:
        return read_plan(self.terminal.folder / "plan.json")


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def planned(request, tmp_path_factory):
    """A fleet of two regions: two that live, one of them with an alias, and one that is disabled; it may have one tenant."""
    terminal = Terminal(tmp_path_factory.mktemp("planned") / "terminal")
    described = scenario(
        tenant("acme", aliases=["Acme-Old.eu.qlikcloud.com"]), tenant("beta", "us"), tenant("gone", status="disabled")
    )
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud"), refuse_reads=request.param) as cloud:
        terminal.go_online(cloud)
        terminal.environment["ANSIBLE_LOG_PATH"] = str(terminal.folder / "ansible.log")
        hosts = {
            **planned_host("beta", "us", tenant_decommission_purge_after_days=45),
            **planned_host("gone"),
            # Nothing is read from the name of a host, and the id is looked up.
            "a customer": {"qlik_hostname": "ACME.eu.qlikcloud.com"},
        }
        variables = {"tenant_decommission_credentials": CLIENTS, "tenant_decommission_max_tenants": 1}
        terminal.write_inventory(hosts, **variables)
        first = terminal.plan("-vvvv", "--diff", watch_processes=True)
        log = (terminal.folder / "ansible.log").read_text()
        terminal.write_inventory(dict(reversed(hosts.items())), **variables)
        (terminal.folder / "again").mkdir()
        command = ("ansible-playbook", "-i", "../tenants.yml", "tenantops.qlik.plan", "-e", "qlik_plan=plan.json")
        second = terminal.run(*command, "--check", started_in="again")
        yield Planned(terminal, cloud, first, second, log, request.param is None)


def test_making_a_plan_changes_nothing_and_needs_no_confirmation(planned):
    assert (planned.first.status, planned.second.status) == (0, 0), (planned.first, planned.second)
    assert planned.cloud.action_posts() == []
    assert not any(request["effective"] for request in planned.cloud.requests())
    # No receipts, no locks.
    assert not (planned.terminal.folder / "qlik-receipts").exists()
    assert not [path for path in files_below(planned.terminal.folder) if path.suffix == ".lock"]
    assert "changed=0" in planned.first.stdout and "changed=1" not in planned.first.stdout


def test_the_plan_has_what_a_run_would_do_to_each_tenant_sorted_by_hostname(planned):
    plan = planned.plan
    made, expires = (datetime.fromisoformat(plan[key]) for key in ("created", "expires"))
    assert expires - made == timedelta(hours=72)

    def shown(*names: str) -> list[str]:
        return list(names) if planned.reads else []

    def name(text: str) -> str | None:
        return text if planned.reads else None

    assert plan["tenants"] == [
        {
            "id": tenant_id("acme"),
            "name": name("acme"),
            "hostname": "acme.eu.qlikcloud.com",
            "hostnames": shown("acme.eu.qlikcloud.com", "Acme-Old.eu.qlikcloud.com"),
            "region": "eu",
            "status": "active",
            "action": "deactivate",
            "reason": None,
            "not_before": None,
            "purge_after_days": 30,
            "expected_purge_date": f"{made + timedelta(days=30):%Y-%m-%d}",
            "license_ends_at": None,
            "restored_on": None,
            "activity": None,
            "contents": None,
            "warnings": [],
        },
        {
            "id": tenant_id("beta"),
            "name": name("beta"),
            "hostname": "beta.us.qlikcloud.com",
            "hostnames": shown("beta.us.qlikcloud.com"),
            "region": "us",
            "status": "active",
            "action": "deactivate",
            "reason": None,
            "not_before": None,
            "purge_after_days": 45,
            "expected_purge_date": f"{made + timedelta(days=45):%Y-%m-%d}",
            "license_ends_at": None,
            "restored_on": None,
            "activity": None,
            "contents": None,
            "warnings": [],
        },
        {
            "id": tenant_id("gone"),
            "name": name("gone"),
            "hostname": "gone.eu.qlikcloud.com",
            "hostnames": shown("gone.eu.qlikcloud.com"),
            "region": "eu",
            "status": "disabled",
            "action": "no-op",
            "reason": None,
            "not_before": None,
            "purge_after_days": None,
            "expected_purge_date": None,
            "license_ends_at": None,
            "restored_on": None,
            "activity": None,
            "contents": None,
            "warnings": [],
        },
    ]


def test_the_same_fleet_has_the_same_entries_in_whatever_order_and_in_check_mode(planned):
    again = read_plan(planned.terminal.folder / "again" / "plan.json")
    assert again["content_sha256"] == planned.plan["content_sha256"]
    texts = [
        (planned.terminal.folder / folder / "plan.json").read_bytes().partition(b'"tenants"')[2]
        for folder in (".", "again")
    ]
    assert texts[0] and texts[0] == texts[1]


@pytest.mark.parametrize("folder", [".", "again"], ids=["in a run", "in check mode"])
def test_the_digest_lies_beside_the_plan_as_sha256sum_checks_it(planned, folder):
    done = planned.terminal.run("sha256sum", "-c", "plan.json.sha256", started_in=folder)
    assert (done.status, done.stdout) == (0, "plan.json: OK\n"), done


def test_a_reviewer_sees_the_table_and_the_digest_on_the_terminal_and_in_the_comment(planned):
    digest = planned.terminal.digest()
    lines = planned.first.stdout.splitlines()
    table = lines[lines.index("Plan") :]
    comment = (planned.terminal.folder / "plan.md").read_text()
    rows = table_of(comment)
    assert list(rows) == [entry["hostname"] for entry in planned.plan["tenants"]]
    assert [line.split()[0] for line in table[2 : 2 + len(rows)]] == list(rows)
    acme = planned.plan["tenants"][0]
    name, unknown = ("acme", "gone") if planned.reads else ("unknown", "unknown")
    assert rows["acme.eu.qlikcloud.com"] == [
        *(name, tenant_id("acme"), "unknown", "-"),
        *("active", "deactivate", "30", f"about {acme['expected_purge_date']}"),
    ]
    assert rows["gone.eu.qlikcloud.com"] == [
        *(unknown, tenant_id("gone"), "unknown", "-"),
        *("disabled", "no-op", "-", "date unknown"),
    ]
    # The play may deactivate one tenant.
    (warning,) = planned.plan["warnings"]
    assert "tenant_decommission_max_tenants allows 1" in warning
    assert warning in comment
    for text in ("\n".join(table), comment):
        assert digest in text
        assert "3 tenants: 2 to deactivate, 1 without a change." in text
        assert planned.plan["expires"] in text
    assert planned.plan["content_sha256"] in comment


def test_no_secret_is_in_the_output_the_files_or_the_arguments_of_processes(planned):
    seen = {
        str(path.relative_to(planned.terminal.folder)): path.read_text()
        for path in files_below(planned.terminal.folder)
    }
    # The inventory is where they were written.
    del seen["tenants.yml"]
    assert {*FILES, "ansible.log", "again/plan.md"} <= set(seen)
    assert "Plan" in planned.log
    seen |= {"first": planned.first.output, "second": planned.second.output, "ps": planned.first.commands_seen}
    for secret in (*SECRETS.values(), "simulated-"):
        assert [name for name, text in seen.items() if secret in text] == []


def answer(name: str, do: dict[str, Any]) -> dict[str, Any]:
    """What the register host answers when this tenant is read."""
    return {
        "name": name,
        "method": "GET",
        "path": "/api/v1/tenants/*",
        "tenant": tenant_id(name),
        "do": do,
        "times": None,
    }


# Tenants of which nothing can be said: their inventory, and words of the reason.
UNREADABLE = {
    "html": (planned_host("html"), "no JSON in the response"),
    "another": (planned_host("another"), "The response is not the record of this tenant"),
    "frozen": (planned_host("frozen"), "its status is 'frozen'"),
    "unknown": (planned_host("unknown"), "the API knows no such tenant"),
    "days": (planned_host("days", tenant_decommission_purge_after_days=5), "from 10 to 90"),
    "typed": (
        planned_host("typed", tenant_decommission_confirm_hostname="well.eu.qlikcloud.com"),
        "is the tenant you mean, set tenant_decommission_confirm_hostname to that hostname",
    ),
}

# Why no plan is made: tenants, options, words.
OLD_PLAN = {
    "plan.json": '{"schema": 1, "created": "", "expires": "", "content_sha256": "", "tenants": []}',
    "plan.json.sha256": f"{'0' * 64}  plan.json\n",
    "plan.md": "## Plan: Qlik Cloud tenants to be taken out of service\nthe old one\n",
}
NO_PLANS = {
    "tenants that cannot be read": (
        {key: value for hosts, _words in UNREADABLE.values() for key, value in hosts.items()},
        (),
        f"No plan was written: {len(UNREADABLE)} of {len(UNREADABLE) + 1} tenants could not be evaluated",
    ),
    "a wave that is refused": (
        planned_host("copy", qlik_tenant_id=tenant_id("well")),
        (),
        "No plan was written. The wave is refused (all tenants of this play): nothing was changed. 2 hosts have the tenant_id",
    ),
    "one tenant by two of its hostnames": (
        {**planned_host("twin", qlik_tenant_id=None), **planned_host("alias", qlik_tenant_id=None)},
        (),
        tenant_id("twin"),
    ),
    "a protected tenant": (
        {},
        ("-e", '{"tenant_decommission_protected": ["well.*"]}'),
        "well.eu.qlikcloud.com is protected",
    ),
    "no qlik_plan": ({}, ("-e", "qlik_plan="), "qlik_plan is missing: name the file to write"),
    "a wrong length of time": (
        {},
        ("-e", "qlik_plan_valid_hours=soon"),
        "qlik_plan_valid_hours is 'soon': it must be a number of hours",
    ),
    "the file of something else": (
        {},
        ("-e", "qlik_plan=tenants.yml"),
        "qlik_plan is 'tenants.yml': it is a file that is not a plan of this collection",
    ),
    "another file of the same name beside it": (
        {},
        ("-e", "qlik_plan=notes.json"),
        "qlik_plan is 'notes.json': notes.md beside it is a file that is not the text of a plan",
    ),
}


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory):
    """A Qlik Cloud with tenants of which nothing can be said, and one with whom all is well."""
    described = scenario(
        *(tenant(name) for name in ("well", "html", "another", "days", "typed")),
        tenant("twin", aliases=["alias.eu.qlikcloud.com"]),
        tenant("frozen", shown={"status": "frozen"}),
        faults=[
            answer("html", {"status": 200, "html": "<h1>Hello</h1>"}),
            answer("another", {"status": 200, "json": {"id": tenant_id("well"), "status": "active"}}),
        ],
    )
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.mark.parametrize("reason", thorough_but("tenants that cannot be read", cases=NO_PLANS))
def test_a_plan_that_would_lack_a_tenant_is_not_made_and_the_old_one_stays(unreadable, terminal, reason):
    hosts, options, words = NO_PLANS[reason]
    terminal.go_online(unreadable)
    terminal.log_in()
    terminal.write_inventory({**planned_host("well"), **hosts})
    for name, content in OLD_PLAN.items():
        terminal.write(name, content)
    terminal.write("notes.md", "# What we are going to do\n")
    before = state_of(terminal.folder)
    done = terminal.plan(*options)
    assert done.status == 2, done
    assert words in done.stdout, done
    kept = {name: file for name, file in state_of(terminal.folder).items() if not name.startswith("home/")}
    assert kept == {name: file for name, file in before.items() if not name.startswith("home/")}
    assert unreadable.action_posts() == []
    if reason == "tenants that cannot be read":
        for name, (_hosts, why) in UNREADABLE.items():
            assert any(
                line.startswith(f"  {name}.eu.qlikcloud.com: ") and why in line for line in done.stdout.splitlines()
            )
        assert "plan.json is still the plan of an earlier run" in done.stdout


MARKUP = {
    "cells": "EVIL | EVIL ||",
    "spans": "`EVIL` ``EVIL``",
    "mentions": "@EVIL #1 !1 /approve",
    "links": "[EVIL](https://evil.example) <img src=x onerror=EVIL> https://evil.example",
    "template": "{{ 7 * 7 }} {% raw %}EVIL {{ lookup('pipe', 'id') }}",
}


@pytest.mark.thorough
def test_hostnames_and_a_status_that_a_server_made_up_can_do_no_harm(tmp_path_factory, terminal):
    values = [*HOSTILE.values(), *MARKUP.values()]
    tenants = {f"evil{number}": value for number, value in enumerate(values)}
    described = scenario(
        *(
            tenant(name, shown={"hostnames": [f"{name}.eu.qlikcloud.com", value], "name": value})
            for name, value in tenants.items()
        ),
        *(tenant(f"status{name}", shown={"status": value}) for name, value in tenants.items()),
    )
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        hosts = {key: value for name in tenants for key, value in planned_host(name).items()}
        terminal.write_inventory(hosts, tenant_decommission_max_tenants=100)
        name = "pl|an `@all` ![x](y).json"
        made = terminal.plan(file=name)
        assert made.status == 0, made
        plan = read_plan(terminal.folder / name)
        shown = [entry["hostnames"][1] for entry in plan["tenants"]]
        assert all("EVIL" in value and is_harmless(value) for value in shown)
        # Nobody has evaluated it.
        assert MARKUP["template"] in shown
        comment = (terminal.folder / name.replace(".json", ".md")).read_text()
        assert len(table_of(comment)) == len(tenants)
        # What was sent stands in code spans only, and does nothing there. Nor does the name of the file.
        assert "EVIL" in comment
        assert "EVIL" not in re.sub("`[^`|\n]+`", "", comment)
        assert "`pl¦an '@all' ![x](y).json`" in comment
        assert terminal.run("sha256sum", "-c", f"{name}.sha256").status == 0
        assert all(is_harmless(line) for line in (*made.output.split("\n"), *comment.split("\n")))

        # The plan is compared with what is sent the next time, evaluated by nobody.
        applied = terminal.apply(terminal.digest(name), file=name)
        assert applied.status == 0, applied
        assert f"{len(tenants)} tenants: {len(tenants)} deactivated, 0 unchanged, 0 failed." in applied.stdout
        assert all(is_harmless(line) for line in applied.output.split("\n"))

        since = cloud.mark()
        terminal.write_inventory(
            {key: value for name in tenants for key, value in planned_host(f"status{name}").items()}
        )
        refused = terminal.plan()
        assert refused.status == 2, refused
        assert f"{len(tenants)} of {len(tenants)} tenants could not be evaluated" in refused.stdout
        assert "EVIL" in refused.stdout
        assert all(is_harmless(line) for line in refused.output.split("\n"))
        assert not (terminal.folder / "plan.json").exists()
        assert cloud.action_posts(since) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({}, "The check of all tenants did not run, so nothing was changed."),
        ({"async": 30, "poll": 1}, "qlik_wave_plan must run on the controller: remove async and delegate_to"),
    ],
    ids=["in the controller", "as a module"],
)
def test_the_step_that_writes_the_plan_makes_none_without_the_steps_before(tmp_path, keywords, words):
    terminal = Terminal(tmp_path / "terminal")
    (result,) = terminal.run_tasks({"tenantops.qlik.qlik_wave_plan": {"wave": {}, "dest": "plan.json"}, **keywords})
    assert result["failed"], result
    assert words in result["msg"]
    assert not [path for path in files_below(terminal.folder) if path.name.startswith("plan.")]
