# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The slips of somebody who is new to it, or tired: each stops before a tenant is touched, with words that help.

docs/security.md has the same table for people.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    host,
    planned_host,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import thorough_but

SECURITY = pathlib.Path(__file__).resolve().parents[4] / "docs" / "security.md"

ACME, BETA = "acme.eu.qlikcloud.com", "beta.eu.qlikcloud.com"
TWO = {**host("acme"), **host("beta")}
TWO_PLANNED = {**planned_host("acme"), **planned_host("beta")}
ELEVEN = {name: variables for number in range(11) for name, variables in host(f"tenant{number}").items()}


def decommission(*options: str) -> Callable[[Terminal], Done]:
    return lambda terminal: terminal.decommission(*options)


def apply_after(change: Callable[[Terminal], Any]) -> Callable[[Terminal], Done]:
    """The plan was approved, something happens, and the plan is applied."""

    def run(terminal: Terminal) -> Done:
        digest = terminal.digest()
        change(terminal)
        return terminal.apply(digest)

    return run


def write_anew(hosts: dict[str, Any], **variables: Any) -> Callable[[Terminal], Any]:
    return lambda terminal: terminal.write_inventory(hosts, **variables)


def apply_the_next_day(terminal: Terminal) -> Done:
    assert terminal.plan("-e", "qlik_plan_valid_hours=0").status == 0
    return terminal.apply(terminal.digest())


def mix_up_two_digests(terminal: Terminal) -> Done:
    assert terminal.plan("--limit", ACME, file="other.json").status == 0
    return terminal.apply(terminal.digest("other.json"))


def apply_after_formatting(terminal: Terminal) -> Done:
    path = terminal.folder / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))
    return terminal.apply(terminal.digest())


@dataclass(frozen=True)
class Slip:
    """What is run, what it says, what it ends with, and the inventory before it."""

    words: str
    hosts: dict[str, Any]
    run: Callable[[Terminal], Done] = field(default_factory=decommission)
    variables: dict[str, Any] = field(default_factory=dict)
    status: int = 2


# As docs/security.md has them: the slip, and the words that it is answered with.
SLIPS = {
    "forgets the confirmation": Slip(
        "tenant_decommission_confirm_hostname is missing",
        host("acme", tenant_decommission_confirm_hostname=None),
    ),
    "copies the confirmation of another host": Slip(
        "if 'beta.eu.qlikcloud.com' is the tenant you mean, set tenant_decommission_confirm_hostname to that hostname",
        host("beta", tenant_decommission_confirm_hostname=ACME),
    ),
    "copies a host line and changes only its name": Slip(
        "2 hosts have the tenant_id",
        {**host("acme"), **host("beta", qlik_tenant_id=tenant_id("acme"))},
    ),
    "copies a host line that has the hostname in a variable": Slip(
        "2 hosts have the hostname",
        {
            "acme": {**host("acme")[ACME], "qlik_hostname": ACME},
            "beta": {**host("beta")[BETA], "qlik_hostname": ACME},
        },
    ),
    "swaps two ids": Slip(
        "the tenant with this id has the hostnames",
        {**host("acme", qlik_tenant_id=tenant_id("beta")), **host("beta", qlik_tenant_id=tenant_id("acme"))},
    ),
    "swaps two ids after the plan was made": Slip(
        "one of the two ids may be another customer's",
        TWO_PLANNED,
        apply_after(
            write_anew(
                {
                    **planned_host("acme", qlik_tenant_id=tenant_id("beta")),
                    **planned_host("beta", qlik_tenant_id=tenant_id("acme")),
                }
            )
        ),
    ),
    "types a region that is not the hostname's": Slip(
        "the hostname lies in region 'eu', and the two must agree",
        host("acme", qlik_region="us"),
    ),
    "types the wrong region into the hostname": Slip(
        "was not found in region us",
        host("acme", "us"),
        variables={"tenant_decommission_credentials": CLIENTS},
    ),
    "types 3 days for 30": Slip(
        "it must be a whole number of days from 10 to 90",
        host("acme", tenant_decommission_purge_after_days=3),
    ),
    "misspells a variable of the role": Slip(
        "is not a variable of the role tenant_decommission. Did you mean tenant_decommission_purge_after_days?",
        host("acme", tenant_decommission_purge_afterdays=60),
    ),
    "loses --limit": Slip("tenant_decommission_max_tenants allows 10: check the inventory and --limit", ELEVEN),
    "misspells --limit": Slip("leaves us with no hosts to target", TWO, decommission("--limit", "amce*"), status=1),
    "names an inventory that is not there": Slip(
        "The inventory has no group qlik_tenants",
        TWO,
        lambda terminal: terminal.run("ansible-playbook", "-i", "tenant.yml", "tenantops.qlik.decommission"),
    ),
    "runs the wrong inventory on a plan": Slip(
        "Not in the plan:",
        TWO_PLANNED,
        apply_after(write_anew({**TWO_PLANNED, **planned_host("crown")})),
    ),
    "reruns yesterday's plan": Slip(
        "make a new one, and have it approved",
        TWO_PLANNED,
        apply_the_next_day,
    ),
    "forgets the digest": Slip("qlik_plan_sha256 is missing", TWO_PLANNED, decommission("-e", "qlik_plan=plan.json")),
    "takes the digest of another plan": Slip(
        "the file is not the plan that was approved",
        TWO_PLANNED,
        mix_up_two_digests,
    ),
    "formats the plan with an editor": Slip(
        "it is not byte for byte as this collection writes it", TWO_PLANNED, apply_after_formatting
    ),
    "names the inventory as the file of the summary": Slip(
        "it is a file that is not a summary of this collection",
        TWO,
        decommission("-e", "tenant_decommission_summary_file=tenants.yml"),
    ),
    "names the inventory as the file of the plan": Slip(
        "it is a file that is not a plan of this collection",
        TWO_PLANNED,
        lambda terminal: terminal.plan(file="tenants.yml"),
    ),
    "has an empty group": Slip("has no hosts: nothing to do", {}, status=0),
    "misspells the group": Slip(
        "The inventory has no group qlik_tennants",
        TWO,
        decommission("-e", "qlik_targets=qlik_tennants"),
    ),
    "starts at a later task": Slip(
        "was not checked at the beginning of this run",
        TWO,
        decommission("--start-at-task", "tenantops.qlik.tenant_decommission : Deactivate and verify each tenant"),
    ),
    "has no credentials": Slip(
        "There are no credentials for region eu",
        TWO,
        lambda terminal: without_credentials(terminal).decommission(),
    ),
    "has the credentials of another region": Slip("There is no token for region us", host("delta", "us")),
}


