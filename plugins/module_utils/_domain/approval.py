# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who approved a plan, as a signature proves it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Approval:
    """A good signature of a plan.

    ``identity``: the person, as the file of allowed signers names them; ``key``: the fingerprint of the key that signed (``SHA256:…``).
    """

    identity: str
    key: str

    def to_json(self) -> dict[str, str]:
        """As receipts, summaries and reports have it."""
        return asdict(self)
