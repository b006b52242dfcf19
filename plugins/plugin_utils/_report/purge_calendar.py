# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The purge dates of a report as a calendar, written by the library icalendar: one event per disabled tenant, with an alarm before it."""

from __future__ import annotations

import traceback
from datetime import timedelta

from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Tenant

ICALENDAR_IMPORT_ERROR: str | None
try:
    from icalendar import Alarm, Calendar, Event
except ImportError:
    ICALENDAR_IMPORT_ERROR = traceback.format_exc()
else:
    ICALENDAR_IMPORT_ERROR = None

PRODUCT = "-//tenantops.qlik//report//EN"
MISSING = (
    "purges.ics was not written, since the Python library icalendar is missing where Ansible runs. Install it (python -m pip install"
    " icalendar) and run the report again. The other files are written."
)


def report_calendar(report: Report) -> bytes:
    """The calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Qlik Cloud tenants: last day of undo")
    for tenant in report.tenants:
        if tenant.can_be_restored and tenant.purge_date:
            calendar.add_component(_event(tenant, report))
    return bytes(calendar.to_ical())


def _event(tenant: Tenant, report: Report) -> Event:
    event = Event()
    # The same in each report, so that a calendar that is read again moves the event and does not add one.
    event.add("uid", f"{tenant.hostname}@tenantops.qlik")
    event.add("dtstamp", report.created)
    event.add("dtstart", tenant.purge_date)
    event.add("duration", timedelta(minutes=30))
    event.add("transp", "TRANSPARENT")
    event.add("status", "TENTATIVE" if tenant.purge_computed else "CONFIRMED")
    event.add("summary", f"Qlik Cloud purges {tenant.hostname}")
    lines = ["Until then it can be restored:", tenant.restore_command]
    if tenant.purge_computed:
        lines.insert(0, "The date is computed: the server's own was lost or missing.")
    if tenant.taken and tenant.taken.ticket:
        lines.append(f"Ticket: {tenant.taken.ticket}")
    event.add("description", "\n".join(lines))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-7))
    alarm.add("description", f"In 7 days Qlik Cloud purges {tenant.hostname}")
    event.add_component(alarm)
    return event
