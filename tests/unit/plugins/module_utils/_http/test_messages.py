# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From bytes to an answer: whatever a server sends is read, and nothing that it sends breaks the reader."""

from __future__ import annotations

import json
import typing as t

import pytest
from requests.structures import CaseInsensitiveDict

from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, Response, read_response
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, REGISTER, TRACE_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless

REQUEST = Request("reading acme", "GET", REGISTER, "/api/v1/tenants/x")


def read(content: t.Any, status: int = 403, **headers: str) -> Response:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_response(REQUEST, status, CaseInsensitiveDict(headers), content, str)


def errors(**one: t.Any) -> dict[str, t.Any]:
    return {"errors": [one], "traceId": TRACE_ID}


def test_the_words_of_an_error_are_read() -> None:
    answer = read(errors(code="AUTH-5", title="Forbidden", detail="Not yours", status="403"))
    assert (answer.code, answer.title, answer.detail) == ("AUTH-5", "Forbidden", "Not yours")
    assert answer.trace_id == TRACE_ID
    for told in ("HTTP 403", REGISTER, "AUTH-5", "Forbidden", "Not yours", TRACE_ID):
        assert told in answer.describe()


def test_the_form_of_oauth_is_read_too() -> None:
    answer = read({"error": "invalid_client", "error_description": "Unknown client"}, 401)
    assert (answer.code, answer.title) == ("invalid_client", "Unknown client")


NO_JSON = {
    "empty": b"",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "text": b"no healthy upstream",
    "half": b'{"errors": [{"code": "AUTH',
    "two": b"{}{}",
    "invalid UTF-8": b'{"errors": [{"code": "\xff\xfe"}]}',
    "half a letter": b'{"code": "\xe2\x82"}',
    "null bytes": b"\x00\x00\x00",
    "5,000 digits": b'{"errors": [{"title": ' + b"9" * 5000 + b"}]}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets that close": b"[" * 100_000 + b"]" * 100_000,
    "100,000 braces": b'{"errors":' * 100_000,
}


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_has_no_body_and_says_so(content: bytes) -> None:
    answer = read(content)
    assert (answer.body, answer.code, answer.title, answer.trace_id) == (None, None, None, None)
    assert "no JSON" in answer.describe()


ODD_JSON = [
    None, True, 7, 1.5, "text", [], {}, [[]], [{}], {"errors": None}, {"errors": {}}, {"errors": []}, {"errors": "x"},
    {"errors": [None]}, {"errors": ["text"]}, {"errors": [[]]}, {"errors": [{}]}, {"error": None}, {"error": {}},
    {"error": {"code": "x"}}, {"traceId": None}, {"errors": [{"code": None, "title": "", "detail": None}]},
]  # fmt: skip


@pytest.mark.parametrize("content", ODD_JSON, ids=json.dumps)
def test_json_without_an_error_in_it_has_no_words_of_one(content: t.Any) -> None:
    answer = read(content)
    assert answer.body == content
    assert (answer.code, answer.title, answer.detail, answer.trace_id) == (None, None, None, None)
    assert answer.describe().startswith(f"HTTP 403 from {REGISTER}")


WRONG_TYPES = [0, 7, -1.5, 1e300, True, False, [], ["a"], {}, {"a": "b"}, [[[[]]]], "x" * 1_000_000, 10**4000]


@pytest.mark.parametrize("value", WRONG_TYPES, ids=lambda value: str(type(value).__name__))
@pytest.mark.parametrize("place", ["title", "detail", "traceId"])
def test_a_word_of_an_error_that_is_no_text_is_shown_as_text(place: str, value: t.Any) -> None:
    content = {"errors": [{}], "traceId": value} if place == "traceId" else {"errors": [{place: value}]}
    answer = read(content)
    found = answer.trace_id if place == "traceId" else getattr(answer, place)
    assert isinstance(found, str)
    assert len(found) <= 300
    assert is_harmless(answer.describe())


@pytest.mark.parametrize("depth", [10, 500, 900, 960, 980, 990, 1000, 1100, 3000, 9000, 50_000])
def test_deep_json_breaks_nothing(depth: int) -> None:
    answer = read(b'{"errors": [{"title": %s}]}' % (b"[" * depth + b"]" * depth))
    assert len(answer.describe()) < 1000


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_words_are_harmless_when_they_are_read(value: str) -> None:
    for place in ("code", "title", "detail", "traceId", "error", "error_description"):
        content: dict[str, t.Any] = {"error": "x"}
        if place in ("code", "title", "detail"):
            content = errors(**{place: value})
        content = {**content, **({} if place in ("code", "title", "detail") else {place: value})}
        answer = read(content)
        assert is_harmless(answer.describe())
        assert all(is_harmless(word) for word in (answer.code, answer.title, answer.detail, answer.trace_id) if word)


def test_a_redirect_is_named() -> None:
    words = read(b"", 302, location="https://evil.example/\x1b[31m").describe()
    assert "redirect to https://evil.example/ [31m not followed" in words


@pytest.mark.parametrize(("status", "succeeded", "temporary"), [
    (200, True, False), (204, True, False), (299, True, False), (199, False, False), (300, False, False),
    (400, False, False), (429, False, True), (500, False, True), (502, False, True), (503, False, True),
    (504, False, True), (505, False, False),
])  # fmt: skip
def test_what_a_status_means(status: int, succeeded: bool, temporary: bool) -> None:
    answer = read({}, status)
    assert (answer.succeeded, answer.temporary) == (succeeded, temporary)


def test_a_refusal_says_what_was_tried_what_was_answered_and_what_to_do() -> None:
    error = read(errors(code="AUTH-5", title="Forbidden")).refusal("Ask the vendor.")
    assert error.message.startswith("Reading acme: HTTP 403 from ")
    assert error.message.endswith("Ask the vendor.")
    assert error.error_fields() == {"http_status": 403, "code": "AUTH-5", "trace_id": TRACE_ID}
    assert error.changed is False


def test_a_request_shows_neither_headers_nor_body() -> None:
    request = Request("asking", "POST", HOSTNAME, "/", {"Authorization": "canary"}, {"client_secret": "canary"})
    assert "canary" not in f"{request} {request!r}"


@pytest.mark.parametrize(
    "value", [one for one in WRONG_TYPES if not isinstance(one, str)], ids=lambda one: str(type(one).__name__)
)
def test_a_code_that_is_no_text_is_none(value: t.Any) -> None:
    assert read({"errors": [{"code": value}]}).code is None
