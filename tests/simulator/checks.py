# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of a scenario's values: each names the place and says what is right."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from simulator import clock

T = TypeVar("T")


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message names the key."""


def mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ScenarioError(f"{where}: must be a mapping, not {value!r}")
    for key in value:
        if not isinstance(key, str):
            raise ScenarioError(f"{where}: the key {key!r} must be a text, where YAML may have read another thing")
    return dict(value)


def known_keys(values: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in values:
        if key not in known:
            raise ScenarioError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")


def section(kind: type[T], value: Any, where: str) -> T:
    """An instance of the dataclass `kind`: its fields are the known keys, its `check(where)` has the last word."""
    values = mapping(value, where)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    known_keys(values, {field.name for field in fields}, where)
    for field in fields:
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and field.name not in values:
            raise ScenarioError(f"{where}: the key {field.name!r} is missing")
    instance = kind(**values)
    check = getattr(instance, "check", None)
    if check is not None:
        check(where)
    return instance


def sequence(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ScenarioError(f"{where}: must be a list, not {value!r}")
    return value


def text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ScenarioError(f"{where}: must be a text, not {value!r}")
    return value


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(f"{where}: must be true or false, not {value!r}")
    return value


def one_of(value: Any, choices: tuple[Any, ...], where: str) -> Any:
    if value not in choices or isinstance(value, bool):
        raise ScenarioError(f"{where}: must be one of {', '.join(map(str, choices))}, not {value!r}")
    return value


def number(value: Any, where: str, *, least: float = 0) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        raise ScenarioError(f"{where}: must be a number from {least:g}, not {value!r}")
    return value


def whole(value: Any, where: str, *, least: int = 0, most: int | None = None) -> int:
    too_much = most is not None and isinstance(value, int) and value > most
    if isinstance(value, bool) or not isinstance(value, int) or value < least or too_much:
        limit = f" to {most}" if most is not None else ""
        raise ScenarioError(f"{where}: must be a whole number from {least}{limit}, not {value!r}")
    return value


def status(value: Any, where: str) -> int:
    return whole(value, where, least=200, most=599)


def moment(value: Any, where: str) -> datetime.datetime | None:
    """A date, or `+12d` / `-3h`, counted from the start: a scenario file is older than its run."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        found = value
    elif isinstance(value, datetime.date):
        found = datetime.datetime.combine(value, datetime.time())
    elif isinstance(value, str) and (relative := re.fullmatch(r"([+-]\d+(?:\.\d+)?)([dhms])", value)):
        unit = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}[relative.group(2)]
        return clock.now() + datetime.timedelta(**{unit: float(relative.group(1))})
    else:
        try:
            found = datetime.datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ScenarioError(f"{where}: must be a date, or a time from now such as +12d, not {value!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
