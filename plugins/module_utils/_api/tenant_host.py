# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live tenant's own API, with a token of its own host: a token is good for one host (reference: "Hosts and credentials").

The first token that a region-level client requests there makes a bot user with administrator rights (reference: "A token request on a
live tenant has an effect").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._base.errors import InvalidInput
from .._domain.addresses import Address
from .._domain.tenant import Probe, State
from .._http.client import Client
from .._http.messages import Request, Response
from .._http.oauth import Token, read_token, token_request
from .tenants import SERVER_FAILED, probe_state


@dataclass(frozen=True)
class TenantHost:
    """A tenant's host that has issued a token. ``what`` names the requests in messages."""

    client: Client
    address: Address
    token: Token
    what: str

    def get(self, path: str) -> Response:
        """Read something."""
        return self.client.request(self._request("GET", path))

    def patch(self, path: str, operations: Sequence[Mapping[str, str]]) -> Response:
        """Replace values of something (JSON Patch). To do that twice is to do it once, so it may be repeated."""
        self.client.actions_sent += 1
        return self.client.request(self._request("PATCH", path, operations))

    def _request(self, method: str, path: str, body: Sequence[Mapping[str, str]] | None = None) -> Request:
        headers = {"Authorization": f"Bearer {self.token.value}"}
        return Request(self.what, method, self.address.hostname, path, headers, body)


def open_tenant_host(
    client: Client, address: Address, *, what: str, if_no_credentials: str, if_refused: str
) -> TenantHost | Probe:
    """The tenant's own API; what its host answers instead if it is deactivated, or if no tenant has the hostname.

    :arg if_no_credentials: what to say if there are no credentials to request a token with.
    :arg if_refused: what to do if a live tenant issues no token.
    :raises InvalidInput: there are no credentials.
    :raises Refused: a live tenant issues no token.
    """
    credentials = client.obtain_credentials()
    if credentials is None:
        raise InvalidInput(if_no_credentials)
    answer = client.request(token_request(address.hostname, credentials, what))
    issued = read_token(answer, client.clock.now())
    if issued is not None:
        client.secrets.add(issued.token.value)
        return TenantHost(client, address, issued.token, what)
    state = probe_state(answer, token_issued=False)
    if state in (State.DEACTIVATED, State.NOT_FOUND):
        return Probe(state, answer.status, answer.code, answer.title, answer.trace_id, answer.describe())
    raise answer.refusal(SERVER_FAILED if answer.status >= 500 else if_refused)
