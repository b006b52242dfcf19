# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options that all operations share to a client."""

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .._base.clock import Clock
from .._base.errors import InvalidInput
from .._domain.validation import check_seconds, check_whole_number
from .._http.client import Client
from .._http.oauth import ORGANIZATION, Credentials, Issuer, Token, credential_words, region_issuer
from .._http.retry import RetryPolicy

# The workers that ansible-playbook forks have it from their parent: all tasks of one run have the same.
_RUN_ID = uuid.uuid4().hex


@dataclass
class Run:
    """One run of an operation: what the caller says of it, and what the caller has to know of it afterwards.

    ``announce`` takes a sentence for the operator before a long wait. ``run_id`` names the run in receipts.
    """

    check_mode: bool = False
    announce: Callable[[str], None] = lambda _sentence: None
    clock: Clock = field(default_factory=Clock)
    run_id: str = _RUN_ID
    clients: list[Client] = field(default_factory=list)

    @property
    def secrets(self) -> set[str]:
        """What must not be shown: tokens that came with answers, the passwords of proxies."""
        return set().union(*(client.secrets for client in self.clients))

    def mask(self, text: str) -> str:
        """A text without the secrets of all clients."""
        for client in self.clients:
            text = client.mask(text)
        return text

    @property
    def may_have_changed(self) -> bool:
        """A request that changes a tenant was sent, whatever became of it."""
        return any(client.actions_sent for client in self.clients)


def check_credentials(
    params: Mapping[str, t.Any], prefix: str = "", prefix_of_variables: str = ""
) -> Credentials | None:
    """The client's id and secret, both or neither.

    :arg prefix: what stands before ``client_id`` and ``client_secret`` in the names of the options.
    :arg prefix_of_variables: what stands before the names of the options in messages.
    """
    names = f"{prefix}client_id", f"{prefix}client_secret"
    client_id, client_secret = (params.get(name) for name in names)
    if client_id and client_secret:
        return Credentials(str(client_id), str(client_secret))
    if client_id or client_secret:
        given, missing = (prefix_of_variables + name for name in (names if client_id else names[::-1]))
        raise InvalidInput(
            f"{missing} is missing and {given} is given: the two belong together; give both, as options or as"
            f" {credential_words(prefix)[1]} in the environment."
        )
    return None


def check_access_token(params: Mapping[str, t.Any]) -> Token | None:
    """The token that was given; it goes into a header, and is never shown."""
    value = params.get("access_token")
    if not value:
        return None
    if not isinstance(value, str) or not all("!" <= character <= "~" for character in value):
        raise InvalidInput(
            "access_token is not a token: it must be printable characters without blanks and line breaks."
        )
    return Token(value)


def open_client(
    params: Mapping[str, t.Any],
    run: Run,
    *,
    region: str | None,
    credentials: Credentials | None,
    token: Token | None = None,
) -> Client:
    """A client for one operation, from the options ``timeout``, ``retries``, ``max_wait`` and ``ca_path``.

    :raises InvalidInput: one of them is wrong.
    """
    return _open_client(params, run, region_issuer(region) if region else None, credentials, token)


def open_organization_client(params: Mapping[str, t.Any], run: Run, prefix: str = "") -> Client | None:
    """A client of the organization, from the same options and ``org_client_id`` and ``org_client_secret``; None without those two.

    :arg prefix: what stands before the names of these two in messages.
    :raises InvalidInput: one of them is wrong.
    """
    credentials = check_credentials(params, ORGANIZATION.prefix, prefix)
    return _open_client(params, run, ORGANIZATION, credentials) if credentials else None


def _open_client(
    params: Mapping[str, t.Any],
    run: Run,
    issuer: Issuer | None,
    credentials: Credentials | None,
    token: Token | None = None,
) -> Client:
    timeout = check_seconds(params["timeout"], "timeout", 0.1, 3600)
    retry_policy = RetryPolicy(
        retries=check_whole_number(params["retries"], "retries", 0, 100),
        max_wait=check_seconds(params["max_wait"], "max_wait", 0),
        clock=run.clock,
        announce=lambda sentence: run.announce(run.mask(sentence)),
    )
    client = Client(
        issuer=issuer,
        credentials=credentials,
        token=token,
        timeout=timeout,
        retry_policy=retry_policy,
        ca_path=params.get("ca_path"),
    )
    run.clients.append(client)
    return client


def must_be_able_to_act(credentials: Credentials | None, token: Token | None) -> None:
    """Raise InvalidInput where there is nothing to show the register host."""
    if credentials is None and token is None:
        raise InvalidInput(
            "client_id and client_secret are missing: give both, or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET in the environment, or an"
            " access_token."
        )
