# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a rehearsal ended: whether its tenant is deactivated, by its receipt, which has only what the server confirmed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile, read_file
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import (
    DISABLED,
    LARGEST,
    PURGED,
    BadReceipt,
    read_receipt,
    receipt_state,
)


@dataclass(frozen=True, kw_only=True)
class End:
    """``is_safe``: no tenant of the rehearsal is live, as far as is known. ``message``: what to do if that is not so."""

    is_safe: bool
    message: str
    hostname: str | None = None
    state: str | None = None
    purge_date: str | None = None

    def to_json(self) -> dict[str, str | bool | None]:
        """As it is in rehearsal.json."""
        return asdict(self)


def read_end(path: str) -> End:
    """How it ended, by the receipt.

    :raises InvalidInput: the file is no receipt.
    """
    try:
        content = read_file(path, LARGEST)
        found = None if content is None else read_receipt(content, before_creation=True)
    except (BadReceipt, UnusableFile) as error:
        raise InvalidInput(f"The receipt of the rehearsal, {for_terminal(path)}, {error}.") from None
    state = receipt_state(found["events"]) if found else None
    hostname = found["hostname"] if found else None
    if hostname is None:
        if state is not None and state.pending is not None:
            return End(
                is_safe=False,
                message="A tenant may have been created, but its hostname is not known. It may be live and use a slot. The message of"
                " the step create says how to find it. If a tenant that it names is the one of this rehearsal, run again in the same folder"
                " with -e qlik_rehearsal_confirm_hostname=HOSTNAME.",
            )
        return End(is_safe=True, message="No tenant was created, so no slot is used.")
    if state is None or state.state not in (DISABLED, PURGED) or state.pending is not None:
        return End(
            is_safe=False,
            message=f"The tenant {hostname} is NOT deactivated, as far as its receipt says. It is live, or may be. Run the rehearsal"
            " again in the same folder. If that does not help, deactivate it with qlik_tenant_deactivate.",
            hostname=hostname,
            state=state.state if state else None,
        )
    date = for_terminal(state.purge_date or "a date that is not known", 40)
    return End(
        is_safe=True,
        message=f"The tenant {hostname} is deactivated, and is purged about {date}. Until then it uses a slot.",
        hostname=hostname,
        state=state.state,
        purge_date=state.purge_date,
    )
