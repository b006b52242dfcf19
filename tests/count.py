# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say how many tests a part ran, and fail if it ran hardly any: count.py FOLDER PART

FOLDER holds the JUnit files of pytest and ansible-test. The floor of a part is a number of test functions, not of cases: a selection that
goes wrong drops whole files, and more parameters make no test better.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

# By part: its JUnit files, and the least number of test functions that it must run.
PARTS = {
    "units": ("units.xml", 1000),
    "controller": ("controller.xml", 500),
    "simulator": ("simulator.xml", 55),
    "smoke": ("smoke.xml", 80),
    "thorough": ("thorough.xml", 190),
    # A desk may have no browser. Then its tests are skipped, and say so.
    "browser": ("browser.xml", 0),
    "sanity": ("ansible-test-sanity-*.xml", 20),
    "ansible-test": ("python*-units.xml", 900),
}


def outcome(case: ElementTree.Element) -> str:
    """Name what became of one test."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def main(folder: str, part: str) -> int:
    """Print one line; return 1 if too few tests ran."""
    pattern, least = PARTS[part]
    cases = [case for path in Path(folder).glob(pattern) for case in ElementTree.parse(path).iter("testcase")]
    found = Counter(outcome(case) for case in cases)
    ran = {
        (case.get("classname"), str(case.get("name")).partition("[")[0]) for case in cases if outcome(case) != "skipped"
    }
    print(f"{part}: {found['passed']} passed, {found['failed']} failed, {found['skipped']} skipped")
    if len(ran) < least:
        print(f"{part}: only {len(ran)} test functions ran, at least {least} must.", file=sys.stderr)
    return int(len(ran) < least)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
