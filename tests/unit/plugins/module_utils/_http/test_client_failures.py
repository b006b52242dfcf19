# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No answer came: what is said of it, whether the request may have been sent, and whether asking again may help."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import NoResponse
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request
from ansible_collections.tenantops.qlik.plugins.module_utils._http.retry import RetryPolicy
from ansible_collections.tenantops.qlik.tests.unit import faults
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import PROXY_PASSWORD, REGISTER
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire


@dataclass(frozen=True)
class Expected:
    words: str
    sent: bool = False
    temporary: bool = True
    timed_out: bool = False
    name_unknown: bool = False


FAILURES = {
    "connection refused": (faults.refused(), Expected("connection was refused")),
    "no connection in time": (faults.connect_timeout(), Expected("no connection within")),
    "name unknown": (
        faults.name_unknown(),
        Expected("name cannot be resolved", temporary=False, name_unknown=True),
    ),
    "name service down": (faults.name_service_down(), Expected("name cannot be resolved")),
    "name without address": (
        faults.name(getattr(socket, "EAI_NODATA", socket.EAI_AGAIN)),
        Expected("cannot be resolved"),
    ),
    "name of the proxy unknown": (
        faults.proxy_name_unknown(),
        Expected("the proxy cannot be resolved", temporary=False),
    ),
    "proxy refused": (faults.proxy_refused(), Expected("the proxy's connection was refused")),
    "tunnel refused": (faults.tunnel_refused(), Expected("Tunnel connection failed: 403 Forbidden", temporary=False)),
    "proxy wants a password": (
        faults.tunnel_refused("407 Proxy Authentication Required"),
        Expected("Check the user and the password in HTTPS_PROXY", temporary=False),
    ),
    "the proxy cannot connect now": (
        faults.tunnel_refused("503 Service Unavailable"),
        Expected("Tunnel connection failed: 503 Service Unavailable"),
    ),
    "cut by the proxy": (faults.cut_by_proxy(), Expected("broke before the response", sent=True)),
    "cut": (faults.cut(), Expected("broke before the response", sent=True)),
    "reset": (faults.reset(), Expected("broke before the response", sent=True)),
    "read time-out": (
        faults.read_timeout(),
        Expected("no complete response within 30 s (timeout)", sent=True, timed_out=True),
    ),
    "write time-out": (
        faults.write_timeout(),
        Expected("no complete response within 30 s (timeout)", sent=True, timed_out=True),
    ),
    "no TLS any more": (faults.no_tls_any_more(), Expected("broke before the response", sent=True)),
    "certificate": (faults.certificate(), Expected("certificate is not trusted: self-signed", temporary=False)),
}


def fail(wire: Wire, error: BaseException) -> NoResponse:
    wire.on("read", error)
    client = Client(retry_policy=RetryPolicy(retries=0, max_wait=0))
    with pytest.raises(NoResponse) as caught:
        client.send(Request("reading the tenant", "GET", REGISTER, "/api/v1/tenants/x"))
    assert len(wire.sent) == 1
    return caught.value


@pytest.mark.parametrize("failure", FAILURES)
def test_what_happened_is_told_apart(wire: Wire, failure: str) -> None:
    error, expected = FAILURES[failure]
    found = fail(wire, error)
    assert expected.words in found.message
    assert (found.sent, found.temporary) == (expected.sent, expected.temporary)
    assert (found.timed_out, found.name_unknown) == (expected.timed_out, expected.name_unknown)


@pytest.mark.parametrize("failure", FAILURES)
def test_the_message_says_what_was_tried_and_where(wire: Wire, failure: str) -> None:
    message = fail(wire, FAILURES[failure][0]).message
    assert message.startswith("Reading the tenant: ")
    assert REGISTER in message


@pytest.mark.parametrize("failure", FAILURES)
def test_the_message_has_nothing_of_the_libraries_insides(wire: Wire, failure: str) -> None:
    message = fail(wire, FAILURES[failure][0]).message
    assert not re.search(r"0x[0-9a-f]{6}|object at|Error\b|urllib3|Max retries", message)


@pytest.mark.parametrize("failure", FAILURES)
def test_the_error_leads_back_to_no_request(wire: Wire, failure: str) -> None:
    # A traceback with the library's error would hold the request, and in it the token.
    error = fail(wire, FAILURES[failure][0])
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_the_time_out_of_a_connect_to_a_tenant_is_no_sign_that_it_is_unknown(wire: Wire) -> None:
    assert fail(wire, faults.connect_timeout()).name_unknown is False


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_what_a_proxy_says_is_harmless(wire: Wire, value: str) -> None:
    message = fail(wire, faults.tunnel_refused(f"403 {value}")).message
    assert is_harmless(message)
    assert len(message) < 1000


@pytest.mark.parametrize("failure", FAILURES)
def test_the_proxys_password_is_not_told(wire: Wire, failure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{PROXY_PASSWORD}@proxy.example:3128")
    error = fail(wire, FAILURES[failure][0])
    assert secrets_in(error, error.message) == []
    # It is named where the trouble may be its.
    its = "proxy" in failure or failure == "tunnel refused"
    assert (f"({REGISTER}, through proxy.example:3128)" in error.message) is its
