# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation was given, checked: each wrong value is an InvalidInput of one sentence, before any request."""

from __future__ import annotations

import math
import typing as t

from .._base.errors import InvalidInput
from .._base.files import UnusableFile, absolute
from .._base.text import shown
from .addresses import Address

# Reference: "Deactivate".
SHORTEST_PURGE_DAYS = 10


LONGEST_PURGE_DAYS = 90


DEFAULT_PURGE_DAYS = 30


_TRUE = frozenset(("true", "yes", "on", "1", "y", "t"))


_FALSE = frozenset(("false", "no", "off", "0", "n", "f"))


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
    policy: str = "",
) -> int:
    """The days until the purge; the range is the API's, or a narrower one.

    :arg policy: what the user calls the settings of the narrower one.
    """
    days = check_whole_number(value, option, SHORTEST_PURGE_DAYS, LONGEST_PURGE_DAYS, "days")
    if not shortest <= days <= longest:
        raise InvalidInput(f"{option} is {days}: it must be {shortest} to {longest} days ({policy}).")
    return days


def check_confirmation(value: t.Any, address: Address, option: str = "confirm_hostname") -> None:
    """The hostname typed once more; case does not matter."""
    if isinstance(value, str) and value.lower() == address.hostname:
        return
    given = (
        "is missing" if value is None or value == "" else f"is {shown(value)} and the hostname is '{address.hostname}'"
    )
    raise InvalidInput(
        f"{option} {given}: if '{address.hostname}' is the tenant you mean, set {option} to that hostname."
    )


def check_receipt_path(value: t.Any, option: str = "receipt_path") -> str | None:
    """The file of a receipt, as an absolute path; a relative one counts from the folder that the process runs in."""
    if value is None:
        return None
    if not isinstance(value, str) or not value or value.endswith("/"):
        raise InvalidInput(f"{option} is {shown(value)}: it must be the path of a file.")
    try:
        return absolute(value)
    except UnusableFile as error:
        raise InvalidInput(f"{option} is {shown(value)}: it {error}.") from None
