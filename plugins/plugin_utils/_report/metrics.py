# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as metrics, in a form that both OpenMetrics and Prometheus's own text format take, such as for node_exporter's text files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Situation

# The first line. By it an earlier file is recognised and may be overwritten.
FIRST = "# HELP qlik_report_created_timestamp_seconds When this report was made."
_Samples = Iterable[tuple[Mapping[str, str], float]]


def report_metrics(report: Report) -> str:
    """The metrics."""
    regions = sorted({tenant.region for tenant in report.tenants})
    counted = Counter((tenant.region, tenant.situation) for tenant in report.tenants)
    purges = [
        (
            {"hostname": tenant.hostname, "region": tenant.region, "computed": str(tenant.purge_computed).lower()},
            tenant.purge_date.timestamp(),
        )
        for tenant in report.tenants
        if tenant.can_be_restored and tenant.purge_date
    ]
    lines = [
        *_gauge(
            "qlik_report_created_timestamp_seconds",
            "When this report was made.",
            [({}, report.created.timestamp())],
        ),
        *_gauge(
            "qlik_tenants",
            "Tenants that have a receipt, by region and by what the receipt says.",
            [({"region": region, "state": one.value}, counted[region, one]) for region in regions for one in Situation],
        ),
        *_gauge(
            "qlik_tenants_needing_attention",
            "Tenants that a person has to look at, by reason.",
            [({"reason": reason}, number) for reason, number in report.attention.items()],
        ),
        *_gauge("qlik_receipts_unreadable", "Files that are no usable receipts.", [({}, len(report.unreadable))]),
        *_gauge(
            "qlik_tenant_purge_timestamp_seconds", "When a disabled tenant is purged: the last moment of undo.", purges
        ),
    ]
    return "\n".join([*lines, "# EOF", ""])


def _gauge(name: str, help_text: str, samples: _Samples) -> Iterable[str]:
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{'{' + shown + '}' if shown else ''} {value:.16g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
