# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let ansible-test install pip for its sanity tests on a network that has a package index and little else.

`ansible-test sanity` downloads get-pip.py from a host of its own, once, into a cache of its own. Where neither that
file nor that host is there, this script puts a stand-in into the cache. It does the same with the pip that comes with
Python.
"""

from __future__ import annotations

import re
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import REQUIREMENTS_SCRIPT_PATH, collect_bootstrap

STAND_IN = '''\
"""Stands in for get-pip.py, which could not be downloaded."""

import subprocess
import sys

options = [option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *options]).returncode)
'''


def main() -> None:
    """Write the stand-in where it is needed."""
    python = SimpleNamespace(version="{}.{}".format(*sys.version_info))
    version = collect_bootstrap(python)[0].pip_version
    cached = Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if cached.exists():
        return

    address = re.search(r"url = '(https://\S+)' % pip_version", Path(REQUIREMENTS_SCRIPT_PATH).read_text())
    try:
        urllib.request.urlopen(address[1] % version, timeout=20).close()
    except OSError as error:
        print(f"get-pip.py is out of reach ({error}): ansible-test gets a stand-in, {cached}")
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text(STAND_IN)


if __name__ == "__main__":
    main()
