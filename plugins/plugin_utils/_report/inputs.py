# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report and a watch take in besides the receipts: their variables, and the organization's list."""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import (
    Run,
    open_organization_client,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.organization import list_tenants
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal

_KNOWN = ("qlik_report_dir", "qlik_watch_days", "qlik_watch_file", "qlik_watch_markdown")
_PREFIXES = ("qlik_report_", "qlik_watch_")
_NOT_ASKED = "The current state in Qlik Cloud was not read, because org_client_id and org_client_secret are not set."


def check_names(variables: Iterable[str]) -> None:
    """Check that no variable of ours is misspelt.

    :raises InvalidInput: one is.
    """
    for name in sorted(map(str, variables)):
        if name.startswith(_PREFIXES) and name not in _KNOWN:
            meant = difflib.get_close_matches(name, _KNOWN, 1) or [", ".join(_KNOWN)]
            raise InvalidInput(
                f"{for_terminal(name, 100)} is not a variable of this playbook. Did you mean {meant[0]}?"
            )


def read_list(params: Mapping[str, t.Any], run: Run) -> tuple[list[dict[str, t.Any]] | None, str | None]:
    """The tenants of the organization in their normal form, None if they are not known; and why not.

    A list that is not shown is no reason to say nothing of the receipts.

    :raises InvalidInput: something is wrong with the credentials. Nothing was sent.
    """
    client = open_organization_client(params, run)
    if client is None:
        return None, _NOT_ASKED
    try:
        listing = list_tenants(client)
    except InvalidInput:
        raise
    except QlikError as error:
        return None, run.mask(f"The organization's list could not be read. {error.message}")
    if listing.unreadable:
        return None, f"The organization's list is not used: {listing.unreadable} of its entries could not be read."
    return list(listing.tenants), None
