# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation was given, checked: each wrong value is an InvalidInput of one sentence, before any request."""

from __future__ import annotations

import fnmatch
import math
import os
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._addresses import Address, check_hostname_in_region, check_tenant_id
from ._errors import InvalidInput
from ._output import for_terminal, shown

if t.TYPE_CHECKING:
    from ._plan import Planned

# Reference: "Deactivate".
SHORTEST_PURGE_DAYS = 10
LONGEST_PURGE_DAYS = 90
DEFAULT_PURGE_DAYS = 30

_LONGEST_CLAIM = 200

_TRUE = frozenset(("true", "yes", "on", "1", "y", "t"))
_FALSE = frozenset(("false", "no", "off", "0", "n", "f"))


@dataclass(frozen=True)
class Target:
    """The tenant that is meant. ``tenant_id`` is None where none is known."""

    address: Address
    tenant_id: str | None

    def __str__(self) -> str:
        return f"{self.address.hostname} ({self.tenant_id or 'id unknown'})"


@dataclass(frozen=True)
class Author:
    """Who orders it. ``run`` names the run; ``approved_by`` and ``ticket`` are claims, taken over as they were given;
    ``plan_sha256`` is the digest of the plan that is applied.
    """

    run: str
    approved_by: str | None = None
    ticket: str | None = None
    plan_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order to change a tenant.

    ``verify_timeout`` in s (None: no verification); ``protected``: patterns of hostnames; ``receipt_path``: the file of its
    receipt (None: none is kept); ``counted``: False where this tenant was left out, since its receipt says that nothing is to be
    done: out of the count of a wave that has more tenants than may be changed, or of the tasks that come before a deactivation;
    ``planned``: what the approved plan says of it (None: there is no plan).
    """

    target: Target
    verify_timeout: float | None
    author: Author
    receipt_path: str | None = None
    protected: tuple[str, ...] = ()
    counted: bool = True
    planned: Planned | None = None


@dataclass(frozen=True, kw_only=True)
class Deactivation(Order):
    """An order to deactivate a tenant, to be purged after so many days.

    ``listed_purge_date``: of a tenant that is disabled already, by the organization's list.
    """

    purge_after_days: int
    reset_purge_timer: bool = False
    listed_purge_date: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reactivation(Order):
    """An order to reactivate a tenant."""


def check_whole_number(value: t.Any, option: str, lowest: int, highest: int, unit: str = "") -> int:
    """A whole number in a range, given as a number or as its digits."""
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1
    number = int(value) if digits or whole else None
    if number is None or not lowest <= number <= highest:
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a whole number{unit and ' of ' + unit} from {lowest} to {highest}."
        )
    return number


def check_seconds(value: t.Any, option: str, lowest: float, highest: float = 7 * 86400) -> float:
    """A length of time in s."""
    return _check_length(value, option, "seconds", lowest, highest)


def check_hours(value: t.Any, option: str, highest: float = 10 * 365 * 24) -> float:
    """A length of time in h, fractions and 0 allowed."""
    return _check_length(value, option, "hours", 0, highest)


def _check_length(value: t.Any, option: str, unit: str, lowest: float, highest: float) -> float:
    length = _number(value)
    if not lowest <= length <= highest:
        raise InvalidInput(f"{option} is {shown(value)}: it must be a number of {unit} from {lowest:g} to {highest:g}.")
    return length


def _number(value: t.Any) -> float:
    """A number, given as one or as text; NaN, which is in no range, where it is none."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def check_percent(value: t.Any, option: str) -> float:
    """More than 0 percent, and 100 at the most."""
    percent = _number(value)
    if not 0 < percent <= 100:
        raise InvalidInput(f"{option} is {shown(value)}: it must be a number of percent, above 0 and up to 100.")
    return percent


def check_bool(value: t.Any, option: str) -> bool:
    """A truth value, given as YAML or as one of the words that Ansible takes."""
    word = value.lower() if isinstance(value, str) else repr(value).lower() if value in (True, False) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise InvalidInput(f"{option} is {shown(value)}: it must be true or false.")


