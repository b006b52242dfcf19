# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Qlik Cloud that misbehaves: what passes is survived, what must not pass for success fails, no second POST takes effect."""

from __future__ import annotations

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

pytestmark = pytest.mark.thorough

DEACTIVATE = "*/actions/deactivate"
READ = "/api/v1/tenants/*"

# Each trouble hits a tenant of its own, all in one play: what is done, how often.
SURVIVED = {
    "429 with seconds": (DEACTIVATE, {"status": 429, "headers": {"Retry-After": "1"}}, 2),
    "429 with a date": (DEACTIVATE, {"status": 429, "headers": {"Retry-After": "Tue, 24 Nov 2026 15:00:01 GMT"}}, 1),
    "429 with rubbish": (DEACTIVATE, {"status": 429, "headers": {"Retry-After": "soon"}}, 1),
    "429 on reading": (READ, {"status": 429, "headers": {"Retry-After": "1"}}, 1),
    **{f"{status}": (DEACTIVATE, {"status": status, "html": "<h1>no</h1>"}, 1) for status in (500, 502, 503, 504)},
    "a block page after the effect": (DEACTIVATE, {"status": 403, "html": "<h1>Blocked</h1>", "effect": True}, 1),
    "a 401 after the effect": (
        DEACTIVATE,
        {"status": 401, "json": {"errors": [{"code": "AUTH-1", "title": "No"}]}, "effect": True},
        1,
    ),
    "500 on reading": (READ, {"status": 500}, 1),
    "503 with the effect": (DEACTIVATE, {"status": 503, "html": "<h1>no</h1>", "effect": True}, 1),
    "cut before the effect": (DEACTIVATE, {"drop": "before"}, 1),
    "cut after the effect": (DEACTIVATE, {"drop": "after"}, 1),
    "reset after the effect": (DEACTIVATE, {"drop": "after", "reset": True}, 1),
    "half an answer": (DEACTIVATE, {"half": True}, 1),
    "cut on reading": (READ, {"drop": "before"}, 1),
}
OTHER = {"id": tenant_id("other"), "status": "disabled", "estimatedPurgeDate": "2027-01-01T00:00:00.000Z"}
REFUSED = {
    "another id": {"json": OTHER},
    "HTML": {"html": "<html>ok</html>"},
    "a list": {"json": [OTHER]},
    "nothing": {"body": ""},
    "a block page": {"status": 403, "html": "<h1>Blocked</h1>"},
    "a redirect": {"redirect": "https://evil.example/", "status": 307},
    **{
        f"{status}": {"status": status, "json": {"errors": [{"code": "X-1", "title": "No"}], "traceId": "trace-1"}}
        for status in (400, 403, 404, 405, 409, 412, 418, 501)
    },
}
# The server may have done it: its answer is no answer.
DOUBTFUL = {"another id", "HTML", "a list", "nothing", "active", "a redirect", "a block page", "501"}


def name_of(case):
    return "t" + "".join(character for character in case if character.isalnum()).lower()


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def outcomes(request, tmp_path_factory):
    """One play with a tenant for each trouble: the results by case, the cloud, and the run."""
    faults = [
        {
            "name": case,
            "host": "register.eu.qlikcloud.com",
            "path": path,
            "tenant": tenant_id(name_of(case)),
            "times": times,
            "do": do,
        }
        for case, (path, do, times) in SURVIVED.items()
    ]
    answers = {**REFUSED, "active": {"json": {"id": tenant_id(name_of("active")), "status": "active"}}}
    faults += [
        {"name": case, "path": DEACTIVATE, "tenant": tenant_id(name_of(case)), "times": None, "do": do}
        for case, do in answers.items()
    ]
    names = {case: name_of(case) for case in (*SURVIVED, *answers)}
    terminal = Terminal(tmp_path_factory.mktemp("faults") / "terminal")
    described = scenario(*(tenant(name) for name in names.values()), faults=faults)
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud"), refuse_reads=request.param) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        hosts = {key: value for name in names.values() for key, value in host(name).items()}
        terminal.write_inventory(hosts, tenant_decommission_max_tenants=100)
        done, results = terminal.decommission_each("--forks", "20")
        posts = cloud.action_posts()
        yield (
            {
                case: (
                    results[f"{name}.eu.qlikcloud.com"],
                    [post for post in posts if f"/{tenant_id(name)}/" in post["path"]],
                )
                for case, name in names.items()
            },
            done,
        )


