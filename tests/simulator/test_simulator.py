# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulator promises: it keeps to the API's reference, and misbehaves exactly as it is told."""

from __future__ import annotations

import base64
import concurrent.futures
import datetime
import email.utils
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import requests
import yaml

from simulator import scim
from simulator.algorithms import ALGORITHMS
from simulator.checks import ScenarioError
from simulator.limits import Limits
from simulator.process import Simulator
from simulator.scenario import build
from simulator.tenants import tenant_id_of
from simulator.tokens import Tokens

HERE = pathlib.Path(__file__).resolve().parent
REGISTER = "register.eu.qlikcloud.com"
CONSOLE = "console.qlikcloud.com"
EU = {"client_id": "eu-client", "client_secret": "eu-client-secret"}
US = {"client_id": "us-client", "client_secret": "us-client-secret"}
ORGANIZATION = {"client_id": "org-client", "client_secret": "org-client-secret"}
BASE: dict[str, Any] = {
    "regions": {
        "eu": {"clients": [{"id": "eu-client", "secret": "eu-client-secret"}]},
        "us": {"clients": [{"id": "us-client", "secret": "us-client-secret"}]},
    },
    "organization": {"clients": [{"id": "org-client", "secret": "org-client-secret"}], "subscription": "sub-1"},
}


class Client:
    """A client that trusts the simulator's CA and goes through it, as one in production would not notice."""

    def __init__(self, simulator: Simulator) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.proxies = {"https": simulator.proxy, "http": simulator.proxy}
        self.session.verify = simulator.ca

    def call(self, method: str, host: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 10)
        options.setdefault("allow_redirects", False)
        return self.session.request(method, f"https://{host}{path}", **options)

    def ask_token(self, host: str, credentials: dict[str, str]) -> requests.Response:
        return self.call("POST", host, "/oauth/token", json={**credentials, "grant_type": "client_credentials"})

    def log_in(self, host: str = REGISTER, credentials: dict[str, str] | None = None) -> Client:
        token = self.ask_token(host, credentials or EU).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return self

    def act(self, action: str, hostname: str, *, confirm: str | None = None, **options: Any) -> requests.Response:
        headers = {"qlik-confirm-hostname": hostname if confirm is None else confirm}
        path = f"/api/v1/tenants/{tenant_id_of(hostname)}/actions/{action}"
        return self.call("POST", REGISTER, path, headers=headers, **options)

    def read(self, hostname: str, host: str = REGISTER) -> requests.Response:
        return self.call("GET", host, f"/api/v1/tenants/{tenant_id_of(hostname)}")


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and code of an error, which must have the shape that all errors have."""
    body = response.json()
    assert re.fullmatch("[0-9a-f]{32}", body["traceId"])
    assert body["errors"][0]["status"] == str(response.status_code)
    assert body["errors"][0]["title"]
    return response.status_code, body["errors"][0]["code"]


# One simulator for all tests that change nothing which another of them looks at: each has tenants of its own.
TENANTS = [
    {"hostname": "acme.eu.qlikcloud.com", "aliases": ["acme-old.eu.qlikcloud.com"], "name": "Acme"},
    {"hostname": "other.eu.qlikcloud.com"},
    {"hostname": "far.us.qlikcloud.com"},
    {"hostname": "tutorial.eu.qlikcloud.com", "status": "disabled", "deactivated_code": "TENANT_DEACTIVATED"},
    {"hostname": "guide.eu.qlikcloud.com", "status": "disabled", "deactivated_code": "TENANT_DISABLED"},
    {"hostname": "purged.eu.qlikcloud.com", "status": "disabled", "purge_at": "-1d"},
    {"hostname": "deleted.eu.qlikcloud.com", "status": "deleted"},
    {"hostname": "kept.eu.qlikcloud.com", "deactivation_disallowed": True},
    {"hostname": "foreign.eu.qlikcloud.com", "subscription": "sub-2"},
    {"hostname": "odd.eu.qlikcloud.com", "shown": {"status": "frozen", "hostnames": ["<b>odd</b>"]}},
    {"hostname": "countdown.eu.qlikcloud.com"},
    {"hostname": "undone.eu.qlikcloud.com"},
    {"hostname": "parallel.eu.qlikcloud.com"},
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    scenario = {
        **BASE,
        "tenants": TENANTS,
        "fleets": [{"count": 45, "region": "us", "prefix": "fleet", "license_ends_at": "+90d"}],
        "rate_limits": {"model": "off"},
    }
    with Simulator(scenario) as running:
        yield running
        assert running.stderr() == ""


@pytest.fixture(scope="module")
def contrary() -> Iterator[Simulator]:
    """Does everything the other way where the vendor's pages leave a choice."""
    scenario = {
        **BASE,
        "organization": {**BASE["organization"], "by_id": "bare", "cursor": "offset", "filter_required": True},
        "tenants": TENANTS,
        "reads": {"purged": "deleted"},
        "reactivate_answer": "reference",
        "tokens": {"dates": False},
    }
    with Simulator(scenario) as running:
        yield running
        assert running.stderr() == ""


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return Client(simulator)


