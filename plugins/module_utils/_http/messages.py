# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and its response, as data.

Reference: "Errors" (the shape of an error; gateways answer with HTML, with an empty body, or not at all).
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .._base.errors import ErrorFields, Refused
from .._base.text import as_text, for_terminal, sentence

# Codes that are documented. They are acted on, and no secret: what stands in a secret too must not change them.
_DOCUMENTED_CODE = re.compile(
    r"TENANT_(?:DEACTIVATED|DISABLED)|(?:AUTH|AUTHENTICATION|HTTP|LOGIN|OAUTH|TENANTS)-[0-9]{1,5}"
)

# The server does not know such requests, now or later.
_NEVER = frozenset((501, 505))


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
    body: Mapping[str, t.Any] | Sequence[t.Any] | None = field(default=None, repr=False)
    tier: int | None = None


@dataclass(frozen=True)
class Response:
    """What the server said: status, headers, body (None if it is not JSON) and the fields of its error, without secrets.

    ``redirect``: where it leads to, for messages.
    """

    request: Request
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: t.Any = field(repr=False)
    code: str | None = None
    title: str | None = None
    detail: str | None = None
    trace_id: str | None = None
    redirect: str | None = None

    @property
    def succeeded(self) -> bool:
        """The status says yes; whether the body does is for the caller to see."""
        return 200 <= self.status < 300

    @property
    def temporary(self) -> bool:
        """The same request may fare better later: the tier is blocked for a while, or the server, or what stands before it, failed."""
        return self.status == 429 or (500 <= self.status <= 599 and self.status not in _NEVER)

    @property
    def is_api_error(self) -> bool:
        """The body is an error in the API's own form, with a code (reference: "Errors"). A page of something in between is none."""
        listed = self.body.get("errors") if isinstance(self.body, dict) else None
        return bool(self.code) and isinstance(listed, list) and bool(listed) and isinstance(listed[0], dict)

    @property
    def refuses(self) -> bool:
        """The API itself says no (4xx in its own form): the request had no effect. Any other answer that is no success leaves that open."""
        return 400 <= self.status < 500 and self.is_api_error

    def error_fields(self) -> ErrorFields:
        """What the server said, as an error's fields."""
        return {"http_status": self.status, "code": self.code, "trace_id": self.trace_id}

    def describe(self) -> str:
        """The response in one line: status, host, code, title, detail, traceId."""
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
            parts.append("no JSON in the response")
        if self.redirect is not None:
            parts.append(f"redirect to {for_terminal(self.redirect, 100)} not followed")
        return ", ".join(parts)

    def refusal(self, next_step: str, *, changed: bool = False) -> Refused:
        """This response as an error."""
        return Refused(
            f"{sentence(self.request.what)}: {self.describe()}. {next_step}",
            changed=changed,
            **self.error_fields(),
        )


def read_response(
    request: Request, status: int, headers: Mapping[str, str], content: bytes, mask: Callable[[str], str]
) -> Response:
    """A response, read.

    :arg mask: takes secrets out of a text: a server can say back what it was sent.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        # ValueError: also what is not UTF-8, and numbers of thousands of digits.
        body = None

    def text(value: t.Any) -> str | None:
        # Masked first, and cut then.
        return None if value is None or value == "" else for_terminal(mask(as_text(value)))

    code = title = detail = trace_id = None
    if isinstance(body, dict):
        trace_id = text(body.get("traceId"))
        listed = body.get("errors")
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first, dict):
            title, detail = text(first.get("title")), text(first.get("detail"))
            # The code is acted on, not only shown: what is no text is none.
            given = first.get("code")
            if isinstance(given, str):
                code = given if _DOCUMENTED_CODE.fullmatch(given) else text(given)
        elif isinstance(body.get("error"), str):
            # The form of RFC 6749, which token endpoints use.
            code, title = text(body["error"]), text(body.get("error_description"))
    return Response(request, status, headers, body, code, title, detail, trace_id, text(headers.get("Location")))