@pytest.mark.parametrize("case", SURVIVED)
def test_passing_trouble_is_survived_with_one_effective_post(outcomes, case):
    result, posts = outcomes[0][case]
    assert not result["failed"], result["msg"]
    assert (result["changed"], result["status"], result["probe_state"]) == (True, "disabled", "deactivated")
    assert sum(post["effective"] for post in posts) == 1


@pytest.mark.parametrize("case", [*REFUSED, "active"])
def test_no_other_answer_passes_for_success_and_none_is_asked_for_twice(outcomes, case):
    result, posts = outcomes[0][case]
    assert result["failed"]
    assert result["changed"] is (case in DOUBTFUL)
    assert len(posts) == 1
    status = REFUSED.get(case, {}).get("status", 200)
    assert f"HTTP {status} from register.eu.qlikcloud.com" in result["msg"]
    assert result["http_status"] == status
    if case.isdigit():
        assert (result["code"], result["trace_id"]) == ("X-1", "trace-1")
        assert "code X-1, title No, traceId trace-1" in result["msg"]


def test_a_summary_names_each_tenant_that_failed(outcomes):
    cases, done = outcomes
    assert done.status == 2
    failed = len(REFUSED) + 1
    assert f"{len(cases)} tenants: {len(cases) - failed} deactivated, 0 unchanged, {failed} failed." in done.stdout


WAVE_TROUBLE = {
    "429 for the token": {"path": "/oauth/token", "do": {"status": 429, "headers": {"Retry-After": "1"}}},
    "cut for the token": {"path": "/oauth/token", "do": {"drop": "before"}},
    "no tunnel at first": {"do": {"connect": "refuse", "status": 502}},
    "a token that is good no longer": {"path": DEACTIVATE, "do": {"revoke_token": True}},
}


@pytest.mark.parametrize("case", WAVE_TROUBLE)
def test_passing_trouble_with_connection_and_token_is_survived(start_cloud, terminal, case):
    fault = {"name": case, "host": "register.eu.qlikcloud.com", **WAVE_TROUBLE[case]}
    cloud = start_cloud(scenario(tenant("acme"), faults=[fault]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 0, done
    assert "1 tenant: 1 deactivated, 0 unchanged, 0 failed." in done.stdout
    assert sum(post["effective"] for post in cloud.action_posts()) == 1


def fault(method, path, do, **more):
    return {"name": "fault", "host": "register.eu.qlikcloud.com", "method": method, "path": path, "do": do, **more}


def test_both_codes_mean_deactivated(start_cloud, terminal):
    tenants = [
        tenant("acme", status="disabled", deactivated_code="TENANT_DEACTIVATED"),
        tenant("beta", status="disabled", deactivated_code="TENANT_DISABLED"),
    ]
    cloud = start_cloud(scenario(*tenants))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")})
    done = terminal.decommission()
    assert done.status == 0, done
    assert "2 tenants: 0 deactivated, 2 unchanged, 0 failed." in done.stdout
    assert cloud.action_posts() == []


def test_a_tenant_that_nobody_knows_fails(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("unknown"))
    done = terminal.decommission()
    assert done.status == 2
    assert "was not found in region eu" in done.stdout, done
    assert cloud.action_posts() == []


def test_a_wait_that_is_longer_than_allowed_is_not_waited_for(start_cloud, terminal):
    blocked = fault("POST", DEACTIVATE, {"status": 429, "headers": {"Retry-After": "86400"}}, times=None)
    cloud = start_cloud(scenario(tenant("acme"), faults=[blocked]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 2
    assert "the next wait would be 86400 s" in done.stdout, done


def test_a_wait_over_five_seconds_is_announced_with_its_reason(start_cloud, terminal):
    blocked = fault("POST", DEACTIVATE, {"status": 429, "headers": {"Retry-After": "6"}})
    cloud = start_cloud(scenario(tenant("acme"), faults=[blocked]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 0, done
    assert "HTTP 429 from register.eu.qlikcloud.com" in done.stdout
    assert ": waiting 6 s" in done.stdout


def test_credentials_go_to_no_host_that_a_redirect_names(start_cloud, terminal):
    redirect = fault("POST", "/oauth/token", {"redirect": "https://evil.eu.qlikcloud.com/oauth/token", "status": 307})
    cloud = start_cloud(scenario(tenant("acme"), faults=[redirect]))
    terminal.go_online(cloud)
    terminal.write_inventory(host("acme"), tenant_decommission_credentials=CLIENTS)
    done = terminal.decommission()
    assert done.status == 2, done
    assert {request["host"] for request in cloud.requests()} == {"register.eu.qlikcloud.com"}
