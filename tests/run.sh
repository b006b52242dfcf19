#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs parts of the tests with the Python and the ansible-core on PATH:
#   tests/run.sh [--coverage] sanity units integration simulator
# Of the integration tests some targets alone: integration=modules,evidence. Without ansible-test: units=pytest; integration=pytest,
# which is a choice of the targets.
#
# ansible-test insists on a folder ansible_collections/<namespace>/<name>, resolves links, and finds no tests inside a
# folder that git ignores. So the tests run on a copy in a temporary folder outside the checkout. That copy is the only
# thing written there; it is removed at the end, and the results are moved to .results/python<version>.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

coverage=()
if [ "$1" = --coverage ]; then
    coverage=(--coverage)
    shift
fi

version=$(python -c 'import sys; print("{}.{}".format(*sys.version_info))')
core=$(python -c 'from ansible.release import __version__; print(__version__)')
results=$PWD/.results/python$version
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
copy=$scratch/ansible_collections/tenantops/qlik
junit=$copy/tests/output/junit

export TMPDIR=$scratch/tmp
mkdir -p "$junit" "$TMPDIR"
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do
        # a deleted file is in the index until the next commit
        if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
    done |
    tar -cf - --null -T - | tar -xf - -C "$copy"
cd "$copy"

# All of them, also after one that failed.
targets() {
    ansible-test integration --requirements --local --python "$version" --continue-on-error "${coverage[@]}" "$@"
}

# One command or one chain of && a part: inside a condition, set -e does not hold.
run() {
    case $1 in
        sanity) python tests/get_pip.py && ansible-test sanity --requirements --python "$version" --junit ;;
        units) ansible-test units --requirements --local --python "$version" "${coverage[@]}" ;;
        units=pytest)
            # The same tests without ansible-test, which makes a process for each of them: half the time.
            python -m pytest -o pythonpath="$scratch" -n auto --junit-xml "$junit/python$version-pytest-units.xml" tests/unit
            ;;
        integration) targets ;;
        integration=pytest)
            # Without ansible-test, and with register hosts that answer reads: what depends on the versions does not depend on that.
            ANSIBLE_COLLECTIONS_PATH=$scratch python -m pytest -o pythonpath="$scratch" -n auto --junit-xml "$junit/pytest-chosen.xml" -k "not reads-refused" \
                tests/integration/targets/{decommission,modules,inventory}
            ;;
        integration=*)
            IFS=, read -ra chosen <<<"${1#*=}"
            targets "${chosen[@]}"
            ;;
        simulator) python -m pytest -o pythonpath="$scratch" --junit-xml "$junit/simulator.xml" tests/simulator ;;
        *) echo "no such part: $1" && false ;;
    esac
}

failed=()
for part in "$@"; do
    started=$SECONDS
    echo "== $part, Python $version"
    run "$part" || failed+=("$part")
    echo "== $part took $((SECONDS - started)) s"
done

if compgen -G 'tests/output/coverage/*' >/dev/null; then
    echo "== coverage, Python $version"
    ansible-test coverage report --requirements --include 'plugins/*' || failed+=(coverage)
fi

echo "== what ran, Python $version, ansible-core $core"
# A part whose tests were all skipped has not failed for ansible-test; for the count it has.
python tests/count.py "$junit" "$@" | tee counts.txt || failed+=(count)

rm -rf "$results"
mkdir -p "$results"
mv counts.txt "$junit" "$results"

if [ "${#failed[@]}" -gt 0 ]; then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
