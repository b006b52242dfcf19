# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wire as the unit tests see it: each request as it would go out, and canned answers instead of a network.

The session, requests and the core's own adapter are the real ones; replaced is the connection pool of urllib3 below them. So
an exception is raised as urllib3 raises it, and reaches the core as requests makes it.
"""

from __future__ import annotations

import io
import json
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from urllib3.response import HTTPResponse

from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport

# The kinds of requests there are.
TOKEN, READ, DEACTIVATE, PROBE = "token", "read", "deactivate", "probe"

REAL_ADAPTER = transport._Adapter


@dataclass(frozen=True)
class Reply:
    """An answer of a server. ``stream`` takes the place of the body where reading it is what a test looks at."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: t.Any = None


@dataclass(frozen=True)
class Sent:
    """A request as it would have gone out."""

    kind: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: str | None
    timeout: float
    verify: t.Any
    proxies: Mapping[str, str]

    @property
    def body(self) -> t.Any:
        """The body, which is JSON."""
        return None if self.content is None else json.loads(self.content)

    @property
    def proxy(self) -> str | None:
        """The proxy that the request would have gone through."""
        return requests.utils.select_proxy(self.url, self.proxies)


class Wire:
    """What was sent, and what is answered to each kind of request.

    ``unforeseen`` are requests of a kind that a test has no answer for; the fixture fails the test for them.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.unforeseen: list[str] = []
        self._replies: dict[str, list[Reply | BaseException]] = {}

    def on(self, kind: str, *replies: Reply | BaseException) -> None:
        """Answer requests of a kind with these, one after the other; the last one stays."""
        self._replies[kind] = list(replies)

    @property
    def sequence(self) -> list[str]:
        """The kinds of the requests, in order."""
        return [sent.kind for sent in self.sent]

    def of(self, kind: str) -> list[Sent]:
        """The requests of a kind."""
        return [sent for sent in self.sent if sent.kind == kind]

    def reply(self, sent: Sent) -> Reply:
        """Record a request and answer it."""
        self.sent.append(sent)
        replies = self._replies.get(sent.kind)
        if not replies:
            self.unforeseen.append(f"{sent.method} {sent.url}")
            raise AssertionError(f"no answer for {self.unforeseen[-1]}")
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, BaseException):
            raise reply
        return reply

    def adapter(self, context: t.Any) -> WireAdapter:
        """What the core mounts instead of its own adapter."""
        return WireAdapter(context, self)


def kind_of(method: str, url: str) -> str:
    """What a request is for, told from its method and its URL."""
    parts = urlsplit(url)
    if parts.path == "/oauth/token":
        return TOKEN if str(parts.hostname).startswith(("register.", "console.")) else PROBE
    if parts.path.endswith("/actions/deactivate"):
        return DEACTIVATE
    return READ if method == "GET" else f"{method} {parts.path}"


class WireAdapter(REAL_ADAPTER):
    """The core's adapter, with a pool that has no connections."""

    def __init__(self, context: t.Any, wire: Wire) -> None:
        super().__init__(context)
        self._wire = wire
        self._reply_to: t.Callable[[], Reply] | None = None

    def send(self, request: requests.PreparedRequest, **how: t.Any) -> requests.Response:
        content = request.body.decode() if isinstance(request.body, bytes) else request.body
        sent = Sent(
            kind_of(str(request.method), str(request.url)),
            str(request.method),
            str(request.url),
            dict(request.headers),
            content,
            how["timeout"],
            how["verify"],
            dict(how["proxies"] or {}),
        )
        self._reply_to = lambda: self._wire.reply(sent)
        return super().send(request, **how)

    def get_connection_with_tls_context(self, *args: t.Any, **kwargs: t.Any) -> WireAdapter:
        return self

    def get_connection(self, *args: t.Any, **kwargs: t.Any) -> WireAdapter:
        return self

    def urlopen(self, **kwargs: t.Any) -> HTTPResponse:
        """What a pool does."""
        assert self._reply_to is not None
        reply = self._reply_to()
        return HTTPResponse(
            body=reply.stream or io.BytesIO(reply.body),
            headers=reply.headers,
            status=reply.status,
            preload_content=False,
            decode_content=False,
        )
