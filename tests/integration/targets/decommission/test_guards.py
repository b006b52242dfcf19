# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be done is not done: each test counts what was sent."""

from __future__ import annotations

import json

import pytest
import yaml
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS

# Where nothing is sent, it makes no difference whether the register host answers reads.


@pytest.fixture
def cloud(start_cloud, terminal):
    """Three tenants of one region, with the credentials in the environment."""
    running = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("crown"), tenant("delta", "us")))
    terminal.go_online(running)
    terminal.log_in()
    return running


WAVES = {
    "too many": (
        {**host("acme"), **host("beta"), **host("crown")},
        {"tenant_decommission_max_tenants": 2},
        "The play has 3 tenants to deactivate, and tenant_decommission_max_tenants allows 2",
    ),
    "more than the default": (
        {key: value for number in range(11) for key, value in host(f"tenant{number}").items()},
        {},
        "The play has 11 tenants to deactivate, and tenant_decommission_max_tenants allows 10",
    ),
    "the same id twice": (
        {**host("acme"), **host("beta", qlik_tenant_id=tenant_id("acme"))},
        {},
        f"2 hosts have the tenant_id '{tenant_id('acme')}'",
    ),
    "the same hostname twice, in other letters": (
        {**host("acme"), "second": {**host("beta")["beta.eu.qlikcloud.com"], "qlik_hostname": "ACME.eu.qlikcloud.com"}},
        {},
        "2 hosts have the hostname 'acme.eu.qlikcloud.com'",
    ),
    "protected": (
        {**host("acme"), **host("crown")},
        {"tenant_decommission_protected": ["CROWN.*"]},
        "crown.eu.qlikcloud.com is protected: its hostname matches 'CROWN.*'",
    ),
    "no credentials for a region": (
        {**host("acme"), **host("delta", "us")},
        {"tenant_decommission_credentials": {"eu": CLIENTS["eu"]}},
        "There are no credentials for region us in tenant_decommission_credentials, which has the keys eu: add it there",
    ),
    "credentials as a list": (
        host("acme"),
        {"tenant_decommission_credentials": [{"region": "eu", **CLIENTS["eu"]}]},
        "tenant_decommission_credentials is a list",
    ),
    "credentials under YAML's no": (
        host("acme"),
        {"tenant_decommission_credentials": {"eu": CLIENTS["eu"], False: CLIENTS["us"]}},
        "tenant_decommission_credentials has the key false, which is what YAML reads for no or off without quotes",
    ),
    "credentials under a region in capitals": (
        host("acme"),
        {"tenant_decommission_credentials": {"EU": CLIENTS["eu"]}},
        "tenant_decommission_credentials has the key 'EU': codes of regions are lower case; write eu",
    ),
    "a secret with a line break": (
        host("acme"),
        {
            "tenant_decommission_client_id": CLIENTS["eu"]["client_id"],
            "tenant_decommission_client_secret": CLIENTS["eu"]["client_secret"] + "\n",
        },
        "tenant_decommission_client_secret ends with a line break",
    ),
    "a secret too short to be kept out of messages": (
        host("acme"),
        {"tenant_decommission_client_id": "x", "tenant_decommission_client_secret": "acme"},
        "tenant_decommission_client_secret has fewer than 8 characters",
    ),
    "a wrong limit": (
        host("acme"),
        {"tenant_decommission_max_tenants": "many"},
        "tenant_decommission_max_tenants is 'many': it must be a whole number",
    ),
    "a house rule outside the API's": (
        host("acme"),
        {"tenant_decommission_min_purge_days": 5},
        "tenant_decommission_min_purge_days is 5: it must be a whole number of days from 10 to 90",
    ),
    "a house rule that nothing fits": (
        host("acme"),
        {"tenant_decommission_min_purge_days": 60, "tenant_decommission_max_purge_days": 30},
        "no number of days fits both",
    ),
}
if HAS_TAGS:
    # Before ansible-core 2.19, a text that looks like a mapping is one.
    WAVES["credentials as JSON in a text"] = (
        host("acme"),
        {"tenant_decommission_credentials": json.dumps(CLIENTS)},
        "tenant_decommission_credentials is a text with JSON in it",
    )


