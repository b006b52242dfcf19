# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command to create a tenant, made of what was given. Reference: "Create"."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._base.errors import InvalidInput
from .._base.text import shown
from .addresses import Address, check_hostname, check_hostname_in_region, check_region
from .commands import Author, check_author
from .validation import check_receipt_path

CREATE: t.Final = "create"

# Reference: "Subdomain should be between 3 and 63 characters".
_LABEL = re.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_LONGEST_NAME = 200
# A shorter one could not be kept out of messages.
_SHORTEST_KEY = 8


@dataclass(frozen=True, kw_only=True)
class Creation:
    """A command to create a tenant.

    Of ``license_key`` and ``license_from`` one is given: the key, or a live tenant of the subscription that shows it. ``alias``: the
    address that the tenant is to have besides; ``name``: what it is to be called; None: as the server chooses. ``confirmed``: the address
    of a tenant that a person says was created by an earlier run with this receipt.
    """

    region: str
    license_key: str | None = field(repr=False)
    license_from: Address | None
    alias: Address | None
    name: str | None
    confirmed: Address | None
    receipt_path: str
    author: Author

    @property
    def adjusts(self) -> bool:
        """Something is to be set after the creation."""
        return self.alias is not None or self.name is not None


def build_creation(given: Mapping[str, t.Any], *, run_id: str) -> Creation:
    """The command to create a tenant, from the options of qlik_tenant_create.

    :arg run_id: the name of the run, if the options give none.
    :raises InvalidInput: what is wrong, in one sentence.
    """
    region = check_region(given["region"])
    path = check_receipt_path(given["receipt_path"])
    if path is None:
        raise InvalidInput("receipt_path is missing: a tenant is only created with a receipt.")
    if (given["license_key"] is None) == (given["license_from"] is None):
        raise InvalidInput(
            "Give one of license_key (or QLIK_LICENSE_KEY in the environment) and license_from: a tenant is created with the license key"
            " of a subscription."
        )
    return Creation(
        region=region,
        license_key=_check_key(given["license_key"]),
        # A region-level client works only in its own region.
        license_from=_check_hostname(given, "license_from", region),
        alias=_check_alias(given["alias"], region),
        name=_check_name(given["name"]),
        confirmed=_check_hostname(given, "confirm_hostname", region),
        receipt_path=path,
        author=check_author(given, run_id),
    )


def _check_hostname(given: Mapping[str, t.Any], name: str, region: str) -> Address | None:
    if given[name] is None:
        return None
    return check_hostname_in_region(given[name], region, lambda option: name if option == "hostname" else option)


def _check_key(value: t.Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) < _SHORTEST_KEY or not value.isprintable() or " " in value:
        raise InvalidInput(
            f"license_key is no license key: it must be one word of at least {_SHORTEST_KEY} characters, such as licenseKey in the answer"
            " of GET /api/v1/licenses/overview of a tenant of the subscription."
        )
    return value


def _check_alias(value: t.Any, region: str) -> Address | None:
    if value is None:
        return None
    label = value.lower() if isinstance(value, str) and value.isascii() else ""
    if not _LABEL.fullmatch(label):
        raise InvalidInput(
            f"alias is {shown(value)}: it must be one part of a hostname, 3 to 63 letters, digits and hyphens, such as 'rehearsal-1' for"
            f" rehearsal-1.{region}.qlikcloud.com."
        )
    return check_hostname(f"{label}.{region}.qlikcloud.com", "alias")


def _check_name(value: t.Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise InvalidInput(
            f"name is {shown(value)}: it must be text in one line, of at most {_LONGEST_NAME} characters, and not empty."
        )
    return value
