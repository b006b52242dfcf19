# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tenants of the organization are meant: options in words, and the SCIM filter that is made of them.

Reference: "Organization API" (which attributes a filter takes). What a filter cannot say is looked at here, and what it can say is
looked at here too: a server that ignored its filter would put tenants into a list that nobody asked for.

Regions are looked at here alone. A filter knows the data centre's name, and the vendor's own table from there to the short code
has two rows swapped on one of its pages: a tenant would be lost without a word. Its hostname is never wrong.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from .._base.errors import InvalidInput
from .._base.text import for_terminal, shown
from .._base.timestamps import read_time
from .._domain.addresses import check_region
from .scim import check_filter, one_of

# The API has two words for one state, as everywhere.
_STATUSES = {
    "active": ("active",),
    "disabled": ("disabled", "deactivated"),
    "deactivated": ("disabled", "deactivated"),
    "deleted": ("deleted",),
}


_DAYS_AGO = re.compile(r"([0-9]{1,5})d")


_LONGEST_VALUE = 300


Tenant = Mapping[str, t.Any]


@dataclass(frozen=True)
class Selection:
    """What is asked for. ``filter``: what the server is sent, None for all tenants; the rest: what takes() looks at."""

    filter: str | None = None
    statuses: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    subscription_ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    license_ended_before: datetime | None = None

    def cannot_date(self, tenant: Tenant) -> bool:
        """Whether the end of a tenant's licence is asked for, and is not to be read. A tenant that has none is no such."""
        ended = tenant["license_ends_at"]
        return self.license_ended_before is not None and ended is not None and read_time(ended) is None

    def takes(self, tenant: Tenant) -> bool:
        """Whether a tenant, in its normal form, is one of those that the options in words ask for."""
        if self.license_ended_before is not None:
            ended = read_time(tenant["license_ends_at"])
            if ended is None or ended >= self.license_ended_before:
                return False
        # A tenant without a region has no hostname that anything can be done with. Whoever names the hosts says so.
        if self.regions and tenant["region"] is not None and tenant["region"] not in self.regions:
            return False
        # What the server has filtered by and does not show is taken on its word.
        return all(
            not wanted or tenant[key] is None or tenant[key].casefold() in wanted
            for key, wanted in (
                ("status", self.statuses),
                ("subscription_id", self.subscription_ids),
                ("name", self.names),
            )
        )


def check_selection(params: Mapping[str, t.Any], now: datetime) -> Selection:
    """The selection in the options ``filter``, ``statuses``, ``regions``, ``subscription_ids``, ``name`` and
    ``license_ended_before``; all that are given must hold.

    :arg now: what days ago are counted from.
    :raises InvalidInput: one of them is wrong.
    """
    given = check_filter(params["filter"])
    statuses = [word for status in _check_list(params, "statuses") for word in _check_status(status)]
    subscriptions = _check_list(params, "subscription_ids")
    names = [] if params["name"] is None else [_check_text(params["name"], "name")]
    parts = [
        f"({given})" if given else "",
        one_of("status", statuses),
        one_of("subscriptionId", subscriptions),
        one_of("name", names),
    ]
    parts = [part for part in parts if part]
    return Selection(
        given if parts == [f"({given})"] else " and ".join(parts) or None,
        _folded(statuses),
        frozenset(check_region(region, "regions") for region in _check_list(params, "regions")),
        _folded(subscriptions),
        _folded(names),
        _check_moment(params["license_ended_before"], "license_ended_before", now),
    )


def _folded(values: Iterable[str]) -> frozenset[str]:
    # As the normal form has them; whether the API looks at case is not documented.
    return frozenset(for_terminal(value).casefold() for value in values)


def _check_list(params: Mapping[str, t.Any], option: str) -> list[str]:
    values = params[option]
    if values is None:
        return []
    if not isinstance(values, list) or not values:
        # An empty list may be one that a template did not fill. It must not mean all tenants.
        raise InvalidInput(
            f"{option} is {shown(values)}: it must be a list with at least one value, or must not be given."
        )
    return [_check_text(value, option) for value in values]


def _check_text(value: t.Any, option: str) -> str:
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > _LONGEST_VALUE:
        raise InvalidInput(
            f"{option} has {shown(value)}: it must be text in one line (a number in quotes), and not empty."
        )
    return value


def _check_status(value: str) -> tuple[str, ...]:
    if value.lower() not in _STATUSES:
        raise InvalidInput(
            f"statuses has {shown(value)}: it must be one of {', '.join(_STATUSES)} (any other one can be asked for with filter)."
        )
    return _STATUSES[value.lower()]


def _check_moment(value: t.Any, option: str, now: datetime) -> datetime | None:
    """A date (its first instant, UTC), a time, or a number of days ago such as 60d."""
    if value is None:
        return None
    days = _DAYS_AGO.fullmatch(value) if isinstance(value, str) else None
    # YAML reads what looks like a date as one.
    text = value.isoformat() if isinstance(value, date) else value
    found = now - timedelta(days=int(days[1])) if days else read_time(text)
    if found is None:
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a date such as '2026-09-30', a time such as '2026-09-30T12:00:00Z', or a number"
            " of days ago such as '60d'."
        )
    return found.astimezone(timezone.utc)