class TestProxy:
    def test_answers_under_the_real_names_with_certificates_of_its_own_ca(self, client: Client) -> None:
        for host in (REGISTER, CONSOLE, "acme.eu.qlikcloud.com"):
            assert client.call("GET", host, "/resources/autogenerated/product-info.json").status_code == 200

    def test_is_not_trusted_without_its_ca(self, simulator: Simulator) -> None:
        client = Client(simulator)
        client.session.verify = True
        with pytest.raises(requests.exceptions.SSLError):
            client.read("acme.eu.qlikcloud.com")
        # It says so, and only there: what is in the module's error log otherwise is a fault.
        stderr = simulator.directory / "stderr.txt"
        deadline = time.monotonic() + 5
        while "does it trust the CA?" not in simulator.stderr() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "does it trust the CA?" in simulator.stderr()
        os.truncate(stderr, 0)

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/",
            "https://qlikcloud.com.evil.example/",
            "https://notqlikcloud.com/",
            "https://register.eu.qlikcloudgov.com/",
            "https://register.eu.qlikcloud.com:8443/",
        ],
    )
    def test_opens_no_tunnel_to_anything_but_qlik_cloud_and_logs_the_attempt(
        self, simulator: Simulator, client: Client, url: str
    ) -> None:
        before = simulator.mark()
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            client.session.get(url, timeout=5)
        (entry,) = simulator.requests(since=before)
        assert (entry["method"], entry["status"]) == ("CONNECT", 403)
        assert entry["host"] == url.removeprefix("https://").rstrip("/")

    def test_takes_nothing_but_connect(self, simulator: Simulator, client: Client) -> None:
        before = simulator.mark()
        response = client.session.post(f"http://{REGISTER}/oauth/token?client_secret=hush", json=EU, timeout=5)
        assert response.status_code == 405
        (entry,) = simulator.requests(since=before)
        assert (entry["host"], entry["path"], entry["query"]) == (
            REGISTER,
            "/oauth/token",
            {"client_secret": "present"},
        )

    def test_a_host_header_that_is_not_the_tunnels_is_misdirected(self, simulator: Simulator, client: Client) -> None:
        response = client.call("GET", REGISTER, "/", headers={"Host": "acme.eu.qlikcloud.com"})
        assert error_of(response) == (421, "HTTP-421")
        assert simulator.requests()[-1]["tls"] == REGISTER

    def test_keeps_a_connection_alive_and_counts_connections(self, simulator: Simulator, client: Client) -> None:
        before = simulator.mark()
        for _turn in range(3):
            client.ask_token(REGISTER, EU)
        Client(simulator).ask_token(REGISTER, EU)
        connections = [entry["connection"] for entry in simulator.requests(since=before)]
        assert len(connections) == 4
        assert len(set(connections)) == 2

    def test_serves_fifty_clients_at_once(self, simulator: Simulator) -> None:
        def work(_number: int) -> list[int]:
            client = Client(simulator).log_in()
            return [client.read("parallel.eu.qlikcloud.com").status_code for _turn in range(4)]

        before = simulator.mark()
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            statuses = [status for each in pool.map(work, range(50)) for status in each]
        assert statuses == [200] * 200
        entries = simulator.requests(since=before)
        assert [entry["n"] for entry in entries] == list(range(before + 1, before + 251))


class TestTokens:
    def test_are_issued_for_json_a_form_and_a_basic_header(self, client: Client) -> None:
        grant = {"grant_type": "client_credentials"}
        basic = base64.b64encode(b"eu-client:eu-client-secret").decode()
        for options in (
            {"json": {**EU, **grant, "scope": "admin_classic", "unknown": 1}},
            {"data": {**EU, **grant}},
            {"data": grant, "headers": {"Authorization": f"Basic {basic}"}},
            {"json": grant, "headers": {"Authorization": f"Basic {basic}", "X-Unknown": "1"}},
        ):
            body = client.call("POST", REGISTER, "/oauth/token", **options).json()
            assert body["token_type"] == "bearer"
            assert body["expires_in"] == 21600
            expires = datetime.datetime.fromisoformat(body["expires_at"])
            assert abs((expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds() - 21600) < 60

    def test_are_refused_with_wrong_credentials_and_with_those_of_another_region(self, client: Client) -> None:
        for credentials in ({**EU, "client_secret": "wrong-secret"}, {**EU, "client_id": "nobody"}, US, ORGANIZATION):
            assert error_of(client.ask_token(REGISTER, credentials)) == (401, "OAUTH-14")
        assert error_of(client.ask_token("acme.eu.qlikcloud.com", US)) == (401, "OAUTH-14")
        assert error_of(client.ask_token(CONSOLE, EU)) == (401, "OAUTH-14")

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"data": b"{", "headers": {"Content-Type": "application/json"}},
            {"json": [EU]},
            {"json": EU},
            {"json": {"grant_type": "client_credentials"}},
            {"json": {"grant_type": "client_credentials", "client_id": "eu-client"}},
            {"json": {**EU, "grant_type": "password"}},
        ],
    )
    def test_are_not_issued_for_a_malformed_request(self, client: Client, options: dict[str, Any]) -> None:
        for host in (REGISTER, "acme.eu.qlikcloud.com"):
            assert error_of(client.call("POST", host, "/oauth/token", **options)) == (400, "OAUTH-5")

    def test_are_good_for_the_host_that_issued_them_alone(self, client: Client) -> None:
        client.log_in("acme.eu.qlikcloud.com")
        assert client.read("acme.eu.qlikcloud.com", "acme.eu.qlikcloud.com").status_code == 200
        for host in (REGISTER, "other.eu.qlikcloud.com", "register.us.qlikcloud.com"):
            assert error_of(client.read("acme.eu.qlikcloud.com", host)) == (401, "HTTP-401")

    def test_are_needed(self, client: Client) -> None:
        assert error_of(client.act("deactivate", "acme.eu.qlikcloud.com")) == (401, "HTTP-401")
        client.session.headers["Authorization"] = "Bearer nonsense"
        assert error_of(client.read("acme.eu.qlikcloud.com")) == (401, "HTTP-401")

    def test_expire_by_time_and_by_number_of_requests(self) -> None:
        lasting, short = Tokens(60, 2), Tokens(0, None)
        token = lasting.issue("client", REGISTER)
        assert [lasting.accept(token, REGISTER) is not None for _turn in range(3)] == [True, True, False]
        assert short.accept(short.issue("client", REGISTER), REGISTER) is None

    def test_may_lack_the_date_of_their_end(self, contrary: Simulator) -> None:
        assert "expires_at" not in Client(contrary).ask_token(REGISTER, EU).json()


