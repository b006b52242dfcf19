# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's notion of time, and the two ways in which it is written."""

from __future__ import annotations

import datetime
import email.utils
import time


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def stamp(moment: datetime.datetime) -> str:
    """As in the API's bodies: milliseconds and Z."""
    utc = moment.astimezone(datetime.timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def http_date(timestamp: float) -> str:
    return email.utils.formatdate(timestamp, usegmt=True)


class DateHeader:
    """The Date header, formatted once a second: it goes with every answer."""

    def __init__(self, skew: float) -> None:
        self._skew = skew
        self._second = 0
        self._text = b""

    def __call__(self) -> bytes:
        second = int(time.time() + self._skew)
        if second != self._second:
            self._second = second
            self._text = http_date(second).encode("ascii")
        return self._text
