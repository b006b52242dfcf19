# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo works, and can be read in a few minutes."""

from __future__ import annotations

import pathlib
import textwrap

DEMO = pathlib.Path(__file__).resolve().parents[3] / "demo" / "run.sh"
COLUMNS = 100
MOST_LINES = 170


def test_the_demo_shows_each_deactivation_once_and_is_short(terminal):
    terminal.environment["COLUMNS"] = str(COLUMNS)
    done = terminal.run(str(DEMO))
    assert done.status == 0, done
    # Counted by the simulator. The run was killed when the third request had taken effect.
    assert "(killed: Qlik Cloud has received 3 POST requests" in done.output
    assert "(Qlik Cloud has received 4 POST requests to deactivate a tenant. 4 took effect.)" in done.output
    assert "The wave is refused" in done.output
    assert "1 reactivated" in done.output
    assert "was restored on" in done.output
    assert "4 disabled, 1 restored" in done.output and "report.html" in done.output
    lines = [part for line in done.output.split("\n") for part in textwrap.wrap(line, COLUMNS) or [""]]
    assert len(lines) < MOST_LINES
