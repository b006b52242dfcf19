# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of ours beside what Ansible prints."""

from __future__ import annotations

from ansible import constants
from ansible.utils.display import Display

display = Display()


def say(line: str) -> None:
    """Print a line: on stdout, but on stderr if a callback plugin fills stdout with JSON (``ansible.posix.json``, ``jsonl``)."""
    display.display(line, stderr="json" in str(constants.DEFAULT_STDOUT_CALLBACK).lower())
