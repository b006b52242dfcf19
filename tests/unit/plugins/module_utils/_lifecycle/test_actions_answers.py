# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to a deactivation and to the reading before it: what passes for success, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    HOSTNAME,
    PURGE_DATE,
    REGION,
    REGISTER,
    TENANT_ID,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import content_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CLIENT_ERRORS = [400, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418, 422, 428, 431, 451]
REDIRECTS = [300, 301, 302, 303, 304, 307, 308]

# Answers with a status of success that say nothing of the kind.
NO_SUCCESS = {
    "still active": answers.disabled(status="active"),
    "another id": answers.disabled(id="another"),
    "no id": answers.as_json(200, {"status": "disabled", "estimatedPurgeDate": PURGE_DATE}),
    "no status": answers.as_json(200, {"id": TENANT_ID}),
    "the id in another case": answers.disabled(id=TENANT_ID.lower()),
    "a status that is no text": answers.disabled(status=["disabled"]),
    "HTML": answers.HTML,
    "a list": answers.as_json(200, [{"id": TENANT_ID, "status": "disabled"}]),
    "text": answers.as_json(200, "disabled"),
    "null": answers.as_json(200, None),
    "empty": answers.EMPTY,
    "no content": Reply(204),
    "accepted": Reply(202),
    "half of it": Reply(200, json.dumps({"id": TENANT_ID, "status": "disabled"}).encode()[:-1]),
}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))


@pytest.mark.parametrize("answer", NO_SUCCESS)
def test_a_success_without_the_words_of_one_fails_as_sent_and_not_confirmed(wire: Wire, run: Run, answer: str) -> None:
    wire.on("deactivate", NO_SUCCESS[answer])
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert "not confirmed" in result["msg"]
    assert (result["id"], result["hostname"]) == (TENANT_ID, HOSTNAME)


@pytest.mark.parametrize("status", CLIENT_ERRORS)
def test_a_no_of_the_server_is_a_failure_and_no_change(wire: Wire, run: Run, status: int, clock: FakeClock) -> None:
    wire.on("deactivate", answers.error(status, "TENANTS-77", "Not today", "Ask again in spring"))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert (result["http_status"], result["code"], result["trace_id"]) == (status, "TENANTS-77", TRACE_ID)
    for told in (HOSTNAME, TENANT_ID, f"HTTP {status}", "TENANTS-77", "Not today", "Ask again in spring", TRACE_ID):
        assert told in result["msg"]
    assert clock.sleeps == []
    assert ("check its scopes" in result["msg"]) is (status == 403)


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_is_no_success_and_is_not_followed(wire: Wire, run: Run, status: int) -> None:
    wire.on("deactivate", Reply(status, b"", {"Location": f"https://{REGISTER}/elsewhere"}))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["http_status"]) == (True, status)


# Refusals of something in between: without the API's form they say nothing about the effect.
NO_REFUSALS = {
    "HTML": lambda status: Reply(status, b"<html>Blocked</html>", {"Content-Type": "text/html"}),
    "empty": Reply,
    "other JSON": lambda status: answers.as_json(status, {"message": "no route matched with those values"}),
    "no code": lambda status: answers.as_json(status, {"errors": [{"title": "Forbidden"}]}),
    "form of RFC 6749": lambda status: answers.as_json(status, {"error": "access_denied"}),
}


@pytest.mark.parametrize("form", NO_REFUSALS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 412, 429])
def test_a_refusal_in_another_form_than_the_apis_is_resolved_by_reading(
    wire: Wire, run: Run, status: int, form: str
) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", NO_REFUSALS[form](status))
    result = deactivate(run)
    assert [kind for kind in wire.sequence if kind != "token"] == ["read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == ("2026-12-24T12:00:01Z", True)


@pytest.mark.parametrize("form", NO_REFUSALS)
@pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 412])
def test_a_refusal_in_another_form_that_reading_does_not_resolve_is_failed_and_changed(
    wire: Wire, run: Run, status: int, form: str
) -> None:
    wire.on("deactivate", NO_REFUSALS[form](status))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, True, status)
    assert "was sent and is not confirmed" in result["msg"]


@pytest.mark.parametrize("status", [501, 505])
def test_a_servers_error_leaves_in_doubt_what_it_did(wire: Wire, run: Run, status: int) -> None:
    wire.on("deactivate", Reply(status, b"<html>"))
    result = deactivate(run)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"], result["http_status"]) == (True, True, status)


@pytest.mark.parametrize(
    "answer",
    [
        *(Reply(status) for status in (*REDIRECTS, 400, 406, 409, 410, 418, 501)),
        answers.HTML,
        answers.EMPTY,
        answers.as_json(200, []),
        answers.as_json(200, "text"),
        answers.record("active", id="another"),
        answers.record("active", id=None),
        answers.record("active", status=None),
        answers.record("active", status=["active"]),
        answers.record("active", hostnames=None),
        answers.record("active", hostnames="acme.eu.qlikcloud.com"),
        answers.record("active", hostnames=[1]),
        answers.record("active", hostnames=[HOSTNAME, None]),
        Reply(202, answers.record("active").body),
    ],
    ids=lambda reply: f"{reply.status} {reply.body.decode()[:120]}",
)
def test_what_is_no_record_of_the_tenant_stops_before_the_post(wire: Wire, run: Run, answer: Reply) -> None:
    wire.on("read", answer)
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, answer.status)


