# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the environment may say: proxies and CA certificates, and nothing of a .netrc."""

from __future__ import annotations

import ssl
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import GIVEN_TOKEN, HOSTNAME, PROXY_PASSWORD, REGISTER
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, region_token
from ansible_collections.tenantops.qlik.tests.unit.wire import REAL_ADAPTER, Wire

PROXY = "http://proxy.example:3128"


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.mark.parametrize("by", ["HOME", "NETRC"])
def test_a_netrc_with_a_default_entry_changes_nothing(
    wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login nobody password nothing\n")
    netrc.chmod(0o600)
    monkeypatch.setenv(by, str(tmp_path if by == "HOME" else netrc))
    assert requests.utils.get_netrc_auth(f"https://{REGISTER}/") == ("nobody", "nothing")
    deactivate(run, access_token=GIVEN_TOKEN, verify=True)
    assert [sent.headers.get("Authorization") for sent in wire.sent] == [
        f"Bearer {GIVEN_TOKEN}",
        f"Bearer {GIVEN_TOKEN}",
        None,
    ]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_used(wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, PROXY)
    deactivate(run, verify=True)
    assert [sent.proxy for sent in wire.sent] == [PROXY] * 4


def test_without_a_proxy_none_is_used(wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)  # for http, which nothing is sent by
    deactivate(run, verify=True)
    assert [sent.proxy for sent in wire.sent] == [None] * 4


@pytest.mark.parametrize(
    ("no_proxy", "past_it"),
    [
        (REGISTER, {REGISTER}),
        (HOSTNAME, {HOSTNAME}),
        (".eu.qlikcloud.com", {REGISTER, HOSTNAME}),
        ("qlikcloud.com", {REGISTER, HOSTNAME}),
        ("*", {REGISTER, HOSTNAME}),
        ("us.qlikcloud.com,localhost", set()),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_hosts_without_a_proxy_are_told_apart(
    wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch, *, name: str, no_proxy: str, past_it: set[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv(name, no_proxy)
    deactivate(run, verify=True)
    assert {sent.url.split("/")[2] for sent in wire.sent if sent.proxy is None} == past_it
    assert len(wire.sent) == 4


@pytest.mark.parametrize(
    "proxy",
    [
        f"http://u:{PROXY_PASSWORD}@proxy:port",
        f"http://u:{PROXY_PASSWORD}@[::1",
        f"socks9://u:{PROXY_PASSWORD}@proxy:1",
        f"http://u:{PROXY_PASSWORD}@",
        "http://",
    ],
)
def test_a_proxy_that_is_none_is_told_in_our_words_and_nothing_is_sent(
    run: Run, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setattr(transport, "_Adapter", REAL_ADAPTER)  # It is what refuses it.
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    result = region_token(run)
    assert result["failed"] is True
    assert "HTTPS_PROXY" in result["msg"]
    assert "Unexpected" not in result["msg"]
    assert secrets_in(result) == []


def test_the_password_of_a_proxy_is_known_as_a_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://somebody:{PROXY_PASSWORD}@proxy.example:3128")
    region_token(run)
    assert PROXY_PASSWORD not in run.mask(PROXY_PASSWORD)


@pytest.fixture
def ca_paths(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The CA paths that contexts are made for."""
    made: list[str] = []
    context = ssl.create_default_context()

    def context_for(path: str) -> ssl.SSLContext:
        made.append(path)
        return context

    monkeypatch.setattr(transport, "context_for", context_for)
    return made


@pytest.mark.parametrize(
    ("option", "environment", "chosen"),
    [
        (None, {}, requests.utils.DEFAULT_CA_BUNDLE_PATH),
        (None, {"REQUESTS_CA_BUNDLE": ""}, requests.utils.DEFAULT_CA_BUNDLE_PATH),
        (None, {"REQUESTS_CA_BUNDLE": "/ca/requests.pem"}, "/ca/requests.pem"),
        (None, {"CURL_CA_BUNDLE": "/ca/curl.pem"}, "/ca/curl.pem"),
        (None, {"REQUESTS_CA_BUNDLE": "/ca/requests.pem", "CURL_CA_BUNDLE": "/ca/curl.pem"}, "/ca/requests.pem"),
        ("/ca/option.pem", {"REQUESTS_CA_BUNDLE": "/ca/requests.pem"}, "/ca/option.pem"),
    ],
)
def test_the_ca_certificates_are_those_that_were_chosen(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    ca_paths: list[str],
    *,
    option: str | None,
    environment: dict[str, str],
    chosen: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert region_token(run, ca_path=option)["failed"] is False
    assert ca_paths == [chosen]


def test_a_home_folder_in_the_ca_path_is_found(
    run: Run, monkeypatch: pytest.MonkeyPatch, ca_paths: list[str], tmp_path: Path
) -> None:
    region_token(run, ca_path="~/ca.pem")
    assert ca_paths == [str(tmp_path / "ca.pem")]


@pytest.mark.parametrize("source", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe\x00"])
def test_ca_certificates_that_cannot_be_read_are_named_with_their_source_and_nothing_is_sent(
    wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, source: str, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    given: dict[str, t.Any] = {}
    if source == "ca_path":
        given["ca_path"] = str(path)
    else:
        monkeypatch.setenv(source, str(path))
    result = region_token(run, **given)
    assert wire.sent == []
    assert result["failed"] is True
    assert str(path) in result["msg"]
    assert is_one_sentence_about(result["msg"], source)


def test_certificates_and_names_are_always_checked(wire: Wire, run: Run) -> None:
    adapter = REAL_ADAPTER(transport._context(None, "ca_path"))
    context = adapter.poolmanager.connection_pool_kw["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    region_token(run)
    assert {(sent.verify, urlsplit(sent.url).scheme) for sent in wire.sent} == {(True, "https")}


def test_a_context_is_made_once_a_process() -> None:
    path = requests.utils.DEFAULT_CA_BUNDLE_PATH
    assert transport.context_for(path) is transport.context_for(path)


def test_a_process_is_prepared_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    assert transport.prepare_process() is None
