# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be a region, a hostname and a tenant id; everything else is refused in one sentence before any request."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import (
    action_path,
    check_hostname,
    check_hostname_in_region,
    check_region,
    check_tenant_id,
    register_host,
    tenant_path,
)
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless

NO_TEXT = {
    "None": None,
    "a number": 7,
    "a truth value": True,
    "a list": ["eu"],
    "a mapping": {"eu": 1},
    "bytes": b"eu",
    "a large list": list(range(10000)),
}

BAD_REGIONS = {
    "empty": "",
    "blank": " ",
    "blank before": " eu",
    "blank after": "eu ",
    "line feed after": "eu\n",
    "carriage return, line feed": "eu\r\nHost: evil.example",
    "null": "eu\x00",
    "tab": "e\tu",
    "fragment": "evil.example/#",
    "look-alike": "eu.qlikcloud.com.evil",
    "two labels": "eu.us",
    "dot": ".",
    "dot after": "eu.",
    "path": "eu/api",
    "backslash": "eu\\",
    "query": "eu?",
    "port": "eu:443",
    "user info": "a@evil",
    "percent": "eu%2e",
    "hyphen before": "-eu",
    "hyphen after": "eu-",
    "underscore": "e_u",
    "too long": "e" * 64,
    "far too long": "e" * 1_000_000,
    "wide letters": "\uff45\uff55",
    "cyrillic letter": "\u0435u",
    "kelvin sign": "u\u212a",
    "long s": "u\u017f",
    "dotted capital I": "\u0130n",
    "template": "{{ region }}",
    "government": "us.qlikcloudgov.com",
    **NO_TEXT,
}

BAD_HOSTNAMES = {
    "empty": "",
    "blank": " ",
    "blank before": f" {HOSTNAME}",
    "blank after": f"{HOSTNAME} ",
    "line feed after": f"{HOSTNAME}\n",
    "carriage return, line feed": f"{HOSTNAME}\r\nX-Evil: 1",
    "line feed inside": "acme\n.eu.qlikcloud.com",
    "null": f"{HOSTNAME}\x00",
    "URL": f"https://{HOSTNAME}",
    "URL with slash": f"https://{HOSTNAME}/",
    "path": f"{HOSTNAME}/",
    "query": f"{HOSTNAME}?",
    "fragment": f"evil.example#{HOSTNAME}",
    "fragment after": f"{HOSTNAME}#",
    "backslash": f"evil.example\\{HOSTNAME}",
    "port": f"{HOSTNAME}:443",
    "user info": f"a@{HOSTNAME}",
    "user info of another host": "acme.eu.qlikcloud.com@evil.example",
    "password": f"a:b@{HOSTNAME}",
    "trailing dot": f"{HOSTNAME}.",
    "leading dot": f".{HOSTNAME}",
    "two dots": "acme..eu.qlikcloud.com",
    "no name": "eu.qlikcloud.com",
    "no region": "acme.qlikcloud.com",
    "domain alone": "qlikcloud.com",
    "a label too many": "www.acme.eu.qlikcloud.com",
    "foreign": "acme.example.com",
    "look-alike after": "acme.eu.qlikcloud.com.evil",
    "look-alike before": "acme.eu.evilqlikcloud.com",
    "look-alike with hyphen": "acme.eu.my-qlikcloud.com",
    "missing dot": "acme.euqlikcloud.com",
    "other top level": "acme.eu.qlikcloud.co",
    "any character for a dot": "acme.eu.qlikcloudxcom",
    "ideographic dot": "acme.eu\u3002qlikcloud.com",
    "full-width dot": "acme.eu\uff0eqlikcloud.com",
    "one-dot leader": "acme.eu.qlikcloud\u2024com",
    "cyrillic letter": "acme.eu.qlikcl\u043eud.com",
    "kelvin sign in the domain": "acme.eu.qli\u212acloud.com",
    "kelvin sign in the region": "acme.u\u212a.qlikcloud.com",
    "long s": "acme.u\u017f.qlikcloud.com",
    "soft hyphen": "ac\u00adme.eu.qlikcloud.com",
    "zero-width space": "acme.eu.qlikcloud.com\u200b",
    "percent": "acme%2eeu.qlikcloud.com",
    "underscore": "ac_me.eu.qlikcloud.com",
    "hyphen before": "-acme.eu.qlikcloud.com",
    "hyphen after": "acme-.eu.qlikcloud.com",
    "star": "*.eu.qlikcloud.com",
    "template": "{{ name }}.eu.qlikcloud.com",
    "label too long": f"{'a' * 64}.eu.qlikcloud.com",
    "far too long": f"{'a.' * 500_000}eu.qlikcloud.com",
    "IP address": "127.0.0.1",
    "IPv6 address": "[::1]",
    **NO_TEXT,
}

BAD_IDS = {
    "empty": "",
    "blank": " ",
    "with a blank": "zWbT yyJ5",
    "blank after": f"{TENANT_ID} ",
    "line feed after": f"{TENANT_ID}\n",
    "carriage return, line feed": f"{TENANT_ID}\r\nX: 1",
    "null": f"{TENANT_ID}\x00",
    "parent": "..",
    "path upwards": "../x",
    "path to users": "../../v1/users",
    "slash": "a/b",
    "backslash": "a\\b",
    "dot": ".",
    "query": "a?b",
    "fragment": "a#b",
    "percent": "%2e%2e%2f",
    "semicolon": "a;b",
    "colon": "a:b",
    "at": "a@b",
    "me": "me",
    "Me": "Me",
    "too long": "a" * 129,
    "letter that is no ASCII": "zWbT\u00e9",
    "digit that is no ASCII": "zWbT\u0663",
    **NO_TEXT,
}


