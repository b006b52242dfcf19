# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log: one JSON object a request, in the file before the answer leaves, and never with a secret in it."""

from __future__ import annotations

import datetime
import itertools
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.request import MalformedError, Request
from simulator.tokens import TOKEN

_PRESENT = "present"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_SECRET_FIELDS = frozenset({"client_secret", "access_token", "refresh_token", "assertion", "licensekey"})
# Shorter ones would be found inside of ordinary words.
_SHORTEST_SECRET = 6


class Recorder:
    def __init__(self, path: pathlib.Path, secrets: Iterable[str]) -> None:
        self._stream = path.open("w", encoding="ascii", buffering=1)
        self._numbers = itertools.count(1)
        self._secrets = [json.dumps(secret)[1:-1] for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def close(self) -> None:
        self._stream.close()

    def write(
        self,
        *,
        at: datetime.datetime,
        host: str,
        method: str,
        path: str | None,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Any,
        status: int | None,
        connection: int,
        tls: str | None,
        tier: int | None = None,
        effective: bool = False,
        fault: str | None = None,
    ) -> None:
        entry = {
            "n": next(self._numbers),
            "at": at.isoformat(timespec="milliseconds"),
            "host": host,
            "method": method,
            "path": path,
            "query": _clean(query),
            "headers": {name: _PRESENT if name in _SECRET_HEADERS else value for name, value in headers.items()},
            "body": _shown(body),
            "status": status,
            "tier": tier,
            "effective": effective,
            "fault": fault,
            "connection": connection,
            "tls": tls,
        }
        self._stream.write(self._without_secrets(json.dumps(entry)) + "\n")

    def _without_secrets(self, line: str) -> str:
        """The places where secrets belong are clean already; this is for a client that sends one elsewhere."""
        for secret in self._secrets:
            if secret in line:
                line = line.replace(secret, _PRESENT)
        return TOKEN.sub(_PRESENT, line)


def body_of(request: Request) -> Any:
    """JSON and forms as what they say; anything else is not shown."""
    if request.is_form:
        return request.form
    try:
        return request.document
    except MalformedError:
        return None


def _shown(body: Any) -> Any:
    try:
        return _clean(body)
    except RecursionError:
        return "nested too deeply to be shown"


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _PRESENT if str(name).lower() in _SECRET_FIELDS else _clean(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return value
