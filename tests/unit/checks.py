# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What many tests look for in a message."""

from __future__ import annotations

import re

from ansible_collections.tenantops.qlik.tests.unit.facts import SECRETS

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def is_one_sentence_about(message: str, option: str) -> bool:
    """It names the option, ends in a full stop and has no other; quoted values do not count."""
    plain = _QUOTED.sub("…", message)
    return option in message and plain.endswith(".") and ". " not in plain and "\n" not in message


def secrets_in(*things: object) -> list[str]:
    """The secrets that can be read in these things, however they are shown."""
    text = " ".join(f"{thing} {thing!r}" for thing in things)
    return [secret for secret in SECRETS if secret in text]
