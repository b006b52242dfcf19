# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of the organization's tenants: its pages, what ends it, what it is asked with, and what is said where it fails."""

from __future__ import annotations

import itertools
import typing as t
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    ORGANIZATION_PREFIX,
    setting_names,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.organization import (
    find_by_hostname_in_organization,
    find_in_organization,
    list_tenants,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import (
    NoResponse,
    Refused,
    Stopped,
    WaitTooLong,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import check_hostname
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import ORGANIZATION, Credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._http.retry import RetryPolicy
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import listed, page
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CONSOLE,
    HOSTNAME,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    RENEWED_TOKEN,
    TENANT_ID,
    TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent, Wire

TENANTS = f"https://{CONSOLE}/api/core/tenants"


@pytest.fixture
def client(wire: Wire, clock: FakeClock) -> Client:
    wire.on("token", answers.token())
    return Client(
        issuer=ORGANIZATION,
        credentials=Credentials(ORG_CLIENT_ID, ORG_CLIENT_SECRET),
        retry_policy=RetryPolicy(retries=5, max_wait=900, clock=clock),
        names=setting_names(kind=ORGANIZATION_PREFIX),
    )


def query(sent: Sent) -> dict[str, list[str]]:
    return parse_qs(urlsplit(sent.url).query)


def test_the_whole_list_is_read_with_one_token_in_pages_of_100(wire: Wire, client: Client) -> None:
    wire.on(
        "read",
        page(*map(listed, range(100)), following="next=b2Zmc2V0&limit=100", total=150),
        page(*map(listed, range(100, 150)), total=150),
    )
    listing = list_tenants(client)
    assert [tenant["id"] for tenant in listing.tenants] == [listed(number)["id"] for number in range(150)]
    assert [(sent.method, sent.url) for sent in wire.sent] == [
        ("POST", f"https://{CONSOLE}/oauth/token"),
        ("GET", f"{TENANTS}?limit=100&totalResults=true"),
        ("GET", f"{TENANTS}?limit=100&totalResults=true&next=b2Zmc2V0"),
    ]
    assert wire.sent[0].body == {
        "grant_type": "client_credentials",
        "client_id": ORG_CLIENT_ID,
        "client_secret": ORG_CLIENT_SECRET,
    }
    assert {sent.headers["Authorization"] for sent in wire.of("read")} == {f"Bearer {TOKEN}"}


def test_a_tenant_of_the_list_has_the_normal_form(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(status="disabled", deletionStartsAt="2026-12-24T12:00:01.000Z")))
    assert list_tenants(client).tenants == [
        {
            "id": TENANT_ID,
            "name": "acme",
            "hostnames": [HOSTNAME, ALIAS],
            "region": "eu",
            "datacenter": "eu-west-1",
            "country": "IE",
            "status": "disabled",
            "status_since": None,
            "created": "2025-01-02T03:04:05.000Z",
            "updated": "2026-11-24T12:00:01.000Z",
            "purge_date": "2026-12-24T12:00:01.000Z",
            "subscription_id": "sub-1",
            "license_starts_at": "2025-01-02T00:00:00.000Z",
            "license_ends_at": "2026-09-01T00:00:00.000Z",
        }
    ]


@pytest.mark.parametrize("name", ["next", "offset"])
@pytest.mark.parametrize("host", ["api.qlikcloud.com", "console.qlikcloud.com", "evil.example", "evil.example:8443"])
def test_of_a_link_only_the_cursor_is_taken(wire: Wire, client: Client, name: str, host: str) -> None:
    first = {"data": [listed()], "links": {"next": {"href": f"https://{host}/elsewhere?limit=1&{name}=cursor%2F1"}}}
    wire.on("read", answers.as_json(200, first), page(listed(1)))
    assert len(list_tenants(client).tenants) == 2
    assert {urlsplit(sent.url).netloc for sent in wire.sent} == {CONSOLE}
    assert query(wire.sent[-1]) == {"limit": ["100"], "totalResults": ["true"], name: ["cursor/1"]}


@pytest.mark.parametrize(
    ("following", "sent"),
    [("next=YWJj%2Bd%3D%3D", "YWJj+d=="), ("next=YWJj+d==", "YWJj+d=="), ("next=a%26limit%3D1%23", "a&limit=1#")],
)
def test_a_cursor_is_sent_as_it_was_meant(wire: Wire, client: Client, following: str, sent: str) -> None:
    wire.on("read", page(listed(), following=following), page(listed(1)))
    list_tenants(client)
    assert query(wire.sent[-1])["next"] == [sent]
    assert query(wire.sent[-1])["limit"] == ["100"]


def test_the_filter_goes_with_every_page(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), following="offset=2"), page(listed(1)))
    list_tenants(client, 'name eq "a&b=c#d"')
    assert [query(sent)["filter"] for sent in wire.of("read")] == [['name eq "a&b=c#d"']] * 2