@one_reading
def test_all_that_is_wrong_with_a_wave_is_said_at_once_and_nothing_is_sent(cloud, terminal):
    hosts = {
        **host("acme", tenant_decommission_min_purge_days=5),
        **host("beta", qlik_tenant_id=tenant_id("acme")),
        "second": {**host("beta")["beta.eu.qlikcloud.com"], "qlik_hostname": "ACME.eu.qlikcloud.com"},
        **host("crown", tenant_decommission_confirm_hostname="{{ inventory_hostname }}"),
        **host("delta", "us"),
    }
    variables = {
        "qlik_plan_max_hours": 9999,
        "tenant_decommission_credentials": {"eu": CLIENTS["eu"]},
        "tenant_decommission_days": 60,
        "tenant_decommission_max_tenants": 2,
        "tenant_decommission_protected": ["CROWN.*", "golf.eu"],
        "tenant_decommission_receipts_dir": "tenants.yml",
    }
    terminal.write_inventory(hosts, **variables)
    done = terminal.decommission()
    assert done.status == 2, done
    for words in (
        "The play has 5 tenants to deactivate, and tenant_decommission_max_tenants allows 2",
        "tenant_decommission_days (",
        "qlik_plan_max_hours is set in the inventory",
        "tenant_decommission_confirm_hostname of crown.eu.qlikcloud.com is a template",
        f"2 hosts have the tenant_id '{tenant_id('acme')}'",
        "2 hosts have the hostname 'acme.eu.qlikcloud.com'",
        "tenant_decommission_min_purge_days is 5: it must be a whole number of days from 10 to 90",
        "tenant_decommission_protected has the pattern 'golf.eu'",
        "crown.eu.qlikcloud.com is protected: its hostname matches 'CROWN.*'",
        "There are no credentials for region us in tenant_decommission_credentials, which has the keys eu: add it there",
        "tenant_decommission_receipts_dir is 'tenants.yml': no receipt can be written there",
    ):
        assert words in done.stdout, (words, done)
    assert "0 deactivated" in done.stdout
    assert cloud.requests() == []


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("wave", WAVES)
def test_whatever_is_wrong_with_the_wave_stops_it_before_the_first_request(cloud, terminal, wave):
    hosts, variables, words = WAVES[wave]
    terminal.write_inventory(hosts, **variables)
    done = terminal.decommission()
    assert done.status == 2, done
    assert words in done.stdout, done
    assert "0 deactivated" in done.stdout
    assert cloud.requests() == []


@pytest.mark.thorough
@one_reading
def test_without_any_credentials_nothing_is_sent(cloud, terminal):
    del terminal.environment["QLIK_CLIENT_ID"], terminal.environment["QLIK_CLIENT_SECRET"]
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 2
    assert "There are no credentials for region eu" in done.stdout, done
    assert cloud.requests() == []


@pytest.mark.thorough
@one_reading
def test_half_credentials_send_nothing(cloud, terminal):
    del terminal.environment["QLIK_CLIENT_SECRET"]
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 2
    assert "client_secret is missing and client_id is given" in done.stdout, done
    assert cloud.requests() == []


TENANTS = {
    "no confirmation": (
        {"tenant_decommission_confirm_hostname": None},
        "tenant_decommission_confirm_hostname is missing",
    ),
    "an empty confirmation": (
        {"tenant_decommission_confirm_hostname": ""},
        "tenant_decommission_confirm_hostname is missing",
    ),
    "another confirmation": (
        {"tenant_decommission_confirm_hostname": "beta.eu.qlikcloud.com"},
        "tenant_decommission_confirm_hostname is 'beta.eu.qlikcloud.com' and the hostname is",
    ),
    **{
        f"days {days!r}": (
            {"tenant_decommission_purge_after_days": days},
            f"tenant_decommission_purge_after_days is {days!r}: it must be a whole number of days from 10 to 90",
        )
        for days in (9, 91, 10.5, "10.5", "ten", "")
    },
    "days against the house rule": (
        {"tenant_decommission_purge_after_days": 10, "tenant_decommission_min_purge_days": 20},
        "tenant_decommission_purge_after_days is 10: it must be 20 to 90 days (tenant_decommission_min_purge_days and",
    ),
    "another region": ({"qlik_region": "us"}, "qlik_region is 'us'"),
    "an empty id": ({"qlik_tenant_id": ""}, "qlik_tenant_id is ''"),
    "an id that is a path": ({"qlik_tenant_id": "../../v1/users"}, "qlik_tenant_id is '../../v1/users'"),
    "a hostname of somewhere else": (
        {"qlik_hostname": "acme.eu.qlikcloud.com.evil"},
        "qlik_hostname is",
    ),
    "a variable that cannot be evaluated": (
        {"tenant_decommission_purge_after_days": "{{ no_such_variable }}"},
        "tenant_decommission_purge_after_days: 'no_such_variable' is undefined",
    ),
}