@pytest.mark.parametrize("status", ["active", "disabled"])
def test_an_empty_list_of_hostnames_does_not_hold_the_one_that_is_meant(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status, hostnames=[]))
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"], result["hostnames"]) == (True, False, [])
    assert f"the tenant with this id has no hostnames, so {HOSTNAME} cannot be checked" in result["msg"]


def test_a_record_that_does_not_show_hostnames_is_one_all_the_same(wire: Wire, run: Run) -> None:
    body = json.loads(answers.record("active").body)
    del body["hostnames"]
    wire.on("read", answers.as_json(200, body))
    wire.on("deactivate", answers.disabled())
    assert deactivate(run)["changed"] is True


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_record_that_cannot_be_read_because_the_server_fails_says_so(wire: Wire, run: Run, status: int) -> None:
    wire.on("read", Reply(status))
    result = deactivate(run, retries=2)
    assert wire.sequence == ["token", *["read"] * 3]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, status)
    assert "The server failed." in result["msg"]
    assert "tenant_id" not in result["msg"]


WRONG_DATES = [None, "", "soon", 1700000000, ["2026-12-24"], {"at": PURGE_DATE}, "2026-13-45T00:00:00Z", "30/07/2026"]
WRONG_DATES += ["2026-12-24", "2026-12-24T12:00:01", HOSTILE["clear screen"], "9" * 5000]


@pytest.mark.parametrize("date", WRONG_DATES, ids=lambda date: str(date)[:20])
def test_a_purge_date_that_is_none_is_computed_and_warned_of_and_its_text_is_in_the_receipt(
    wire: Wire, run: Run, tmp_path: Path, date: object
) -> None:
    wire.on("deactivate", answers.disabled(estimatedPurgeDate=date))
    path = tmp_path / f"{HOSTNAME}.json"
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == ("2026-12-24T12:00:00Z", True)
    (warning,) = result["warnings"]
    assert HOSTNAME in warning
    assert "estimatedPurgeDate" in warning
    assert is_harmless(warning)
    done = content_of(path)["events"][-1]
    assert done["estimated_purge_date"] == "2026-12-24T12:00:00Z"
    assert ("purge_date_text" in done) is (date is not None)
    if date is not None:
        assert len(done["purge_date_text"]) <= 100
        assert is_harmless(done["purge_date_text"])


def test_a_purge_date_that_is_missing_is_computed_and_warned_of(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.as_json(200, {"id": TENANT_ID, "status": "disabled"}))
    result = deactivate(run, purge_after_days=60)
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == ("2027-01-23T12:00:00Z", True)
    assert "has no estimatedPurgeDate" in result["warnings"][0]


TROUBLES = {
    "no token is issued": ("token", answers.UNAUTHORIZED),
    "no answer about a token": ("token", faults.refused()),
    "reading ends in a server's error": ("read", Reply(500)),
    "reading shows HTML": ("read", answers.HTML),
    "no answer to reading": ("read", faults.refused()),
    "nobody knows the tenant": ("read", answers.NO_SUCH_TENANT),
    "nobody knows the status": ("read", answers.record("suspended")),
    "the POST is refused": ("deactivate", answers.FORBIDDEN),
    "the POST is answered in HTML": ("deactivate", answers.HTML),
    "no certificate at the POST": ("deactivate", faults.certificate()),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_failure_names_the_tenant_in_its_result_too(wire: Wire, run: Run, trouble: str) -> None:
    # The documentation of the module says so: "always, but for wrong options".
    kind, reply = TROUBLES[trouble]
    wire.on(kind, reply)
    result = deactivate(run, retries=0)
    assert result["failed"] is True
    assert {"id": TENANT_ID, "hostname": HOSTNAME, "region": REGION}.items() <= result.items()


@pytest.mark.parametrize("answer", [answers.FORBIDDEN, answers.HTML, Reply(500)], ids=["refused", "HTML", "500"])
def test_a_failure_after_reading_has_what_was_read(wire: Wire, run: Run, answer: Reply) -> None:
    # The documentation of the module says so: "success, and failures after reading it".
    wire.on("deactivate", answer)
    result = deactivate(run)
    assert result["failed"] is True
    assert result["previous_status"] == "active"
    assert result["hostnames"] == [HOSTNAME, ALIAS]


@pytest.mark.parametrize("key", ["http_status", "code", "trace_id"])
@pytest.mark.parametrize("kind", ["token", "read", "deactivate"])
def test_every_failure_has_the_keys_of_one(wire: Wire, run: Run, kind: str, key: str) -> None:
    wire.on(kind, faults.refused())
    result = deactivate(run, retries=0)
    assert result["failed"] is True
    assert result[key] is None


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_what_a_server_says_reaches_no_terminal_unchanged(wire: Wire, run: Run, value: str) -> None:
    for place in ("status", "hostnames", "title of a refusal", "code of a refusal", "Location"):
        header = value.encode("utf-8", "replace").decode("latin-1").replace("\n", " ").replace("\r", " ")
        replies = {
            "status": {"read": answers.record(value)},
            "hostnames": {"read": answers.record("active", hostnames=[value])},
            "title of a refusal": {"deactivate": answers.error(403, "AUTH-5", value)},
            "code of a refusal": {"deactivate": answers.error(403, value)},
            "Location": {"deactivate": Reply(302, b"", {"Location": header})},
        }
        for kind, reply in replies[place].items():
            wire.on(kind, reply)
        message = deactivate(run)["msg"]
        assert is_harmless(message)
        assert "EVIL" in message or place == "Location" or "EV IL" in message
        assert len(message) < 2000