@pytest.mark.parametrize("link", [None, "", {}, {"href": None}, {"href": ""}])
def test_no_link_to_a_next_page_ends_the_list(wire: Wire, client: Client, link: t.Any) -> None:
    wire.on("read", answers.as_json(200, {"data": [listed()], "links": {"next": link}}))
    assert len(list_tenants(client).tenants) == 1
    assert len(wire.of("read")) == 1


@pytest.mark.parametrize(
    "href",
    ["https://api.qlikcloud.com/core/tenants?limit=100", "https://[evil", 7, ["x"], f"?next={'x' * 5000}", "?next="],
)
def test_a_link_without_a_cursor_does_not_end_the_list_silently(wire: Wire, client: Client, href: t.Any) -> None:
    wire.on("read", answers.as_json(200, {"data": [listed()], "links": {"next": {"href": href}}}))
    with pytest.raises(Refused, match=r"no cursor that can be used.*Run again"):
        list_tenants(client)
    assert len(wire.of("read")) == 1


def test_a_cursor_that_comes_again_ends_in_an_error(wire: Wire, client: Client) -> None:
    wire.on("read", *(page(listed(number), following=f"next={number % 2}") for number in range(10)))
    with pytest.raises(Refused, match="sent the same page of the list again after 3 tenants"):
        list_tenants(client)
    assert len(wire.of("read")) == 3


@pytest.mark.parametrize("entries", [[], [listed()]], ids=["empty pages", "the same page"])
def test_pages_that_bring_nothing_new_end_in_an_error(wire: Wire, client: Client, entries: list[t.Any]) -> None:
    wire.on("read", *(page(*entries, following=f"next={number}") for number in range(20)))
    with pytest.raises(Refused, match="sent the same page of the list again"):
        list_tenants(client)
    assert len(wire.of("read")) <= 7


def test_an_empty_page_in_between_does_not_end_the_list(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), following="next=1"), page(following="next=2"), page(listed(1)))
    assert len(list_tenants(client).tenants) == 2


def test_a_list_that_has_no_end_is_given_up(wire: Wire, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count()

    def reply(sent: Sent) -> Reply:
        number = next(numbers)
        return page(listed(number), following=f"next={number}") if sent.kind == "read" else answers.token()

    monkeypatch.setattr(wire, "reply", reply)
    with pytest.raises(Refused, match="goes on after 1000 pages"):
        list_tenants(client)


def test_a_list_that_shrinks_while_it_is_read_is_not_used(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), following="offset=1", total=3), page(listed(2), total=2))
    with pytest.raises(Refused, match=r"shrank from 3 to 2 while it was read. Tenants may be missing.*Run again"):
        list_tenants(client)


def test_a_list_that_ends_too_early_is_not_used(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), total=2))
    with pytest.raises(Refused, match="ended after 1 of 2 tenants"):
        list_tenants(client)


def test_a_total_that_may_be_that_of_all_tenants_is_not_held_against_a_filter(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), total=2))
    assert len(list_tenants(client, 'status eq "active"').tenants) == 1


def test_a_list_that_grows_is_read_to_its_end(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), following="next=1", total=2), page(listed(1), listed(2), total=3))
    assert len(list_tenants(client).tenants) == 3


def test_a_tenant_on_two_pages_is_one(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(), listed(1), following="next=1"), page(listed(1), listed(2)))
    assert [tenant["id"] for tenant in list_tenants(client).tenants] == [TENANT_ID, "id0001", "id0002"]


@pytest.mark.parametrize("entry", [None, "x", [], {}, {"id": "../x"}, {"id": TENANT_ID, "hostnames": "x"}])
def test_an_entry_that_is_no_tenant_is_counted(wire: Wire, client: Client, entry: t.Any) -> None:
    wire.on("read", page(entry, listed(1), total=2))
    listing = list_tenants(client)
    assert ([tenant["id"] for tenant in listing.tenants], listing.unreadable) == (["id0001"], 1)


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_text_is_harmless(wire: Wire, client: Client, value: str) -> None:
    # A page of such texts that are too long would be no page, but too large an answer.
    texts = {key: value[:5000] for key, one in listed().items() if isinstance(one, str) and key != "id"}
    wire.on("read", page(listed(hostnames=[value[:5000], HOSTNAME], **texts)))
    (tenant,) = list_tenants(client).tenants
    assert tenant["region"] == "eu"
    assert all(is_harmless(text) for text in [*tenant["hostnames"], *filter(None, map(str, tenant.values()))])