class TestProbe:
    def test_both_codes_mean_deactivated_and_come_for_any_call(self, client: Client) -> None:
        for host, code in (
            ("tutorial.eu.qlikcloud.com", "TENANT_DEACTIVATED"),
            ("guide.eu.qlikcloud.com", "TENANT_DISABLED"),
        ):
            assert error_of(client.ask_token(host, EU)) == (401, code)
            assert error_of(client.call("GET", host, "/resources/autogenerated/product-info.json")) == (401, code)
            assert error_of(client.call("DELETE", host, "/anything")) == (401, code)

    def test_nobodys_and_purged_hosts_are_unknown(self, client: Client) -> None:
        for host in (
            "nobody.eu.qlikcloud.com",
            "nobody.xx.qlikcloud.com",
            "register.xx.qlikcloud.com",
            "purged.eu.qlikcloud.com",
            "deleted.eu.qlikcloud.com",
            "api.qlikcloud.com",
        ):
            assert error_of(client.ask_token(host, EU)) == (401, "LOGIN-2")

    def test_a_live_tenant_issues_a_token_under_each_of_its_names(self, client: Client) -> None:
        for host in ("acme.eu.qlikcloud.com", "ACME-old.eu.qlikcloud.com"):
            assert client.ask_token(host, EU).status_code == 200

    def test_a_live_tenant_knows_itself(self, client: Client) -> None:
        host = "acme.eu.qlikcloud.com"
        client.log_in(host)
        redirect = client.call("GET", host, "/api/v1/tenants/me")
        assert (redirect.status_code, redirect.headers["Location"]) == (302, f"/api/v1/tenants/{tenant_id_of(host)}")
        assert client.call("GET", host, "/api/v1/tenants/me", allow_redirects=True).json()["id"] == tenant_id_of(host)
        assert client.call("GET", host, "/api/v1/users/me").json()["tenantId"] == tenant_id_of(host)
        assert client.call("GET", host, "/api/v1/licenses/overview").json()["licenseKey"]
        assert error_of(client.read("other.eu.qlikcloud.com", host)) == (404, "TENANTS-8")
        assert error_of(client.call("GET", host, "/api/v1/nothing")) == (404, "HTTP-404")


class TestRegister:
    def test_shows_a_tenant_without_a_purge_date(self, client: Client) -> None:
        record = client.log_in().read("acme.eu.qlikcloud.com").json()
        assert record["hostnames"] == ["acme.eu.qlikcloud.com", "acme-old.eu.qlikcloud.com"]
        assert (record["name"], record["status"], record["datacenter"]) == ("Acme", "active", "eu-west-1")
        assert record["links"]["self"]["href"] == f"https://{REGISTER}/api/v1/tenants/{record['id']}"
        assert not [name for name in record if "urge" in name]
        assert client.read("odd.eu.qlikcloud.com").json()["status"] == "frozen"
        assert client.read("tutorial.eu.qlikcloud.com").json()["status"] == "disabled"

    def test_does_not_know_tenants_of_other_regions_and_purged_ones(self, client: Client) -> None:
        client.log_in()
        for name in ("nobody.eu", "far.us", "purged.eu", "deleted.eu"):
            hostname = f"{name}.qlikcloud.com"
            assert error_of(client.read(hostname)) == (404, "TENANTS-8")
            for action in ("deactivate", "reactivate"):
                assert error_of(client.act(action, hostname)) == (404, "TENANTS-8")

    def test_deactivates_once_more_and_resets_the_countdown(self, simulator: Simulator, client: Client) -> None:
        hostname = "countdown.eu.qlikcloud.com"
        client.log_in()
        before = simulator.mark()
        first = client.act("deactivate", hostname, confirm="COUNTDOWN.eu.qlikcloud.com").json()
        assert (first["id"], first["status"]) == (tenant_id_of(hostname), "disabled")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["estimatedPurgeDate"])
        second = client.act("deactivate", hostname, json={"purgeAfterDays": 90}).json()
        days = {
            days: datetime.datetime.fromisoformat(body["estimatedPurgeDate"])
            for days, body in ((30, first), (90, second))
        }
        assert datetime.timedelta(days=60) <= days[90] - days[30] < datetime.timedelta(days=60, minutes=1)
        posts = simulator.action_posts(since=before)
        assert [(post["effective"], post["tier"], post["status"]) for post in posts] == [(True, 2, 200)] * 2
        assert posts[1]["body"] == {"purgeAfterDays": 90}
        assert error_of(client.ask_token(hostname, EU)) == (401, "TENANT_DEACTIVATED")

    def test_reactivates_and_says_so_in_one_of_two_ways(self, client: Client, contrary: Simulator) -> None:
        hostname = "undone.eu.qlikcloud.com"
        client.log_in().act("deactivate", hostname)
        assert client.act("reactivate", hostname).json() == {"id": tenant_id_of(hostname), "status": "active"}
        assert client.ask_token(hostname, EU).status_code == 200
        assert Client(contrary).log_in().act("reactivate", hostname).json() == {}
        assert contrary.action_posts()[-1]["effective"] is False

    def test_may_show_a_purged_tenant_as_deleted(self, contrary: Simulator) -> None:
        client = Client(contrary).log_in()
        assert client.read("purged.eu.qlikcloud.com").json()["status"] == "deleted"
        assert error_of(client.act("reactivate", "purged.eu.qlikcloud.com")) == (404, "TENANTS-8")

    @pytest.mark.parametrize("days", [9, 91, 10.5, "30", True, None])
    def test_refuses_days_out_of_range(self, simulator: Simulator, client: Client, days: Any) -> None:
        client.log_in()
        response = client.act("deactivate", "acme.eu.qlikcloud.com", json={"purgeAfterDays": days})
        assert error_of(response) == (400, "HTTP-400")
        assert simulator.action_posts()[-1]["effective"] is False

    def test_refuses_without_the_right_confirmation(self, client: Client) -> None:
        client.log_in()
        path = f"/api/v1/tenants/{tenant_id_of('acme.eu.qlikcloud.com')}/actions/deactivate"
        assert error_of(client.call("POST", REGISTER, path)) == (400, "HTTP-400")
        wrong = client.act("deactivate", "acme.eu.qlikcloud.com", confirm="other.eu.qlikcloud.com")
        assert error_of(wrong) == (412, "HTTP-412")
        assert error_of(client.act("deactivate", "acme.eu.qlikcloud.com", data=b"{")) == (400, "HTTP-400")
        assert error_of(client.act("deactivate", "acme.eu.qlikcloud.com", json=[])) == (400, "HTTP-400")
        assert error_of(client.act("deactivate", "kept.eu.qlikcloud.com")) == (403, "AUTH-5")
        assert client.read("acme.eu.qlikcloud.com").json()["status"] == "active"

    def test_a_percent_sign_in_a_path_is_no_separator(self, client: Client) -> None:
        path = f"/api/v1/tenants/{tenant_id_of('acme.eu.qlikcloud.com')}%2Factions%2Fdeactivate"
        assert client.log_in().call("POST", REGISTER, path).status_code == 404

    @pytest.mark.parametrize("status", [403, 404])
    def test_refuses_reads_where_it_is_told_to(self, status: int) -> None:
        with Simulator({**BASE, "tenants": TENANTS[:1]}, refuse_reads=status) as simulator:
            client = Client(simulator).log_in()
            response = client.read("acme.eu.qlikcloud.com")
            assert response.status_code == status
            assert ("errors" in response.json()) == (status != 404)
            assert client.act("deactivate", "acme.eu.qlikcloud.com").status_code == 200