def without_credentials(terminal: Terminal) -> Terminal:
    del terminal.environment["QLIK_CLIENT_ID"], terminal.environment["QLIK_CLIENT_SECRET"]
    return terminal


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    described = scenario(tenant("acme"), tenant("beta"), tenant("crown"), tenant("delta", "us"))
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def plan(cloud, tmp_path_factory):
    """A plan of TWO_PLANNED, as text."""
    terminal = Terminal(tmp_path_factory.mktemp("plan") / "terminal")
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(TWO_PLANNED)
    made = terminal.plan()
    assert made.status == 0, made
    return (terminal.folder / "plan.json").read_text()


@pytest.mark.parametrize(
    "name",
    thorough_but(
        *(
            "forgets the confirmation",
            "copies the confirmation of another host",
            "swaps two ids",
            "types 3 days for 30",
        ),
        *("loses --limit", "reruns yesterday's plan", "takes the digest of another plan"),
        cases=SLIPS,
    ),
)
def test_a_slip_stops_before_a_tenant_is_touched_and_says_what_to_do(cloud, plan, terminal, name):
    slip = SLIPS[name]
    terminal.go_online(cloud)
    terminal.log_in()
    if slip.hosts == TWO_PLANNED:
        terminal.write("plan.json", plan)
    terminal.write_inventory(slip.hosts, **slip.variables)
    since = cloud.mark()
    done = slip.run(terminal)
    assert cloud.action_posts(since) == [], done
    assert done.status == slip.status, done
    assert slip.words in done.output, done
    assert " 1 deactivated" not in done.stdout


def rows_of_the_table() -> dict[str, list[str]]:
    """The rows of the section "Slips" in docs/security.md: slip, and what stands beside it."""
    _before, found, rest = SECURITY.read_text().partition("\n## Slips\n")
    assert found, "docs/security.md has no section 'Slips'"
    section = rest.partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    heading, _line, *slips = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert heading == ["mistake", "what stops it", "part of the message", "test"]
    return {slip.replace("`", ""): [cell.strip("`") for cell in beside] for slip, *beside in slips}


def test_the_table_in_the_documentation_has_these_slips_and_their_words():
    # The other rows name the tests that try them.
    rows = {
        slip: words
        for slip, (_stops, words, test) in rows_of_the_table().items()
        if test == pathlib.Path(__file__).name
    }
    assert rows == {slip: described.words for slip, described in SLIPS.items()}
