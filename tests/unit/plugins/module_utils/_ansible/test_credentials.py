# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials that cannot work are refused before they are sent, with words that name what the user set and show no secret."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_client,
    check_credentials,
    check_regions,
    missing_credentials,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, operate, region_token
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

MAPPING = "tenant_decommission_credentials"

WRONG = {
    "short": ("acme", "fewer than 8 characters"),
    "a letter": ("a", "fewer than 8 characters"),
    "line break at its end": (f"{CLIENT_SECRET}\n", "ends with a line break"),
    "Windows line break at its end": (f"{CLIENT_SECRET}\r\n", "ends with a line break"),
    "blank at its beginning": (f" {CLIENT_SECRET}", "begins with a blank"),
    "blank at its end": (f"{CLIENT_SECRET} ", "ends with a blank"),
    "tab at its end": (f"{CLIENT_SECRET}\t", "ends with a blank"),
    "no-break space at its end": (f"{CLIENT_SECRET}\u00a0", "ends with a blank"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_secret_that_cannot_work_is_refused_before_it_is_sent(wire: Wire, run: Run, case: str) -> None:
    secret, words = WRONG[case]
    for result, name in (
        (region_token(run, client_secret=secret), "client_secret"),
        (deactivate(run, client_secret=secret), "client_secret"),
        (
            region_token(run, credentials={"client_id": CLIENT_ID, "client_secret": secret}),
            "client_secret in credentials of region eu",
        ),
        (
            operate("qlik_tenant_info", run, filter='status eq "active"', org_client_id="o", org_client_secret=secret),
            "org_client_secret",
        ),
    ):
        assert result["failed"] is True
        assert result["msg"].startswith(name)
        assert words in result["msg"]
        assert is_one_sentence_about(result["msg"], name)
        assert secrets_in(result) == []
    assert wire.sent == []


@pytest.mark.parametrize("value", [" a1b2", "a1b2\n"])
def test_an_id_with_a_blank_around_it_is_refused_before_it_is_sent(wire: Wire, run: Run, value: str) -> None:
    result = region_token(run, client_id=value)
    assert is_one_sentence_about(result["msg"], "client_id")
    assert "use `| trim`" in result["msg"]
    assert wire.sent == []


def test_a_short_token_is_refused_and_not_shown(wire: Wire, run: Run) -> None:
    result = deactivate(run, access_token="ab12345")
    assert is_one_sentence_about(result["msg"], "access_token")
    assert "ab12345" not in result["msg"]
    assert wire.sent == []


def test_a_secret_of_the_environment_is_named_as_the_variable_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QLIK_CLIENT_SECRET", "short")
    with pytest.raises(InvalidInput, match=r"^QLIK_CLIENT_SECRET of the environment has fewer than 8"):
        check_credentials({"client_id": CLIENT_ID, "client_secret": "short"})
    with pytest.raises(InvalidInput, match=r"^tenant_decommission_client_secret has fewer than 8"):
        check_credentials({"client_id": CLIENT_ID, "client_secret": "other"}, prefix="tenant_decommission_")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('{"eu": {"client_id": "x", "client_secret": "hidden"}}', "is a text with JSON in it"),
        ("eu", "is a text"),
        ([{"region": "eu", "client_id": "x", "client_secret": "hidden"}], "is a list"),
        (7, "is a value of type int"),
        (True, "is a value of type bool"),
        ({"EU": {}}, "has the key 'EU': codes of regions are lower case; write eu"),
        ({False: {}, "eu": {}}, "has the key false, which is what YAML reads for no or off without quotes"),
        ({True: {}}, "has the key true"),
        ({"eu.qlikcloud.com": {}}, "has the key 'eu.qlikcloud.com': its keys must be short codes of regions"),
        ({7: {}}, "has the key 7: its keys must be short codes of regions"),
        ([False, "eu"], "has the key false"),
    ],
)
def test_a_mapping_that_is_none_is_named_with_what_it_is(given: t.Any, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_regions(given, MAPPING)
    assert words in caught.value.message
    assert is_one_sentence_about(caught.value.message, MAPPING)
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize(
    ("given", "regions"),
    [(None, []), ("", []), ({}, []), ([], []), ({"eu": {}, "no": {}}, ["eu", "no"]), (["us"], ["us"])],
)
def test_the_regions_of_a_mapping_are_its_keys(given: t.Any, regions: list[str]) -> None:
    assert check_regions(given, MAPPING) == regions


@pytest.mark.parametrize("given", [None, "text", ["a"], 7])
def test_a_client_of_a_mapping_that_is_none_is_named(given: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_client(given, "eu", MAPPING)
    assert is_one_sentence_about(caught.value.message, f"{MAPPING} of region eu")


def test_a_region_that_the_mapping_lacks_is_told_with_the_mapping_and_its_keys_and_no_other_way() -> None:
    sentence = missing_credentials(["eu", "us"], ["eu", "de"], "tenant_decommission_")
    assert sentence is not None
    assert "no credentials for region us in tenant_decommission_credentials, which has the keys de, eu" in sentence
    assert "QLIK_" not in sentence
    assert is_one_sentence_about(sentence, MAPPING)
    assert missing_credentials(["eu"], ["eu"], "tenant_decommission_") is None


def test_without_any_credentials_all_ways_are_told() -> None:
    sentence = missing_credentials(["eu"], [], "tenant_decommission_") or ""
    for way in (MAPPING, "tenant_decommission_client_id", "QLIK_CLIENT_ID"):
        assert way in sentence


def test_a_register_host_that_does_not_exist_is_told_as_a_region_that_there_is_not(wire: Wire, run: Run) -> None:
    wire.on("token", answers.error(401, "LOGIN-2", "No authentication configured for this hostname"))
    result = region_token(run, region="xx")
    assert (result["http_status"], result["code"]) == (401, "LOGIN-2")
    assert "Qlik Cloud has no region 'xx': check region, and the region in the hostname" in result["msg"]
    assert "client_secret" not in result["msg"]
