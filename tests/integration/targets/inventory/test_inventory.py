# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin with ansible-inventory and the playbooks, through console.qlikcloud.com over TLS."""

from __future__ import annotations

import json
import sys

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    ORGANIZATION,
    SECRETS,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.tiers import thorough_but
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS

CONSOLE = "console.qlikcloud.com"
EVIL = "{{ lookup('ansible.builtin.pipe', 'touch pwned') }}"
OTHERS = {"id": "client-of-others", "secret": "canary-secret-of-others-7c2d"}
TENANTS = (
    tenant("acme", license_ends_at="-61d"),
    tenant("beta", license_ends_at="-59d"),
    tenant("gone", status="disabled", purge_at="+9d", license_ends_at="-100d"),
    tenant("odd") | {"name": EVIL},
    tenant("acme-us", "us", subscription="sub-2") | {"name": "acme"},
)


@pytest.fixture
def refuse_reads():
    """Not in this target: the register hosts are not asked."""
    return


def organization(**more):
    mine = {"id": ORGANIZATION["org_client_id"], "secret": ORGANIZATION["org_client_secret"]}
    return {"clients": [mine, OTHERS], "subscription": ["sub-1", "sub-2"], **more}


@pytest.fixture
def cloud(start_cloud):
    return start_cloud(scenario(*TENANTS, organization=organization()))


@pytest.fixture
def inventory(terminal):
    """Writes a source and runs ansible-inventory on it."""

    def run(*options, **source):
        terminal.write("all.qlik_tenants.yml", {"plugin": "tenantops.qlik.qlik_tenants", **source})
        return terminal.run("ansible-inventory", "-i", "all.qlik_tenants.yml", *options)

    for option, value in ORGANIZATION.items():
        terminal.environment[f"QLIK_{option.upper()}"] = value
    terminal.environment["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "1"
    return run


def safe(value):
    """Without the marks that ansible-inventory puts around texts that are no templates."""
    if isinstance(value, list):
        return [safe(one) for one in value]
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"] if list(value) == ["__ansible_unsafe"] else {k: safe(v) for k, v in value.items()}
        )
    return value


def hosts(done):
    assert done.status == 0, done
    return safe(json.loads(done.stdout))["_meta"]["hostvars"]


def names(done):
    return sorted(host.partition(".")[0] for host in hosts(done))


def leaks(*texts):
    return [
        secret for secret in (*SECRETS.values(), OTHERS["secret"], "simulated-") for text in texts if secret in text
    ]


def test_every_tenant_is_a_host_with_what_is_known_of_it(cloud, terminal, inventory):
    terminal.go_online(cloud)
    done = inventory(
        "--list",
        "-vvvv",
        keyed_groups=[{"key": "qlik_region", "prefix": "region"}],
        compose={"label": "qlik_name ~ '!'"},
    )
    # With -vvvv the standard output has more than the inventory.
    shown = safe(json.loads(done.stdout[done.stdout.index("\n{") :]))
    variables = shown["_meta"]["hostvars"]
    assert sorted(variables) == sorted(one["hostname"] for one in TENANTS)
    assert sorted(shown["qlik_tenants"]["hosts"]) == sorted(variables)
    assert shown["region_us"]["hosts"] == ["acme-us.us.qlikcloud.com"]
    gone = variables["gone.eu.qlikcloud.com"]
    record = cloud.requests(path="/api/core/tenants")
    assert [(one["host"], one["method"], one["query"]) for one in record] == [
        (CONSOLE, "GET", {"limit": "100", "totalResults": "true"})
    ]
    assert {one["host"] for one in cloud.requests()} == {CONSOLE}
    assert len(cloud.requests()) == 2
    assert gone.pop("qlik_deletion_starts_at")[:4].isdigit()
    assert gone.pop("qlik_license_ends_at")[:4].isdigit()
    assert {key: value for key, value in gone.items() if not key.endswith(("ed", "starts_at"))} == {
        "ansible_python_interpreter": sys.executable,
        "label": "gone!",
        "qlik_tenant_id": tenant_id("gone"),
        "qlik_hostname": "gone.eu.qlikcloud.com",
        "qlik_hostnames": ["gone.eu.qlikcloud.com"],
        "qlik_region": "eu",
        "qlik_name": "gone",
        "qlik_status": "disabled",
        "qlik_datacenter": "eu-west-1",
        "qlik_country": "IE",
        "qlik_subscription_id": "sub-1",
    }
    assert (variables["odd.eu.qlikcloud.com"]["qlik_name"], variables["odd.eu.qlikcloud.com"]["label"]) == (
        EVIL,
        f"{EVIL}!",
    )
    assert not list(terminal.folder.rglob("pwned"))
    assert "confirm" not in json.dumps(shown)
    assert leaks(done.output) == []


