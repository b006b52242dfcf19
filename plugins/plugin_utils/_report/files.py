# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: which there are, and how an earlier one is recognised, which may be overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile, read_file
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import LARGEST
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    Kind,
    as_json,
    check_output,
    json_with,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report import (
    certificates,
    data,
    metrics,
    page,
    purge_calendar,
    spreadsheet,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Situation

VARIABLE = "qlik_report_dir"


@dataclass(frozen=True)
class _Format:
    """A file of the report: its name, how it is recognised, and what makes it."""

    name: str
    kind: Kind
    make: Callable[[Report], bytes]


def _begins(text: str) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(text.encode())


def _holds(text: str) -> Callable[[bytes], bool]:
    return lambda content: text.encode() in content[:4096]


_FORMATS = (
    _Format(
        "report.html",
        Kind("a page of a report", _holds(f'<meta name="generator" content="{page.GENERATOR}')),
        lambda report: page.report_page(report).encode(),
    ),
    _Format(
        "report.csv",
        Kind("a table of a report", _begins(spreadsheet.HEADING)),
        lambda report: spreadsheet.report_csv(report).encode(),
    ),
    _Format(
        "report.json",
        Kind("the data of a report", json_with("schema", "created", "receipts_dirs", "totals", "tenants")),
        lambda report: as_json(data.report_data(report)),
    ),
    _Format(
        "metrics.prom",
        Kind("the metrics of a report", _begins(metrics.FIRST)),
        lambda report: metrics.report_metrics(report).encode(),
    ),
)
_CALENDAR = _Format(
    "purges.ics", Kind("a calendar of a report", _holds(purge_calendar.PRODUCT)), purge_calendar.report_calendar
)
_CERTIFICATE = Kind("a certificate of a report", _begins(certificates.HEADING))


def formats() -> tuple[_Format, ...]:
    """Those that can be made here."""
    return (*_FORMATS, *(() if purge_calendar.ICALENDAR_IMPORT_ERROR else (_CALENDAR,)))


def check_folder(folder: str) -> None:
    """Check that the files can be written.

    :raises BadOutput: one of them cannot.
    """
    for one in formats():
        check_output(os.path.join(folder, one.name), VARIABLE, one.kind, folder)


def write_report(report: Report, folder: str) -> list[str]:
    """Write all files.

    :returns: their names in the folder.
    :raises BadOutput: one of them cannot be written.
    """
    names = []
    for one in formats():
        write_output(os.path.join(folder, one.name), one.make(report), VARIABLE, one.kind, folder)
        names.append(one.name)
    for name, content in _certificates(report):
        write_output(os.path.join(folder, name), content, VARIABLE, _CERTIFICATE, folder)
        names.append(name)
    return names


def _certificates(report: Report) -> Iterator[tuple[str, bytes]]:
    for tenant in report.tenants:
        if tenant.situation is Situation.PURGED:
            try:
                receipt = read_file(tenant.receipt_path, LARGEST)
            except UnusableFile as error:
                raise InvalidInput(f"The receipt of {tenant.hostname} {error} now, and could be read before.") from None
            yield f"certificates/{tenant.hostname}.md", certificates.certificate(tenant, receipt or b"").encode()