class TestConsole:
    def pages(self, client: Client, **query: Any) -> Iterator[dict[str, Any]]:
        while True:
            page = client.call("GET", CONSOLE, "/api/core/tenants", params=query).json()
            yield page
            if "next" not in page["links"]:
                return
            href = urllib.parse.urlsplit(page["links"]["next"]["href"])
            assert (href.hostname, href.path) == ("api.qlikcloud.com", "/core/tenants")
            query = dict(urllib.parse.parse_qsl(href.query))

    def test_lists_the_organizations_tenants_page_by_page(self, client: Client) -> None:
        client.log_in(CONSOLE, ORGANIZATION)
        pages = list(self.pages(client, totalResults="true"))
        tenants = [tenant for page in pages for tenant in page["data"]]
        assert [len(page["data"]) for page in pages[:2]] == [20, 20]
        assert pages[0]["totalResults"] == len(tenants) == len({tenant["id"] for tenant in tenants})
        assert "foreign.eu.qlikcloud.com" not in [tenant["hostnames"][0] for tenant in tenants]
        fleet = next(tenant for tenant in tenants if tenant["name"] == "fleet0001")
        assert (fleet["regionCode"], fleet["countryCode"], fleet["subscriptionId"]) == ("us-east-1", "US", "sub-1")
        assert fleet["licenseEndsAt"]
        by_name = {tenant["name"]: tenant for tenant in tenants}
        assert by_name["purged"]["status"] == "deleted"
        assert by_name["guide"]["deletionStartsAt"]

    def test_filters_sorts_counts_and_goes_back(self, client: Client) -> None:
        client.log_in(CONSOLE, ORGANIZATION)
        wanted = 'subscriptionId eq "sub-1" and regionCode eq "us-east-1" and not (name eq "far")'
        pages = list(self.pages(client, filter=wanted, sort="-name", limit=30))
        names = [tenant["name"] for page in pages for tenant in page["data"]]
        assert names == [f"fleet{number:04d}" for number in range(45, 0, -1)]
        back = urllib.parse.unquote(pages[1]["links"]["prev"]["href"].rpartition("prev=")[2])
        query = {"filter": wanted, "sort": "-name", "limit": 30, "prev": back}
        assert client.call("GET", CONSOLE, "/api/core/tenants", params=query).json()["data"] == pages[0]["data"]
        count = client.call("GET", CONSOLE, "/api/core/tenants/actions/count", params={"filter": wanted})
        assert count.json() == {"total": 45}
        posted = client.call("POST", CONSOLE, "/api/core/tenants/actions/filter", json={"filter": wanted})
        assert len(posted.json()["data"]) == 20

    def test_refuses_what_it_cannot_read_and_what_belongs_to_others(self, client: Client) -> None:
        client.log_in(CONSOLE, ORGANIZATION)
        for query in (
            {"filter": "name like"},
            {"limit": "101"},
            {"limit": "-1"},
            {"sort": "id"},
            {"next": "bogus"},
        ):
            response = client.call("GET", CONSOLE, "/api/core/tenants", params=query)
            assert error_of(response) == (400, "HTTP-400"), query
        foreign = {"filter": 'subscriptionId eq "sub-2"'}
        assert error_of(client.call("GET", CONSOLE, "/api/core/tenants", params=foreign)) == (403, "AUTH-5")
        assert client.call("GET", CONSOLE, "/api/core/tenants", params={"limit": "0"}).json()["data"] == []

    def test_gives_one_tenant_in_two_shapes_and_the_cursor_by_two_names(
        self, client: Client, contrary: Simulator
    ) -> None:
        path = f"/api/core/tenants/{tenant_id_of('acme.eu.qlikcloud.com')}"
        assert client.log_in(CONSOLE, ORGANIZATION).call("GET", CONSOLE, path).json()["data"][0]["name"] == "Acme"
        other = Client(contrary).log_in(CONSOLE, ORGANIZATION)
        assert other.call("GET", CONSOLE, path).json()["name"] == "Acme"
        assert error_of(other.call("GET", CONSOLE, "/api/core/tenants")) == (400, "HTTP-400")
        pages = list(self.pages(other, filter='subscriptionId eq "sub-1"', limit=5))
        assert "offset=" in pages[0]["links"]["next"]["href"]
        assert [len(page["data"]) for page in pages] == [5, 5, 2]