def test_a_name_that_looks_like_another_value_is_a_text(start_cloud, terminal, inventory):
    odd = {"acme": "True", "beta": "['vip', 'others']", "crown": "{'vip': 1}", "delta": "0x10"}
    terminal.go_online(start_cloud(scenario(*(tenant(one) | {"name": name} for one, name in odd.items()))))
    compose = {"label": "qlik_name", "days": "30 + 30", "first_day": "none", "both": "[qlik_name, qlik_region]"}
    done = inventory("--list", keyed_groups=[{"key": "qlik_name", "prefix": "name"}], compose=compose)
    found = {host.partition(".")[0]: variables for host, variables in hosts(done).items()}
    assert {host: variables["label"] for host, variables in found.items()} == odd
    assert {host: variables["both"] for host, variables in found.items()} == {
        host: [name, "eu"] for host, name in odd.items()
    }
    assert (found["acme"]["days"], found["acme"]["first_day"]) == (60, None)
    groups = json.loads(done.stdout)
    assert groups["name_True"]["hosts"] == ["acme.eu.qlikcloud.com"]
    assert "name_vip" not in groups


def test_a_name_that_is_a_template_is_never_run(cloud, terminal, inventory):
    terminal.go_online(cloud)
    group = {"key": "qlik_name", "prefix": "name", "parent_group": "by_name"}
    inventory(
        "--graph", keyed_groups=[group], groups={"evil": "'lookup' in qlik_name"}, hostname_template="{{ qlik_name }}"
    )
    show = {"name": "Show", "ansible.builtin.debug": {"msg": "{{ qlik_name }} of {{ inventory_hostname }}"}}
    play = {"name": "Play", "hosts": "evil", "connection": "local", "gather_facts": False, "tasks": [show]}
    terminal.write("play.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "all.qlik_tenants.yml", "play.yml")
    assert done.status == 0, done
    assert "touch pwned" in done.stdout
    # Neither its name nor that of two tenants is one for a host: both are said, and all are there.
    assert "of odd.eu.qlikcloud.com" in done.stdout
    # Older cores break a warning into lines, also at a hyphen.
    assert all(name in "".join(done.output.split()) for name in ("odd.eu", "acme.eu", "acme-us.us"))
    assert not list(terminal.folder.rglob("pwned"))


CHOICES = {
    "statuses": ({"statuses": ["disabled"]}, ["gone"], '(status eq "disabled" or status eq "deactivated")'),
    "regions": ({"regions": ["us"]}, ["acme-us"], None),
    "a name": ({"name": "acme", "regions": ["eu"]}, ["acme"], 'name eq "acme"'),
    "a licence that ended": (
        {"license_ended_before": "60d", "statuses": ["active"]},
        ["acme"],
        'status eq "active"',
    ),
}


@pytest.mark.parametrize("case", thorough_but("a licence that ended", cases=CHOICES))
def test_what_the_server_can_filter_it_filters_and_the_rest_is_done_here(cloud, terminal, inventory, case):
    source, expected, sent = CHOICES[case]
    terminal.go_online(cloud)
    assert names(inventory("--list", **source)) == expected
    (request,) = cloud.requests(path="/api/core/tenants")
    assert request["query"].get("filter") == sent


CACHE = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}


@pytest.mark.thorough
def test_a_hit_makes_no_request_and_is_nobody_elses(cloud, terminal, inventory):
    terminal.go_online(cloud)
    first = hosts(inventory("--list", **CACHE))
    asked = len(cloud.requests())
    again = inventory("--list", "-vvvv", **CACHE)
    assert safe(json.loads(again.stdout[again.stdout.index("\n{") :]))["_meta"]["hostvars"] == first
    assert names(inventory("--list", **CACHE, regions=["us"])) == ["acme-us"]
    assert len(cloud.requests()) == asked
    # Another filter, another client, and whoever wants it fresh.
    assert names(inventory("--list", **CACHE, statuses=["disabled"])) == ["gone"]
    assert len(cloud.requests()) == asked + 2
    hosts(inventory("--list", **CACHE, org_client_id=OTHERS["id"], org_client_secret=OTHERS["secret"]))
    assert len(cloud.requests()) == asked + 4
    if HAS_TAGS:
        # An older ansible-inventory does not have the option; ansible-playbook does.
        hosts(inventory("--list", "--flush-cache", **CACHE))
        assert len(cloud.requests()) == asked + 6
    kept = [path for path in (terminal.folder / "cache").rglob("*") if path.is_file()]
    assert len(kept) == 3
    assert leaks(again.output, *(path.read_text() for path in kept), *map(str, kept)) == []


