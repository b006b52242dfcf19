# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers look like, written down on request: for a rehearsal, which shows whoever maintains this collection what the real service
answers.

The environment variable TENANTOPS_QLIK_ANSWERS names the file; without it nothing here runs. Of each answer it has the status, the code,
the title, the names of fields and headers, and the few values that are harmless: no id, no hostname, no name, no secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import typing as t
from collections.abc import Mapping
from datetime import datetime, timezone

from .._base.errors import NoResponse
from .._base.text import for_terminal
from .._base.timestamps import write_time
from .._domain.addresses import CONSOLE_HOST
from .messages import Request, Response

VARIABLE = "TENANTOPS_QLIK_ANSWERS"

# Of the path, what can be no id.
_WORD = re.compile(r"v1|[a-z][a-z-]{0,19}")
# A field whose name is no name may be an id.
_FIELD = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,39}[0-9]{0,2}")
_HEADER = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DEEPEST = 6
_MOST_FIELDS = 200

_HARMLESS_FIELDS = frozenset(
    (
        "status",
        "token_type",
        "expires_in",
        "expires_at",
        "region",
        "datacenter",
        "estimatedPurgeDate",
        "total",
        "totalResults",
    )
)
_HARMLESS_HEADERS = frozenset(("content-type", "date", "retry-after", "sunset", "qlik-api-version"))
# How limits and deprecations are said is not documented, so the names are looked at.
_TELLING = ("ratelimit", "rate-limit", "deprecat")


class AnswerLog:
    """Writes one line of JSON per request."""

    def __init__(self, path: str) -> None:
        self._path = path

    def note(
        self, request: Request, answer: Response | NoResponse, seconds: float, mask: t.Callable[[str], str]
    ) -> None:
        """Write what came of a request.

        :arg seconds: how long it took.
        :arg mask: takes secrets out of a text.
        """
        entry: dict[str, t.Any] = {
            "at": write_time(datetime.now(timezone.utc)),
            "method": request.method,
            "host": kind_of_host(request.host),
            "path": shape_of_path(request.path),
            "seconds": round(seconds, 3),
        }
        entry |= {"failure": answer.reason.name.lower()} if isinstance(answer, NoResponse) else _shape_of(answer, mask)
        line = json.dumps(entry).encode() + b"\n"
        # A change that was sent must not fail because of what is written about it.
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(self._path, flags, 0o600)
            try:
                # In one piece: several processes may write.
                os.write(descriptor, line)
            finally:
                os.close(descriptor)


def answer_log() -> AnswerLog | None:
    """The log that the environment asks for; None: it asks for none."""
    path = os.environ.get(VARIABLE)
    return AnswerLog(path) if path else None


def kind_of_host(host: str) -> str:
    """What a host is, and not which one: ``register``, ``console`` or ``tenant``."""
    if host == CONSOLE_HOST:
        return "console"
    return "register" if host.startswith("register.") else "tenant"


def shape_of_path(path: str) -> str:
    """A path without ids, and without its query."""
    parts = path.partition("?")[0].split("/")
    return "/".join(part if not part or _WORD.fullmatch(part) else "{id}" for part in parts)


def field_names(body: t.Any) -> list[str]:
    """The names of all fields of a body, such as ``data[].hostnames``."""
    found: dict[str, None] = {}
    _add_names(body, "", 0, found)
    return list(found)


def _add_names(value: t.Any, prefix: str, depth: int, found: dict[str, None]) -> None:
    if depth > _DEEPEST or len(found) >= _MOST_FIELDS:
        return
    if isinstance(value, list):
        for one in value[:20]:
            _add_names(one, f"{prefix}[]", depth + 1, found)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key) if _FIELD.fullmatch(str(key)) else "*"
            full = f"{prefix}.{name}" if prefix else name
            if len(found) < _MOST_FIELDS:
                found[full] = None
            _add_names(inner, full, depth + 1, found)


def _shape_of(answer: Response, mask: t.Callable[[str], str]) -> dict[str, t.Any]:
    body = answer.body if isinstance(answer.body, dict) else {}
    headers = {name.lower(): value for name, value in answer.headers.items() if _HEADER.fullmatch(name.lower())}
    return {
        "status": answer.status,
        "code": answer.code,
        "title": answer.title,
        "fields": field_names(answer.body),
        "values": {
            name: for_terminal(mask(value), 60) if isinstance(value, str) else value
            for name, value in body.items()
            if name in _HARMLESS_FIELDS and isinstance(value, (str, int, float, bool))
        },
        "header_names": sorted(headers),
        "headers": {
            name: for_terminal(mask(value), 200)
            for name, value in sorted(headers.items())
            if name in _HARMLESS_HEADERS or any(word in name for word in _TELLING)
        },
    }
