# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry of ``python tests/simulator`` and of ``python -m simulator``."""

from __future__ import annotations

import pathlib
import sys

if not __package__:
    # Started by its folder: Python put that very folder first on the path, where this package's modules would
    # stand as top-level ones and shadow others. Its parent belongs there, so that the package has its name.
    here = pathlib.Path(__file__).resolve().parent
    sys.path[0] = str(here.parent)

from simulator.command import main  # pylint: disable=wrong-import-position

if __name__ == "__main__":
    sys.exit(main())
