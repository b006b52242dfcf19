# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can happen to a request on its way to an answer: the columns of the fault table. The tenant is in tenant_model.py."""

from __future__ import annotations

import copy
import gzip
import io
import json
import typing as t
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID, TRACE_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE
from ansible_collections.tenantops.qlik.tests.unit.tenant_model import (
    ACTIONS,
    DEACTIVATE,
    ISSUE,
    ME,
    PROBE,
    REACTIVATE,
    READ,
    RECORD,
    USER,
    Effect,
    Make,
    Model,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent


@dataclass(frozen=True)
class Fault:
    """A fault and, where the request is a POST that changes a tenant, the effect that it has all the same."""

    name: str
    make: Make
    effect: Effect = Effect.NONE

    def __str__(self) -> str:
        return f"{self.name}, {self.effect.value}"


NOT_DONE = (Effect.NONE,)
DONE_OR_NOT = (Effect.NONE, Effect.DONE)
WHENEVER = (Effect.NONE, Effect.DONE, Effect.LATE)

OTHER_ID = "someBodyElsesTenant0000000000000"
CANARY = "canary-in-a-wrong-place"

STATUSES = (
    *(100, 101, 102, 103, 199),
    *(200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299),
    *range(300, 309),
    *range(400, 419),
    *range(421, 432),
    *(451, 499),
    *range(500, 512),
    599,
)
CORE_STATUSES = (101, 200, 202, 204, 303, 400, 401, 403, 404, 405, 408, 412, 429, 499, 500, 502, 503, 504)
# Codes that are none of a tenant's authentication service, and resemble them.
UNKNOWN_CODES = ("HTTP-401", "WAF-1020", "OAUTH", "XOAUTH-14", "oauth-14", "TENANT_DISABLED_SOON", "LOGIN-20", " ")
BODILESS = frozenset((100, 101, 102, 103, 199, 204, 205, 304))

RETRY_AFTER = {
    "seconds": "7",
    "zero seconds": "0",
    "a date": "Tue, 24 Nov 2026 12:00:11 GMT",
    "a date gone by": "Tue, 24 Nov 2020 12:00:11 GMT",
    "a date in years": "Fri, 31 Dec 9999 23:59:59 -1200",
    "a date of no calendar": "Tue, 31 Feb 2026 25:00:11 GMT",
    "a date of no zone": "Tue, 24 Nov 2026 12:00:11 +99999999999",
    "rubbish": "soon",
    "hostile": "\x1b[31m7\x1b[0m",
    "a year": "31536000",
    "negative": "-5",
    "empty": "",
    "a fraction": "1.5",
    "not a number": "NaN",
    "infinite": "inf",
    "thousands of digits": "9" * 5000,
    "other digits": "\u00b2\u00b3",
    "a list": "7, 9",
}

TARGETS = {
    "the same host": f"https://{HOSTNAME}/oauth/token",
    "the same path": f"/api/v1/tenants/{TENANT_ID}",
    "another tenant": f"https://other.eu.qlikcloud.com/api/v1/tenants/{OTHER_ID}",
    "an evil host": f"https://evil.example/api/v1/tenants/{TENANT_ID}",
    "an evil host, without scheme": "//evil.example/",
    "the alias": f"https://{HOSTNAME}/api/v1/tenants/me",
    "up the tree": "/api/v1/tenants/..%2f..%2fevil",
    "http": f"http://{HOSTNAME}/api/v1/tenants/{TENANT_ID}",
    "a file": "file:///etc/passwd",
    "rubbish": "https://[::::]:99999999/\u00ff",
    "hostile": "\x1b[31mhttps://evil.example/\x1b[0m",
    "nothing": "",
}

# Values of wrong types, and of the right type with a wrong content. MISSING takes the field away.
MISSING = object()
VALUES: dict[str, t.Any] = {
    "missing": MISSING,
    "null": None,
    "a number": 17,
    "a fraction": 1.5,
    "a number of 4,000 digits": 10**4000,
    "not a number": float("nan"),
    "true": True,
    "an empty list": [],
    "a list": ["EVIL"],
    "a list of lists": [[None], [17], [{}]],
    "an empty dict": {},
    "a dict": {"value": {"value": "EVIL"}},
    "an empty text": "",
    "a huge text": "EVIL" * 25_000,
    "a long list": [f"evil-{number}.eu.qlikcloud.com" for number in range(5_000)],
    "escape codes": HOSTILE["clear screen"],
    "right to left": HOSTILE["right to left"],
    "half a surrogate pair": HOSTILE["half a surrogate pair"],
}

_TOKEN_FIELDS = ("access_token", "token_type", "expires_in", "expires_at", "scope")
_RECORD_FIELDS = (
    *("id", "name", "status", "hostnames", "hostnames.0", "region", "datacenter", "created", "lastUpdated"),
    *("statusLastUpdatedAt", "deletionStartsAt", "links"),
)
_ERROR_FIELDS = (
    "errors",
    "errors.0",
    "errors.0.code",
    "errors.0.title",
    "errors.0.detail",
    "errors.0.status",
    "traceId",
)
# "" is the whole body.
FIELDS: dict[str, tuple[str, ...]] = {
    ISSUE: ("", *_TOKEN_FIELDS),
    READ: ("", *_RECORD_FIELDS),
    DEACTIVATE: ("", "id", "status", "estimatedPurgeDate"),
    REACTIVATE: ("", "id", "status"),
    PROBE: ("", *_TOKEN_FIELDS, *_ERROR_FIELDS),
    ME: ("", *_RECORD_FIELDS),
    USER: ("", "id", "tenantId"),
    RECORD: ("", *_RECORD_FIELDS),
}

# Right in type, and not what is expected: field and value.
WRONG: dict[str, tuple[tuple[str, t.Any], ...]] = {
    "id": (("id", OTHER_ID), ("id", TENANT_ID.lower()), ("id", "me"), ("id", "../x"), ("id", f"{TENANT_ID} ")),
    "status": tuple(("status", one) for one in ("suspended", "Disabled", "ACTIVE", "deleted", "disabled\n", "active ")),
    "hostnames": (
        ("hostnames", ["other.eu.qlikcloud.com"]),
        ("hostnames", [HOSTNAME.upper()]),
        ("hostnames", ["evil.example"]),
    ),
    "tenantId": (("tenantId", OTHER_ID), ("tenantId", "me"), ("tenantId", "../x")),
    "access_token": (
        ("access_token", f"{CANARY}\r\nX-Evil: 1"),
        ("access_token", f"{CANARY} blank"),
        ("access_token", f"{CANARY}\u00e9"),
    ),
    "expires_in": (("expires_in", 0), ("expires_in", 10**10), ("expires_in", "21600")),
    "expires_at": (("expires_at", "2020-01-01T00:00:00Z"), ("expires_at", "9999-12-31T23:59:59-23:59")),
    "statusLastUpdatedAt": (("statusLastUpdatedAt", "9999-12-31T23:59:59Z"),),
    "estimatedPurgeDate": (
        ("estimatedPurgeDate", "2020-01-01T00:00:00Z"),
        ("estimatedPurgeDate", "9999-12-31T23:59:59-23:59"),
    ),
}


def faults_of(kind: str, *, deactivated: bool = False, fields: bool = True) -> list[Fault]:
    """All faults of a kind of request.

    :arg deactivated: the first probe meets a tenant that is deactivated (its answer has other fields).
    :arg fields: the honest answer has a body whose fields can be wrong.
    """
    found = [*_transport(kind), *_statuses(kind), *_bodies(kind), *_tokens(kind)]
    if fields:
        unlike = _TOKEN_FIELDS if deactivated else _ERROR_FIELDS
        found += _fields(kind, [one for one in FIELDS[kind] if kind != PROBE or one not in unlike])
    return found


def core_faults_of(kind: str, *, deactivated: bool = False) -> list[Fault]:
    """Some of each family, for a request that another operation makes in the same way, and where something went wrong before."""
    found = [*_transport(kind), *_statuses(kind, CORE_STATUSES), *_bodies(kind), *_tokens(kind)]
    if kind == PROBE and deactivated:
        found += _fields(kind, ["", *_ERROR_FIELDS])
    return [one for one in found if "retry-after" not in one.name or "a year" in one.name]


def _each(kind: str, name: str, make: Make, effects: tuple[Effect, ...] = DONE_OR_NOT) -> Iterator[Fault]:
    for effect in effects if kind in ACTIONS else NOT_DONE:
        yield Fault(name, make, effect)


def _raised(error: Callable[[], BaseException]) -> Make:
    return lambda _model, _sent, _honest: error()


def _given(reply: Reply) -> Make:
    return lambda _model, _sent, _honest: reply


def _transport(kind: str) -> Iterator[Fault]:
    for name in ("refused", "connect_timeout", "name_service_down", "name_unknown", "certificate", "proxy_refused"):
        yield from _each(kind, name.replace("_", " "), _raised(getattr(faults, name)), NOT_DONE)
    yield from _each(kind, "tunnel refused", _raised(faults.tunnel_refused), NOT_DONE)
    for name in ("reset", "cut", "cut_by_proxy"):
        yield from _each(kind, name.replace("_", " "), _raised(getattr(faults, name)))
    for name in ("read_timeout", "write_timeout"):
        yield from _each(kind, name.replace("_", " "), _raised(getattr(faults, name)), WHENEVER)

    yield from _each(
        kind,
        "slow drip",
        lambda _m, _s, honest: replace(honest, stream=_Broken(honest, TimeoutError("too late"))),
        WHENEVER,
    )
    yield from _each(
        kind,
        "reset in the body",
        lambda _m, _s, honest: replace(honest, stream=_Broken(honest, ConnectionResetError(104, "Connection reset"))),
    )

    def with_length(length: Callable[[bytes], str], cut: Callable[[bytes], bytes] = lambda body: body) -> Make:
        def make(_model: Model, _sent: Sent, honest: Reply) -> Reply:
            body = honest.body or b"{}"
            return replace(honest, body=cut(body), headers={**honest.headers, "Content-Length": length(body)})

        return make

    def half(body: bytes) -> bytes:
        return body[: len(body) // 2]

    yield from _each(kind, "half a body", with_length(lambda body: str(len(body)), half))
    yield from _each(
        kind, "half a body, no length", lambda _m, _s, honest: replace(honest, body=half(honest.body or b"{"))
    )
    yield from _each(kind, "no byte of the body", with_length(lambda body: str(len(body)), lambda _body: b""))
    yield from _each(kind, "length too long", with_length(lambda body: str(len(body) + 10)))
    yield from _each(kind, "length too short", with_length(lambda body: str(len(half(body))), half))
    yield from _each(kind, "length of 0", with_length(lambda _body: "0", lambda _body: b""))
    yield from _each(kind, "two lengths", with_length(lambda body: f"{len(body)}, {len(body) + 1}"))
    yield from _each(kind, "negative length", with_length(lambda _body: "-5"))
    yield from _each(kind, "length that is no number", with_length(lambda _body: "many"))


class _Broken(io.BytesIO):
    """Half of a body, and then an error."""

    def __init__(self, honest: Reply, error: OSError) -> None:
        super().__init__(honest.body[: len(honest.body) // 2])
        self._error = error

    def read(self, amount: int | None = -1, /) -> bytes:
        found = super().read(amount)
        if not found:
            raise self._error
        return found


def _statuses(kind: str, statuses: Iterable[int] = STATUSES) -> Iterator[Fault]:
    for status in statuses:
        body = b"" if status in BODILESS else answers.error(status, f"HTTP-{status}", "A title", "A detail").body
        # A client's error in the API's form is a no: what is answered with one had no effect. But for a 401, which hides what became
        # of it.
        effects = NOT_DONE if 400 <= status < 500 and status != 401 else DONE_OR_NOT
        yield from _each(kind, f"status {status}", _given(Reply(status, body, answers.JSON)), effects)
        if 200 < status < 300 and status not in BODILESS:
            yield from _each(
                kind,
                f"status {status} with the body",
                lambda _m, _s, honest, status=status: replace(honest, status=status),
            )
    for status in (400, 401, 403, 404, 405, 408, 409, 412, 429, 500, 502, 503, 504):
        # Something in between answers in its own form, whatever became of the request. What is repeated may have its effect late, and then
        # twice: nobody can tell that from none.
        effects = DONE_OR_NOT if status in (401, 429) or status >= 500 else WHENEVER
        html = Reply(status, b"<html><body>No</body></html>", {"Content-Type": "text/html"})
        yield from _each(kind, f"status {status} in HTML", _given(html), effects)
        yield from _each(kind, f"status {status}, empty", _given(Reply(status)))
        yield from _each(kind, f"status {status} in other JSON", _given(answers.as_json(status, {"message": "No"})))
        yield from _each(kind, f"status {status} without a code", _given(answers.error(status, None)))
    if kind == PROBE:
        for status in (400, 401, 403):
            for code in UNKNOWN_CODES:
                yield Fault(f"status {status} with the code {code}", _given(answers.error(status, code)))
    for name, value in RETRY_AFTER.items():
        yield from _each(kind, f"429 retry-after {name}", _given(answers.rate_limited(value)), NOT_DONE)
    for name in ("seconds", "a year", "rubbish"):
        yield from _each(kind, f"503 retry-after {name}", _given(Reply(503, b"", {"Retry-After": RETRY_AFTER[name]})))
    date = {"Retry-After": RETRY_AFTER["a date"], "Date": "Tue, 24 Nov 2026 12:00:00 GMT"}
    yield from _each(kind, "429 with a date of the server", _given(Reply(429, b"", date)))
    for number, (name, target) in enumerate(TARGETS.items()):
        status = (301, 302, 303, 307, 308)[number % 5]
        yield from _each(kind, f"redirect {status} to {name}", _given(Reply(status, b"", {"Location": target})))


_PACKED = gzip.compress(b"{}" * 1000)
_BOMB = gzip.compress(b" " * 4_000_000)


def _bodies(kind: str) -> Iterator[Fault]:
    def body(make: Callable[[bytes], bytes]) -> Make:
        return lambda _model, _sent, honest: replace(honest, body=make(honest.body))

    def inside(addition: bytes) -> Make:
        """Something more in an honest answer."""
        return body(lambda honest: b'{"more": ' + addition + b", " + (honest[1:] if len(honest) > 2 else b'"a": 1}'))

    yield from _each(kind, "HTML", _given(answers.HTML))
    yield from _each(kind, "empty", _given(answers.EMPTY))
    yield from _each(kind, "empty JSON", _given(answers.as_json(200, {})))
    yield from _each(kind, "invalid UTF-8", body(lambda _honest: b"\xff\xfe\xfa{\x80}"))
    yield from _each(kind, "invalid UTF-8 inside", inside(b'"\xff\x80"'))
    yield from _each(kind, "null bytes", body(lambda honest: honest + b"\0" * 100))
    yield from _each(kind, "rubbish after it", body(lambda honest: honest + b"<script>"))
    yield from _each(kind, "another encoding", body(lambda honest: honest.decode().encode("utf-16")))
    yield from _each(kind, "huge body", inside(b'"' + b"x" * 1_100_000 + b'"'))
    yield from _each(kind, "deep JSON", body(lambda _honest: b"[" * 100_000))
    yield from _each(kind, "deep JSON inside", inside(b"[" * 100_000 + b"]" * 100_000))
    yield from _each(kind, "a number of 10,000 digits inside", inside(b"9" * 10_000))
    yield from _each(kind, "packed rubbish", _given(Reply(200, b"no gzip", {"Content-Encoding": "gzip"})))
    yield from _each(kind, "half a packed body", _given(Reply(200, _PACKED[:20], {"Content-Encoding": "gzip"})))
    yield from _each(kind, "a packed huge body", _given(Reply(200, _BOMB, {"Content-Encoding": "gzip"})))
    yield from _each(kind, "an unknown packing", _given(Reply(200, b"{}", {"Content-Encoding": "evil, gzip"})))
    for depth in DEPTHS:
        nested = b"[" * depth + b"]" * depth
        errors = b'{"errors": [{"code": %s, "title": %s}], "traceId": %s}' % (nested, nested, nested)
        yield from _each(kind, f"an error of {depth} steps", _given(Reply(400, errors)), NOT_DONE)


# Around the recursion limit: what can just be read may be too deep to be shown.
DEPTHS = (100, 900, 950, 975, 9000)


def _tokens(kind: str) -> Iterator[Fault]:
    if kind not in (ISSUE, READ, *ACTIONS):
        return

    def revoked(model: Model, sent: Sent, _honest: Reply) -> Reply:
        model.tokens.clear()
        return model.honest(sent, Effect.NONE)

    def stillborn(model: Model, _sent: Sent, honest: Reply) -> Reply:
        model.tokens.clear()
        return honest

    def expired(model: Model, _sent: Sent, _honest: Reply) -> Reply:
        model.tokens.clear()
        return answers.error(401, "AUTH-1", "Token expired", TRACE_ID)

    if kind == ISSUE:
        yield Fault("a token that is revoked at once", stillborn)
    else:
        yield Fault("a revoked token", revoked)
        yield Fault("an expired token", expired)


def _fields(kind: str, fields: list[str]) -> Iterator[Fault]:
    for path in fields:
        # What stands where a token belongs is a secret, also where it is none that can be used.
        secret = {"a list": [CANARY], "a dict": {"value": CANARY}} if path == "access_token" else {}
        for name, value in {**VALUES, **secret}.items():
            if path or value is not MISSING:
                yield from _each(kind, f"{path or 'the body'} is {name}", _with(path, value))
        for field, value in WRONG.get(path, ()):
            yield from _each(kind, f"{path} is {str(value)[:30]!r}", _with(field, value))


def _with(path: str, value: t.Any) -> Make:
    """The honest answer with another value in one field."""

    def make(_model: Model, _sent: Sent, honest: Reply) -> Reply | None:
        if not path:
            return replace(honest, body=json.dumps(value).encode())
        try:
            body = json.loads(honest.body)
            holder = body
            *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
            for step in way:
                holder = holder[step]
            if value is MISSING:
                if isinstance(holder, dict):
                    holder.pop(last, None)
                else:
                    del holder[last]
            else:
                holder[last] = copy.copy(value)
        except (ValueError, KeyError, IndexError, TypeError):
            return None
        return replace(honest, body=json.dumps(body).encode())

    return make
