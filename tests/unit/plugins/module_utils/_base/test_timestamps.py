# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points in time as the API writes them."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time, write_time

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T12:00:00.000Z",
        "2026-11-24T12:00:00Z",
        "2026-11-24T12:00:00z",
        "2026-11-24T12:00:00+00:00",
        "2026-11-24T14:00:00+02:00",
        "2026-11-24T12:00:00.000000Z",
        "2026-11-24 12:00:00Z",
        "2026-11-24T12:00:00",
    ],
)
def test_a_time_of_the_api_is_read(text: str) -> None:
    assert read_time(text) == NOON


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", 0, 1764000000, 1.5, True, [], {}, ["2026-11-24T12:00:00Z"], "2026-13-45T00:00:00Z",
     "2026-11-24T25:00:00Z", "2026-11-24T12:00:00Q", "9" * 5000, "2026-11-24T12:00:00Z" + " " * 40, "\ud800"],
)  # fmt: skip
def test_what_is_no_time_is_none(value: t.Any) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize("offset", [0, 2, -11])
def test_a_time_is_written_in_utc_and_whole_seconds(offset: int) -> None:
    local = NOON.replace(microsecond=999_999).astimezone(timezone(timedelta(hours=offset)))
    assert write_time(local) == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_a_time_outside_of_the_calendar_of_utc_breaks_nothing(text: str) -> None:
    time = read_time(text)
    assert time is None or isinstance(write_time(time), str)
