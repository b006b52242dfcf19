#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs parts of the tests with the Python and the ansible-core on PATH: tests/run.sh PART...
#
#   units          every unit test
#   controller     those of what runs in the controller only
#   simulator      the tests of the simulated Qlik Cloud
#   smoke          integration tests that show each feature, in one of the two readings of the register host
#   thorough       all other integration tests, and the smoke tests in the other reading
#   browser        the pages that this collection makes, in Chromium; skipped if it is missing
#   sanity         ansible-test sanity; it waits a lot, so it runs beside the other parts
#   ansible-test   units and one integration target as ansible-test runs them
#
# Results go to .results/python<version>-core<version>. Every part is run, also after one that failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(python -c 'import sys; print("{}.{}".format(*sys.version_info))')
core=$(python -c 'from ansible.release import __version__; print(__version__)')
results=$PWD/.results/python$version-core$core
mkdir -p "$results"
export ANSIBLE_COLLECTIONS_PATH=$PWD/.collections

# One worker sets up the fixtures of a module once: the simulators and the runs that all its tests look at.
pytest() {
    python -m pytest --numprocesses auto --dist loadscope --quiet --junit-xml "$results/$1.xml" "${@:2}"
}

# Some wait more than they work, so there is a worker more than there are processors. Those that wait longest begin first.
integration() {
    pytest "$1" tests/integration --numprocesses "$(($(nproc) + 1))" --no-loadscope-reorder "${@:2}"
}

# ansible-test insists on a folder ansible_collections/<namespace>/<name>, resolves links, and finds no tests inside a folder that git
# ignores. So it runs on a copy outside the checkout, which is removed at the end.
in_a_copy() {
    local scratch status=0
    scratch=$(mktemp -d)
    mkdir -p "$scratch/ansible_collections/tenantops/qlik" "$scratch/tmp"
    git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do
            # a deleted file is in the index until the next commit
            if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
        done |
        tar -cf - --null -T - | tar -xf - -C "$scratch/ansible_collections/tenantops/qlik"
    (
        cd "$scratch/ansible_collections/tenantops/qlik"
        export TMPDIR=$scratch/tmp
        unset ANSIBLE_COLLECTIONS_PATH
        "$@"
    ) || status=$?
    cp "$scratch"/ansible_collections/tenantops/qlik/tests/output/junit/*.xml "$results" 2>/dev/null || true
    rm -rf "$scratch"
    return "$status"
}

# To import the unit tests is enough to see that those of modules take nothing from the controller: ansible-test lets them have only
# ansible.module_utils.
sanity() {
    python tests/get_pip.py && ansible-test units --requirements --local --python "$version" --collect-only | tail -n 15 &&
        ansible-test sanity --requirements --python "$version" --junit
}

ansible_test() {
    ansible-test units --requirements --local --python "$version" &&
        ansible-test integration --requirements --local --python "$version" examples
}

# One command or one chain of && per part: inside a condition, set -e does not hold.
run() {
    case $1 in
        units) pytest units tests/unit ;;
        controller) pytest controller tests/unit --ignore tests/unit/plugins/module_utils ;;
        simulator) pytest simulator tests/simulator ;;
        smoke) integration smoke -m "not thorough" ;;
        thorough) integration thorough --both-readings --beyond-smoke ;;
        browser) pytest browser tests/browser ;;
        sanity) in_a_copy sanity ;;
        ansible-test) in_a_copy ansible_test ;;
        *) echo "There is no part $1." && false ;;
    esac
}

run_and_count() {
    local started=$SECONDS status=0
    echo "== $1, Python $version, ansible-core $core"
    rm -f "$results"/*"$1"*
    run "$1" || status=1
    # ansible-test does not fail if it left out all tests. The count does.
    python tests/count.py "$results" "$1" | tee "$results/$1.txt" || status=1
    echo "== $1 took $((SECONDS - started)) s"
    return "$status"
}

failed=()
beside=
if [ "$#" -gt 1 ] && [[ " $* " = *" sanity "* ]]; then
    # A process group of its own, which ends with this script.
    set -m
    run_and_count sanity >"$results/beside.log" 2>&1 &
    beside=$!
    set +m
    trap 'kill -- "-$beside" 2>/dev/null || true' EXIT
fi
for part in "$@"; do
    if [ -z "$beside" ] || [ "$part" != sanity ]; then
        run_and_count "$part" || failed+=("$part")
    fi
done
if [ -n "$beside" ]; then
    wait "$beside" || failed+=(sanity)
    cat "$results/beside.log"
fi

if [ "${#failed[@]}" -gt 0 ]; then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