def check_purge_days(
    value: t.Any,
    option: str = "purge_after_days",
    shortest: int = SHORTEST_PURGE_DAYS,
    longest: int = LONGEST_PURGE_DAYS,
) -> int:
    """The days until the purge; the range is the API's, or a narrower one of the house."""
    days = check_whole_number(value, option, SHORTEST_PURGE_DAYS, LONGEST_PURGE_DAYS, "days")
    if not shortest <= days <= longest:
        raise InvalidInput(f"{option} is {days}: this house allows {shortest} to {longest} days.")
    return days


def check_confirmation(value: t.Any, address: Address, option: str = "confirm_hostname") -> None:
    """The hostname typed once more; hostnames know no case."""
    if isinstance(value, str) and value.lower() == address.hostname:
        return
    given = "is missing" if value is None or value == "" else f"is {shown(value)}"
    raise InvalidInput(
        f"{option} {given} and the hostname is '{address.hostname}': a tenant is only touched where its hostname is typed once more;"
        f" check that it is the tenant that is meant, and type its hostname into {option}."
    )


def check_patterns(value: t.Any, option: str) -> tuple[str, ...]:
    """A list of hostname patterns, as a shell matches file names."""
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or not all(isinstance(one, str) and one for one in value)
    ):
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a list of hostname patterns such as 'acme.*.qlikcloud.com'."
        )
    return tuple(str(one) for one in value)


def matching_pattern(hostname: str, patterns: Sequence[str]) -> str | None:
    """The first of the patterns that a hostname matches, whatever the case."""
    return next((one for one in patterns if fnmatch.fnmatchcase(hostname.lower(), one.lower())), None)


def check_deactivation(params: Mapping[str, t.Any], run_id: str) -> Deactivation:
    """The order in the options of qlik_tenant_deactivate."""
    target = _check_target(params)
    days = check_purge_days(params["purge_after_days"])
    return Deactivation(
        target=target,
        purge_after_days=days,
        reset_purge_timer=params["reset_purge_timer"],
        **_check_order(params, run_id),
    )


def check_reactivation(params: Mapping[str, t.Any], run_id: str) -> Reactivation:
    """The order in the options of qlik_tenant_reactivate."""
    return Reactivation(target=_check_target(params), **_check_order(params, run_id))


def check_author(params: Mapping[str, t.Any], run_id: str, prefix: str = "") -> Author:
    """Who orders it, from the options ``run_id``, ``approved_by`` and ``ticket``; the run's own name where none is given.

    ``plan_sha256`` is not the user's to give here: the guard of a wave has it from the plan that it read.
    """
    return Author(
        _check_claim(params.get("run_id"), "run_id") or run_id,
        _check_claim(params.get("approved_by"), f"{prefix}approved_by"),
        _check_claim(params.get("ticket"), f"{prefix}ticket"),
        params.get("plan_sha256"),
    )


def check_receipt_path(value: t.Any, option: str = "receipt_path") -> str | None:
    """The file of a receipt, as an absolute path; a relative one counts from the folder that the process runs in."""
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value or value.endswith("/"):
        raise InvalidInput(f"{option} is {shown(value)}: it must be the path of a file.")
    return os.path.abspath(os.path.expanduser(value))


def _check_claim(value: t.Any, option: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > _LONGEST_CLAIM:
        raise InvalidInput(f"{option} is {shown(value)}: it must be a text of at most {_LONGEST_CLAIM} characters.")
    return for_terminal(str(value), _LONGEST_CLAIM)


def _check_order(params: Mapping[str, t.Any], run_id: str) -> dict[str, t.Any]:
    timeout = check_seconds(params["verify_timeout"], "verify_timeout", 0)
    return {
        "verify_timeout": timeout if params["verify"] else None,
        "author": check_author(params, run_id),
        "receipt_path": check_receipt_path(params["receipt_path"]),
    }


def _check_target(params: Mapping[str, t.Any]) -> Target:
    address = check_hostname_in_region(params["hostname"], params.get("region"))
    tenant_id = check_tenant_id(params["tenant_id"])
    if params.get("confirm_hostname") is not None:
        check_confirmation(params["confirm_hostname"], address)
    return Target(address, tenant_id)