def test_a_wrong_secret_gets_nothing_from_the_cache(cloud, terminal, inventory):
    terminal.go_online(cloud)
    hosts(inventory("--list", **CACHE))
    done = inventory("--list", **CACHE, org_client_secret="wrong-secret")
    assert done.status != 0
    assert "No token was issued. Check org_client_id and org_client_secret" in " ".join(done.output.split())


@pytest.mark.parametrize("cursor", thorough_but("next", cases=("next", "offset")))
def test_250_tenants_are_three_pages(start_cloud, terminal, inventory, cursor):
    fleets = [{"count": 125, "region": region, "prefix": region} for region in ("eu", "us")]
    cloud = start_cloud(scenario(fleets=fleets, organization=organization(cursor=cursor)))
    terminal.go_online(cloud)
    assert len(hosts(inventory("--list"))) == 250
    pages = cloud.requests(path="/api/core/tenants")
    assert [(one["host"], cursor in one["query"]) for one in pages] == [
        (CONSOLE, False),
        (CONSOLE, True),
        (CONSOLE, True),
    ]


LIST = {"method": "GET", "path": "/api/core/tenants"}
FAILURES = {
    "a foreign subscription": (
        {"subscription_ids": ["sub-of-others"]},
        {},
        "HTTP 403",
        "belongs to the organization of this client",
    ),
    "a filter that must be": ({}, {"filter_required": True}, "HTTP 400", "subscription_ids"),
    "a misspelt option": ({"regoins": ["eu"]}, {}, "Unknown options", "regoins"),
    "a computed confirmation": (
        {"compose": {"tenant_decommission_confirm_hostname": "inventory_hostname"}},
        {},
        "A confirmation must be typed by a person",
        "have it approved",
    ),
    "a computed confirmation of a restored tenant": (
        {"compose": {"tenant_decommission_confirm_restored": "qlik_updated[:10]"}},
        {},
        "compose sets tenant_decommission_confirm_restored",
        "A confirmation must be typed by a person",
    ),
    "a group of what is not there": (
        {"strict": True, "groups": {"x": "nothing.at.all"}},
        {},
        "Could not add host",
        "nothing",
    ),
    "names that are not unique": (
        {"strict": True, "hostname_template": "{{ qlik_name }}"},
        {},
        "keep their hostname: acme.eu.qlikcloud.com ('acme' is the name of another tenant too)",
        "",
    ),
}


@pytest.mark.parametrize("case", thorough_but("a computed confirmation", cases=FAILURES))
def test_what_is_wrong_is_said_and_nothing_is_listed(start_cloud, terminal, inventory, case):
    source, more, *words = FAILURES[case]
    cloud = start_cloud(scenario(*TENANTS, organization=organization(**more)))
    terminal.go_online(cloud)
    done = inventory("--list", "-vvvv", **source)
    assert done.status != 0
    text = " ".join(done.output.split())
    assert all(word in text for word in words), done
    assert leaks(done.output) == []


@pytest.mark.thorough
def test_trouble_that_passes_is_survived(start_cloud, terminal, inventory):
    faults = [
        {**LIST, "do": {"status": 429, "headers": {"Retry-After": "6"}, "json": {}}},
        {**LIST, "do": {"status": 503, "html": "<h1>Oops</h1>"}},
        {**LIST, "do": {"revoke_token": True}},
    ]
    cloud = start_cloud(scenario(*TENANTS, faults=faults, organization=organization()))
    terminal.go_online(cloud)
    done = inventory("--list")
    assert len(hosts(done)) == len(TENANTS)
    # Not on the standard output, which the inventory is read from.
    assert "waiting 6 s" in done.output
    assert [one["status"] for one in cloud.requests(**LIST)] == [429, 503, 401, 200]
    assert len(cloud.requests(path="/oauth/token")) == 2


