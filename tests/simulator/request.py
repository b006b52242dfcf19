# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request as the simulated hosts see it."""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import urllib.parse
from typing import Any


class MalformedError(Exception):
    """The body is not what its sender says it is."""


@dataclasses.dataclass
class Request:
    host: str  # the name in CONNECT, lower case: where the client believes to be
    method: str
    path: str
    query_string: str
    headers: dict[str, str]  # lower-case names
    body: bytes

    @functools.cached_property
    def query(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.query_string, keep_blank_values=True))

    @functools.cached_property
    def is_form(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip() == "application/x-www-form-urlencoded"

    @functools.cached_property
    def document(self) -> Any:
        """The body as JSON; None without a body; MalformedError where it is something else."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise MalformedError(str(error)) from error

    @functools.cached_property
    def form(self) -> dict[str, str]:
        text = self.body.decode("utf-8", "replace")
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))

    @functools.cached_property
    def bearer(self) -> str | None:
        scheme, separator, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if separator and scheme.lower() == "bearer" else None

    @functools.cached_property
    def basic(self) -> tuple[str, str] | None:
        """Client id and secret of a Basic header (RFC 6749, 2.3.1: both are form-encoded first)."""
        scheme, separator, encoded = self.headers.get("authorization", "").partition(" ")
        if not separator or scheme.lower() != "basic":
            return None
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except ValueError:
            return None
        identity, separator, secret = decoded.partition(":")
        return (urllib.parse.unquote_plus(identity), urllib.parse.unquote_plus(secret)) if separator else None