@pytest.mark.parametrize("value", BAD_REGIONS.values(), ids=BAD_REGIONS)
def test_what_is_no_region_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_region(value)
    assert is_one_sentence_about(caught.value.message, "region")


@pytest.mark.parametrize("value", BAD_HOSTNAMES.values(), ids=BAD_HOSTNAMES)
def test_what_is_no_hostname_of_a_tenant_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_hostname(value)
    assert is_one_sentence_about(caught.value.message, "hostname")
    assert "acme.eu.qlikcloud.com" in caught.value.message


@pytest.mark.parametrize("value", BAD_IDS.values(), ids=BAD_IDS)
def test_what_is_no_id_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_tenant_id(value)
    assert is_one_sentence_about(caught.value.message, "tenant_id")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_wrong_value_is_quoted_harmlessly(value: str) -> None:
    for check in (check_region, check_hostname, check_tenant_id):
        with pytest.raises(InvalidInput) as caught:
            check(f"/{value}")
        assert is_harmless(caught.value.message)
        assert len(caught.value.message) < 500


@pytest.mark.parametrize(("check", "option"), [(check_region, "r"), (check_hostname, "h"), (check_tenant_id, "i")])
def test_the_message_names_the_option_that_was_written(check: t.Callable[..., t.Any], option: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check("?", f"tenant_decommission_{option}")
    assert is_one_sentence_about(caught.value.message, f"tenant_decommission_{option}")


@pytest.mark.parametrize("value", ["acme.us.qlikcloudgov.com", "ACME.US.QLIKCLOUDGOV.COM", "acme.qlikcloudgov.com"])
def test_the_government_cloud_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidInput, match="not offered in Qlik Cloud Government") as caught:
        check_hostname(value)
    assert is_one_sentence_about(caught.value.message, "hostname")


@pytest.mark.parametrize("name", ["register", "console", "api", "Register", "CONSOLE"])
def test_hosts_of_qlik_cloud_itself_are_no_tenants(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_hostname(f"{name}.eu.qlikcloud.com")
    assert is_one_sentence_about(caught.value.message, "hostname")
    assert name.lower() in caught.value.message


@pytest.mark.parametrize("value", ["eu", "EU", "us", "sg", "eu2", "a", "e" * 63, "new-region", "9"])
def test_a_region_is_any_dns_label(value: str) -> None:
    assert check_region(value) == value.lower()


@pytest.mark.parametrize(
    ("value", "hostname", "region"),
    [
        (HOSTNAME, HOSTNAME, "eu"),
        (HOSTNAME.upper(), HOSTNAME, "eu"),
        ("Acme.Us.QlikCloud.Com", "acme.us.qlikcloud.com", "us"),
        ("a.b.qlikcloud.com", "a.b.qlikcloud.com", "b"),
        ("my-tenant-01.new-region.qlikcloud.com", "my-tenant-01.new-region.qlikcloud.com", "new-region"),
        ("registers.eu.qlikcloud.com", "registers.eu.qlikcloud.com", "eu"),
        (f"{'a' * 63}.eu.qlikcloud.com", f"{'a' * 63}.eu.qlikcloud.com", "eu"),
    ],
)
def test_a_hostname_is_known_in_any_case_and_has_its_region(value: str, hostname: str, region: str) -> None:
    address = check_hostname(value)
    assert (address.hostname, address.region) == (hostname, region)
    assert address.register_host == f"register.{region}.qlikcloud.com"


@pytest.mark.parametrize("region", [None, "eu", "EU"])
def test_a_region_that_agrees_with_the_hostname_may_be_given(region: str | None) -> None:
    assert check_hostname_in_region(HOSTNAME, region).region == "eu"


@pytest.mark.parametrize("region", ["us", "e", "eu1"])
def test_a_hostname_of_another_region_is_refused_naming_both(region: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_hostname_in_region(HOSTNAME, region, lambda name: f"tenant_decommission_{name}")
    for told in ("tenant_decommission_region", "tenant_decommission_hostname", f"'{region}'", HOSTNAME):
        assert told in caught.value.message
    assert is_one_sentence_about(caught.value.message, "region")


@pytest.mark.parametrize("region", [value for value in BAD_REGIONS.values() if value is not None])
def test_a_region_that_is_none_is_refused_beside_a_good_hostname(region: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_hostname_in_region(HOSTNAME, region)
    assert is_one_sentence_about(caught.value.message, "region")


@pytest.mark.parametrize("value", [TENANT_ID, "a", "A-b_9", "a" * 128, "meme", "5f3a9c2b7d1e4856"])
def test_an_id_is_taken_as_it_is(value: str) -> None:
    assert check_tenant_id(value) == value


def test_hosts_and_paths_are_those_of_the_reference() -> None:
    assert register_host("eu") == "register.eu.qlikcloud.com"
    assert tenant_path("x1") == "/api/v1/tenants/x1"
    assert action_path("x1", "deactivate") == "/api/v1/tenants/x1/actions/deactivate"
