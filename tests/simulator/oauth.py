# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token endpoint, the same on every host: who asks, and is that one of the clients of this host?"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from simulator import answers
from simulator.answers import Answer
from simulator.request import MalformedError, Request
from simulator.tokens import Tokens


class TokenEndpoint:
    """Reference, "Hosts and credentials".

    The vendor's guides send the credentials as JSON; its SDKs send a form or a Basic header (RFC 6749, 2.3.1). Fields
    and headers that are not known are ignored, `scope` among them: the scopes of these clients are fixed.
    """

    def __init__(self, tokens: Tokens, *, with_date: bool) -> None:
        self._tokens = tokens
        self._with_date = with_date

    def answer(
        self, request: Request, clients: Mapping[str, str], issued_to: Callable[[str], None] = lambda _client: None
    ) -> Answer:
        """`issued_to` is called with the id of the client that gets a token."""
        try:
            fields = request.form if request.is_form else request.document
        except MalformedError:
            return answers.malformed_token_request("The body is not JSON.")
        if not isinstance(fields, dict):
            return answers.malformed_token_request("The body must be an object.")
        if fields.get("grant_type") != "client_credentials":
            return answers.malformed_token_request("grant_type must be client_credentials.")
        identity, secret = request.basic or (fields.get("client_id"), fields.get("client_secret"))
        if not isinstance(identity, str) or not isinstance(secret, str) or not identity or not secret:
            return answers.malformed_token_request("client_id and client_secret are required.")
        expected = clients.get(identity)
        if expected is None or not hmac.compare_digest(expected.encode(), secret.encode("utf-8", "replace")):
            return answers.wrong_credentials()
        issued_to(identity)
        token = self._tokens.issue(identity, request.host)
        return answers.token(token, int(self._tokens.lifetime), with_date=self._with_date)