class TestFilter:
    RECORD: ClassVar[dict[str, Any]] = {
        "id": "1",
        "name": 'Say "hi"',
        "hostnames": ["a.eu.qlikcloud.com", "b.eu.qlikcloud.com"],
        "status": "active",
        "regionCode": "eu-west-1",
        "countryCode": "IE",
        "createdAt": "2024-05-01T00:00:00.000Z",
    }

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('status eq "active"', True),
            ('status NE "active"', False),
            ('originalId eq "1"', True),
            ('hostnames eq "B.eu.qlikcloud.com"', True),
            (r'name eq "Say \"hi\""', True),
            ('createdAt gt "2024-01-01" and createdAt lt "2025-01-01T00:00:00Z"', True),
            ('createdAt ge "2024-05-01T00:00:00Z" and createdAt le "2024-05-01T00:00:00Z"', True),
            ('countryCode co "I"', True),
            ('status eq "x" or status eq "active" and id eq "1"', True),
            ('(status eq "active" or id eq "1") and not (id eq "1")', False),
        ],
    )
    def test_decides(self, text: str, expected: bool) -> None:
        assert scim.parse(text).matches(self.RECORD) is expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "status",
            'status eq active"',
            "status eq active",
            'status gt "a"',
            'name co "a"',
            'owner eq "a"',
            '(id eq "1"',
            'id eq "1")',
            'id eq "1" id eq "2"',
            'not id eq "1"',
            'createdAt gt "yesterday"',
            "(" * 100,
        ],
    )
    def test_refuses(self, text: str) -> None:
        with pytest.raises(scim.FilterError):
            scim.parse(text)


class TestRateLimits:
    def limits(self, model: str, **options: Any) -> tuple[Limits, list[float]]:
        clock = [0.0]
        return Limits(model=model, rates={1: 1000, 2: 100}, monotonic=lambda: clock[0], **options), clock

    def test_both_models_let_a_burst_of_five_minutes_pass(self) -> None:
        for model in ("bucket", "window"):
            limits, _clock = self.limits(model)
            refused = [limits.refuse("client", "host", 2) for _call in range(501)]
            assert refused[:500] == [0] * 500
            assert refused[500] > 0

    def test_a_bucket_is_refilled_at_the_rate(self) -> None:
        limits, clock = self.limits("bucket")
        while not limits.refuse("client", "host", 2):
            pass
        passed = 0
        for second in range(1, 61):
            clock[0] = second
            while not limits.refuse("client", "host", 2):
                passed += 1
        assert 99 <= passed <= 100

    def test_a_window_ends_all_at_once(self) -> None:
        limits, clock = self.limits("window")
        while not limits.refuse("client", "host", 2):
            pass
        clock[0] = 100.0
        assert limits.refuse("client", "host", 2) == 200
        clock[0] = 300.0
        assert [limits.refuse("client", "host", 2) for _call in range(501)].count(0) == 500

    def passed(self, limits: Limits) -> int:
        """How many calls pass now, one after the other."""
        return next(number for number in range(10_000) if limits.refuse("client", "host", 2))

    def test_a_sliding_log_lets_calls_go_as_they_were_sent_a_window_ago(self) -> None:
        limits, clock = self.limits("log")
        for clock[0], calls in ((0.0, 100), (10.0, 400)):
            assert [limits.refuse("client", "host", 2) for _call in range(calls)] == [0] * calls
        assert limits.refuse("client", "host", 2) == 290
        clock[0] = 300.0
        assert self.passed(limits) == 100
        clock[0] = 310.0
        assert self.passed(limits) == 400

    def test_a_sliding_window_counter_lets_calls_go_one_by_one_after_a_full_window(self) -> None:
        limits, clock = self.limits("counter")
        assert self.passed(limits) == 500
        clock[0] = 301.0
        assert self.passed(limits) == 1
        clock[0] = 361.0
        assert self.passed(limits) == 100

    def test_gcra_lets_a_small_burst_go_and_then_one_call_per_interval(self) -> None:
        limits, clock = self.limits("gcra")
        # A tenth of the window ahead of time, and the one that is due.
        assert self.passed(limits) == 51
        clock[0] = 6.0
        assert self.passed(limits) == 10

    def test_windows_within_a_window(self) -> None:
        limits, clock = self.limits("nested")
        found = []
        for clock[0] in (0.0, 60.0, 120.0, 180.0, 300.0):
            found.append(0)
            while not limits.refuse("client", "host", 2):
                found[-1] += 1
        assert found == [200, 200, 100, 0, 200]

    @pytest.mark.parametrize("model", sorted(set(ALGORITHMS) - {"gcra", "nested"}))
    def test_a_window_of_another_length_has_as_many_calls_per_minute(self, model: str) -> None:
        limits, _clock = self.limits(model, window=30)
        assert self.passed(limits) == 50

    def test_the_tier_is_blocked_until_retry_after_has_passed_and_no_other_is(self) -> None:
        limits, clock = self.limits("bucket", min_retry_after=30)
        while not limits.refuse("client", "host", 2):
            pass
        clock[0] = 29.0
        assert limits.refuse("client", "host", 2) == 1
        assert limits.refuse("client", "host", 1) == 0
        assert limits.refuse("other", "host", 2) == 0
        assert limits.refuse("client", "other", 2) == 0
        clock[0] = 30.0
        assert limits.refuse("client", "host", 2) == 0

    @pytest.mark.parametrize("as_date", [False, True])
    def test_a_refusal_says_when_to_come_back_and_keeps_that_promise(self, as_date: bool) -> None:
        # Two calls a minute, ten of them at once; a minute passes in a second.
        rates = {"model": "bucket", "tier1": 2, "scale": 60, "retry_after": "date" if as_date else "seconds"}
        with Simulator({**BASE, "rate_limits": rates, "tenants": TENANTS[:1], "clock_skew": 3600}) as simulator:
            client = Client(simulator).log_in()
            responses = [client.read("acme.eu.qlikcloud.com") for _call in range(40)]
            first = next(place for place, response in enumerate(responses) if response.status_code == 429)
            assert first >= 10
            refused = responses[first]
            assert error_of(refused) == (429, "HTTP-429")
            wait = float(refused.headers["Retry-After"]) if not as_date else self.seconds_until(refused)
            assert 1 <= wait <= 2
            assert client.ask_token(REGISTER, EU).status_code == 200
            assert client.act("deactivate", "acme.eu.qlikcloud.com").status_code == 200
            time.sleep(wait)
            assert client.read("acme.eu.qlikcloud.com").status_code == 200

    def seconds_until(self, response: requests.Response) -> float:
        """By the clock of the server, which is wrong by an hour."""
        until, now = (
            email.utils.parsedate_to_datetime(response.headers[name]).timestamp() for name in ("Retry-After", "Date")
        )
        assert 3500 < now - time.time() < 3700
        return until - now