@pytest.fixture(scope="module")
def wrong_tenants(tmp_path_factory):
    """One play with a tenant for each of the wrong values, and one tenant with whom all is well."""
    terminal = Terminal(tmp_path_factory.mktemp("wrong") / "terminal")
    names = {case: f"wrong{number}" for number, case in enumerate(TENANTS)}
    hosts = {"well": host("well")["well.eu.qlikcloud.com"]}
    hosts["well"]["qlik_hostname"] = "well.eu.qlikcloud.com"
    for case, (variables, _words) in TENANTS.items():
        # The host's name in the inventory is another than the tenant's, as the hostname may be what is wrong.
        written = host(names[case])[f"{names[case]}.eu.qlikcloud.com"]
        changed = {**written, "qlik_hostname": f"{names[case]}.eu.qlikcloud.com", **variables}
        hosts[names[case]] = {key: value for key, value in changed.items() if value is not None}
    with Simulator(scenario(*(tenant(name) for name in hosts)), directory=tmp_path_factory.mktemp("cloud")) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        terminal.write_inventory(hosts, tenant_decommission_max_tenants=100)
        done, results = terminal.decommission_each()
        yield {case: results[name] for case, name in names.items()}, results["well"], cloud.requests(), done


@pytest.mark.parametrize("case", TENANTS)
def test_what_is_wrong_with_one_tenant_fails_it_with_one_sentence(wrong_tenants, case):
    result = wrong_tenants[0][case]
    assert result["failed"] and not result["changed"]
    assert TENANTS[case][1] in result["msg"]


def test_what_is_wrong_with_one_tenant_stops_it_alone(wrong_tenants):
    _wrong, well, requests, done = wrong_tenants
    assert done.status == 2
    assert well["changed"], done
    assert f"{len(TENANTS) + 1} tenants: 1 deactivated, 0 unchanged, {len(TENANTS)} failed." in done.stdout
    # A token, read, deactivate, verify: all for the one that is well.
    assert [request["path"] for request in requests] == [
        "/oauth/token",
        f"/api/v1/tenants/{tenant_id('well')}",
        f"/api/v1/tenants/{tenant_id('well')}/actions/deactivate",
        "/oauth/token",
    ]


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("tenant_case", ["no confirmation", "days 9", "another region"])
def test_where_no_tenant_passes_its_guards_not_even_a_token_is_asked_for(cloud, terminal, tenant_case):
    variables, words = TENANTS[tenant_case]
    terminal.write_inventory(host("acme", **variables))
    done = terminal.decommission()
    assert done.status == 2
    assert words in done.stdout, done
    assert cloud.requests() == []


@pytest.mark.thorough
def test_two_ids_that_were_swapped_stop_both_tenants(cloud, terminal):
    terminal.write_inventory(
        {**host("acme", qlik_tenant_id=tenant_id("beta")), **host("beta", qlik_tenant_id=tenant_id("acme"))}
    )
    done = terminal.decommission()
    assert done.status == 2
    assert "2 tenants: 0 deactivated, 0 unchanged, 2 failed." in done.stdout, done
    assert not any(post["effective"] for post in cloud.action_posts())


TASKS = {
    "Ask for one token per region": "was not checked at the beginning of this run",
    "Deactivate and verify each tenant": "was not checked at the beginning of this run",
    "Sum up": "The check of all tenants did not run, so nothing was changed",
}


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("task", TASKS)
def test_starting_at_a_later_task_sends_no_action(cloud, terminal, task):
    terminal.write_inventory(host("acme"))
    done = terminal.decommission("--start-at-task", f"tenantops.qlik.tenant_decommission : {task}")
    assert cloud.action_posts() == [], done
    assert done.status == 2, done
    assert TASKS[task] in done.stdout
    assert " 1 deactivated" not in done.stdout


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize(
    "options", [("--tags", "sum"), ("--tags", "untagged", "--skip-tags", "all"), ("--skip-tags", "untagged")]
)
def test_choosing_tags_sends_no_action(cloud, terminal, options):
    terminal.write_inventory(host("acme"))
    terminal.decommission(*options)
    assert cloud.action_posts() == []


