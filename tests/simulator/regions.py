# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regions: their short codes in host names, their data centres, their clients."""

from __future__ import annotations

import dataclasses

# Reference, "Organization API": data centres and short codes. New ones appear: a code that is not here gets a made-up
# name.
_DATACENTERS = {
    "us": ("us-east-1", "US"),
    "eu": ("eu-west-1", "IE"),
    "uk": ("eu-west-2", "GB"),
    "fr": ("eu-west-3", "FR"),
    "de": ("eu-central-1", "DE"),
    "sg": ("ap-southeast-1", "SG"),
    "ap": ("ap-southeast-2", "AU"),
    "jp": ("ap-northeast-1", "JP"),
    "in": ("ap-south-1", "IN"),
    "ae": ("me-central-1", "AE"),
    "il": ("il-central-1", "IL"),
    "br": ("sa-east-1", "BR"),
}


@dataclasses.dataclass(frozen=True)
class Region:
    name: str
    clients: dict[str, str]  # id to secret

    @property
    def datacenter(self) -> str:
        return _DATACENTERS.get(self.name, (f"{self.name}-central-1", ""))[0]

    @property
    def country(self) -> str:
        return _DATACENTERS.get(self.name, ("", self.name.upper()))[1]
