# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry of ``python tests/benchmark``."""

from __future__ import annotations

import pathlib
import sys

if not __package__:
    # Started by its folder: Python put that very folder first on the path. Its parent belongs there, so that this package
    # and the simulator have their names.
    here = pathlib.Path(__file__).resolve().parent
    sys.path[0] = str(here.parent)

from benchmark.command import main  # pylint: disable=wrong-import-position

if __name__ == "__main__":
    sys.exit(main())
