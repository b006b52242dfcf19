# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare how many tests ran with how many the repository records: count.py FOLDER PART...

FOLDER holds the JUnit files of ansible-test and pytest. tests/minimum.txt has the least number of tests for each part;
a part that ran none fails whatever is recorded. A part may be a choice of its targets, integration=modules,evidence, or another way to
run it, units=pytest.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

FILES = {
    "sanity": "ansible-test-sanity-*.xml",
    "units": "python*-units.xml",
    "integration": "pytest-*.xml",
    "simulator": "simulator.xml",
}
MINIMUM = Path(__file__).with_name("minimum.txt")


def outcome(case: ElementTree.Element) -> str:
    """Name what became of one test."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def main(folder: str, *parts: str) -> int:
    """Print a line for each part; return 1 where one ran too few tests."""
    lines = (line.split() for line in MINIMUM.read_text().splitlines() if line and not line.startswith("#"))
    minimum = {part: int(number) for part, number in lines}
    short = False
    for part in parts:
        files = FILES[part.partition("=")[0]]
        cases = [case for path in Path(folder).glob(files) for case in ElementTree.parse(path).iter("testcase")]
        found = Counter(outcome(case) for case in cases)
        ran = found["passed"] + found["failed"]
        least = max(minimum[part], 1)
        print(
            f"{part.partition('=')[0]}: {found['passed']} passed, {found['failed']} failed, {found['skipped']} skipped",
            end="",
        )
        print(f": FEWER THAN THE {least} RECORDED" if ran < least else "")
        short = short or ran < least
    return int(short)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