# A fault each, which hits the first deactivation of the tenant of the same name.
FAULTS: dict[str, dict[str, Any]] = {
    "busy": {"skip": 1, "do": {"status": 503, "html": "<b>", "headers": {"Retry-After": "2"}}},
    "liar": {"do": {"json": {"id": "x", "status": "active"}, "effect": True}},
    "elsewhere": {"do": {"redirect": "https://acme.us.qlikcloud.com/"}},
    "broken": {"do": {"status": 500}, "times": None},
    "plain": {"do": {"body": "plain"}},
    "gateway": {"do": {"headers": {"X-Gateway": "1"}}},
    "drop-before": {"do": {"drop": "before"}},
    "drop-after": {"do": {"drop": "after"}},
    "reset-before": {"do": {"drop": "before", "reset": True}},
    "reset-after": {"do": {"drop": "after", "reset": True}},
    "half": {"do": {"half": True}},
    "too-long": {"do": {"content_length": "wrong"}},
    "too-short": {"do": {"content_length": -5}},
    "huge": {"do": {"huge": 3_000_000}},
    "binary": {"do": {"invalid_utf8": True}},
    "deep": {"do": {"deep": 5000}},
    "drip": {"do": {"drip": 0.0001}},
    "delay-before": {"do": {"delay": 0.9}},
    "delay-after": {"do": {"delay": 0.9, "when": "after"}},
    "endless": {"do": {"delay": 600}},
    "revoked": {"do": {"revoke_token": True}},
}


def tenant(name: str) -> str:
    return f"{name}.eu.qlikcloud.com"


@pytest.fixture(scope="module")
def faulty() -> Iterator[Simulator]:
    """It ends well, with a request still waiting (for `endless`) and nothing to complain of."""
    faults = [
        {"name": name, "path": "*/actions/deactivate", "tenant": tenant(name), **fault}
        for name, fault in FAULTS.items()
    ]
    tunnels = [
        {"host": "refused.*", "do": {"connect": "refuse", "status": 503}},
        {"host": "dropped.*", "do": {"connect": "drop"}},
    ]
    tenants = [{"hostname": tenant(name)} for name in FAULTS]
    simulator = Simulator({**BASE, "tenants": tenants, "faults": faults + tunnels})
    with simulator:
        yield simulator
        assert simulator.stderr() == ""
        assert simulator.stop() == 0


