#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the pytest files of an integration target. A target's runme.sh is:
#
#   exec "$ANSIBLE_COLLECTIONS_PATH/ansible_collections/tenantops/qlik/tests/integration/run_pytest.sh" "$PWD" "$@"
#
# The files are run where they lie in the collection, not in ansible-test's copy of the target: there conftest.py of this
# folder and tests/simulator are found. What was run is written beside ansible-test's own results, for tests/count.py.
# Each test runs in one reading of the register host; tests/run.sh has both.
set -euo pipefail

target=$(basename "$1")
shift

# Playbooks shall run as they do at a user's. ansible-test sets more for tests that are playbooks themselves.
for name in $(compgen -v ANSIBLE_); do
    case $name in
        # where the collection is; an empty configuration; what coverage needs
        ANSIBLE_COLLECTIONS_PATH | ANSIBLE_CONFIG | ANSIBLE_TEST_* | ANSIBLE_WORKER_SHUTDOWN_*) ;;
        *) unset "$name" ;;
    esac
done

cd "$ANSIBLE_COLLECTIONS_PATH/ansible_collections/tenantops/qlik"
exec python -m pytest -o "pythonpath=$ANSIBLE_COLLECTIONS_PATH" --junit-xml "$JUNIT_OUTPUT_DIR/pytest-$target.xml" \
    --numprocesses auto --dist loadscope "$@" "tests/integration/targets/$target"