@pytest.mark.thorough
def test_tenants_that_cannot_be_hosts_are_said(start_cloud, terminal, inventory):
    same = {"hostnames": ["twin.eu.qlikcloud.com"]}
    odd = [
        tenant("nameless", shown={"hostnames": []}),
        tenant("localhost", shown={"hostnames": ["localhost"]}),
        tenant("twin-a", shown=same),
        tenant("twin-b", shown=same),
        tenant("again", shown={"status": "deleted", "hostnames": ["acme.eu.qlikcloud.com"]}),
        tenant("broken", shown={"id": "../x"}),
        tenant("dateless", shown={"licenseEndsAt": "soon"}),
    ]
    cloud = start_cloud(scenario(*TENANTS, *odd, organization=organization()))
    terminal.go_online(cloud)
    done = inventory("--list", license_ended_before="1d")
    assert f"license_ended_before is set: {tenant_id('dateless')}." in " ".join(done.output.split())
    done = inventory("--list")
    assert len(hosts(done)) == len(TENANTS) + 1
    assert hosts(done)["acme.eu.qlikcloud.com"]["qlik_tenant_id"] == tenant_id("acme")
    text = " ".join(done.output.split())
    for name in ("nameless", "localhost", "twin-a", "twin-b", "again"):
        assert tenant_id(name) in text
    assert "1 entry of the organization's list could not be read, and was left out" in text


@pytest.mark.thorough
def test_a_secret_may_be_vaulted_or_looked_up(cloud, terminal, inventory):
    terminal.go_online(cloud)
    secret = terminal.environment.pop("QLIK_ORG_CLIENT_SECRET")
    terminal.write("password", "a-password-of-the-vault")
    terminal.environment |= {"ANSIBLE_VAULT_PASSWORD_FILE": str(terminal.folder / "password"), "CONSOLE_SECRET": secret}
    vaulted = terminal.run("ansible-vault", "encrypt_string", "--name", "org_client_secret", secret).stdout
    terminal.write("vaulted.qlik_tenants.yml", f"plugin: tenantops.qlik.qlik_tenants\n{vaulted}")
    done = terminal.run("ansible-inventory", "-i", "vaulted.qlik_tenants.yml", "--list")
    assert len(hosts(done)) == len(TENANTS)
    done = inventory("--list", org_client_secret="{{ lookup('ansible.builtin.env', 'CONSOLE_SECRET') }}")
    assert len(hosts(done)) == len(TENANTS)


def test_the_playbooks_run_on_it_as_it_is(cloud, terminal, inventory):
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write("eu.qlik_tenants.yml", {"plugin": "tenantops.qlik.qlik_tenants", "regions": ["eu"]})
    terminal.write_group_vars()
    done = terminal.run("ansible-playbook", "-i", "eu.qlik_tenants.yml", "tenantops.qlik.decommission")
    assert done.status == 2
    assert "tenant_decommission_confirm_hostname is missing" in done.stdout
    done = terminal.run(
        "ansible-playbook", "-i", "eu.qlik_tenants.yml", "tenantops.qlik.plan", "-e", "qlik_plan=plan.json"
    )
    assert done.status == 0, done
    plan = json.loads((terminal.folder / "plan.json").read_text())
    assert sorted((one["hostname"], one["action"]) for one in plan["tenants"]) == [
        ("acme.eu.qlikcloud.com", "deactivate"),
        ("beta.eu.qlikcloud.com", "deactivate"),
        ("gone.eu.qlikcloud.com", "no-op"),
        ("odd.eu.qlikcloud.com", "deactivate"),
    ]
    assert cloud.action_posts() == []
    assert leaks(done.output) == []
    assert not any(client["client_secret"] in done.output for client in CLIENTS.values())


@pytest.mark.thorough
def test_a_tenant_that_is_called_like_a_group_keeps_its_hostname(start_cloud, terminal, inventory):
    called = [tenant("vip", "us") | {"name": "wave1"}, tenant("vap", "us") | {"name": "region_eu"}, tenant("fine")]
    cloud = start_cloud(scenario(*called, organization=organization()))
    terminal.go_online(cloud)
    static = {"qlik_tenants": {"children": {"wave1": {"hosts": {"acme.eu.qlikcloud.com": None}}}}}
    terminal.write("a_static.yml", static)
    source = {"hostname_template": "{{ qlik_name }}", "keyed_groups": [{"key": "qlik_region", "prefix": "region"}]}
    inventory("--graph", **source)
    done = terminal.run("ansible-inventory", "-i", "a_static.yml", "-i", "all.qlik_tenants.yml", "--list")
    shown = safe(json.loads(done.stdout))
    assert "acme.eu.qlikcloud.com" in shown["wave1"]["hosts"]
    assert "qlik_tenant_id" not in shown["_meta"]["hostvars"].get("acme.eu.qlikcloud.com", {})
    assert shown["_meta"]["hostvars"]["vip.us.qlikcloud.com"]["qlik_tenant_id"] == tenant_id("vip")
    assert shown["_meta"]["hostvars"]["vap.us.qlikcloud.com"]["qlik_tenant_id"] == tenant_id("vap")
    assert (shown["region_eu"]["hosts"], sorted(shown["region_us"]["hosts"])) == (
        ["fine"],
        ["vap.us.qlikcloud.com", "vip.us.qlikcloud.com"],
    )