BAD_PAGES = {
    "400": (answers.error(400, "HTTP-400", "Bad request"), "Check the filter.*subscription_ids"),
    "403": (
        answers.FORBIDDEN,
        "Check that each subscription that you named belongs to the organization of this client",
    ),
    "404": (answers.error(404, "HTTP-404", "Not found"), "Run again later"),
    "501": (answers.error(501, "HTTP-501", "Oops"), "Run again later"),
    "HTML": (answers.HTML, "no JSON in the response"),
    "nothing": (answers.EMPTY, "no JSON in the response"),
    "no list": (answers.as_json(200, {"data": {}}), "Run again later"),
    "a list": (answers.as_json(200, []), "Run again later"),
    "a redirect": (
        Reply(302, b"", {"Location": "https://evil.example/"}),
        "redirect to https://evil.example/ not followed",
    ),
}


@pytest.mark.parametrize("case", BAD_PAGES)
def test_an_answer_that_is_no_page_is_an_error_with_a_next_step(wire: Wire, client: Client, case: str) -> None:
    reply, words = BAD_PAGES[case]
    wire.on("read", reply)
    with pytest.raises(Refused, match=words) as caught:
        list_tenants(client)
    assert caught.value.message.startswith(
        f"Listing the tenants of the organization: HTTP {reply.status} from {CONSOLE}"
    )
    assert caught.value.http_status == reply.status
    assert len(wire.of("read")) == 1


def test_what_the_server_says_of_a_foreign_subscription_is_said(wire: Wire, client: Client) -> None:
    wire.on("read", answers.error(403, "AUTH-5", "Forbidden", "Not one of this organization."))
    with pytest.raises(Refused, match=r"AUTH-5.*Not one of this organization") as caught:
        list_tenants(client, 'subscriptionId eq "sub-of-others"')
    assert caught.value.error_fields() == {"http_status": 403, "code": "AUTH-5", "trace_id": TRACE_ID}


def test_a_rate_limit_in_the_middle_is_waited_for(wire: Wire, client: Client, clock: FakeClock) -> None:
    wire.on("read", page(listed(), following="next=1"), answers.rate_limited("7"), page(listed(1)))
    assert len(list_tenants(client).tenants) == 2
    assert clock.sleeps == [7.0]
    assert [query(sent).get("next") for sent in wire.of("read")] == [None, ["1"], ["1"]]


def test_a_rate_limit_that_is_too_long_is_not_waited_for(wire: Wire, client: Client, clock: FakeClock) -> None:
    wire.on("read", answers.rate_limited("901"))
    with pytest.raises(WaitTooLong, match="raise max_wait"):
        list_tenants(client)
    assert clock.sleeps == []


def test_trouble_that_passes_is_survived(wire: Wire, client: Client) -> None:
    wire.on("read", answers.BAD_GATEWAY, faults.read_timeout(), page(listed()))
    assert len(list_tenants(client).tenants) == 1


def test_nobody_there_is_an_error(wire: Wire, client: Client) -> None:
    wire.on("read", faults.refused())
    with pytest.raises(NoResponse, match="Listing the tenants of the organization"):
        list_tenants(client)


@pytest.mark.parametrize("expires", [{}, {"expires_in": None, "expires_at": None}], ids=["good for hours", "unknown"])
def test_a_token_that_is_refused_is_renewed_once(wire: Wire, client: Client, expires: dict[str, t.Any]) -> None:
    wire.on("token", answers.token(**expires), answers.token(RENEWED_TOKEN))
    wire.on("read", page(listed(), following="next=1"), answers.UNAUTHORIZED, page(listed(1)))
    assert len(list_tenants(client).tenants) == 2
    assert [sent.kind for sent in wire.sent] == ["token", "read", "read", "token", "read"]
    assert wire.sent[-1].headers["Authorization"] == f"Bearer {RENEWED_TOKEN}"


def test_a_token_that_ends_in_the_middle_is_renewed(wire: Wire, client: Client, clock: FakeClock) -> None:
    wire.on("token", answers.token(), answers.token(RENEWED_TOKEN))
    wire.on("read", page(listed(), following="next=1"), answers.UNAUTHORIZED, page(listed(1)))
    clock.start += timedelta(hours=7)
    assert len(list_tenants(client).tenants) == 2


def test_a_new_token_that_is_refused_too_is_an_error(wire: Wire, client: Client) -> None:
    wire.on("read", answers.UNAUTHORIZED)
    with pytest.raises(Refused, match=r"The token is refused, and so is a new one. Check org_client_id"):
        list_tenants(client)
    assert wire.sequence == ["token", "read", "token", "read"]


def test_no_token_for_wrong_credentials_says_which_are_meant(wire: Wire, client: Client) -> None:
    wire.on("token", answers.UNKNOWN_CLIENT)
    with pytest.raises(Refused) as caught:
        list_tenants(client)
    assert "Asking for a token of the organization: HTTP 401" in caught.value.message
    assert (
        "Check org_client_id and org_client_secret: an organization-level OAuth client is needed"
        in caught.value.message
    )
    assert secrets_in(caught.value.message, client, client.issuer) == []


