# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and its answer, as data.

Reference: "Errors" (the shape of an error; gateways answer with HTML, with an empty body, or not at all).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._base.errors import Refused
from .._base.text import for_terminal, sentence

# 429: the tier is blocked for a while. 502, 503, 504: a gateway's word that the server behind it did not answer.
_TEMPORARY = frozenset((429, 502, 503, 504))


@dataclass(frozen=True)
class Request:
    """One request. ``what`` names it in messages: "deactivating acme.eu.qlikcloud.com (zWbT…)".

    ``tier``: what the rate limit counts it with (reference: "Rate limits"); None where that is the tenant's own, or nobody knows.
    """

    what: str
    method: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, t.Any] | None = field(default=None, repr=False)
    tier: int | None = None


@dataclass(frozen=True)
class Response:
    """What the server said: status, headers, body (None where it is not JSON) and the words of its error."""

    request: Request
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: t.Any = field(repr=False)
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    trace_id: str | None = None

    @property
    def succeeded(self) -> bool:
        """The status says yes; whether the body does is for the caller to see."""
        return 200 <= self.status < 300

    @property
    def temporary(self) -> bool:
        """The same request may fare better later."""
        return self.status in _TEMPORARY

    def error_fields(self) -> dict[str, t.Any]:
        """The answer as an error's facts."""
        return {"http_status": self.status, "code": self.code, "trace_id": self.trace_id}

    def describe(self) -> str:
        """The answer in a line: status, host, code, title, detail, traceId."""
        parts = [f"HTTP {self.status} from {self.request.host}"]
        parts += [
            f"{name} {for_terminal(value)}"
            for name, value in (
                ("code", self.code),
                ("title", self.title),
                ("detail", self.detail),
                ("traceId", self.trace_id),
            )
            if value
        ]
        if self.body is None:
            parts.append("no JSON in the answer")
        if "Location" in self.headers:
            parts.append(f"redirect to {for_terminal(self.headers['Location'], 100)} not followed")
        return ", ".join(parts)

    def refusal(self, next_step: str, *, changed: bool = False) -> Refused:
        """This answer as an error."""
        return Refused(
            f"{sentence(self.request.what)}: {self.describe()}. {next_step}",
            changed=changed,
            **self.error_fields(),
        )


def read_response(request: Request, status: int, headers: Mapping[str, str], content: bytes) -> Response:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        # ValueError: also what is not UTF-8, and numbers of thousands of digits.
        body = None
    code = title = detail = trace_id = None
    if isinstance(body, dict):
        trace_id = _text(body.get("traceId"))
        listed = body.get("errors")
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first, dict):
            title, detail = _text(first.get("title")), _text(first.get("detail"))
            # The code is acted on, not only shown: what is no text is none.
            code = _text(first.get("code")) if isinstance(first.get("code"), str) else None
        elif isinstance(body.get("error"), str):
            # The form of RFC 6749, which token endpoints use.
            code, title = _text(body["error"]), _text(body.get("error_description"))
    return Response(request, status, headers, body, code, title, detail, trace_id)


def _text(value: t.Any) -> str | None:
    return None if value is None or value == "" else for_terminal(value)
