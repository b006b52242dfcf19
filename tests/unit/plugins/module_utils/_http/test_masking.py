# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are taken out of free text in every form in which they are sent, and out of nothing else."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http.masking import MASK, Masking, mask_texts
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, read_response
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_SECRET, HOSTNAME, PURGE_DATE, REGISTER, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

ODD = 'pä"ss wörd/\\+@:%'


def masking(*secrets: str, proxy: str = "") -> Masking:
    made = Masking()
    for secret in secrets:
        made.add(secret)
    if proxy:
        made.add_proxy(proxy)
    return made


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode("latin-1")).decode()


@pytest.mark.parametrize("form", [ODD, json.dumps(ODD)[1:-1], quote(ODD, safe="")])
def test_a_secret_is_masked_in_each_form_in_which_it_is_sent(form: str) -> None:
    assert masking(ODD).mask(f"before {form} after") == f"before {MASK} after"


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    assert masking("secret-of-a", "secret-of-a-client").mask("secret-of-a-client") == MASK


@pytest.mark.parametrize(
    "said",
    [
        "http://svc:2026@proxy:3128",
        f"Proxy-Authorization: Basic {basic('svc', '2026')}",
        f"it was {basic('svc', '2026').rstrip('=')}",
    ],
)
def test_a_short_password_of_a_proxy_is_masked_in_the_forms_in_which_it_is_sent(said: str) -> None:
    masked = masking(proxy="http://svc:2026@proxy:3128").mask(said)
    assert MASK in masked
    assert "2026" not in masked
    assert basic("svc", "2026").rstrip("=") not in masked


@pytest.mark.parametrize("text", ["2026-12-26T10:00:00Z", "acme2026.eu.qlikcloud.com", "in 2026", "svc:2026-12-26"])
def test_a_short_password_of_a_proxy_changes_nothing_else(text: str) -> None:
    assert masking(proxy="http://svc:2026@proxy:3128").mask(text) == text


@pytest.mark.parametrize(
    "url",
    [
        f"http://svc:{quote(ODD, safe='')}@proxy:3128",
        f"https://svc:{quote(ODD, safe='')}@proxy",
        f"svc:{quote(ODD, safe='')}@proxy:3128",
    ],
)
@pytest.mark.parametrize("form", [ODD, quote(ODD, safe=""), basic("svc", ODD)])
def test_a_long_password_of_a_proxy_is_masked_wherever_it_stands(url: str, form: str) -> None:
    assert masking(proxy=url).mask(f"before {form} after") == f"before {MASK} after"


def test_a_token_in_the_place_of_the_user_is_masked_too() -> None:
    made = masking(proxy="http://token-of-a-proxy@proxy:3128")
    assert made.mask(f"token-of-a-proxy, {basic('token-of-a-proxy', '')}") == f"{MASK}, {MASK}"


@pytest.mark.parametrize("text", ["proxy:3128", "http://proxy:3128/", "direct", ""])
def test_a_proxy_without_a_user_adds_nothing(text: str) -> None:
    assert masking(proxy=text or "http://proxy").mask(f"{text} 3128 proxy") == f"{text} 3128 proxy"


def test_a_representation_has_no_secret() -> None:
    assert CLIENT_SECRET not in repr(masking(CLIENT_SECRET))


def test_only_free_texts_of_a_result_are_masked() -> None:
    secret = "acme-customer"
    hostname = f"{secret}.eu.qlikcloud.com"
    result: dict[str, t.Any] = {
        "msg": f"said {secret}",
        "warnings": [f"one {secret}"],
        "hostname": hostname,
        "hostnames": (hostname,),
        "id": secret,
        "access_token": secret,
        "http_status": 403,
        "probe": {"title": f"title {secret}", "state": "active", "code": secret},
        "tenants": [{"name": secret, "message": secret, "estimated_purge_date": PURGE_DATE}],
    }
    assert mask_texts(result, masking(secret).mask) == {
        "msg": f"said {MASK}",
        "warnings": [f"one {MASK}"],
        "hostname": hostname,
        "hostnames": [hostname],
        "id": secret,
        "access_token": secret,
        "http_status": 403,
        # A code was masked when the response was read, if it is none that is documented.
        "probe": {"title": f"title {MASK}", "state": "active", "code": secret},
        "tenants": [{"name": secret, "message": MASK, "estimated_purge_date": PURGE_DATE}],
    }


@pytest.mark.parametrize("code", ["TENANT_DEACTIVATED", "TENANT_DISABLED", "OAUTH-14", "TENANTS-8", "AUTHENTICATION-2"])
@pytest.mark.parametrize("secret", ["TENANT_DEACTIVATED", "TENANT_D", "OAUTH-14", "TENANTS-8", "AUTHENTICATION"])
def test_a_code_that_is_acted_on_is_what_the_server_sent_whatever_the_secret_is(code: str, secret: str) -> None:
    content = json.dumps({"errors": [{"code": code, "title": f"about {secret}"}]}).encode()
    response = read_response(Request("probing", "POST", REGISTER, "/"), 401, {}, content, masking(secret).mask)
    assert (response.code, response.title) == (code, f"about {MASK}")


@pytest.mark.parametrize("field", ["code", "title", "detail"])
@pytest.mark.parametrize("length", range(270, 310, 5))
def test_a_secret_at_the_end_of_a_long_text_is_masked_before_it_is_cut(field: str, length: int) -> None:
    content = json.dumps({"errors": [{field: f"{'x ' * (length // 2)}{CLIENT_SECRET}"}]}).encode()
    made = masking(CLIENT_SECRET)
    response = read_response(Request("reading", "GET", REGISTER, "/"), 403, {}, content, made.mask)
    assert CLIENT_SECRET[:4] not in response.describe()


def test_a_secret_that_a_redirect_says_back_is_masked() -> None:
    headers = {"Location": f"https://elsewhere/{'x' * 60}?client_secret={CLIENT_SECRET}"}
    made = masking(CLIENT_SECRET)
    response = read_response(Request("reading", "GET", REGISTER, "/"), 302, headers, b"", made.mask)
    assert CLIENT_SECRET[:4] not in response.describe()


def test_a_short_password_of_a_proxy_leaves_the_dates_of_a_receipt_as_they_are(
    wire: Wire, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://svc:2026@proxy.example:3128")
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    path = tmp_path / "receipt.json"
    result = run.mask_texts(deactivate(run, receipt_path=str(path)))
    event = json.loads(path.read_text())["events"][-1]
    assert (result["estimated_purge_date"], result["hostname"], result["id"]) == (PURGE_DATE, HOSTNAME, TENANT_ID)
    assert event["estimated_purge_date"].startswith(PURGE_DATE[:10])
    assert MASK not in path.read_text()
