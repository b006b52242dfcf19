# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials and tokens: what is asked for and what is taken for a token. Reference: "Hosts and credentials"."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .._base.timestamps import read_http_date, read_time, write_time
from .._domain.addresses import CONSOLE_HOST, TOKEN_PATH, register_host
from .messages import Request, Response


@dataclass(frozen=True)
class Credentials:
    """An OAuth client of Qlik Cloud."""

    client_id: str
    client_secret: str = field(repr=False)

    @property
    def client(self) -> str:
        """What the client is called where its id is not to be shown."""
        return hashlib.sha256(self.client_id.encode(errors="replace")).hexdigest()[:16]


# Reference: "Probe": the code for a hostname that no tenant, and no region, has.
NO_SUCH_HOST = "LOGIN-2"


@dataclass(frozen=True)
class SettingNames:
    """What the user calls the settings of a client. Whoever took them from the user says so; these are the modules' options.

    ``prefix``: what stands before the options in the names of the user's variables.
    """

    credentials: str = "client_id and client_secret"
    environment: str = "QLIK_CLIENT_ID and QLIK_CLIENT_SECRET"
    prefix: str = ""

    def option(self, name: str) -> str:
        """What the user calls an option."""
        return f"{self.prefix}{name}"


@dataclass(frozen=True)
class Issuer:
    """Who issues the tokens that a client works with.

    ``name`` as in "a token of region eu"; ``advice``: what to look at if no token is issued; ``absence``: what it means if there is no
    such host; ``refuses_reads``: whether it may refuse them whatever the token.
    """

    host: str
    name: str
    advice: str
    absence: str
    refuses_reads: bool = False


def region_issuer(region: str) -> Issuer:
    """The register host of a region that check_region() has passed."""
    return Issuer(
        register_host(region),
        f"region {region}",
        advice=f"a region-level OAuth client works only in its own region (here: {region})",
        absence=f"Qlik Cloud has no region '{region}'",
        refuses_reads=True,
    )


ORGANIZATION = Issuer(
    CONSOLE_HOST,
    "the organization",
    advice="an organization-level OAuth client is needed, with the scope cloud-console.tenants:read",
    absence="Qlik Cloud has no such host",
)


@dataclass(frozen=True)
class Token:
    """An access token. ``expires_at`` is None where nobody told; ``client`` is that of the credentials, None where they are not known."""

    value: str = field(repr=False)
    expires_at: datetime | None = None
    client: str | None = None


@dataclass(frozen=True)
class IssuedToken:
    """A token as the server described it. ``expires_in`` in s, ``expires_at`` as RFC 3339 text."""

    token: Token
    host: str
    token_type: str
    expires_in: int | None
    expires_at: str | None
    # The server's clock, from the response's Date.
    server_time: datetime | None = None


def token_request(host: str, credentials: Credentials | None, what: str) -> Request:
    """The request for a token of a host: of a register host, or, as a probe, of a tenant's.

    Without credentials it is the same request with none in it.
    """
    body = {"grant_type": "client_credentials"}
    if credentials:
        body |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    return Request(what, "POST", host, TOKEN_PATH, body=body)


def read_token(response: Response, now: datetime) -> IssuedToken | None:
    """The token in an response, or None where there is none that can be used."""
    body = response.body
    if not response.succeeded or not isinstance(body, dict):
        return None
    value = body.get("access_token")
    # It goes into a header: what is not printable ASCII without blanks would break out of it.
    if not isinstance(value, str) or not value or not all("!" <= character <= "~" for character in value):
        return None
    token_type = body.get("token_type", "bearer")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        return None
    seconds = body.get("expires_in")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= 10**9:
        seconds = 0
    until = read_time(body.get("expires_at")) or (now + timedelta(seconds=seconds) if seconds else None)
    return IssuedToken(
        Token(value, until),
        response.request.host,
        token_type,
        seconds or (max(0, int((until - now).total_seconds())) if until else None),
        write_time(until) if until else None,
        read_http_date(response.headers.get("Date") or ""),
    )