@one_reading
def test_a_wave_made_by_hand_sends_nothing(cloud, terminal):
    entry = {
        "host": "acme.eu.qlikcloud.com",
        "hostname": "acme.eu.qlikcloud.com",
        "region": None,
        "tenant_id": tenant_id("acme"),
        "confirm_hostname": "acme.eu.qlikcloud.com",
        "purge_after_days": 30,
        "min_purge_days": 10,
        "max_purge_days": 90,
        "verify": True,
        "verify_timeout": 60,
        "protected": [],
        "prefix": "tenant_decommission_",
        "one_client": True,
        "signature": "0" * 64,
    }
    wave = {"tenants": {"acme.eu.qlikcloud.com": entry}, "regions": [], "count": 1}
    terminal.write_inventory(host("acme"))
    terminal.write("wave.yml", {"_tenant_decommission_wave": wave})
    done = terminal.decommission("-e", "@wave.yml")
    assert done.status == 2
    assert "_tenant_decommission_wave is set" in done.stdout, done
    assert cloud.requests() == []


def play_with_role(**role):
    return [
        {
            "name": "Own play",
            "hosts": "qlik_tenants",
            "connection": "local",
            "gather_facts": False,
            "roles": [{"role": "tenantops.qlik.tenant_decommission", **role}],
        }
    ]


def test_role_parameters_are_what_the_guard_sees_and_what_is_sent(cloud, terminal):
    terminal.write_inventory({"tenant-1": {}, "tenant-2": {}})
    names = {"tenant-1": "acme", "tenant-2": "beta"}
    terminal.write(
        "play.yml",
        play_with_role(
            tenant_decommission_hostname="{{ names[inventory_hostname] }}.eu.qlikcloud.com",
            tenant_decommission_tenant_id="{{ ids[inventory_hostname] }}",
            tenant_decommission_confirm_hostname="acme.eu.qlikcloud.com",
            tenant_decommission_purge_after_days=45,
            vars={"names": names, "ids": {key: tenant_id(name) for key, name in names.items()}},
        ),
    )
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 2
    # The one confirmation is that of the first tenant.
    assert "2 tenants: 1 deactivated, 0 unchanged, 1 failed." in done.stdout, done
    assert [(post["path"], post["body"]) for post in cloud.action_posts()] == [
        (f"/api/v1/tenants/{tenant_id('acme')}/actions/deactivate", {"purgeAfterDays": 45})
    ]


@pytest.mark.thorough
@one_reading
def test_play_variables_count_for_the_guard(cloud, terminal):
    play = play_with_role()
    play[0]["vars"] = {"tenant_decommission_max_tenants": 1, "tenant_decommission_protected": ["beta.*"]}
    terminal.write_inventory({**host("acme"), **host("beta")})
    terminal.write("play.yml", play)
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 2
    assert "The play has 2 tenants" in done.stdout, done
    assert "beta.eu.qlikcloud.com is protected" in done.stdout
    assert cloud.requests() == []


@pytest.mark.thorough
def test_a_strategy_without_order_sends_no_more_than_the_guard_passed(cloud, terminal):
    play = play_with_role()
    play[0]["strategy"] = "free"
    terminal.write_inventory({**host("acme"), **host("beta")}, tenant_decommission_max_tenants=1)
    terminal.write("play.yml", play)
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 2, done
    assert cloud.action_posts() == []


@pytest.mark.thorough
@one_reading
def test_a_group_that_is_not_there_fails_and_an_empty_one_is_nothing_to_do(cloud, terminal):
    terminal.write("tenants.yml", yaml.safe_dump({"others": {"hosts": host("acme")}, "leavers": {}}))
    missing = terminal.decommission()
    assert missing.status != 0
    assert "The inventory has no group qlik_tenants" in missing.output, missing
    limited = terminal.decommission("--limit", "acme.eu.qlikcloud.com")
    assert limited.status != 0
    assert "The inventory has no group qlik_tenants" in limited.output, limited
    empty = terminal.decommission("-e", "qlik_targets=leavers")
    assert empty.status == 0, empty
    assert "The group leavers has no hosts: nothing to do." in empty.stdout
    assert cloud.requests() == []


@pytest.mark.thorough
def test_an_inventory_without_any_host_fails_where_the_group_is_missing(terminal):
    terminal.write("tenants.yml", "all: {}\n")
    done = terminal.decommission()
    assert done.status != 0
    assert "The inventory has no group qlik_tenants" in done.output, done