@pytest.mark.thorough
def test_a_tenant_that_is_called_like_a_host_of_another_source_is_not_merged_into_it(start_cloud, terminal, inventory):
    called = [tenant("web1") | {"name": "Web1"}, tenant("fine"), tenant("vip")]
    cloud = start_cloud(scenario(*called, organization=organization()))
    terminal.go_online(cloud)
    servers = {"web1": {"ansible_host": "192.0.2.1"}, "shop": None}
    tenants = {"vip.eu.qlikcloud.com": {"qlik_tenant_id": "somebody-else"}}
    terminal.write("a_static.yml", {"servers": {"hosts": servers}, "mine": {"hosts": tenants}})
    both = ("ansible-inventory", "-i", "a_static.yml", "-i", "all.qlik_tenants.yml", "--list")
    inventory("--graph", hostname_template="{{ qlik_name | lower }}")
    done = terminal.run(*both)
    found = hosts(done)
    assert found["web1"] == {"ansible_host": "192.0.2.1"}
    assert found["web1.eu.qlikcloud.com"]["qlik_tenant_id"] == tenant_id("web1")
    assert found["vip.eu.qlikcloud.com"] == {"qlik_tenant_id": "somebody-else"}
    assert "'web1' is the name of a host of another inventory source" in " ".join(done.output.split())
    assert "qlik_tenant_id 'somebody-else' in that source" in " ".join(done.output.split())
    # A group of tenants called like a host: a pattern would mean both.
    inventory("--graph", keyed_groups=[{"key": "'shop'", "prefix": "", "separator": ""}])
    done = terminal.run(*both)
    assert done.status != 0
    assert "A host and a group would have the same name shop" in " ".join(done.output.split())
    inventory("--graph", hostname_template="{{ qlik_name | lower }}", strict=True)
    assert terminal.run(*both).status != 0


WHOLE_OR_NOTHING = {
    "a name that is none": {"hostname_template": "{{ nothing.at.all }}"},
    "a variable that only some have": {"compose": {"x": "qlik_name if qlik_region == 'us' else nothing.at.all"}},
}


@pytest.mark.parametrize("case", thorough_but("a name that is none", cases=WHOLE_OR_NOTHING))
@pytest.mark.parametrize(
    "limit", [pytest.param((), marks=pytest.mark.thorough), ("--limit", "qlik_tenants")], ids=["all", "limit"]
)
def test_a_source_that_fails_adds_nothing_and_no_playbook_takes_it_for_nothing_to_do(
    cloud, terminal, inventory, case, limit
):
    terminal.go_online(cloud)
    terminal.log_in()
    assert inventory("--list", strict=True, **WHOLE_OR_NOTHING[case]).status != 0
    del terminal.environment["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"]
    shown = json.loads(inventory("--list", strict=True, **WHOLE_OR_NOTHING[case]).stdout)
    assert (shown["_meta"]["hostvars"], shown["all"]) == ({}, {"children": ["ungrouped"]})
    done = terminal.run(
        "ansible-playbook", "-i", "all.qlik_tenants.yml", "tenantops.qlik.plan", "-e", "qlik_plan=plan.json", *limit
    )
    assert done.status == (4 if limit else 2), done
    assert "The inventory has no group qlik_tenants" in " ".join(done.output.split())
    assert not (terminal.folder / "plan.json").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("secret", ["abc{{def", "abc{#def", "{{ nothing }}-4711"])
def test_a_secret_that_looks_like_a_template_is_shown_nowhere(cloud, terminal, inventory, secret):
    terminal.go_online(cloud)
    terminal.environment["QLIK_ORG_CLIENT_SECRET"] = secret
    done = inventory("--list", "-vvv")
    # From the environment it is a secret like any other, and here a wrong one.
    assert "No token was issued" in " ".join(done.output.split())
    assert secret not in done.output
    done = inventory("--list", "-vvv", org_client_secret=secret)
    assert "org_client_secret cannot be evaluated as a template" in " ".join(done.output.split())
    assert secret not in done.output


@pytest.mark.thorough
@pytest.mark.parametrize("option", ["statuses", "regions", "license_ended_before", "filter"])
def test_an_option_without_a_value_is_an_error(cloud, terminal, inventory, option):
    terminal.go_online(cloud)
    done = inventory("--list", **{option: None})
    assert done.status != 0
    assert f"{option}: there is no value" in " ".join(done.output.split())
    assert cloud.requests() == []