class TestFaults:
    @pytest.fixture
    def client(self, faulty: Simulator) -> Client:
        return Client(faulty).log_in()

    def status(self, client: Client, name: str) -> Any:
        return client.read(tenant(name)).json()["status"]

    def test_an_answer_takes_the_place_of_the_apis(self, client: Client) -> None:
        assert client.act("deactivate", tenant("plain")).text == "plain"
        assert [client.act("deactivate", tenant("broken")).status_code for _turn in range(3)] == [500] * 3
        redirect = client.act("deactivate", tenant("elsewhere"))
        assert (redirect.status_code, redirect.headers["Location"]) == (302, "https://acme.us.qlikcloud.com/")
        for name in ("plain", "broken", "elsewhere"):
            assert self.status(client, name) == "active"

    def test_an_answer_may_hide_the_effect(self, faulty: Simulator, client: Client) -> None:
        assert client.act("deactivate", tenant("liar")).json() == {"id": "x", "status": "active"}
        assert faulty.action_posts(fault="liar")[0]["effective"] is True
        assert self.status(client, "liar") == "disabled"

    def test_it_can_let_requests_pass_and_is_used_up(self, faulty: Simulator, client: Client) -> None:
        before = faulty.mark()
        responses = [client.act("deactivate", tenant("busy")) for _turn in range(3)]
        assert [response.status_code for response in responses] == [200, 503, 200]
        assert (responses[1].text, responses[1].headers["Retry-After"]) == ("<b>", "2")
        assert responses[1].headers["Content-Type"].startswith("text/html")
        posts = faulty.action_posts(since=before)
        assert [(post["fault"], post["effective"]) for post in posts] == [(None, True), ("busy", False), (None, True)]

    def test_headers_go_on_top_of_the_apis_answer(self, client: Client) -> None:
        response = client.act("deactivate", tenant("gateway"))
        assert (response.headers["X-Gateway"], response.json()["status"]) == ("1", "disabled")

    @pytest.mark.parametrize("kind", ["drop", "reset"])
    def test_a_connection_is_broken_off_before_or_after_the_effect(
        self, faulty: Simulator, client: Client, kind: str
    ) -> None:
        for name, effective in ((f"{kind}-before", False), (f"{kind}-after", True)):
            with pytest.raises(requests.exceptions.ConnectionError):
                client.act("deactivate", tenant(name))
            (post,) = faulty.action_posts(fault=name)
            assert (post["status"], post["effective"]) == (None, effective)
            assert (self.status(client, name) == "disabled") is effective

    @pytest.mark.parametrize("name", ["half", "too-long"])
    def test_a_body_ends_too_early(self, client: Client, name: str) -> None:
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            client.act("deactivate", tenant(name))
        assert self.status(client, name) == "disabled"

    def test_a_body_is_spoilt(self, client: Client) -> None:
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
            client.act("deactivate", tenant("too-short")).json()
        huge = client.act("deactivate", tenant("huge"))
        assert (len(huge.content), huge.json()["status"]) == (3_000_000, "disabled")
        with pytest.raises(UnicodeDecodeError):
            client.act("deactivate", tenant("binary")).content.decode()
        assert client.act("deactivate", tenant("deep")).content == b"[" * 5000 + b"]" * 5000
        assert client.act("deactivate", tenant("drip")).json()["status"] == "disabled"

    def test_a_delay_comes_before_or_after_the_effect(self, faulty: Simulator, client: Client) -> None:
        for name, effective in (("delay-before", False), ("delay-after", True)):
            with pytest.raises(requests.exceptions.ReadTimeout):
                client.act("deactivate", tenant(name), timeout=0.2)
            assert (self.status(client, name) == "disabled") is effective
        # A client that went away does not keep the effect from coming.
        deadline = time.monotonic() + 5
        while not faulty.action_posts(fault="delay-before") and time.monotonic() < deadline:
            time.sleep(0.02)
        assert faulty.action_posts(fault="delay-before")[0]["effective"] is True
        with pytest.raises(requests.exceptions.ReadTimeout):
            client.act("deactivate", tenant("endless"), timeout=0.2)

    def test_a_token_is_revoked(self, client: Client) -> None:
        assert client.act("deactivate", tenant("revoked")).status_code == 401
        assert client.read(tenant("revoked")).status_code == 401
        assert client.log_in().act("deactivate", tenant("revoked")).status_code == 200

    @pytest.mark.parametrize(("name", "status"), [("refused", 503), ("dropped", None)])
    def test_a_tunnel_is_refused_or_dropped(
        self, faulty: Simulator, client: Client, name: str, status: int | None
    ) -> None:
        before = faulty.mark()
        # A refused one is a ProxyError, a dropped one is not to every version of requests.
        with pytest.raises(requests.exceptions.ConnectionError):
            client.ask_token(tenant(name), EU)
        (entry,) = faulty.requests(since=before)
        assert (entry["method"], entry["host"], entry["status"]) == ("CONNECT", tenant(name), status)
        assert error_of(client.ask_token(tenant(name), EU)) == (401, "LOGIN-2")

    def test_answers_are_late_and_the_clock_is_wrong(self) -> None:
        with Simulator({**BASE, "latency": 0.2, "clock_skew": -86400}) as simulator:
            start = time.monotonic()
            response = Client(simulator).ask_token(REGISTER, EU)
            assert time.monotonic() - start >= 0.2
            assert email.utils.parsedate_to_datetime(response.headers["Date"]).timestamp() < time.time() - 86000