@pytest.mark.thorough
def test_the_playbook_passes_a_syntax_check_without_an_inventory(terminal):
    done = terminal.run("ansible-playbook", "--syntax-check", "tenantops.qlik.decommission")
    assert done.status == 0, done


@pytest.mark.thorough
def test_a_mapping_with_an_empty_entry_says_which_and_stops_that_region_alone(cloud, terminal):
    empty = {"client_id": "{{ lookup('ansible.builtin.env', 'NO_SUCH_VARIABLE') }}", "client_secret": ""}
    terminal.write_inventory(
        {**host("acme"), **host("delta", "us")}, tenant_decommission_credentials={"eu": CLIENTS["eu"], "us": empty}
    )
    done = terminal.decommission()
    assert done.status == 2
    assert "credentials of region us: client_id and client_secret must have a value" in done.stdout, done
    assert {request["host"] for request in cloud.requests()} == {"register.eu.qlikcloud.com", "acme.eu.qlikcloud.com"}


# What was written is never ignored: an inventory, options of the run → what it says. Each sends nothing.
IGNORED = {
    "an unknown variable of the inventory": (
        {"tenant_decommission_days": 60},
        (),
        "tenant_decommission_days (acme.eu.qlikcloud.com, beta.eu.qlikcloud.com) is not a variable of the role",
    ),
    "an unknown variable with -e": ({}, ("-e", "tenant_decommission_dry_run=true"), "tenant_decommission_dry_run ("),
    "a misspelt prefix": ({"tenant_decomission_protected": ["beta.*"]}, (), "tenant_decomission_protected ("),
    "qlik_ for the role's prefix": (
        {"qlik_purge_after_days": 60},
        (),
        "Did you mean tenant_decommission_purge_after_days?",
    ),
    "a pattern that matches nothing": (
        {"tenant_decommission_protected": ["golf.eu"]},
        (),
        "tenant_decommission_protected has the pattern 'golf.eu'",
    ),
    "a template as the confirmation": (
        {"tenant_decommission_confirm_hostname": "{{ inventory_hostname }}"},
        (),
        "tenant_decommission_confirm_hostname of acme.eu.qlikcloud.com, beta.eu.qlikcloud.com is a template",
    ),
    "a template as the confirmation with -e": (
        {},
        ("-e", '{"tenant_decommission_confirm_hostname": "{{ qlik_hostname }}"}'),
        "is a template",
    ),
    "an approval of the inventory": ({"qlik_plan_max_hours": 9999}, (), "qlik_plan_max_hours is set in the inventory"),
    "other words for the role": (
        {"tenant_decommissioning_protected": ["beta.*"]},
        (),
        "Did you mean tenant_decommission_protected?",
    ),
    "almost a variable of the playbooks": ({}, ("-e", "qlik_target=canary"), "Did you mean qlik_targets?"),
    "seconds that are no number": (
        {"tenant_decommission_timeout": "abc"},
        (),
        "tenant_decommission_timeout is 'abc': it must be a number of seconds",
    ),
    "neither true nor false": ({}, ("-e", "qlik_require_plan="), "qlik_require_plan is '': it must be true or false"),
    "wrong seconds": (
        {"tenant_decommission_timeout": 0},
        (),
        "tenant_decommission_timeout is 0: it must be a number",
    ),
}


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("case", IGNORED)
def test_what_would_be_ignored_refuses_the_wave(cloud, terminal, case):
    variables, options, words = IGNORED[case]
    confirmed = "tenant_decommission_confirm_hostname" not in variables
    confirmation = {} if confirmed else {"tenant_decommission_confirm_hostname": None}
    terminal.write_inventory({**host("acme", **confirmation), **host("beta", **confirmation)}, **variables)
    done = terminal.decommission(*options)
    assert done.status == 2, done
    assert words in done.stdout, done
    assert cloud.requests() == []