@pytest.mark.parametrize("shape", ["list", "bare"])
def test_one_tenant_comes_in_the_shape_of_a_list_or_bare(wire: Wire, client: Client, shape: str) -> None:
    one = listed(status="disabled", deletionStartsAt="2026-12-24T12:00:01.000Z")
    wire.on("read", page(one) if shape == "list" else answers.as_json(200, one))
    found = find_in_organization(client, TENANT_ID)
    assert found is not None
    assert (found["id"], found["purge_date"]) == (TENANT_ID, "2026-12-24T12:00:01.000Z")
    assert wire.sent[-1].url == f"{TENANTS}/{TENANT_ID}"


@pytest.mark.parametrize("reply", [answers.NO_SUCH_TENANT, page()], ids=["404", "an empty list"])
def test_an_id_that_nobody_has_is_none(wire: Wire, client: Client, reply: Reply) -> None:
    wire.on("read", reply)
    assert find_in_organization(client, TENANT_ID) is None


@pytest.mark.parametrize(
    "reply",
    [page(listed(1)), page(listed(), listed(1)), answers.as_json(200, listed(1)), answers.HTML, answers.FORBIDDEN],
    ids=["another", "two", "another, bare", "HTML", "403"],
)
def test_what_is_not_that_tenant_is_an_error(wire: Wire, client: Client, reply: Reply) -> None:
    wire.on("read", reply)
    with pytest.raises(Refused, match=f"Looking up tenant {TENANT_ID}"):
        find_in_organization(client, TENANT_ID)


def test_a_hostname_is_looked_up_by_a_filter_and_looked_at_again(wire: Wire, client: Client) -> None:
    wire.on("read", page(listed(hostnames=[HOSTNAME.upper()]), listed(1)))
    found = find_by_hostname_in_organization(client, check_hostname(HOSTNAME))
    assert [tenant["id"] for tenant in found] == [TENANT_ID]
    assert query(wire.sent[-1])["filter"] == [f'hostnames eq "{HOSTNAME}"']


def test_a_long_filter_goes_in_a_body(wire: Wire, client: Client) -> None:
    scim_filter = " or ".join(f'subscriptionId eq "sub-{number}"' for number in range(500))
    kind = "POST /api/core/tenants/actions/filter"
    wire.on(kind, page(listed(), following="next=1", total=2), answers.BAD_GATEWAY, page(listed(1), total=2))
    assert len(list_tenants(client, scim_filter).tenants) == 2
    assert [query(sent).get("next") for sent in wire.of(kind)] == [None, ["1"], ["1"]]
    assert {sent.url.split("?")[0] for sent in wire.of(kind)} == {f"{TENANTS}/actions/filter"}
    assert all(sent.body == {"filter": scim_filter} for sent in wire.of(kind))


def test_a_server_that_wants_a_subscription_in_every_filter_is_asked_for_all(wire: Wire, client: Client) -> None:
    refused = answers.error(400, "HTTP-400", "Bad request", "subscriptionId is required in the filter.")
    wire.on("read", refused, page(listed(1), following="next=1"), page(listed(), listed(2)))
    found = find_by_hostname_in_organization(client, check_hostname(HOSTNAME))
    assert [tenant["id"] for tenant in found] == [TENANT_ID]
    assert [query(sent).get("filter") for sent in wire.of("read")] == [[f'hostnames eq "{HOSTNAME}"'], None, None]


@pytest.mark.parametrize("reply", [answers.FORBIDDEN, answers.HTML, answers.error(501, "HTTP-501", "Oops")])
def test_any_other_refusal_of_a_hostname_is_one(wire: Wire, client: Client, reply: Reply) -> None:
    wire.on("read", reply, page(listed()))
    with pytest.raises(Refused, match="Listing the tenants"):
        find_by_hostname_in_organization(client, check_hostname(HOSTNAME))
    assert len(wire.of("read")) == 1


def test_a_server_that_refuses_both_says_why(wire: Wire, client: Client) -> None:
    wire.on("read", answers.error(400, "HTTP-400", "Bad request", "subscriptionId is required in the filter."))
    with pytest.raises(Refused, match="subscriptionId is required"):
        find_by_hostname_in_organization(client, check_hostname(HOSTNAME))
    assert len(wire.of("read")) == 2


def test_nobody_is_not_found_where_an_entry_cannot_be_read(wire: Wire, client: Client) -> None:
    wire.on("read", page(None, listed(1)))
    with pytest.raises(Stopped, match=r"1 entry of the organization's list could not be read"):
        find_by_hostname_in_organization(client, check_hostname(HOSTNAME))
    wire.on("read", page(None, listed()))
    assert len(find_by_hostname_in_organization(client, check_hostname(HOSTNAME))) == 1
