# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Days and times that a person writes: what they mean, and what is refused."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.moments import (
    check_end,
    check_start,
    check_time_zone,
)
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.hostile import TERMINAL, is_harmless


@pytest.mark.parametrize(
    ("value", "zone", "start"),
    [
        ("2026-12-31", None, "2026-12-31T00:00:00Z"),
        ("2026-12-31", "UTC", "2026-12-31T00:00:00Z"),
        ("2026-12-31", "Europe/Berlin", "2026-12-30T23:00:00Z"),
        ("2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00Z"),
        # Where that day begins at one o'clock, since the clocks go forward at midnight.
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z"),
        ("2026-12-31T18:30", "Europe/Berlin", "2026-12-31T17:30:00Z"),
        # What has its own zone.
        ("2026-12-31T18:30:00Z", "Europe/Berlin", "2026-12-31T18:30:00Z"),
        ("2026-12-31 18:30:00 +02:00", None, "2026-12-31T16:30:00Z"),
        # The end of a licence, as the organization's list has it.
        ("2026-12-31T23:59:59.000Z", None, "2026-12-31T23:59:59Z"),
        # YAML reads these without quotes as a day and a time.
        (date(2026, 12, 31), None, "2026-12-31T00:00:00Z"),
        (datetime(2026, 12, 31, 18, 30, tzinfo=timezone.utc), None, "2026-12-31T18:30:00Z"),
    ],
)
def test_a_start(value: t.Any, zone: str | None, start: str) -> None:
    found = check_start(value, "not_before", check_time_zone(zone, "zone"))
    assert found is not None
    assert write_time(found) == start


def test_the_end_of_a_day_is_the_start_of_the_next_one() -> None:
    berlin = check_time_zone("Europe/Berlin", "zone")
    ends = [check_end(value, "until", berlin) for value in ("2026-12-31", "2026-12-31T18:00", None)]
    assert [end and write_time(end) for end in ends] == ["2026-12-31T23:00:00Z", "2026-12-31T17:00:00Z", None]


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "31.12.2026",
        "2026-12-31T25:00",
        "2026-12-31T10",
        "20261231",
        "2026-W01-1",
        "9999-12-31T23:00:00-23:00",
        "٢٠٢٦-12-31",
        "2026-12-31\n",
        TERMINAL["clear screen"],
        20261231,
        1.5,
        True,
        [],
        {},
    ],
)
def test_what_is_neither_a_day_nor_a_time(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_start(value, "tenant_decommission_not_before", timezone.utc)
    assert is_one_sentence_about(caught.value.message, "tenant_decommission_not_before")
    assert is_harmless(caught.value.message)


@pytest.mark.parametrize(
    "value", ["", "Europe/Berln", "Europe", "../../etc/passwd", "CET+1\0", TERMINAL["clear screen"], 1, True, []]
)
def test_what_is_no_time_zone(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_time_zone(value, "qlik_time_zone")
    assert is_one_sentence_about(caught.value.message, "qlik_time_zone")
    assert is_harmless(caught.value.message)