class TestLog:
    def test_has_no_secret_and_no_token_wherever_they_are_sent(self, simulator: Simulator, client: Client) -> None:
        client.log_in()
        token = str(client.session.headers["Authorization"]).removeprefix("Bearer ")
        client.call(
            "POST",
            REGISTER,
            f"/api/{token}?client_secret=eu-client-secret&other=eu-client-secret&t={token}",
            headers={"Cookie": "a=b", "Proxy-Authorization": "Basic x", "X-Other": f"eu-client-secret {token}"},
            json={"list": [{"access_token": token, "client_secret": "unknown-secret"}], "text": token},
        )
        client.call("POST", REGISTER, "/oauth/token", data={**EU, "grant_type": "client_credentials"})
        text = simulator.files.log.read_text()
        for secret in (token, "eu-client-secret", "unknown-secret"):
            assert secret not in text
        form = simulator.requests(path="/oauth/token")[-1]
        assert form["body"] == {
            "client_id": "eu-client",
            "client_secret": "present",
            "grant_type": "client_credentials",
        }
        assert form["headers"]["authorization"] == "present"

    def test_can_be_asked_for_what_came_after_a_mark(self, simulator: Simulator, client: Client) -> None:
        client.ask_token(REGISTER, EU)
        before = simulator.mark()
        assert simulator.requests(since=before) == []
        client.log_in().read("acme.eu.qlikcloud.com")
        assert len(simulator.requests(since=before)) == 2
        (read,) = simulator.requests(since=before, tier=1, host="register.*", path="/api/v1/tenants/*")
        assert read["status"] == 200
        assert simulator.requests(since=before, effective=True) == []
        datetime.datetime.fromisoformat(read["at"])

    def test_survives_bodies_that_are_no_json_or_too_deep(self, simulator: Simulator, client: Client) -> None:
        client.log_in()
        assert client.act("deactivate", "acme.eu.qlikcloud.com", data=b"\xff\x00").status_code == 400
        assert simulator.requests()[-1]["body"] is None
        for depth in (900, 100_000):
            body = b"[" * depth + b"]" * depth
            assert client.act("deactivate", "acme.eu.qlikcloud.com", data=body).status_code == 400


class TestScenario:
    def test_the_readmes_example_is_one(self, tmp_path: pathlib.Path) -> None:
        text = (HERE / "README.md").read_text(encoding="utf-8")
        (example,) = re.findall("```yaml\n(.*?)```", text, re.DOTALL)
        assert len(list(build(yaml.safe_load(example)).directory)) == 306
        path = tmp_path / "scenario.yml"
        path.write_text(example, encoding="utf-8")
        with Simulator(path) as simulator:
            client = Client(simulator).log_in()
            assert client.ask_token("asleep.us.qlikcloud.com", US).json()["errors"][0]["code"] == "TENANT_DISABLED"

    @pytest.mark.parametrize(
        ("scenario", "message"),
        [
            ({"region": {}}, "unknown key 'region'"),
            ({"regions": {"eu": {"client": []}}}, "regions.eu: unknown key 'client'"),
            ({"regions": {"eu": {"clients": [{"id": "a", "secrets": "b"}]}}}, "unknown key 'secrets'"),
            ({"regions": {"eu": {}}, "tenants": [{"id": "x"}]}, "the key 'hostname' is missing"),
            ({"tenants": [{"hostname": "a.eu.qlikcloud.com"}]}, "region 'eu' is not one of"),
            ({"tenants": [{"hostname": "a.example.com"}]}, "is not <name>.<region>.qlikcloud.com"),
            ({"regions": {"eu": {}}, "tenants": [{"hostname": "a.eu.qlikcloud.com"}] * 2}, "two tenants with the id"),
            ({"faults": [{"do": {"staus": 503}}]}, r"faults\[0\].do: unknown key 'staus'"),
            ({"faults": [{"do": {}}]}, "does nothing"),
            ({"faults": [{"do": {"drop": "after", "status": 200}}]}, "drop sends no answer"),
            ({"faults": [{"do": {"drop": "sometimes"}}]}, "must be one of before, after"),
            ({"faults": [{"do": {"status": 99}}]}, "must be a whole number from 200 to 599"),
            ({"rate_limits": {"model": "strict"}}, "rate_limits.model: must be one of"),
            ({"reads": {"status": 500}}, "reads.status"),
            ({"latency": "fast"}, "latency: must be a number"),
            ({"fleets": [{"count": 2, "region": "eu", "id": "x"}]}, "matter of one tenant"),
        ],
    )
    def test_a_mistake_in_it_is_named(self, scenario: dict[str, Any], message: str) -> None:
        with pytest.raises(ScenarioError, match=message):
            build(scenario)

    def test_ids_are_the_same_in_every_run(self) -> None:
        assert tenant_id_of("fleet0001.eu.qlikcloud.com") == "zhUoUlAr1Sm6Rfhf8hoD3IUZ5y7Cwm0D"

    def test_an_unquoted_off_means_off(self) -> None:
        assert build(yaml.safe_load("rate_limits: {model: off}")).rate_limits.model == "off"


class TestProcess:
    def wait_for(self, path: pathlib.Path) -> None:
        deadline = time.monotonic() + 10
        while not path.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def test_starts_by_hand_and_ends_well(self, tmp_path: pathlib.Path) -> None:
        command = [sys.executable, "-m", "simulator", "--directory", str(tmp_path)]
        process = subprocess.Popen(command, cwd=HERE.parent)
        try:
            self.wait_for(tmp_path / "ready.json")
            ready = json.loads((tmp_path / "ready.json").read_text())
            assert ready["pid"] == process.pid
            assert f"HTTPS_PROXY={ready['proxy']}\n" in (tmp_path / "environment").read_text()
            shell = f"set -a; . {tmp_path}/environment; echo $HTTPS_PROXY $REQUESTS_CA_BUNDLE"
            sourced = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
            assert sourced.stdout.split() == [ready["proxy"], ready["ca"]]
            with socket.create_connection(("127.0.0.1", ready["port"])):  # one that says nothing is no obstacle
                process.send_signal(signal.SIGINT)
                assert process.wait(10) == 0
        finally:
            process.kill()

    def test_ends_with_the_process_that_started_it(self, tmp_path: pathlib.Path) -> None:
        command = [sys.executable, str(HERE), "--directory", str(tmp_path), "--stop-with-stdin"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        try:
            self.wait_for(tmp_path / "ready.json")
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(10) == 0
        finally:
            process.kill()

    def test_a_wrong_scenario_is_told_to_the_one_who_starts_it(self) -> None:
        with pytest.raises(RuntimeError, match="unknown key 'tennants'"):
            Simulator({"tennants": []}).start()