@pytest.mark.thorough
@one_reading
@pytest.mark.skipif(not HAS_TAGS, reason="ansible-core before 2.19 keeps no origin of a text")
def test_a_confirmation_that_a_plugin_or_a_task_put_together_refuses_the_wave(cloud, terminal):
    written = host("acme", tenant_decommission_confirm_hostname=None, qlik_hostname="acme.eu.qlikcloud.com")
    terminal.write_inventory(written)
    composed = {"inventory_hostname": "put together", "qlik_hostname": "a copy of qlik_hostname"}
    for expression, words in composed.items():
        compose = {"tenant_decommission_confirm_hostname": expression}
        terminal.write("z.constructed.yml", {"plugin": "ansible.builtin.constructed", "compose": compose})
        done = terminal.decommission("-i", "z.constructed.yml")
        assert done.status == 2, done
        assert words in done.stdout, done
    terminal.write("tenants.ini", "[qlik_tenants]\nacme.eu.qlikcloud.com qlik_hostname=acme.eu.qlikcloud.com\n")
    copied = terminal.run(
        *("ansible-playbook", "-i", "tenants.ini", "-i", "z.constructed.yml", "tenantops.qlik.decommission")
    )
    assert copied.status == 2, copied
    assert "a copy of qlik_hostname" in copied.stdout, copied
    assert cloud.requests() == []


@pytest.mark.thorough
def test_a_typed_confirmation_passes_wherever_it_is_typed(cloud, terminal):
    terminal.write_inventory(host("acme", tenant_decommission_confirm_hostname=None))
    play = play_with_role()
    play[0]["vars"] = {
        "tenant_decommission_confirm_hostname": "acme.eu.qlikcloud.com",
        "tenant_decommission_verify_timeout": 2.5,
    }
    # As the runner of Automation controller hands on the answers of a survey.
    terminal.write("answers.yml", "tenant_decommission_confirm_hostname: !unsafe acme.eu.qlikcloud.com\n")
    terminal.write("play.yml", play)
    for run in (
        terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", "--check"),
        terminal.decommission("--check", "-e", "@answers.yml"),
        terminal.decommission("--check", "-e", "tenant_decommission_confirm_hostname=acme.eu.qlikcloud.com"),
    ):
        assert run.status == 0, run
        assert "1 would be deactivated" in run.stdout


@pytest.mark.thorough
@one_reading
def test_an_approval_that_the_play_includes_is_the_plays(cloud, terminal):
    terminal.write_inventory(host("acme"))
    terminal.write("approval.yml", {"qlik_plan_max_hours": 24})
    play = play_with_role()
    play[0]["pre_tasks"] = [{"name": "Include", "ansible.builtin.include_vars": "approval.yml"}]
    terminal.write("play.yml", play)
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", "--check")
    assert done.status == 0, done


@pytest.mark.thorough
def test_variables_of_the_decommission_do_not_disturb_a_restore(cloud, terminal):
    terminal.write_inventory(
        host("acme", tenant_restore_confirm_hostname="acme.eu.qlikcloud.com", tenant_decommission_own="x"),
        tenant_decommission_purge_after_days=60,
    )
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.restore", "--check")
    assert "0 would be reactivated, 1 unchanged" in done.stdout, done
    misspelt = terminal.run(
        *("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.restore", "--check"),
        *("-e", "tenant_decommission_receipt_dir=x"),
    )
    assert misspelt.status == 2
    assert "tenant_decommission_receipt_dir (" in misspelt.stdout, misspelt


@pytest.mark.thorough
@one_reading
def test_check_mode_shows_the_days_as_yaml_understood_them_and_the_date(cloud, terminal):
    terminal.write_inventory(host("acme"), tenant_decommission_purge_after_days=30)
    written = terminal.folder / "tenants.yml"
    written.write_text(written.read_text().replace("purge_after_days: 30\n", "purge_after_days: 030\n"))
    for options in (("--check",), ("--check", "--diff")):
        done = terminal.decommission(*options)
        assert "24 days, about 20" in done.stdout, done


def test_days_that_were_changed_after_the_deactivation_are_told_and_can_be_reset(cloud, terminal):
    terminal.write_inventory(host("acme"))
    assert terminal.decommission().status == 0
    terminal.write_inventory(host("acme", tenant_decommission_purge_after_days=60))
    told = terminal.decommission()
    assert told.status == 0, told
    assert "was deactivated with 30 days, and tenant_decommission_purge_after_days is 60 now" in told.stdout, told
    assert len(cloud.action_posts()) == 1
    assert (
        terminal.decommission(
            "-e", "tenant_decommission_reset_purge_timer=true", "-e", "tenant_decommission_max_tenants=0"
        ).status
        == 2
    )
    reset = terminal.decommission("-e", "tenant_decommission_reset_purge_timer=true")
    assert reset.status == 0, reset
    assert "disabled, countdown restarted" in reset.stdout, reset
    assert [post["body"] for post in cloud.action_posts()] == [{"purgeAfterDays": 30}, {"purgeAfterDays": 60}]
