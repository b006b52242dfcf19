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
from .._domain.validation import check_seconds, check_whole_number
from .._http.client import Client
from .._http.masking import mask_texts
from .._http.oauth import ORGANIZATION, Credentials, Issuer, SettingNames, Token, region_issuer
from .._http.retry import RetryPolicy
from .credentials import ORGANIZATION_PREFIX, check_credentials, setting_names

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

    def mask(self, text: str) -> str:
        """A free text without the secrets of all clients."""
        for client in self.clients:
            text = client.mask(text)
        return text

    def mask_texts(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """A result whose free texts have no secrets of all clients; everything else is as it was."""
        return t.cast("dict[str, t.Any]", mask_texts(result, self.mask))

    @property
    def may_have_changed(self) -> bool:
        """A request that changes a tenant was sent, whatever became of it."""
        return any(client.actions_sent for client in self.clients)


def open_client(
    params: Mapping[str, t.Any],
    run: Run,
    *,
    region: str | None,
    credentials: Credentials | None,
    token: Token | None = None,
    names: SettingNames | None = None,
) -> Client:
    """A client for one operation, from the options ``timeout``, ``retries``, ``max_wait`` and ``ca_path``.

    :arg names: what the user calls the settings; None: as the modules' options.
    :raises InvalidInput: one of them is wrong.
    """
    issuer = region_issuer(region) if region else None
    return _open_client(
        params, run, issuer=issuer, credentials=credentials, token=token, names=names or setting_names()
    )


def open_organization_client(params: Mapping[str, t.Any], run: Run, prefix: str = "") -> Client | None:
    """A client of the organization, from the same options and ``org_client_id`` and ``org_client_secret``; None without those two.

    :arg prefix: what stands before the names of these two in messages.
    :raises InvalidInput: one of them is wrong.
    """
    credentials = check_credentials(params, ORGANIZATION_PREFIX, prefix)
    if credentials is None:
        return None
    names = setting_names(prefix, ORGANIZATION_PREFIX)
    return _open_client(params, run, issuer=ORGANIZATION, credentials=credentials, names=names)


def check_request_options(params: Mapping[str, t.Any], name_of: Callable[[str], str] = str) -> tuple[float, int, float]:
    """The options ``timeout`` (s), ``retries`` and ``max_wait`` (s).

    :arg name_of: what the user calls them.
    :raises InvalidInput: one of them is wrong.
    """
    return (
        check_seconds(params["timeout"], name_of("timeout"), 0.1, 3600),
        check_whole_number(params["retries"], name_of("retries"), 0, 100),
        check_seconds(params["max_wait"], name_of("max_wait"), 0),
    )


def _open_client(
    params: Mapping[str, t.Any],
    run: Run,
    *,
    issuer: Issuer | None,
    credentials: Credentials | None,
    token: Token | None = None,
    names: SettingNames,
) -> Client:
    timeout, retries, max_wait = check_request_options(params)
    retry_policy = RetryPolicy(
        retries=retries,
        max_wait=max_wait,
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
        names=names,
    )
    run.clients.append(client)
    return client
