#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Prints the path of a Python that can run the project: 3.11 or newer, with venv.
#   default: python3, where that is new enough, else the newest
#   newest:  the newest on PATH or under pyenv
set -euo pipefail

# A name on PATH proves nothing: pyenv's python3.13 is there and fails while that version is not active. So each is run.
# What is printed is never an environment's own link, which would vanish with the environment.
describe() {
    "$1" -c 'if True:
        import ensurepip, sys, venv
        if sys.version_info < (3, 11) or sys.version_info.releaselevel != "final":
            sys.exit(1)
        print(sys.version.split()[0], sys._base_executable)' 2>/dev/null || true
}

newest() {
    for python in $(compgen -c python3 | grep -xE 'python3(\.[0-9]+)?' | sort -u) "$HOME"/.pyenv/versions/*/bin/python3; do
        describe "$python"
    done | sort -V | tail -n 1 | cut -d ' ' -f 2-
}

found=
if [ "${1:?default or newest}" = default ]; then
    found=$(describe python3 | cut -d ' ' -f 2-)
fi
echo "${found:-$(newest)}"
