# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of an inventory that come from outside: Ansible must not evaluate them as templates."""

from __future__ import annotations

import typing as t

try:
    # Since ansible-core 2.19, texts that a plugin makes are not trusted as templates.
    from ansible.template import is_trusted_as_template as _trust
except ImportError:
    _trust = None


def untrusted(value: t.Any) -> t.Any:
    """A value whose texts Ansible does not evaluate."""
    if _trust is not None:
        return value
    from ansible.utils.unsafe_proxy import wrap_var  # noqa: PLC0415 - deprecated where it is not needed

    return wrap_var(value)
