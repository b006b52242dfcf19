# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options in words: the filter that is made of them, and what is looked at here."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._api.filters import Selection, check_selection
from ansible_collections.tenantops.qlik.plugins.module_utils._api.lookup import normal_form
from ansible_collections.tenantops.qlik.plugins.module_utils._api.scim import literal
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.tests.unit.answers import listed
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW

OPTIONS = ("filter", "statuses", "regions", "subscription_ids", "name", "license_ended_before")


def select(**given: t.Any) -> Selection:
    return check_selection({**dict.fromkeys(OPTIONS), **given}, NOW)


def takes(selection: Selection, **more: t.Any) -> bool:
    tenant = normal_form(listed(**more))
    assert tenant is not None
    return selection.takes(tenant)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"filter": ' status eq "active" '}, 'status eq "active"'),
        ({"statuses": ["active"]}, 'status eq "active"'),
        ({"statuses": ["Active", "active"]}, 'status eq "active"'),
        ({"statuses": ["disabled"]}, '(status eq "disabled" or status eq "deactivated")'),
        ({"statuses": ["deactivated", "disabled"]}, '(status eq "disabled" or status eq "deactivated")'),
        ({"subscription_ids": ["a", "b"]}, '(subscriptionId eq "a" or subscriptionId eq "b")'),
        ({"name": 'ac"me'}, 'name eq "ac\\"me"'),
        ({"regions": ["eu"]}, None),
        ({"license_ended_before": "60d"}, None),
        (
            {"filter": 'a eq "1" or b eq "2"', "statuses": ["active"], "subscription_ids": ["s"], "name": "n"},
            '(a eq "1" or b eq "2") and status eq "active" and subscriptionId eq "s" and name eq "n"',
        ),
    ],
)
def test_one_filter_is_made_of_what_the_server_can_filter_by(given: dict[str, t.Any], expected: str | None) -> None:
    assert select(**given).filter == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("acme", '"acme"'),
        ('x" or name ne "', '"x\\" or name ne \\""'),
        ("back\\", '"back\\\\"'),
        ('\\" or', '"\\\\\\" or"'),
        ("ä) and (", '"ä) and ("'),
    ],
)
def test_a_value_cannot_leave_its_quotes(value: str, expected: str) -> None:
    assert literal(value) == expected


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("filter", ""),
        ("filter", "   "),
        ("filter", 7),
        ("filter", 'status eq "active"\r\nX-Evil: 1'),
        ("statuses", []),
        ("statuses", "active"),
        ("statuses", ["activ"]),
        ("statuses", [7]),
        ("regions", []),
        ("regions", ["eu-west-1.evil"]),
        ("regions", [""]),
        ("regions", ["qlikcloudgov.com"]),
        ("subscription_ids", []),
        ("subscription_ids", [""]),
        ("subscription_ids", ["x\ny"]),
        ("subscription_ids", ["x" * 301]),
        ("name", ""),
        ("name", 7),
        ("name", "x\x00"),
        ("license_ended_before", "soon"),
        ("license_ended_before", ""),
        ("license_ended_before", "-60d"),
        ("license_ended_before", 60),
        ("license_ended_before", "2026-13-01"),
        ("license_ended_before", True),
    ],
)
def test_a_wrong_option_is_one_sentence(option: str, value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        select(**{option: value})
    assert is_one_sentence_about(caught.value.message, option)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60d", NOW - timedelta(days=60)),
        ("0d", NOW),
        ("2026-09-30", datetime(2026, 9, 30, tzinfo=timezone.utc)),
        ("2026-09-30T12:00:00+02:00", datetime(2026, 9, 30, 10, tzinfo=timezone.utc)),
        (date(2026, 9, 30), datetime(2026, 9, 30, tzinfo=timezone.utc)),
        (datetime.fromisoformat("2026-09-30T01:00:00"), datetime(2026, 9, 30, 1, tzinfo=timezone.utc)),
    ],
)
def test_when_a_licence_ended_is_a_date_a_time_or_days_ago(value: t.Any, expected: datetime) -> None:
    assert select(license_ended_before=value).license_ended_before == expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("2026-09-24T00:00:00.000Z", True),
        ("2026-09-26T00:00:00.000Z", False),
        ("2027-01-01T00:00:00.000Z", False),
        (None, False),
        ("whenever", False),
    ],
)
def test_only_a_licence_that_has_ended_for_sure_has_ended(ends: str | None, expected: bool) -> None:
    assert takes(select(license_ended_before="60d"), licenseEndsAt=ends) is expected


def test_the_region_is_that_of_the_hostname_and_not_of_the_data_centre() -> None:
    # The table from data centre to short code is printed in two ways.
    for code in ("ap-southeast-1", "ap-southeast-2"):
        assert takes(select(regions=["AP"]), hostnames=["acme.ap.qlikcloud.com"], regionCode=code)
        assert not takes(select(regions=["sg"]), hostnames=["acme.ap.qlikcloud.com"], regionCode=code)
    assert takes(select(regions=["new"]), hostnames=["acme.new.qlikcloud.com"], regionCode="mars-1")
    assert takes(select(regions=["eu"]), hostnames=[])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"statuses": ["active"]}, {"status": "disabled"}),
        ({"subscription_ids": ["sub-1"]}, {"subscriptionId": "sub-2"}),
        ({"name": "acme"}, {"name": "beta"}),
    ],
)
def test_a_server_that_ignores_its_filter_brings_in_nobody(given: dict[str, t.Any], shown: dict[str, str]) -> None:
    assert takes(select(**given))
    assert not takes(select(**given), **shown)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"statuses": ["disabled"]}, {"status": "deactivated"}),
        ({"statuses": ["active"]}, {"status": "ACTIVE"}),
        ({"statuses": ["active"]}, {"status": None}),
        ({"subscription_ids": ["sub-1"]}, {"subscriptionId": None}),
        ({"name": "Acme"}, {"name": "acme"}),
        ({"name": "two  blanks"}, {"name": "two  blanks"}),
    ],
)
def test_what_the_server_filtered_is_not_lost_here(given: dict[str, t.Any], shown: dict[str, t.Any]) -> None:
    assert takes(select(**given), **shown)


@pytest.mark.parametrize(
    ("before", "ends", "expected"),
    [("60d", "soon", True), ("60d", None, False), ("60d", "2026-09-01T00:00:00.000Z", False), (None, "soon", False)],
)
def test_a_licence_whose_end_cannot_be_read_is_told_from_one_without_an_end(
    before: str | None, ends: str | None, *, expected: bool
) -> None:
    tenant = normal_form(listed(licenseEndsAt=ends))
    assert tenant is not None
    assert select(license_ended_before=before).cannot_date(tenant) is expected
